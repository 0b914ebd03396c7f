#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# With br_netfilter, the hooks see what is bridged, too. Machines on a bridge reach their
# neighbours, services whose endpoint is a neighbour, and the outside, each as if nobody were
# there; a machine names the bridge or its port; and on a bridge to the outside, nobody
# passes for an egress address.
#
#     m1               h                                            o          b
#  .------.   .----------------------------------------.   .-------------.
#  | eth0 |---| p1 -.                               up |---| h           |
#  | .1   |   |     |- br0 10.0.0.254    192.0.2.2     |   | 192.0.2.1   |
#  '------'   |     |      fd00::fe      2001:db8:2::2 |   |             |
#     m2      |     |      2001:db8:c::fe              |   |             |
#  .------.   |     |                                  |   |             |    .-----.
#  | eth0 |---| p2 -'                                  |   |           b |----| bank|
#  | .2   |   |                                        |   |             |    '-----'
#  '------'   |                                        |   |             |
#     m3      |                                        |   |             |
#  .------.   |                                        |   |             |
#  | eth0 |---| p3 -.                                  |   |             |
#  '------'   |     |- br1 192.0.2.130 ---------- lan  |---| l           |
#     m4      |     |      2001:db8:3::fe              |   | 192.0.2.129 |
#  .------.   |     |                                  |   |             |
#  | eth0 |---| p4 -'                                  |   |             |
#  '------'   '----------------------------------------'   '-------------'
#
# m3 and m4 have addresses of the router's network: 192.0.2.131, 2001:db8:3::3 and so on.
. "$(dirname "$0")/lib.sh"

[ "$(id -u)" = 0 ] || skip "needs root"
modprobe br_netfilter 2>/dev/null || [ -d /proc/sys/net/bridge ] || skip "this kernel has no br_netfilter"

bridges() {
	new_ns m1 m2 m3 m4
	inside h "link add br0 type bridge" "link add br1 type bridge"
	link h p1 "" m1 eth0 "10.0.0.1/24 fd00::1/64 2001:db8:c::1/64 fe80::2/64"
	link h p2 "" m2 eth0 "10.0.0.2/24 fd00::2/64 2001:db8:c::2/64 fe80::2/64"
	link h p3 "" m3 eth0 "192.0.2.131/25 2001:db8:3::3/64 fe80::3/64"
	link h p4 "" m4 eth0 "192.0.2.132/25 2001:db8:3::4/64 fe80::4/64"
	link h lan "" o l "192.0.2.129/25 2001:db8:3::1/64 fe80::5/64"
	inside h "link set p1 master br0" "link set p2 master br0" \
		"link set p3 master br1" "link set p4 master br1" "link set lan master br1"
	link_end h br0 "10.0.0.254/24 fd00::fe/64 2001:db8:c::fe/64 fe80::1/64"
	link_end h br1 "192.0.2.130/25 2001:db8:3::fe/64 fe80::1/64"
	inside m1 "route add default via 10.0.0.254" "route add default via fd00::fe"
	inside m2 "route add default via 10.0.0.254" "route add default via fd00::fe"
	inside m3 "route add default via 192.0.2.129" "route add default via 2001:db8:3::1"
	inside m4 "route add default via 192.0.2.129" "route add default via 2001:db8:3::1"
	inside o "route add 198.51.100.64/28 dev l" "route add 2001:db8:e:1::/64 dev l" \
		"route add 2001:db8:c::/64 via 2001:db8:2::2"
}
net 0
together bridges
m3() { in_ns m3 "$@"; }
m4() { in_ns m4 "$@"; }
h sysctl -qw net.bridge.bridge-nf-call-iptables=1 net.bridge.bridge-nf-call-ip6tables=1 \
	net.bridge.bridge-nf-call-arptables=1
serve m2 7 10.0.0.2 fd00::2 2001:db8:c::2
h nft -f - <<-END
	table inet service {
		chain prerouting {
			type nat hook prerouting priority dstnat
			ip daddr 192.0.2.50 dnat to 10.0.0.2
			ip6 daddr 2001:db8:2::50 dnat to fd00::2
		}
	}
END

# says WHAT RULE ARG...: `get` says so.
says() { is "get: $1" "$2" "$(of rule "$(eg -j get "${@:3}")")"; }

