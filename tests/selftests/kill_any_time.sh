#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Killed at any point, egressctl leaves what was before or what it was to do,
# and nothing between: killed before and after its system calls, and while the
# kernel is at work for it.
. "$(dirname "$0")/lib.sh"

load_module
new_ns h
ROUNDS=3
[ -z "${EGRESS_LONG:-}" ] || ROUNDS=12
EXCLUDE=$(printf '10.%s.0/24,' {1..60}.{1..60})
SEEN_BEFORE=0 SEEN_DONE=0 RANDOM=1

# A run's state is always the same: nothing is left to chance.
prepare() {
	eg flush --all
	{
		echo "pool add ord 198.51.100.0/25 2001:db8:e::/64"
		echo "pool add fra 198.51.100.128/25 2001:db8:f::/64"
		echo "allocate --app shop --region ord"
		for i in {1..8}; do
			echo "machine add m$i --app shop --region ord --addr 10.0.0.$i fd00::$i"
		done
		echo "allocate --app shop --region ord --count 2"
		echo "allocate --machine m8 --region ord"
		echo "allocate --app blog --region fra"
	} | eg -b - > /dev/null 2>&1
}

# All there is, but for when it was made and its numbers, which are never the same.
state() {
	printf '%s list\n' pool "" machine app lease | eg -j -b - 2> /dev/null |
		sed -E 's/"(created|pair-id|set-id|generation)":("[^"]*"|[0-9]+)//g'
}

# killed STOP MICROSECONDS ARG...: egressctl, at that point. Its state is in STATE.
killed() {
	"$SELFTESTS/kill_at.py" "$1" "$2" "$EGRESSCTL" -n h "${@:3}" > "$TMP/out" 2>&1
	STOPS=$(tail -n 1 "$TMP/out")
	STATE=$(state)
}

# either WHAT ARG...: the command is done, or it isn't.
either() {
	local what=$1 before after stops i delay was=0 is=0
	shift
	prepare
	before=$(state)
	killed 100000 0 "$@"
	after=$STATE stops=$STOPS
	differ "$what: it does something" "$before" "$after" > /dev/null
	prepare
	is "$what: the same at first" "$before" "$(state)" > /dev/null

	for ((i = 1; i <= ROUNDS; i++)); do
		# The first third of the way, its libraries are loaded.
		delay=$((i % 2 ? 0 : RANDOM % 3000 + 1))
		killed $((stops / 3 + stops * 2 * i / ROUNDS / 3)) "$delay" "$@"
		case $STATE in
		"$before")
			was=$((was + 1)) ;;
		"$after")
			is=$((is + 1))
			prepare ;;
		*)
			diff <(tr , '\n' <<<"$before") <(tr , '\n' <<<"$STATE") || true
			fail "$what: killed at stop $STOPS of $stops and $delay us: neither done nor not" ;;
		esac
	done
	echo "ok: $what: $was times as before, $is times done"
	SEEN_BEFORE=$((SEEN_BEFORE + was)) SEEN_DONE=$((SEEN_DONE + is))
}

either "allocate" allocate --app shop --region ord --count 50
either "release" release 198.51.100.1 2001:db8:e::2 -y
either "machine set" machine set m8 --app blog --region fra --addr 10.9.0.8 fd09::8 --dev up -y
either "machine del" machine del m1 m2 m3 m8 -y
either "app set" app set shop --limit 100 --on-none drop --exclude "${EXCLUDE%,}"
either "bind" bind m1 198.51.100.2 --slot 40
either "rebalance" rebalance --app shop
either "flush" flush --all -y
within "as before" $((2 * ROUNDS)) $((7 * ROUNDS)) $SEEN_BEFORE
within "done" $ROUNDS $((6 * ROUNDS)) $SEEN_DONE
