#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A released address is drawn again last: after every one that was never used,
# and after those that were released before it. Network, broadcast and
# subnet-router anycast addresses are never drawn.
. "$(dirname "$0")/lib.sh"

drawn() { eg -j allocate --app shop --region ord "$@" | jq -r "[.pairs[].v4] | join(\" \")"; }

net 0
eg pool add ord 198.51.100.0/29 2001:db8:e::/64 dev up
first=$(drawn)
second=$(drawn)
eg release "$second"
eg release "$first"
rest=$(drawn --count 4)
for addr in $first $second 198.51.100.0 198.51.100.7; do
	[[ " $rest " != *" $addr "* ]] || fail "$addr is among $rest"
done
is "released first" "$second" "$(drawn)"
is "released later" "$first" "$(drawn)"
refused 2 . eg allocate --app shop --region ord

# Asked for in vain, it keeps its turn.
eg release "$second"
eg release "$first"
refused 2 'ffff::1' eg allocate --app shop --region ord --v4 "$first" --v6 2001:db8:ffff::1
is "first, as before" "$second $first" "$(drawn --count 2)"

third=${rest%% *}
eg release "${rest##* }"
eg release "$third"
is "the order of release" "${rest##* } $third" "$(drawn --count 2)"
[[ $(pairs) != *2001:db8:e::$'\n'* ]] || fail "the anycast address was drawn"
is "addresses that differ" 12 "$(pairs | sort -u | wc -l)"
