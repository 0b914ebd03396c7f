#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Follow the warnings of a random life by events, and compare with dumps at each step.

usage: warnings_followed.py LINUX-SOURCE SPECIFICATION SEED STEPS
"""

import ipaddress
import random
import sys

sys.path.append(f'{sys.argv[1]}/tools/net/ynl')
# pylint: disable=import-error,wrong-import-position
from lib import NlError, YnlFamily

APPS = ['shop', 'blog']
REGIONS = ['ord', 'fra']
MACHINES = [f'm{i}' for i in range(40)]
PAIRS = 16
# Four machines on a pair, so that few are many.
BLOCK = 16384


def number(warning):
    """How bad it is, and whether less of it is worse."""
    kind = warning['warning']
    if kind == 'no-machines':
        return warning['pairs'], False
    if kind == 'no-pairs':
        return warning['machines'], False
    if kind == 'families':
        words = warning['text'].split()
        at = words.index('IPv4')
        return abs(int(words[at - 1]) - int(words[at + 2])), False
    if kind == 'no-slots':
        return warning['machines'] - warning['slots'], False
    if kind in ('short', 'no-doubling'):
        return warning['machines'] * 1000 // warning['slots'], False
    if kind == 'pool-short':
        return warning['free'], True
    return 1, False


def grown(told, now):
    """Has it become worse by a tenth?"""
    (old, fewer), (new, _) = number(told), number(now)
    if fewer:
        return new < old and new * 10 <= old * 9
    return new > old and new * 10 >= old * 11


def key(warning):
    """What tells warnings apart."""
    return tuple(warning.get(name) for name in
                 ('warning', 'app', 'region', 'set-id', 'family', 'pair-id'))


class Life:
    """A namespace, and what somebody who listens knows of its warnings."""

    def __init__(self, family, listener, rng):
        self.family, self.listener, self.rng = family, listener, rng
        self.holds = {}
        self.seen = {}
        self.did = None

    def bad(self, why, *what):
        """Say why it is wrong."""
        raise SystemExit(f'after {self.did}: {why}: ' + '; '.join(str(w) for w in what))

    def do(self, command, **values):
        """Do that, which may be refused."""
        values = {name.replace('_', '-'): value for name, value in values.items()}
        self.did = command, values
        try:
            self.family.do(command, values)
        except NlError as error:
            self.did += (error.error,)

    def take(self, event):
        """An event about a warning."""
        which, phase = key(event), event['phase']
        told = self.holds.get(which)
        if phase == 'ends':
            if not told:
                self.bad('it ends, but did not hold', event)
            del self.holds[which]
        elif phase == 'begins':
            if told:
                self.bad('it begins, but holds', event)
            self.holds[which] = event
        elif not told or not grown(told, event):
            self.bad('it grows, but has not', told, event)
        else:
            self.holds[which] = event
        self.seen[which[0], phase] = self.seen.get((which[0], phase), 0) + 1

    def follow(self):
        """All events that there are."""
        self.listener.check_ntf()
        for event in self.listener.async_msg_queue:
            name = event['name'].removesuffix('-ntf')
            if name == 'warning':
                self.take(event['msg'])
            elif name == 'flush':
                self.holds.clear()
        self.listener.async_msg_queue.clear()

    def compare(self):
        """With a dump."""
        now = {}
        for warning in self.family.dump('warning-get', {}):
            if warning['phase'] != 'holds' or key(warning) in now:
                self.bad('dumped', warning)
            now[key(warning)] = warning
        for which, warning in now.items():
            if which not in self.holds:
                self.bad('it holds, but nobody was told', warning)
            if grown(self.holds[which], warning):
                self.bad('it has grown, but nobody was told', self.holds[which], warning)
        for which in self.holds.keys() - now.keys():
            self.bad('it holds no more, but nobody was told', self.holds[which])

    def addresses(self):
        """One of each pair."""
        return [{name: ipaddress.ip_address(pair[name]).packed.hex()}
                for pair in self.family.dump('pair-get', {})
                for name in ['v4' if 'v4' in pair else 'v6']]

    def allocate(self):
        """A pair or a few, for some destinations or one machine now and then."""
        rng = self.rng
        values = {'region': rng.choice(REGIONS), 'count': rng.choice([1, 1, 2]),
                  'block_size': BLOCK}
        if rng.random() < 0.3:
            found = rng.choice(self.family.dump('machine-get', {}) or [{}])
            values.update((name, found[name]) for name in ('machine', 'region') if name in found)
        else:
            values['app'] = rng.choice(APPS)
        if rng.random() < 0.25:
            net = rng.randrange(3)
            values['to'] = [{'v4': bytes([203, 0, 113, net * 16]).hex(), 'len': 28}]
        if rng.random() < 0.1:
            values['v4'] = bytes([198, 51, 100, rng.randrange(1, 50)]).hex()
            values['count'] = 1
        self.do('pair-new', **values)

    def step(self):
        """Anything at all."""
        rng = self.rng
        machine, app, region = (rng.choice(x) for x in (MACHINES, APPS, REGIONS))
        pairs = self.addresses()
        what = rng.random()
        if what < 0.01:
            self.do('flush', all=True)
            self.pools()
        elif what < 0.37:
            i = MACHINES.index(machine)
            self.do('machine-new', machine=machine, app=app, region=region,
                    addr=[{'v4': bytes([10, 0, 0, i + 1]).hex()}])
        elif what < 0.42:
            self.do('machine-del', machine=machine)
        elif what < 0.43:
            self.do('machine-del', app=app)
        elif what < 0.53:
            self.do('machine-set', machine=machine, region=region)
        elif what < 0.56:
            self.do('machine-set', machine=machine, app=app)
        elif what < 0.60:
            self.do('promote', machine=machine)
        elif what < 0.64 and pairs:
            self.do('bind', machine=machine, pair=rng.choice(pairs))
        elif what < 0.67:
            self.do('rebalance', app=app)
        elif what < 0.71:
            net = rng.choice([0, 16, 32])
            on = {'draining': True} if rng.random() < 0.5 else {}
            self.do('pool-drain', region='ord', **on,
                    prefix=[{'v4': bytes([198, 51, 100, net]).hex(), 'len': 28}])
        elif what < 0.75 and pairs:
            self.do('pair-set', addr=[rng.choice(pairs)],
                    to=[{'v4': bytes([203, 0, 113, rng.randrange(3) * 16]).hex(), 'len': 28}])
        elif pairs and (what < 0.80 or len(pairs) > PAIRS):
            drain = {'drain': 0} if rng.random() < 0.3 else {}
            self.do('pair-del', addr=rng.sample(pairs, min(len(pairs), rng.choice([1, 1, 4]))),
                    **drain)
        else:
            self.allocate()

    def pools(self):
        """Small ones."""
        for region, nets in zip(REGIONS, ([0, 16], [64])):
            self.do('pool-new', region=region, prefix=[
                {'v4': bytes([198, 51, 100, net]).hex(), 'len': 28} for net in nets])
            self.follow()
        self.do('pool-new', region='ord', prefix=[
            {'v6': bytes([0x20, 1, 0xd, 0xb8] + [0] * 11 + [16]).hex(), 'len': 124}])


def main():
    """Live, and follow."""
    family, listener = (YnlFamily(sys.argv[2], schema='') for _ in range(2))
    life = Life(family, listener, random.Random(int(sys.argv[3])))
    listener.ntf_subscribe('events')
    life.pools()
    for _ in range(int(sys.argv[4])):
        life.step()
        life.follow()
        life.compare()
    if life.addresses():
        life.do('pair-del', addr=life.addresses())
    life.follow()
    life.compare()
    life.do('machine-del', machine=MACHINES, missing_ok=True)
    life.follow()
    life.compare()
    if life.holds:
        life.bad('nothing is there, but', life.holds)
    for (kind, phase), n in sorted(life.seen.items()):
        print(f'ok: {kind} {phase}: {n} times')


if __name__ == '__main__':
    main()
