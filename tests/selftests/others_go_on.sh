#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A release that has very many connections to cut holds nobody up: other requests are
# carried out meanwhile, and nobody sees the pair any more. When it returns, all
# connections are gone and the address can be allocated again. So with a machine, and
# with a flush.
. "$(dirname "$0")/lib.sh"

FLOOD=$TOP/build/flood
[ -x "$FLOOD" ] || fail "no $FLOOD: make build/flood"
COUNT=60000 MOST=480000
[ -z "${EGRESS_SLOW:-}" ] || COUNT=10000 MOST=80000

tracked() { h conntrack -C; }

# meanwhile PID WHAT COMMAND...: as long as PID lives, others change something. How often they
# did after COMMAND told no more of WHAT, and before PID came back, is in TIMES.
meanwhile() {
	local pid=$1 what=$2 n=0
	shift 2
	TIMES=0
	while :; do
		n=$((n + 1))
		[[ $(eg "$@") == *$what* ]] || TIMES=$((TIMES + 1))
		eg app set other --limit $n >/dev/null
		kill -0 "$pid" 2>/dev/null || break
	done
	TIMES=$((TIMES - 1))
}

# connect: m1 has COUNT connections, each to another destination.
connect() {
	m1 "$FLOOD" -s 10.0.0.1 -d 11.0.0.0 -D -n "$COUNT" -b "$COUNT" >/dev/null
	[ "$(tracked)" -ge $((COUNT * 9 / 10)) ] || fail "$(tracked) connections of $COUNT"
}

# seen PREPARE WHAT LIST COMMAND...: PREPARE, and m1 connects; then COMMAND takes all that away,
# and LIST tells no more of WHAT while it is still at it. A fast computer needs more connections
# for that to be seen.
seen() {
	local prepare=$1 what=$2 list=$3 count=$COUNT
	shift 3
	while :; do
		$prepare
		connect
		eg "$@" > "$TMP/said" &
		# shellcheck disable=SC2086
		meanwhile $! "$what" $list
		wait $! || fail "$*: $(cat "$TMP/said")"
		is "tracked" 0 "$(listed "dst=$a4 " h conntrack -L)"
		[ "$TIMES" -lt 1 ] || break
		COUNT=$((COUNT * 2))
		[ "$COUNT" -le $MOST ] || fail "$*: others had to wait until the connections were cut"
	done
	echo "ok: $*: $TIMES changes while $COUNT connections were cut"
	COUNT=$count
}

net 2
machine_wide net.netfilter.nf_conntrack_max $((MOST * 2))
h sysctl -qw net.netfilter.nf_conntrack_udp_timeout=3600
o ip route add blackhole 11.0.0.0/8
pool
allocate
a4=$V4
add 1
eg release "$a4"
eg app set other --limit 1000 >/dev/null

again() { allocate --v4 "$a4"; }
seen again "$a4" list release "$a4"
is "stats" "0 0" "$(eg -j stats | jq -r '"\(.pairs) \(.connections)"')"
again
under "m1" "$a4" "$(ask m1 tcp $BANK4)"

add_m1() { add 1 >/dev/null; }
seen add_m1 m1 "machine list" machine del m1
is "leased" "[0] []" "$(eg -j list | jq -c '[.[].machines]') $(eg -j lease list)"

afresh() { pool; again; add_m1; } >/dev/null
eg flush --all
seen afresh m1 "machine list" flush --all
is "nothing is left" "[] [] []" "$(eg -j list) $(eg -j machine list) $(eg -j pool list)"