# works DEV: with that device, m1 reaches all that there is.
works() {
	eg machine set m1 --dev "$1"
	ip -n m1 neigh flush dev eth0
	leased m1 "$(ask m1 tcp $BANK4)"
	leased m1 "$(ask m1 tcp $BANK6 from=fd00::1)"
	under "a neighbour, --dev $1" 10.0.0.1 "$(ask m1 tcp 10.0.0.2)"
	under "a neighbour, IPv6" fd00::1 "$(ask m1 tcp fd00::2)"
	m1 ping -qnc 1 -W 5 10.0.0.2 >/dev/null || fail "a neighbour does not answer pings"
	under "a service at a neighbour" 10.0.0.1 "$(ask m1 tcp 192.0.2.50)"
	under "a service at a neighbour, IPv6" fd00::1 "$(ask m1 tcp 2001:db8:2::50 from=fd00::1)"
	# This one is no private address, so the machine leaves under its pair.
	leased m1 "$(ask m1 tcp 2001:db8:c::2 from=2001:db8:c::1)"
	says "a neighbour" excluded from 10.0.0.1 to 10.0.0.2
	says "outside" leased from 10.0.0.1 to $BANK4
	says "outside, by its port" leased from 10.0.0.1 to $BANK4 iif p1
}

pool
allocate
eg machine add m1 --app shop --region ord --addr 10.0.0.1 fd00::1 2001:db8:c::1
for dev in br0 p1; do
	works "$dev"
done
is "spoofed" 0 "$(stat spoofed)"
eg app set shop --exclude 203.0.113.0/30
under "an excluded destination" $HOST4 "$(ask m1 tcp $BANK4)"
eg app set shop --exclude default

# By its port a machine is told from its neighbours, by the bridge it is not.
ip -n m2 addr add 10.0.0.1/32 dev lo
ip -n m2 addr add 2001:db8:c::1/128 dev lo nodad
heard >/dev/null
is "a neighbour in m1's name" timeout "$(ask m2 udp $BANK4 from=10.0.0.1 wait=0.3)"
is "a neighbour in m1's name" timeout "$(ask m2 udp $BANK6 from=2001:db8:c::1 wait=0.3)"
is "the bank heard from" nobody "$(heard)"
is "spoofed" 2 "$(stat spoofed)"
says "by another port" spoofed from 10.0.0.1 to $BANK4 iif p2
eg machine set m1 --dev br0
says "by another port of the bridge" leased from 10.0.0.1 to $BANK4 iif p2
says "by another bridge" spoofed from 10.0.0.1 to $BANK4 iif br1
leased m1 "$(ask m1 tcp $BANK4)"
eg app set shop --on-none drop
eg release "$V4" >/dev/null
ip -n m1 neigh flush dev eth0
m1 ndisc6 -q1 -w 2000 2001:db8:c::2 eth0 >/dev/null || fail "m1 without a pair resolves nobody"

# A machine that is bridged to the outside leaves under its pair, too.
eg pool add lan 198.51.100.64/28 2001:db8:e:1::/64 dev br1
made=$(eg -j allocate --app lan --region lan)
V4=$(of v4 "$made") V6=$(of v6 "$made")
eg machine add m3 --app lan --region lan --addr 192.0.2.131 2001:db8:3::3
for dev in br1 p3; do
	eg machine set m3 --dev "$dev"
	leased m3 "$(ask m3 tcp $BANK4)"
	leased m3 "$(ask m3 tcp $BANK6)"
	leased m3 "$(ask m3 udp $BANK4)"
	leased m3 "$(ask m3 udp $BANK6)"
done

# Its neighbour does not, whatever it writes into its packets.
lease m3
spoofed=$(stat spoofed)
printf '%s\n' "addr add $V4/32 dev lo" "addr add $V6/128 dev lo nodad" | ip -n m4 -batch -
heard >/dev/null
for ((port = FIRST; port < FIRST + 5; port++)); do
	ask m4 udp $BANK4 "from=$V4" "sport=$port" wait=0.02 >/dev/null
	ask m4 udp $BANK6 "from=$V6" "sport=$port" wait=0.02 >/dev/null
done
is "in an egress address's name, the bank heard from" nobody "$(heard)"
is "spoofed" $((spoofed + 10)) "$(stat spoofed)"
is "entries in its name" 0 "$(h conntrack -L -s "$V4" 2>/dev/null | wc -l)"
is "entries in its name" 0 "$(h conntrack -L -f ipv6 -s "$V6" 2>/dev/null | wc -l)"
says "in its name" spoofed from "$V4" to $BANK4 iif p4
says "as the host itself" foreign from "$V4" to $BANK4
ip -n m4 addr add 192.0.2.131/32 dev lo
is "in m3's name" timeout "$(ask m4 udp $BANK4 from=192.0.2.131 wait=0.3)"
is "spoofed" $((spoofed + 11)) "$(stat spoofed)"
leased m3 "$(ask m3 udp $BANK4)"
under "the neighbour's own" 192.0.2.132 "$(ask m4 tcp $BANK4 from=192.0.2.132)"
