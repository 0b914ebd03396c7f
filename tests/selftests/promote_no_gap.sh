#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A machine's own pair becomes its app's while iperf3 runs over it, in both
# directions: no interval without bytes, no packet under another address or dropped.
. "$(dirname "$0")/lib.sh"

rate=10M interval=0.5 span=8
[ -z "${EGRESS_SLOW:-}" ] || rate=1M interval=2 span=32

net 2
pool
add 1
add 2
own=$(eg -j allocate --machine m1 --region ord)
v4=$(of v4 "$own") v6=$(of v6 "$own")
is "type" machine "$(of scope "$(eg -j machine show m1)")"
waits m2

capture o astray -i h -Q in "tcp and not src host $v4 and not src host $v6"
for port in 5201 5202; do
	background b iperf3 -s -p $port > "$TMP/iperf.$port"
	until_ok "iperf3 listens" b bash -c "</dev/tcp/$BANK4/$port"
done
EXEC='exec' m1 iperf3 -J -i $interval -t $span -b $rate -c $BANK4 > "$TMP/out" &
out=$!
EXEC='exec' m1 iperf3 -J -i $interval -t $span -b $rate -R -p 5202 -c $BANK6 > "$TMP/in" &
in=$!
PIDS+=("$out" "$in")
busy() { [ "$(eg -j list | jq 'map(.connections) | max // 0')" -ge 4 ]; }
until_ok "both run" busy

state() { eg -j machine show m1 | jq -c '[."egress-v4", ."egress-v6", .ports]'; }
before=$(state)
eg promote m1
is "m1's address and ports" "$before" "$(state)"
is "type" app "$(eg -j list | jq -r '.[0].scope')"
leased m2 "$(ask m2 udp $BANK4)"
is "m2 shares it" "$v4" "$V4"
wait $out || fail "iperf3: $(jq -r .error "$TMP/out")"
wait $in || fail "iperf3: $(jq -r .error "$TMP/in")"
for way in out in; do
	within "intervals" 14 18 "$(jq '.intervals | length' "$TMP/$way")"
	is "$way: intervals without a byte" 0 \
		"$(jq '[.intervals[].sum | select(.seconds > 0.3 and .bytes == 0)] | length' "$TMP/$way")"
done
is "packets under another address" 0 "$(grep -c . "$TMP/astray" || true)"
is "dropped" "0 0 0" "$(stat leak) $(stat unbound) $(stat limit)"
