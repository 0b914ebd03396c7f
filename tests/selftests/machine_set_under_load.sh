#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A machine that sends all the while is moved between apps and regions and given
# other addresses, over and over: each new connection leaves under the old pair or
# the new one, and after the command has returned, under the new one.
. "$(dirname "$0")/lib.sh"

# moved PAIR ARG...: after that, its connections have that pair.
moved() {
	local pair=${pairs[$1]}
	eg machine set m1 "${@:2}" >/dev/null
	flows ask m1 udp $BANK4
	[ "${REPLY% *}" = "${pair% *}" ] || fail "$*: wanted ${pair% *}, got $REPLY"
	flows ask m1 tcp $BANK6
	[ "${REPLY% *}" = "${pair#* }" ] || fail "$*: wanted ${pair#* }, got $REPLY"
}

net 1
# New sockets get old ones' ports, and with those their connections.
h sysctl -qw net.netfilter.nf_conntrack_udp_timeout=1
pool
eg pool add fra 198.51.100.128/28 2001:db8:e:f::/64 dev up
declare -A pairs
for owner in "shop ord" "blog ord" "shop fra"; do
	made=$(eg -j allocate --app "${owner% *}" --region "${owner#* }")
	pairs[$owner]="$(of v4 "$made") $(of v6 "$made")"
done
add 1
capture o seen -i h -Q in "net 203.0.113.0/24 or net 2001:db8:b::/48"
for _ in 1 2; do
	background m1 /usr/bin/python3 -I "$SELFTESTS/load.py" 20 203.0.113.{2..4} 2001:db8:b::{2..4}
done

for ((i = 1; i <= 10; i++)); do
	moved "blog ord" --app blog
	moved "shop ord" --app shop
	moved "shop fra" --region fra
	moved "shop fra" --addr 10.0.0.1 10.0.0.9 fd00::1 fd00::9
	moved "shop fra" --addr fd00::1 10.0.0.1
	moved "shop ord" --region ord
done
kill "${PIDS[@]: -2}"
[ "$(wc -l < "$TMP/seen")" -gt 500 ] || fail "only $(wc -l < "$TMP/seen") packets were seen"
own=${pairs[*]}
own=${own//./\\.}
is "what is seen under another address" "" "$(grep -vE "IP6? (${own// /|})[. ]" "$TMP/seen" | head -n 5)"
echo "$(wc -l < "$TMP/seen") packets"
