#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Services of a leased machine that the outside reaches, by DNAT or by its
# routed address, go on working. What comes in to an egress address unasked is
# dropped and counted; it reaches no service of the host, and does not go back.
. "$(dirname "$0")/lib.sh"

sent_back() { o nft -j list counters | jq '[.nftables[].counter | select(.).packets] | add'; }

net 1
ip -n m1 addr add 2001:db8:a::1/128 dev eth0 nodad
ip -n h route add 2001:db8:a::1 dev m1
ip -n o route add 2001:db8:a::/64 via $HOST6
serve m1 443 10.0.0.1 2001:db8:a::1 fd00::1
serve h 22 0.0.0.0 ::
pool
allocate
eg machine add m1 --app shop --region ord --addr 10.0.0.1 --addr fd00::1 --addr 2001:db8:a::1

h nft -f - <<END
table inet services {
	chain prerouting {
		type nat hook prerouting priority dstnat
		ip daddr $HOST4 tcp dport 443 dnat to 10.0.0.1
		ip daddr $V4 meta l4proto { tcp, udp } th dport 443 dnat to 10.0.0.1
		ip6 daddr $V6 tcp dport 443 dnat to fd00::1
	}
}
END
o nft -f - <<END
table inet back {
	counter v4 { }
	counter v6 { }
	chain prerouting {
		type filter hook prerouting priority raw
		iifname "h" ip daddr 198.51.100.0/24 counter name v4
		iifname "h" ip6 daddr 2001:db8:e::/48 counter name v6
	}
}
END

under "DNAT at the host's address" $BANK4 "$(ask b tcp $HOST4 port=443 from=$BANK4)"
under "DNAT at the egress address" $BANK4 "$(ask b tcp "$V4" port=443 from=$BANK4)"
under "DNAT at the egress address, UDP" $BANK4 "$(ask b udp "$V4" port=443 from=$BANK4)"
under "DNAT at the egress address, IPv6" $BANK6 "$(ask b tcp "$V6" port=443 from=$BANK6)"
under "routed IPv6" $BANK6 "$(ask b tcp 2001:db8:a::1 port=443 from=$BANK6)"
flows ask m1 tcp $BANK6 from=2001:db8:a::1
leased m1 "$REPLY"
leased m1 "$(ask m1 tcp $BANK4)"

is "unsolicited so far" 0 "$(stat unsolicited)"
heard >/dev/null
for port in 22 "$FIRST"; do
	is "to the egress address" timeout "$(ask b tcp "$V4" "port=$port" wait=0.5)"
	is "to the egress address" timeout "$(ask b udp "$V4" "port=$port" wait=0.5)"
	is "to the egress address" timeout "$(ask b tcp "$V6" "port=$port" wait=0.5)"
	is "to the egress address" timeout "$(ask b udp "$V6" "port=$port" wait=0.5)"
done
b ping -c 1 -W 0.5 "$V4" && fail "an egress address answers pings"
b ping -c 1 -W 0.5 "$V6" && fail "an egress address answers pings"
is "a host's service heard from" nobody "$(heard)"
got=$(stat unsolicited)
[ "$got" -ge 10 ] || fail "only $got packets were counted"
is "packets that went back" 0 "$(sent_back)"
under "the host's own service" $BANK4 "$(ask b tcp $HOST4 port=22 from=$BANK4)"
