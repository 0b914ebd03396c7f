#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A machine can be pinned to a pair and a slot, and given back.
. "$(dirname "$0")/lib.sh"

net 2
pool
allocate
a4=$V4 a6=$V6
allocate
b4=$V4
add 1

eg bind m1 "$a4"
under "bound to a" "$a4" "$(ask m1 udp $BANK4)"
eg bind m1 "$b4"
under "bound to b" "$b4" "$(ask m1 udp $BANK4)"
leased m1 "$(ask m1 udp $BANK6)"
eg bind m1 "$a6" --slot 40
leased m1 "$(ask m1 tcp $BANK4)"
is "pair" "$a4" "$V4"
is "ports" 40960-41983 "$FIRST-$LAST"
is "pinned" true "$(eg -j machine show m1 | jq .pinned)"

add 2 --pair "$a6" --slot 41
leased m2 "$(ask m2 tcp $BANK6)"
is "ports" 41984-43007 "$FIRST-$LAST"
refused 2 'slot 40' eg bind m2 "$a4" --slot 40
leased m2 "$(ask m2 tcp $BANK6)"
is "ports" 41984-43007 "$FIRST-$LAST"

eg bind m1 auto
is "pinned" false "$(eg -j machine show m1 | jq .pinned)"
leased m1 "$(ask m1 tcp $BANK4)"

# Rebalancing leaves a pinned machine alone.
eg rebalance --app shop
leased m2 "$(ask m2 tcp $BANK4)"
is "pinned machine after a rebalance" "$a4 41" "$V4 $SLOT"

# A pin goes with its pair.
eg bind m2 "$b4"
is "pinned" true "$(of pinned "$(eg -j machine show m2)")"
eg release "$b4"
is "pinned, after the pair's release" false "$(of pinned "$(eg -j machine show m2)")"
leased m2 "$(ask m2 tcp $BANK4)"
