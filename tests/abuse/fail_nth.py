#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Let one allocation after the other fail, by /proc/self/fail-nth.

Each request is sent again and again: at first its first allocation fails, then its
second, until there are no more. It is refused for want of memory and nothing has
changed, or it is done whole; and whoever listens has all events, or is told that
some are missing.

usage: fail_nth.py requests HEADER   each kind of request to the family "egress"
       fail_nth.py load MODULE       loading the module: its last allocations
       fail_nth.py netns COUNT       a new network namespace: so many allocations, spread
"""

import ctypes
import errno
import ipaddress
import os
import re
import socket
import struct
import sys
import time

REQUEST, ACK, ECHO, DUMP = 0x1, 0x4, 0x8, 0x300         # linux/netlink.h
REPLACE, EXCL, CREATE = 0x100, 0x200, 0x400
ERROR, DONE = 2, 3
GENERIC, SOL_NETLINK, CAP_ACK, EXT_ACK = 16, 270, 10, 11
ADD_MEMBERSHIP, DROP_MEMBERSHIP = 1, 2
ACK_TLVS, ERROR_TEXT, NESTED = 0x200, 1, 0x8000
GETFAMILY, FAMILY_ID, FAMILY_NAME, MCAST_GROUPS = 3, 1, 2, 7     # linux/genetlink.h
CLONE_NEWNET = 0x40000000
FINIT_MODULE, DELETE_MODULE, UNSHARE, SETNS = 313, 176, 272, 308    # x86-64
MANY = 1 << 30
PATIENCE = 60
INIT = 96               # allocations, amply, of the module's init

LIBC = ctypes.CDLL(None, use_errno=True)
NO_MEMORY = (errno.ENOMEM, errno.ENOBUFS)

STRINGS = {'region', 'app', 'machine', 'dev', 'org'}
FLAT = {'v4', 'v6'}
ADDRS = {'addr', 'pair', 'source', 'destination'}
PREFIXES = {'prefix', 'exclude', 'to'}
FLAGS = {'all', 'ensure', 'draining', 'cut-stale', 'org-none'}


def fail(text):
    print(f'FAILED: {text}', flush=True)
    sys.exit(1)


class Nth:
    """The calling thread's allocations."""

    def __init__(self):
        self.file = os.open('/proc/thread-self/fail-nth', os.O_RDWR)

    def arm(self, n):
        os.pwrite(self.file, b'%d' % n, 0)

    def disarm(self):
        """How many were left."""
        left = int(os.pread(self.file, 16, 0))
        os.pwrite(self.file, b'0', 0)
        return left


NTH = Nth()


def system_call(number, *args):
    """Its errno, 0 if it succeeds."""
    return 0 if LIBC.syscall(number, *args) >= 0 else ctypes.get_errno()


class Names:
    """The numbers of a header's enums."""

    def __init__(self, header):
        self.numbers = {}
        with open(header, encoding='utf-8') as f:
            text = re.sub(r'/\*.*?\*/', '', f.read(), flags=re.S)
        for body in re.findall(r'enum \w+ \{(.*?)\}', text, flags=re.S):
            for number, name in enumerate(re.findall(r'\w+', body)):
                self.numbers[name] = number

    def __call__(self, kind, name):
        return self.numbers[f'EGRESS_{kind}_' + name.upper().replace('-', '_')]


def attr(number, data):
    return struct.pack('=HH', 4 + len(data), number) + data + bytes(-len(data) % 4)


def attrs_of(data):
    at = 0
    while at + 4 <= len(data):
        length, number = struct.unpack_from('=HH', data, at)
        yield number & 0x3fff, data[at + 4:at + length]
        at += (length + 3) & ~3


class Answer:
    def __init__(self):
        self.error = None       # None: no answer yet
        self.said = b''         # in words
        self.objects = []       # struct genlmsghdr and attributes
        self.left = 0           # allocations before the one that was to fail


