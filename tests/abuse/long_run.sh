#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A host's ordinary life, five minutes of it (EGRESS_SECONDS): requests, downloads,
# connections that stand, pings; every ten seconds an app is deployed anew, with other
# machines, and now and then with another pair. Nobody notices, and in the end the
# accounts of clients, server, conntrack and counters agree.
. "$(dirname "$0")/../selftests/lib.sh"

LIFE=${EGRESS_SECONDS:-300}
SIZE=8			# machines of a deployment
NUMBER=0 SWITCHED=0 PINGS=0 DOWNLOADS=0

# machines NUMBER: of that deployment, "ID IPV4 IPV6" a line.
machines() {
	local i
	for ((i = 1; i <= SIZE; i++)); do
		echo "d$1-$i 10.1.$(($1 % 250 + 1)).$i fd00:1::$(($1 % 250 + 1)):$i"
	done
}

# note: what machines are to be seen under from now on, "SOURCE ADDR FIRST LAST" a line.
note() {
	eg -j machine list | jq -r '.[] | select(.waiting | not) | . as $m |
		.addresses[] | [., (if contains(":") then $m."egress-v6" else $m."egress-v4" end),
			($m.ports | split("-")[])] | join(" ")' >> "$TMP/own"
}

# The new machines are there, work has gone over to them, the old ones go.
deploy() {
	NUMBER=$((NUMBER + 1))
	machines $NUMBER | while read -r id v4 v6; do
		echo "machine add $id --app shop --region ord --addr $v4 $v6"
	done | eg -b - >/dev/null
	note
	machines $NUMBER | cut -d ' ' -f 2- > "$TMP/live.new"
	mv "$TMP/live.new" "$TMP/live"
	[ $NUMBER -gt 1 ] || return 0
	until_ok "deployment $NUMBER works" works $NUMBER
	# shellcheck disable=SC2046 # words
	eg machine del $(machines $((NUMBER - 1)) | cut -d ' ' -f 1) >/dev/null
}
works() { tail -n 2 "$TMP/requests" | grep -qE "^(10\.1\.$(($1 % 250 + 1))\.|fd00:1::$(($1 % 250 + 1)):)"; }

# switch: another pair, and the old one goes when its connections have ended.
switch() {
	local was
	was=$(eg -j list --app shop | jq -r '.[0].ip')
	allocate
	eg release "$was" --drain=$((30 * SLOW)) >/dev/null
	note
	SWITCHED=$((SWITCHED + 1))
}

downloads() {
	is "a download" "" "$(m2 curl -gsS --max-time 600 -o "$TMP/got" "http://$1/slow/file" 2>&1)"
	cmp "$TMP/file" "$TMP/got"
	DOWNLOADS=$((DOWNLOADS + 1))
}

pings() {
	m2 ping -qnc 3 -i 0.5 "$1" > "$TMP/ping" || fail "$(cat "$TMP/ping")"
	PINGS=$((PINGS + 3))
}

net 2
many_in_m1
m1 sysctl -qw net.ipv6.ip_nonlocal_bind=1
web
head -c 600K /dev/urandom > "$TMP/file"
pool
allocate
eg allocate --app blog --region ord
eg machine add m2 --app blog --region ord --addr 10.0.0.2 fd00::2
deploy
background m1 /usr/bin/python3 -I "$SELFTESTS/requests.py" "$TMP/live" "$TMP/requests" 203.0.113.1 2001:db8:b::1 2> "$TMP/requests.err"
client=${PIDS[-1]}
background m2 /usr/bin/python3 -I "$SELFTESTS/load.py" 50 203.0.113.{2..4} 2001:db8:b::{2..4} 2> "$TMP/load.err"
load=${PIDS[-1]}
like "20 that stand" '^ok=20 ' "$(many stand 20 m2 tcp $BANK4 "port=7")"

start=$(uptime_s)
until [ $(($(uptime_s) - start)) -ge "$LIFE" ]; do
	next=$(($(uptime_s) + 10))
	deploy
	[ $((NUMBER % 3)) != 0 ] || switch
	case $((NUMBER % 2)) in
	0) downloads $BANK4; pings $BANK6 ;;
	1) downloads "[$BANK6]"; pings $BANK4 ;;
	esac
	leased m2 "$(ask m2 tcp 203.0.113.3)" >/dev/null
	runs "$client" requests
	runs "$load" load
	[ "$(uptime_s)" -ge $next ] || sleep $((next - $(uptime_s)))
done
is "those that stood from the first second to the last" 20 "$(same stand)"

# The last request has been answered.
kill "$load"
: > "$TMP/live"
ended() { ! kill -0 "$client" 2>/dev/null; }
until_ok "the client has no machine any more, and ends" ended
asked=$(wc -l < "$TMP/requests")
failed=$(listed ' failed ' cat "$TMP/requests")
[ "$failed" = 0 ] || fail "$failed of $asked requests failed: $(grep ' failed ' "$TMP/requests" | head -n 5)"
is "requests that the server has seen" $((asked + DOWNLOADS)) "$(wc -l < "$TMP/access.log")"
awk '
	FNR == NR { own[$1] = own[$1] " " $2 "/" $3 "/" $4; next }
	{
		ok = 0
		n = split(own[$1], blocks, " ")
		for (i = 1; i <= n; i++) {
			split(blocks[i], b, "/")
			ok = ok || ($2 == b[1] && $3 + 0 >= b[2] + 0 && $3 + 0 <= b[3] + 0)
		}
		if (!ok) print
	}' "$TMP/own" "$TMP/requests" > "$TMP/wrong"
[ ! -s "$TMP/wrong" ] || fail "seen under another machine's address or port: $(head -n 5 "$TMP/wrong")"

opened=$(stat opened)
balanced
end stand
for name in limit passed unbound spoofed unsupported nomem; do
	is "$name" 0 "$(stat $name)"
done
forgotten connections
forgotten destinations
balanced
is "memory" 0 "$(stat memory)"
is "blocks leased" $((SIZE + 1)) "$(eg -j lease list | jq length)"
is "pairs" 2 "$(stat pairs)"
within "connections" $((asked + DOWNLOADS + PINGS / 3 + 20)) 999999999 "$opened"
echo "count: $NUMBER deployments, $SWITCHED of them with another pair, $asked requests, $DOWNLOADS downloads, $PINGS pings," \
	"$opened connections, $(stat leak) packets that would have left under a wrong address"
