#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A release that has very many connections to cut holds nobody up: other requests are
# carried out meanwhile, and nobody sees the pair any more. When it returns, all
# connections are gone and the address can be allocated again. So with a machine.
. "$(dirname "$0")/lib.sh"

FLOOD=$TOP/build/flood
[ -x "$FLOOD" ] || fail "no $FLOOD: make build/flood"
COUNT=60000
[ -z "${EGRESS_SLOW:-}" ] || COUNT=10000

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

net 2
machine_wide net.netfilter.nf_conntrack_max $((COUNT * 4))
h sysctl -qw net.netfilter.nf_conntrack_udp_timeout=3600
o ip route add blackhole 11.0.0.0/8
pool
allocate
a4=$V4
add 1
eg app set other --limit 1000 >/dev/null

connect
eg release "$a4" > "$TMP/released" &
meanwhile $! "$a4" list
wait $! || fail "release: $(cat "$TMP/released")"
[ "$TIMES" -ge 1 ] || fail "others had to wait until the connections of a pair were cut"
echo "ok: $TIMES changes while connections of a pair were cut"
is "tracked under it" 0 "$(listed "dst=$a4 " h conntrack -L)"
is "stats" "0 0" "$(eg -j stats | jq -r '"\(.pairs) \(.connections)"')"
allocate --v4 "$a4"
under "m1" "$a4" "$(ask m1 tcp $BANK4)"

connect
eg machine del m1 > "$TMP/deleted" &
meanwhile $! m1 machine list
wait $! || fail "machine del: $(cat "$TMP/deleted")"
[ "$TIMES" -ge 1 ] || fail "others had to wait until the connections of a machine were cut"
echo "ok: $TIMES changes while connections of a machine were cut"
is "tracked under it" 0 "$(listed "dst=$a4 " h conntrack -L)"
is "leased" "[0] []" "$(eg -j list | jq -c '[.[].machines]') $(eg -j lease list)"
