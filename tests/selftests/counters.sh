#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The counters count what they say, of the namespace and of each machine.
. "$(dirname "$0")/lib.sh"

# count MACHINE NAME
count() { eg -j stats --app shop | jq ".[] | select(.machine == \"$1\") | .stats.\"$2\""; }

net 2
capture b gre -i o 'proto 47 or ip6 proto 47'
pool
add 2
flows ask m2 tcp $BANK4
is "passed" "1 1" "$(stat passed) $(count m2 passed)"
allocate
add 1

flows ask m1 tcp $BANK4
flows ask m1 udp $BANK6
like "connections" '^ok=20 ' "$(many some 20 m1 tcp $BANK4)"
is "live, in a list" 21 "$(eg -j machine list | jq 'map(.connections) | add')"
is "opened" "22 22 0" "$(stat opened) $(count m1 opened) $(count m2 opened)"
is "connections" "21 21" "$(stat connections) $(of connections "$(eg -j machine show m1)")"
is "two families, two tables" 2 "$(stat destinations)"
end some
h conntrack -F
closed() { [ "$(stat connections) $(stat closed) $(count m1 closed)" = "0 22 22" ]; }
until_ok "no connection, 22 closed" closed

flows raw m1 $BANK4 47 3
flows raw m1 $BANK6 47 2
is "unsupported" "5 5" "$(stat unsupported) $(count m1 unsupported)"
flows raw h $BANK4 47 1
until_ok "the host's own packet is seen" shows gre "$HOST4 > $BANK4"
is "GRE packets seen" 1 "$(wc -l < "$TMP/gre")"

is "never" "0 0 0" "$(stat leak) $(stat nomem) $(stat spoofed)"
is "pairs, machines, waiting" "1 2 0" "$(eg -j stats | jq -r '"\(.pairs) \(.machines) \(.waiting)"')"
like "for people" 'opened +22' "$(eg stats)"
