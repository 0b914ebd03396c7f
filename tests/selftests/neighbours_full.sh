#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The neighbour tables are full, by a machine that scans the host's own link: who
# has a neighbour already goes on, claims are answered, and nothing leaks. The
# scanning machine's places are its own, and free again in the end.
. "$(dirname "$0")/lib.sh"

# overflows TABLE: how often it had no room.
overflows() {
	local last
	last=$(awk '
		NR == 1 { for (i = 1; i <= NF; i++) if ($i == "table_fulls") at = i; next }
		{ print $at; exit }' "/proc/net/stat/$1")
	echo $((16#$last))
}

# scan: UDP to each address of the router's link that nobody has.
scan() {
	m1 /usr/bin/python3 -I - <<-'END'
		import socket
		for base, family in ("192.0.2.%d", socket.AF_INET), ("2001:db8:2::f:%x", socket.AF_INET6):
		    with socket.socket(family, socket.SOCK_DGRAM) as sock:
		        for i in range(10, 110):
		            sock.sendto(b"?", (base % i, 9))
	END
}

net 2
h sysctl -qw net.netfilter.nf_conntrack_udp_timeout=1200
pool
allocate
add 1
add 2
lease m2
# Who is there for good; and a router that can ask with a full table of its own.
permanent() {
	local mac
	mac=$(ip -n "$3" -j link show dev "$4" | jq -r '.[0].address')
	for addr in "${@:5}"; do
		echo "neigh replace $addr lladdr $mac dev $2 nud permanent"
	done | ip -n "$1" -batch -
}
permanent h up o h 192.0.2.1 2001:db8:2::1 fe80::4
permanent o h h up $HOST4 $HOST6 fe80::3 "$V4" "$V6"
permanent o b b o 203.0.113.{1..4} 2001:db8:b::{1..4}
permanent b o o b 203.0.113.254 2001:db8:b::fe
for m in m1 m2; do
	permanent h $m $m eth0 "10.0.0.${m#m}" "fd00::${m#m}"
	permanent $m eth0 h $m 10.0.0.254 fe80::1
done
capture o seen -i h -Q in "src net 10.0.0.0/8 or src net fd00::/8 or (src host $HOST4 or src host $HOST6) and udp port 9"
leased m2 "$(keep standing m2 tcp $BANK4)"
standing=$(again standing)
before4=$(overflows arp_cache) before6=$(overflows ndisc_cache)
for family in ipv4 ipv6; do
	machine_wide net.$family.neigh.default.gc_thresh1 0
	machine_wide net.$family.neigh.default.gc_thresh2 8
	machine_wide net.$family.neigh.default.gc_thresh3 16
done
for round in {1..3}; do
	scan
	leased m1 "$(ask m1 udp $BANK4)"
	leased m2 "$(ask m2 tcp $BANK4)"
	leased m2 "$(ask m2 udp $BANK6)"
	is "what stands, round $round" "$standing" "$(again standing)"
	until_ok "ARP is answered" o arping -qc 1 -w 1 -i h "$V4"
done
now4=$(overflows arp_cache) now6=$(overflows ndisc_cache)
[ "$now4" -gt "$before4" ] || fail "the table of IPv4 was never full"
[ "$now6" -gt "$before6" ] || fail "the table of IPv6 was never full"
echo "ok: full: IPv4 $((now4 - before4)) times, IPv6 $((now6 - before6)) times"
within "m1's places" 600 610 "$(of connections "$(eg -j machine show m1)")"
forgotten connections
balanced
is "seen outside under another address" 0 "$(wc -l < "$TMP/seen")"
