#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What cuts, moves or deletes says with --dry-run what it would do, as it then does, and
# changes nothing.
. "$(dirname "$0")/lib.sh"

net 2
pool
allocate
A4=$V4
crowd 1 40
allocate
B4=$V4
add 1
add 2
eg bind m1 "$B4"
eg allocate --machine m2 --region ord > /dev/null
lease m2
OWN4=$V4
keep one m1 udp $BANK4 > /dev/null

# The slot that m2 had before its own pair's.
settled
generation=$(stat generation)
# there: all that is there, whatever the generation.
there() { { eg -j machine list; eg -j list; } | jq -c 'map(del(.generation))'; }
before=$(there)
dry() { eg -j "$@" --dry-run; }
# moves ANSWER: who would go where.
moves() { jq -r '.moves[] | "\(.machine) \(.from) \(.v4) \(.waiting)"' <<<"$1" | sort; }

# The second pair has 63 slots to spare, for 40; the first has 24, for one.
said=$(dry release "$A4")
is "its pair" "[\"$A4\",40]" "$(jq -c '.pairs[] | [.v4, .machines]' <<<"$said")"
is "all move" "40 $A4 null false" "$(moves "$said" | cut -d' ' -f2- | uniq -c | sed 's/^ *//')"
said=$(dry release "$B4" "$B4")
is "one is used" "[\"$B4\",1,1,false]" "$(jq -c '.pairs[] | [.v4, .machines, .connections, .draining]' <<<"$said")"
is "it moves" "m1 $B4 null false" "$(moves "$said")"
# Without either there is no room; a machine on its own pair does not care.
said=$(dry release "$A4" "$B4")
is "all wait" 41 "$(moves "$said" | grep -c "null true")"
is "and with the last" 42 "$(moves "$(dry release "$A4" "$B4" "$OWN4")" | grep -c "null true")"
is "its own goes" "m2 $OWN4 null false" "$(moves "$(dry release "$OWN4")")"
like "in words" "machine 'm1' of app 'shop' in region 'ord': $B4 -> another pair.*Nothing was changed." \
	"$(eg release "$B4" --dry-run)"
refused 2 "198.51.100.14 is not an allocated egress address" eg release 198.51.100.14 "$A4" --dry-run

said=$(dry machine del m1 m2 m1)
is "machines go" '["m1",1] ["m2",0]' "$(jq -c '.machines[] | [.machine, .connections]' <<<"$said" | xargs -d '\n')"
is "and a pair" "\"$OWN4\"" "$(jq -c '.pairs[].v4' <<<"$said")"
is "of an app" 42 "$(dry machine del --app shop | jq '.machines | length')"
is "another region" "m1 $B4 null true" "$(moves "$(dry machine set m1 --region ams)")"
is "nothing to move" "m1 []" "$(dry machine set m1 --region ord | jq -r '"\(.machines[].machine) \(.moves)"')"
is "another app" '["m1","blog",true,1]' \
	"$(dry machine set m1 --app blog | jq -c '.moves[] | [.machine, .app, .waiting, .connections]')"
is "bound" "c1 $A4 $B4 false" "$(moves "$(dry bind c1 "$B4")")"
plan=$(dry rebalance --app shop)
is "rebalance" "$((40 - (41 + 1) / 2)) 0" "$(jq -r '"\(.count) \([.moves[] | select(.from != "'"$A4"'")] | length)"' <<<"$plan")"
is "some of it" 3 "$(dry rebalance --app shop --max-moves 3 | jq '.moves | length')"
is "flush" "3 42 1" "$(dry flush --all | jq -r '"\(.pairs) \(.machines) \(.connections)"')"
refused 2 "in use" eg pool del ord --dry-run
eg pool add ord 198.51.100.32/28
added=$(eg -j pool list)
is "what would be left" $POOL4,$POOL6 "$(dry pool del ord 198.51.100.32/28 | jq -r '[.prefixes[].prefix] | join(",")')"
is "what would drain" '[false,false,true]' "$(dry pool drain ord 198.51.100.32/28 | jq -c '[.prefixes[].draining]')"
is "the pool is as it was" "$added" "$(eg -j pool list)"
is "generation" $((generation + 1)) "$(stat generation)"
is "nothing has changed" "$before" "$(there)"

# What is done then is what was said.
eg rebalance --app shop
is "as was said" "$(jq -r '.moves[].machine' <<<"$plan" | sort)" \
	"$(comm -13 <(jq -r '.[]? | select(."egress-v4"? == "'"$B4"'") | .machine' <<<"$before" | sort) \
		<(eg -j machine list | jq -r '.[] | select(."egress-v4" == "'"$B4"'") | .machine' | sort))"
crowd 41 90
said=$(dry release "$B4")
eg release "$B4"
is "who waits" "$(moves "$said" | awk '$4 == "true" { print $1 }')" \
	"$(eg -j machine list --waiting | jq -r '.[].machine' | sort)"
differ "some do" "" "$(moves "$said" | awk '$4 == "true" { print $1 }')"

# A dry run of a drain does not count the pool's addresses out: that few are left is told.
eg pool add sml 198.51.100.64/29
dry pool drain sml 198.51.100.64/29 > /dev/null
dry pool drain sml 198.51.100.64/29 > /dev/null
like "few are left" "region 'sml'.*left" "$(eg allocate --app blog --region sml --count 5 2>&1)"
