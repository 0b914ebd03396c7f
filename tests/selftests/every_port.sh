#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A machine's connections to one destination use every port of its block, each
# once, down to the last.
. "$(dirname "$0")/lib.sh"

net 1
pool
allocate
add 1
lease m1
for dst in $BANK4 $BANK6; do
	capture o "udp.$dst" -i h -Q in "udp and dst host $dst"
	many "udp.$dst" 1024 m1 udp "$dst" | grep -q '^ok=1024 ' || fail "not all are answered"
	until_ok "all were seen" bash -c "[ \"\$(wc -l < '$TMP/udp.$dst')\" -ge 1024 ]"
	read -r n distinct low high < <(awk '{ sub(/.*\./, "", $3); print $3 }' "$TMP/udp.$dst" |
		sort -n | awk '{ u += p != $1; p = $1; if (NR == 1) low = p } END { print NR, u, low, p }')
	is "packets to $dst" 1024 "$n"
	is "ports to $dst" "1024 $FIRST-$LAST" "$distinct $low-$high"
	stream "udp.$dst" 1024
	is "TCP beside them" "ok=0 refused=1" "$(many beside 1 m1 tcp "$dst")"
done
is "ports of TCP" "ok=1024 addrs=$V4 ports=$FIRST-$LAST distinct=1024" \
	"$(many tcp 1024 m1 tcp 203.0.113.2)"
