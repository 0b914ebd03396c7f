#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
#
#   lease_life.py live MACHINES COMMANDS SEED
#       Print a random life of machines and pairs, as a batch for egressctl; some of its
#       commands are refused.
#   lease_life.py compare EVENTS LISTS...
#       Hold the events of leases and of sets, a JSON object a line, against lists that
#       egressctl has shown in between: whose is each slot at the generation of the list?

import json
import random
import sys

DESTINATIONS = ["203.0.113.1/32", "203.0.113.2/31", "203.0.113.0/24,2001:db8:b::/64", "198.18.0.0/15"]
REGIONS = {"ord": range(1, 15), "fra": range(129, 143)}
PORTS = ("v4", "port-first", "port-last", "machine", "app", "region", "block-size")


def fail(what):
    sys.exit(f"lease_life.py: {what}")


def live(machines, commands, seed):
    rng = random.Random(seed)

    def machine():
        return f"c{rng.randint(1, machines)}"

    def region():
        return rng.choice(["ord", "ord", "fra"])

    def pair(where):
        return f"198.51.100.{rng.choice(REGIONS[where])}"

    def destinations():
        return rng.choice(["", "", f"--to {rng.choice(DESTINATIONS)}"])

    def add():
        n = rng.randint(1, machines)
        return (f"machine add c{n} --app {rng.choice(['shop', 'shop', 'blog'])} --region {region()} "
                f"--addr 10.1.{n // 250}.{n % 250 + 1}")

    def allocate():
        where = region()
        return f"allocate --app shop --region {where} --v4 {pair(where)} --block-size 4096 {destinations()}"

    life = [
        (6, add),
        (3, allocate),
        (1, lambda: f"allocate --app blog --region ord --v4 {pair('ord')} --block-size 16384"),
        (1, lambda: f"allocate --machine {machine()} --region ord --v4 {pair('ord')} {destinations()}"),
        (1, lambda: f"promote {machine()}"),
        (2, lambda: f"machine del {machine()}"),
        (2, lambda: f"machine set {machine()} --region {region()}"),
        (1, lambda: f"machine set {machine()} --app {rng.choice(['shop', 'blog'])}"),
        (2, lambda: f"bind {machine()} {pair('ord')}"),
        (1, lambda: f"bind {machine()} {pair('ord')} --slot {rng.randint(0, 15)}"),
        (2, lambda: f"bind {machine()} auto"),
        (1, lambda: f"rebalance --app shop"),
        (1, lambda: f"release {pair(region())}"),
        (1, lambda: f"release {pair(region())} --drain={rng.choice([1, 100])}"),
        (2, lambda: f"pair set {pair('ord')} {destinations()}"),
    ]
    for _ in range(commands):
        print(rng.choices([does for _, does in life], [often for often, _ in life])[0]())


class Follower:
    """Who knows all leases and sets by events alone."""

    def __init__(self):
        self.leases, self.sets, self.machines, self.gone = {}, {}, {}, set()
        self.generation = self.time = 0

    def lease(self, event):
        place = event["pair-id"], event["slot"]
        was = self.leases.get(place)
        state = event["state"]
        wanted = {"leased": None, "lingering": "leased", "free": "lingering"}[state]
        if (was and was["state"]) != wanted:
            fail(f"{event} after {was}")
        if was and was["machine"] != event["machine"]:
            fail(f"{event}, but it is the slot of {was['machine']}")
        if event["time"] < self.time:
            fail(f"{event} is told late")
        self.time = event["time"]
        if state == "free":
            del self.leases[place]
        else:
            self.leases[place] = event

    def apply(self, event):
        if event["generation"] > self.generation + 1 and self.generation:
            fail(f"nothing is told of generation {self.generation + 1}")
        self.generation = event["generation"]
        kind = event["event"]
        if kind == "lease":
            self.lease(event)
        elif kind == "pair-del":
            self.gone.add(event["pair-id"])
        elif kind == "set-new":
            to = [f"{p.get('v4') or p.get('v6')}/{p['len']}" for p in event["to"]]
            self.sets[event["set-id"]] = to
        elif kind == "set-del":
            del self.sets[event["set-id"]]
        elif kind == "machine-new":
            self.machines[event["machine"]] = event.get("lease", [])
        elif kind == "machine-del":
            del self.machines[event["machine"]]

    def compare(self, rows):
        """A list of leases. It has no slots of a pair that has gone, whose connections are being cut."""
        told = {place: (lease["state"], *(lease[key] for key in PORTS)) for place, lease in self.leases.items()
                if place[0] not in self.gone}
        if any(lease["state"] != "lingering" for place, lease in self.leases.items() if place[0] in self.gone):
            fail("a slot of a pair that has gone is leased")
        shown = {(row["pair-id"], row["slot"]): (row["state"], *(row[key] for key in PORTS)) for row in rows}
        for place in told.keys() | shown.keys():
            if told.get(place) != shown.get(place):
                fail(f"generation {self.generation}, pair and slot {place}: told {told.get(place)}, "
                     f"shown {shown.get(place)}")

    def compare_machines(self, rows):
        def brief(leases):
            return sorted((lease["pair-id"], lease["slot"], lease.get("set-id") or 0, bool(lease.get("pinned")))
                          for lease in leases)
        for row in rows:
            told, shown = brief(self.machines[row["machine"]]), brief(row["leases"])
            if told != shown:
                fail(f"{row['machine']}: told {told}, shown {shown}")
        return sum(len(row["leases"]) for row in rows)

    def compare_sets(self, pairs):
        shown = {pair["set-id"]: pair["to"] for pair in pairs if pair["set-id"]}
        if shown != self.sets:
            fail(f"sets: told {self.sets}, shown {shown}")


def compare(events, machines, pairs, *lists):
    follower = Follower()
    lingering = compared = 0
    with open(events, encoding="utf-8") as file:
        events = [json.loads(line) for line in file]
    events = [event for event in events if event["event"] not in ("warning", "limit")]
    for name in lists:
        with open(name, encoding="utf-8") as file:
            rows = json.load(file)
        if not rows or rows[0].get("interrupted"):
            continue
        while events and events[0]["generation"] <= rows[0]["generation"]:
            follower.apply(events.pop(0))
        follower.compare(rows)
        lingering += sum(row["state"] == "lingering" for row in rows)
        compared += 1
    for event in events:
        follower.apply(event)
    with open(machines, encoding="utf-8") as file:
        leases = follower.compare_machines(json.load(file))
    with open(pairs, encoding="utf-8") as file:
        follower.compare_sets(json.load(file))
    print(f"{compared} lists, {lingering} lingering slots in them, {follower.generation} changes, "
          f"{len(follower.sets)} sets, {leases} leases at last")
    if compared < len(lists) // 2 or not lingering or not follower.sets:
        fail("that is too few to say anything")


if sys.argv[1] == "live":
    live(*map(int, sys.argv[2:]))
else:
    compare(*sys.argv[2:])
