#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A release that has very many connections to cut holds nobody up: other requests are
# carried out meanwhile, and are told that the pair is gone. When it returns, all
# connections are gone and the address can be allocated again.
. "$(dirname "$0")/lib.sh"

FLOOD=$TOP/build/flood
[ -x "$FLOOD" ] || fail "no $FLOOD: make build/flood"
COUNT=${EGRESS_CONNECTIONS:-20000}

tracked() { h conntrack -C; }

# while_runs PID COMMAND...: repeat COMMAND as long as PID lives: TIMES.
while_runs() {
	local pid=$1
	shift
	TIMES=0
	while kill -0 "$pid" 2>/dev/null; do
		"$@" >/dev/null
		TIMES=$((TIMES + 1))
	done
}

change() { eg app set other --limit $((TIMES + 1)); }

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
while_runs $! change
wait $! || fail "release: $(cat "$TMP/released")"
echo "ok: $TIMES changes during a release"
[ "$TIMES" -ge 3 ] || fail "only $TIMES changes were carried out while a pair was released"
is "tracked under it" 0 "$(listed "dst=$a4 " h conntrack -L)"
is "stats" "0 0" "$(eg -j stats | jq -r '"\(.pairs) \(.connections)"')"
allocate --v4 "$a4"
under "m1" "$a4" "$(ask m1 tcp $BANK4)"

connect
eg machine del m1 > "$TMP/deleted" &
while_runs $! change
wait $! || fail "machine del: $(cat "$TMP/deleted")"
echo "ok: $TIMES changes during a machine's end"
[ "$TIMES" -ge 3 ] || fail "only $TIMES changes were carried out while a machine was deleted"
is "tracked under it" 0 "$(listed "dst=$a4 " h conntrack -L)"
is "leased" "[0] []" "$(eg -j list | jq -c '[.[].machines]') $(eg -j lease list)"
