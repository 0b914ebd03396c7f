#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The limit is on connections to one destination: to distinct destinations a
# machine has as many as it likes, 20,000 here and 200,000 in the long run.
. "$(dirname "$0")/lib.sh"

count=20000
[ -z "${EGRESS_SLOW:-}" ] || count=5000
[ -z "${EGRESS_LONG:-}" ] || count=200000

net 1
machine_wide net.netfilter.nf_conntrack_max 400000
machine_wide net.netfilter.nf_conntrack_buckets 262144
h sysctl -qw net.netfilter.nf_conntrack_udp_timeout=600
ip -n o route add blackhole 11.0.0.0/14
pool
allocate
add 1
lease m1
o nft -f - <<-END
	table inet seen {
		counter own { }
		counter other { }
		chain c {
			type filter hook prerouting priority raw
			iifname "h" ip daddr 11.0.0.0/14 udp sport $FIRST-$LAST ip saddr $V4 counter name own accept
			iifname "h" ip daddr 11.0.0.0/14 counter name other
		}
	}
END

m1 /usr/bin/python3 -I - "$count" <<-'END'
	import socket, sys
	with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
	    for i in range(int(sys.argv[1])):
	        sock.sendto(b"?", (f"11.{i >> 16}.{i >> 8 & 255}.{i & 255}", 9))
END
is "connections" "$count" "$(stat connections)"
is "destinations" "$count" "$(of destinations "$(eg -j stats)")"
is "refused, out of memory" "0 0" "$(stat limit) $(stat nomem)"
is "of the machine" "$count" "$(of connections "$(eg -j machine show m1)")"
within "conntrack entries" "$count" $((count + 100)) "$(h conntrack -C)"
is "seen outside, of its block and others" "$count 0" "$(seen own) $(seen other)"
leased m1 "$(ask m1 tcp $BANK4)"

forgotten connections