class Netlink:
    def __init__(self):
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, GENERIC)
        self.sock.bind((0, 0))
        self.sock.setsockopt(SOL_NETLINK, CAP_ACK, 1)
        self.sock.setsockopt(SOL_NETLINK, EXT_ACK, 1)

    def read(self, answer):
        """Return: there may be more."""
        try:
            data = self.sock.recv(1 << 17, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return False
        except OSError as e:
            answer.error = e.errno
            return True
        while len(data) >= 16:
            length, kind, flags = struct.unpack_from('=IHH', data)
            if kind in (ERROR, DONE):
                words = data[16 + (20 if kind == ERROR else 4):length]
                answer.said = dict(attrs_of(words)).get(ERROR_TEXT, b'') if flags & ACK_TLVS else b''
                answer.error = -struct.unpack_from('=i', data, 16)[0]
            else:
                answer.objects.append(data[16:length])
            data = data[(length + 3) & ~3:]
        return True

    def ask(self, message, nth=0):
        answer = Answer()
        dump = struct.unpack_from('=H', message, 6)[0] & DUMP == DUMP
        NTH.arm(nth)
        try:
            self.sock.send(message)
        except OSError as e:
            answer.error = e.errno
        if not dump:
            answer.left = NTH.disarm()
        while (answer.error is None or not dump) and self.read(answer):
            pass
        if dump:
            answer.left = NTH.disarm()
            while self.read(Answer()):
                pass
        if answer.error is None:
            fail('no answer')
        return answer


class Listener(Netlink):
    def __init__(self, group, lease):
        super().__init__()
        self.group = group
        self.lease = lease

    def listen(self, on):
        option = ADD_MEMBERSHIP if on else DROP_MEMBERSHIP
        self.sock.setsockopt(SOL_NETLINK, option, self.group)

    def heard(self):
        """How many events there were, but for those of leases, which the reaper also makes at
        any time; None if some are missing."""
        answer = Answer()
        while self.read(answer):
            pass
        if answer.error is not None:
            return None
        return sum(event[0] != self.lease for event in answer.objects)


class Requests:
    def __init__(self, header):
        self.names = Names(header)
        self.netlink = Netlink()
        self.family, group = self.resolve()
        self.listener = Listener(group, self.names('CMD', 'lease'))
        self.volatile = {self.names('A', name)
                         for name in ['generation', 'created', 'pair-id', 'set-id',
                                      'slots-lingering']}
        self.faults = self.refused = self.done = 0

    def resolve(self):
        message = self.message(GENERIC, GETFAMILY, 0, attr(FAMILY_NAME, b'egress\0'))
        found = dict(attrs_of(self.netlink.ask(message).objects[0][4:]))
        group, = attrs_of(found[MCAST_GROUPS])
        return (struct.unpack('=H', found[FAMILY_ID])[0],
                struct.unpack('=I', dict(attrs_of(group[1]))[2])[0])

    @staticmethod
    def message(kind, cmd, flags, attrs):
        body = struct.pack('=BBH', cmd, 1, 0) + attrs
        return struct.pack('=IHHII', 16 + len(body), kind, REQUEST | ACK | flags, 1, 0) + body

    def address(self, kind, addr):
        return attr(self.names(kind, f'v{addr.version}'), addr.packed)

    def prefix(self, text):
        net = ipaddress.ip_network(text)
        return (self.address('PREFIX_A', net.network_address) +
                attr(self.names('PREFIX_A', 'len'), bytes([net.prefixlen])))

    def encode(self, name, value):
        if name in STRINGS:
            data = [value.encode() + b'\0']
        elif name in FLAT:
            data = [ipaddress.ip_address(value).packed]
        elif name in ADDRS:
            data = [self.address('ADDRESS_A', ipaddress.ip_address(v)) for v in value.split(',')]
        elif name in PREFIXES:
            data = [self.prefix(v) for v in value.split(',')]
        elif name in FLAGS:
            data = [b'']
        elif name == 'request':
            cmd, *words = value.split(';')
            data = [attr(self.names('A', 'command'), struct.pack('=I', self.names('CMD', cmd))) +
                    b''.join(self.encode(*word.split('=')) for word in words)]
        else:
            data = [struct.pack('=I', int(value))]
        number = self.names('A', name) | (NESTED if name in PREFIXES | ADDRS | {'request'} else 0)
        return b''.join(attr(number, d) for d in data)

    def request(self, words):
        """COMMAND [+FLAG]... [NAME=VALUE]..., or as a value COMMAND;NAME=VALUE;..."""
        cmd, *words = words.split()
        flags, body = 0, b''
        for word in words:
            if word[0] == '+':
                flags |= globals()[word[1:].upper()]
            else:
                name, _, value = word.partition('=')
                body += self.encode(name, value)
        return self.message(self.family, self.names('CMD', cmd), flags, body)

    def do(self, *requests):
        for words in requests:
            answer = self.netlink.ask(self.request(words))
            if answer.error:
                fail(f'{words}: {os.strerror(answer.error)}: {answer.said}')
        return answer

    def state(self):
        """All that a user can see, or a neighbour of the uplink."""
        parts = []
        for words in STATE:
            answer = self.netlink.ask(self.request(words))
            if answer.error and '+dump' in words:
                fail(f'{words}: {os.strerror(answer.error)}')
            parts.append(answer.objects if '+dump' in words else answer.objects or [answer.error])
        with open('/proc/thread-self/net/igmp6', encoding='utf-8') as f:
            parts.append(sorted(line.split()[2] for line in f if ' up ' in line))
        return parts

    def lasting(self):
        """The state, but for when it was made and its numbers."""
        def mask(part):
            if not isinstance(part, bytes):
                return part
            return [(n, inner(n, d)) for n, d in attrs_of(part[4:]) if n not in self.volatile]

        def inner(number, data):
            if number != self.names('A', 'lease'):
                return data
            return [(n, d) for n, d in attrs_of(data) if n not in self.volatile]
        return [[mask(part) for part in parts] for parts in self.state()]

    @staticmethod
    def calm(look):
        """What it sees when that stays as it is: the host joins multicast groups a moment after
        the change, and to list the leases frees slots that linger, which is a change."""
        seen = look()
        while True:
            time.sleep(0.05)
            again = look()
            if again == seen:
                return seen
            seen = again

    def prepare(self, setup):
        self.do('flush all=')
        left = [len(part) for part in self.state()[:6]]
        if any(left):
            fail(f'after a flush there are still {left}')
        self.do(*BASE)
        for words in setup:
            self.do(words)
        self.calm(self.state)
        self.listener.heard()

    def is_done(self, words, events, wanted):
        """As without a fault? What has to be tried again has a while."""
        heard = self.listener.heard()
        if heard not in (None, events):
            fail(f'{words}: {heard} events of {events}, and none is said to be missing')
        end = time.monotonic() + PATIENCE
        while self.lasting() != wanted:
            if time.monotonic() > end:
                for got, want in zip(self.lasting(), wanted):
                    if got != want:
                        print(f'got {got}\nnot {want}')
                fail(f'{words}: done, but not as without a fault')
            time.sleep(0.1)

    def walk(self, words, *setup):
        """A change."""
        request = self.request(words)
        # An event, too, is a few allocations that something can be done without.
        self.listener.listen('+echo' in words)
        self.prepare(setup)
        echoes = len(self.do(words).objects)
        events = self.listener.heard()
        wanted = self.calm(self.lasting)

        self.prepare(setup)
        before = self.state()
        refused = done = n = 0
        while True:
            n += 1
            answer = self.netlink.ask(request, n)
            if answer.left:
                break
            if answer.error and answer.error not in NO_MEMORY:
                fail(f'{words}: allocation {n}: {os.strerror(answer.error)}')
            changed = self.state() != before
            if answer.error == errno.ENOMEM if changed else not answer.error:
                fail(f'{words}: allocation {n}: {os.strerror(answer.error)}, and '
                     f'{"something" if changed else "nothing"} has changed')
            if not changed:
                refused += 1
                if self.listener.heard():
                    fail(f'{words}: allocation {n}: refused, and told')
                continue
            done += 1
            if not answer.error and len(answer.objects) != echoes and not answer.said:
                fail(f'{words}: allocation {n}: an echo is lost without a word')
            self.is_done(words, events, wanted)
            self.prepare(setup)
            before = self.state()
        if answer.error:
            fail(f'{words}: {os.strerror(answer.error)} without a fault')
        self.is_done(words, events, wanted)
        self.count(words, n - 1, refused, done)

    def read_walk(self, words):
        """A question."""
        wanted = self.netlink.ask(self.request(words)).objects
        refused = n = 0
        while True:
            n += 1
            answer = self.netlink.ask(self.request(words), n)
            if answer.error and answer.error not in NO_MEMORY:
                fail(f'{words}: allocation {n}: {os.strerror(answer.error)}')
            if not answer.error and answer.objects != wanted:
                fail(f'{words}: allocation {n}: another answer')
            if answer.left:
                break
            refused += bool(answer.error)
        self.count(words, n - 1, refused, n - 1 - refused)

    def count(self, words, faults, refused, done):
        self.faults += faults
        self.refused += refused
        self.done += done
        print(f'ok: {words[:70]}: {faults} faults, {refused} times refused, {done} times done',
              flush=True)


STATE = [
    'pool-get +dump', 'pair-get +dump', 'machine-get +dump', 'lease-get +dump', 'app-get +dump',
    'warning-get +dump', 'stats-get',
] + [f'route-get source={source} destination=203.0.113.9 dev={dev}' for source, dev in
     [('10.0.0.1', 'm1'), ('10.0.0.2', 'm2'), ('10.0.0.9', 'm2')]]

BASE = [
    'pool-new region=ord prefix=198.51.100.0/28,2001:db8:e::/64 dev=up',
    'pool-new region=fra prefix=198.51.100.128/25,2001:db8:f::/64',
    'pair-new app=shop region=ord',
    'machine-new machine=m1 app=shop region=ord addr=10.0.0.1,fd00::1 dev=m1',
    'machine-new machine=m2 app=shop region=ord addr=10.0.0.2,fd00::2',
    'pair-new machine=m2 region=ord',
    'pair-new machine=m2 region=ord to=203.0.113.128/25',
]
EXCLUDE = ','.join(f'10.{i}.0.0/24' for i in range(200))
TO = 'to=203.0.113.0/24,2001:db8:b::/48'


def requests(header):
    r = Requests(header)
    r.walk('pool-new +echo region=iad prefix=198.51.100.64/28,2001:db8:d::/64 dev=m2')
    r.walk('pool-new region=fra prefix=198.51.100.96/28')
    r.walk('pair-new +echo app=shop region=ord count=3')
    r.walk('pair-new app=first region=ord', 'flush all=', BASE[0])
    r.walk(f'pair-new app=shop region=ord {TO}')
    r.walk('pair-new machine=m1 region=ord to=203.0.113.0/25')
    r.walk('machine-new +echo machine=m9 app=new region=new addr=10.0.0.9,fd00::9 dev=m2')
    r.walk('machine-new machine=m9 app=shop region=ord addr=10.0.0.9,fd00::9 dev=m2 '
           'pair=198.51.100.1 slot=40')
    r.walk('machine-set machine=m1 app=blog region=fra addr=10.0.0.9,fd00::9 dev=m2',
           'pair-new app=blog region=fra')
    r.walk('bind machine=m1 pair=198.51.100.1 slot=40 cut-stale=')
    r.walk(f'pair-set +echo addr=198.51.100.1 {TO}')
    r.walk('pair-set addr=198.51.100.4', f'pair-new app=shop region=ord {TO}')
    r.walk(f'app-set app=shop limit=100 exclude={EXCLUDE}')
    r.walk(f'app-set app=new exclude={EXCLUDE}')
    r.walk('rebalance app=shop', *[
        f'machine-new machine=c{i} app=shop region=ord addr=10.1.0.{i}'
        for i in range(1, 9)], 'pair-new app=shop region=ord')
    r.walk('promote machine=m2')
    r.walk('pair-new +echo org=acme region=ord', 'app-set app=shop org=acme')
    r.walk(f'pair-new org=acme region=ord {TO}', 'app-set app=shop org=acme')
    r.walk('app-set app=shop org=acme', 'pair-new org=acme region=ord',
           f'pair-new org=acme region=ord {TO}')
    r.walk('app-set app=shop org-none=', 'pair-new org=acme region=ord', 'app-set app=shop org=acme')
    r.walk('promote machine=m2 org=acme', 'app-set app=shop org=acme', 'pair-del addr=198.51.100.1')
    r.walk('pair-del +echo addr=198.51.100.1')
    r.walk('pair-del addr=198.51.100.4,198.51.100.1 drain=0',
           f'pair-new app=shop region=ord {TO}')
    r.walk('machine-del machine=m1')
    r.walk('batch request=machine-new;machine=m9;app=shop;region=ord;addr=10.0.0.9;dev=m2;'
           'pair=198.51.100.1 request=machine-new;machine=m8;app=new;region=new;addr=10.0.0.8 '
           'request=machine-del;machine=m2 request=pair-del;addr=198.51.100.4',
           f'pair-new app=shop region=ord {TO}')
    r.walk('batch request=pair-new;app=shop;region=ord;v4=198.51.100.9;v6=2001:db8:e::9;'
           'to=203.0.113.64/26 request=pair-new;app=new;region=ord '
           'request=pair-new;machine=m1;region=ord request=app-set;app=new;limit=100;'
           'exclude=10.0.0.0/8,10.64.0.0/10 '
           'request=machine-new;machine=m9;app=shop;region=ord;addr=10.0.0.9;dev=m2;'
           'pair=198.51.100.9;slot=7 request=machine-replace;machine=m8;app=new;region=ord;'
           'addr=10.0.0.8 request=machine-set;machine=m2;app=new;region=fra;'
           'addr=10.0.0.2,10.0.0.22;dev=up request=pair-del;addr=198.51.100.4',
           f'pair-new app=shop region=ord {TO}')
    r.walk('batch request=bind;machine=m2;pair=198.51.100.1;slot=9 '
           'request=machine-del;app=new request=pair-del;addr=198.51.100.4',
           'machine-new machine=m7 app=new region=new addr=10.0.0.7',
           f'pair-new app=shop region=ord {TO}')
    r.walk('pool-drain draining= region=ord prefix=198.51.100.0/28')
    r.walk('pool-del region=fra')
    r.walk('flush all=')
    r.prepare([f'pair-new app=shop region=ord {TO}'])
    for words in STATE[:8]:
        r.read_walk(words)
    for words in ['stats-get +dump', 'destination-get +dump', 'pair-get addr=198.51.100.1',
                  'pool-get region=ord', 'machine-get machine=m1', 'app-get app=shop']:
        r.read_walk(words)
    r.do('flush all=')
    print(f'{r.faults} in requests, {r.refused} times refused, {r.done} times done')


def attempt(n, do, undo):
    """Their n-th allocation fails: the error of what is done, and how many were left.
    What succeeds is undone."""
    NTH.arm(n)
    error = do()
    left = NTH.disarm()
    undone = 0 if error else undo()
    if undone:
        fail(f'allocation {n}: done, and not undone: {os.strerror(undone)}')
    return error, left


def load(path):
    file = os.open(path, os.O_RDONLY)
    steps = (lambda: system_call(FINIT_MODULE, file, b'', 0),
             lambda: system_call(DELETE_MODULE, b'egress', os.O_NONBLOCK))
    error, left = attempt(MANY, *steps)
    if error:
        fail(f'loading the module: {os.strerror(error)}')
    number = MANY - left
    refused = 0
    for n in range(number, max(number - INIT, 0), -1):
        error, _ = attempt(n, *steps)
        if error not in (0, errno.ENOMEM):
            fail(f'loading the module, allocation {n}: {os.strerror(error)}')
        refused += bool(error)
        if os.path.exists('/sys/module/egress') or os.path.exists('/sys/kernel/slab/egress_dest'):
            fail(f'loading the module, allocation {n}: not all of it has gone')
    print(f'ok: the last {INIT} of {number} allocations of a load failed, {refused} times it did')


def netns(count):
    home = os.open('/proc/thread-self/ns/net', os.O_RDONLY)
    steps = (lambda: system_call(UNSHARE, CLONE_NEWNET),
             lambda: system_call(SETNS, home, CLONE_NEWNET))
    error, left = attempt(MANY, *steps)
    if error:
        fail(f'a new namespace: {os.strerror(error)}')
    number = MANY - left
    step = max(number // count, 1)
    # The kernel's own parts have many words for it.
    refused = sum(bool(attempt(n, *steps)[0]) for n in range(1, number, step))
    print(f'ok: of {number} allocations of a new namespace one in {step} failed, '
          f'{refused} times it did')


def main():
    mode, arg = sys.argv[1:]
    if mode == 'requests':
        requests(arg)
    elif mode == 'load':
        load(arg)
    else:
        netns(int(arg))


if __name__ == '__main__':
    main()
