#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Of the free slots of a pair, the one that was freed longest ago is leased first: its ports
# have rested longest. Slot 0, with the low ports that some servers refuse, comes last.
. "$(dirname "$0")/lib.sh"

load_module
new_ns h
eg pool add ord $POOL4
allocate --block-size 8192

# next N SLOT: machine cN is leased that slot.
next() {
	eg machine add "c$1" --app shop --region ord --addr "$(at "$1")" > /dev/null
	lease "c$1"
	is "slot of c$1" "$2" "$SLOT"
}
next 1 1
next 2 2
next 3 3
for i in 3 1 2; do
	eg machine del "c$i"
done
next 4 4
next 5 5
next 6 6
next 7 7
next 8 3
next 9 1
next 10 2
next 11 0
