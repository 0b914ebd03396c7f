#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Whoever follows the events, and nothing else, can say of every slot at every moment whose
# it is: through a random life of machines, pairs and sets of destinations, with connections
# that let slots linger, they agree with each list of leases.
. "$(dirname "$0")/lib.sh"

machines=60 rounds=10 commands=60
[ -z "${EGRESS_LONG:-}" ] || machines=1000 rounds=40 commands=400
seed=${SEED:-$RANDOM}
echo "SEED=$seed"

net 1
many_in_m1
listen events
eg pool add ord 198.51.100.0/28 2001:db8:e::/64
eg pool add fra 198.51.100.128/28
for ((i = 1; i <= machines / 2; i++)); do
	echo "machine add c$i --app shop --region ord --addr $(at "$i")"
done | eg -b - > /dev/null

RANDOM=$seed
stands=()
for ((round = 0; round < rounds; round++)); do
	"$SELFTESTS/lease_life.py" live $machines $commands $((seed + round)) |
		eg -b - -force > /dev/null 2>&1 || true
	for i in 1 2 3 4 5 6; do
		name=r$round.$i
		! flows keep $name m1 tcp 203.0.113.$((RANDOM % 4 + 1)) "from=$(at $((RANDOM % machines + 1)))" wait=0.2 ||
			stands+=("$name")
	done
	while [ ${#stands[@]} -gt 12 ]; do
		end "${stands[0]}" 2>/dev/null || true
		stands=("${stands[@]:1}")
	done
	eg -j lease list --brief > "$TMP/list.$round"
done

# No slot becomes free any more, and no pair goes, so that the last lists are of one generation.
for name in "${stands[@]}"; do
	end "$name"
done
h conntrack -F 2>/dev/null
settled
drained() { [[ $(eg -j list --brief) != *'"draining":true'* ]]; }
until_ok "no pair drains" drained
eg -j machine list > "$TMP/machines"
eg -j list > "$TMP/pairs"
eg app set last --limit 7
until_ok "the last event" grep -q '"app": "last"' "$TMP/events"
lists=()
for ((round = 0; round < rounds; round++)); do
	lists+=("$TMP/list.$round")
done
"$SELFTESTS/lease_life.py" compare "$TMP/events" "$TMP/machines" "$TMP/pairs" "${lists[@]}"

# Briefly, nobody counts.
is "counted" "true true true" "$(for list in machine lease ''; do
	# shellcheck disable=SC2086 # nothing is no word
	eg -j $list list | jq '.[0] | has("connections") and has("generation")'
done | xargs)"
is "not counted" "false false false" "$(for list in machine lease ''; do
	# shellcheck disable=SC2086
	eg -j $list list --brief | jq '.[0] | has("connections")'
done | xargs)"
is "no column" 0 "$(for list in machine lease; do eg $list list --brief; done | grep -c CONNECTIONS)"
eg flush --all
