#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What comes in for an address of a pool that no pair has goes no further: it does not go to and
# fro between the host and the router until its TTL is used up, and nothing has to be set up for
# that. What has a way of its own takes it.
#
#     m1                    h                                  o                   b
#  .------.        .-----------------.               .-------------------.      .------.
#  |      |--------| m1           up |---------------| h  pools via h ...|------|      |
#  |      |        |             up2 |---------------| h2 ... or via h2  |      |      |
#  '------'        | default via up  |               |                   |      '------'
#                  '-----------------'               '-------------------'
. "$(dirname "$0")/lib.sh"

# routed GATEWAY4 GATEWAY6: the router leads the pools there.
routed() {
	ip -n o route replace 198.51.100.0/24 via "$1"
	ip -n o route replace 2001:db8:e::/48 via "$2"
}

# One datagram to each of these addresses from outside: what the router saw of it again.
again_seen() {
	local to
	o nft reset counters >/dev/null
	for to; do
		ask b udp "$to" wait=0.1 >/dev/null
	done
	AGAIN=$(seen back)
}

# dropped WHAT ADDR...: none of that comes back, and each is counted.
dropped() {
	local wanted
	wanted=$(($(stat unsolicited) + $# - 1))
	again_seen "${@:2}"
	until_ok "$1: counted" counted $wanted
	is "$1: seen again" 0 "$(seen back)"
}
counted() { [ "$(stat unsolicited)" = "$1" ]; }

# loops WHAT ADDR...: it does, so that what is seen above is no accident.
loops() {
	# The neighbours may have to be found first.
	for _ in {1..10}; do
		again_seen "${@:2}"
		[ "$AGAIN" -le $((20 * ($# - 1))) ] || break
	done
	[ "$AGAIN" -gt $((20 * ($# - 1))) ] || fail "$1: the router saw $AGAIN again"
	echo "ok: $1: seen $AGAIN times again"
}

fate() { eg -j pool list ord | jq -r '.[0]."on-unallocated"'; }

net 1
together link h up2 "192.0.2.130/25 2001:db8:3::2/64 fe80::3/64" \
	o h2 "192.0.2.129/25 2001:db8:3::1/64 fe80::4/64"
o nft -f - <<-END
	table inet seen {
		counter back { }
		chain c {
			type filter hook prerouting priority raw
			iifname { "h", "h2" } ip daddr 198.51.100.0/24 counter name back
			iifname { "h", "h2" } ip6 daddr 2001:db8:e::/48 counter name back
		}
	}
END
routed $HOST4 $HOST6
loops "without a pool" 198.51.100.9 2001:db8:e::9

eg pool add ord $POOL4 $POOL6
is "unless said otherwise" drop "$(fate)"
dropped "with a pool only" 198.51.100.9 2001:db8:e::9 198.51.100.15 2001:db8:e::
loops "outside of the pool" 198.51.100.16 2001:db8:e:1::9
eg pool del ord $POOL4
loops "without that prefix" 198.51.100.9
dropped "the other one" 2001:db8:e::9
eg pool add ord $POOL4 on-unallocated pass
is "as asked" pass "$(fate)"
loops "left to the routes" 198.51.100.9 2001:db8:e::9
eg pool add ord $POOL4 $POOL6
is "said again, it stays" pass "$(fate)"
eg pool replace ord $POOL4 $POOL6 slots 0-31
is "shared with others" pass "$(fate)"
loops "shared with others" 198.51.100.9 2001:db8:e::9
eg pool replace ord $POOL4 $POOL6 slots 0-31 on-unallocated drop
dropped "shared, but asked for" 198.51.100.9 2001:db8:e::9
eg pool replace ord $POOL4 $POOL6
is "replaced" drop "$(fate)"
like "for people" "0-63 +drop " "$(eg pool list ord)"
refused 1 "on-unallocated 'maybe': give 'pass' or 'drop'" eg pool add ord $POOL4 on-unallocated maybe

allocate
add 1
leased m1 "$(ask m1 tcp $BANK4)"
leased m1 "$(ask m1 tcp $BANK6)"
dropped "with a pair" 198.51.100.9 2001:db8:e::9
dropped "the pair's own" "$V4" "$V6"
was4=$V4 was6=$V6
allocate
eg release "$was4"
dropped "released" "$was4" "$was6"
leased m1 "$(ask m1 tcp $BANK4)"

# A machine on the uplink's side may have to do with who has such an address there.
eg machine add far --app shop --region ord --addr 192.0.2.1
again_seen_from_o() { o nft reset counters >/dev/null; ask o udp 198.51.100.9 wait=0.1 >/dev/null; [ "$(seen back)" -ge 1 ]; }
until_ok "from a machine there" again_seen_from_o
eg machine del far

# With the pool on the device, and a router that routes all the same.
eg pool add fra 198.51.100.64/28 2001:db8:e:1::/64 dev up
dropped "on a device" 198.51.100.70 2001:db8:e:1::9
eg pool del fra

# In by one uplink, and back by the other one.
for to in 192.0.2.130 2001:db8:3::2; do
	until_ok "the second uplink is up" o ping -qnc 1 -W 1 $to
done
routed 192.0.2.130 2001:db8:3::2
h sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.up2.rp_filter=0
dropped "with two uplinks" 198.51.100.9 2001:db8:e::9
routed $HOST4 $HOST6

# What is known elsewhere: at the host itself, in a machine, by the operator's destination NAT.
serve h 22 0.0.0.0 ::
ip -n h addr add 198.51.100.10/32 dev lo
ip -n h addr add 2001:db8:e::10/128 dev lo nodad
under "the host's own" $BANK4 "$(ask b tcp 198.51.100.10 port=22 from=$BANK4)"
under "the host's own" $BANK6 "$(ask b tcp 2001:db8:e::10 port=22 from=$BANK6)"
ip -n m1 addr add 198.51.100.11/32 dev lo
ip -n m1 addr add 2001:db8:e::11/128 dev lo nodad
ip -n h route add 198.51.100.11 via 10.0.0.1 dev m1 onlink
ip -n h route add 2001:db8:e::11 via fe80::2 dev m1
serve m1 443 10.0.0.1 fd00::1 198.51.100.11 2001:db8:e::11
under "routed to a machine" $BANK4 "$(ask b tcp 198.51.100.11 port=443 from=$BANK4)"
under "routed to a machine" $BANK6 "$(ask b tcp 2001:db8:e::11 port=443 from=$BANK6)"
h nft -f - <<-END
	table inet services {
		chain prerouting {
			type nat hook prerouting priority dstnat
			ip daddr 198.51.100.12 dnat to 10.0.0.1
			ip6 daddr 2001:db8:e::12 dnat to fd00::1
		}
	}
END
under "destination NAT" $BANK4 "$(ask b tcp 198.51.100.12 port=443 from=$BANK4)"
under "destination NAT" $BANK6 "$(ask b tcp 2001:db8:e::12 port=443 from=$BANK6)"

# The router has an address there, too, and serves machines.
ip -n o addr add 198.51.100.14/32 dev lo
ip -n o addr add 2001:db8:e::14/128 dev lo nodad
serve o 53 198.51.100.14 2001:db8:e::14
leased m1 "$(ask m1 udp 198.51.100.14 port=53)"
leased m1 "$(ask m1 udp 2001:db8:e::14 port=53)"
ip -n h route add default via 192.0.2.1 table 102
ip -n h -6 route add default via 2001:db8:2::1 table 102
ip -n h rule add from 10.0.0.1 lookup 102
ip -n h -6 rule add from fd00::1 lookup 102
leased m1 "$(ask m1 tcp 198.51.100.14 port=53)"
leased m1 "$(ask m1 tcp 2001:db8:e::14 port=53)"
