#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What a machine's --dev means where its packets come in by a VRF's port, a macvlan, an
# ipvlan or a bond, and where the host itself speaks in its name, as a transparent proxy does.
#
#     m1              h                          m2
#  .------.   .--------------------.          .------.
#  | eth0 |---| m1 -.              |          | eth0 |
#  '------'   |     |- VRF red    m2 - mv0 ---|      |    then m2 is a bond's port
#        o ---| up -'              |          '------'
#             '--------------------'
. "$(dirname "$0")/lib.sh"

# says WHAT RULE ARG...: `get` says so.
says() { is "get: $1" "$2" "$(of rule "$(eg -j get "${@:3}")")"; }

# spoofs WHAT COMMAND...: the bank does not hear of it, and it is counted.
spoofs() {
	local before
	before=$(stat spoofed)
	heard >/dev/null
	"${@:2}" >/dev/null
	is "$1, the bank heard from" nobody "$(heard)"
	is "$1, spoofed" $((before + 1)) "$(stat spoofed)"
}

# proxy SOCAT-OPTION...: the host sends in m1's name, and leaves under m1's pair.
proxy() {
	local options=$*
	heard >/dev/null
	echo hello | h socat -t 0.3 - "UDP4:$BANK4:7,bind=10.0.0.1,ip-transparent${options:+,$options}"
	under "the host in m1's name" "$V4" "$(heard)"
}

net 2
pool
allocate
add 1 --dev m1
add 2 --dev m2
lease m1
proxy
is "spoofed" 0 "$(stat spoofed)"

# Where the destination is excluded, nobody asks for the device.
ip -n m2 addr add 10.0.0.1/32 dev lo
spoofs "m2 in m1's name" ask m2 udp $BANK4 from=10.0.0.1 wait=0.3
eg app set shop --exclude 203.0.113.0/30
ask m2 udp $BANK4 from=10.0.0.1 wait=0.3 >/dev/null
is "to an excluded destination, the bank heard from" $HOST4 "$(heard | cut -d' ' -f1)"
eg app set shop --exclude default

# A macvlan on the cable to m2, and then a bond.
inside h "link add mv0 link m2 address 02:00:00:00:00:99 type macvlan mode bridge" \
	"addr add 10.0.0.253/32 dev mv0" "link set mv0 up" "route replace 10.0.0.2 dev mv0"
inside m2 "route add 10.0.0.253 dev eth0" \
	"neigh add 10.0.0.253 lladdr 02:00:00:00:00:99 dev eth0" "route replace default via 10.0.0.253"
made
spoofs "by a macvlan on its device" ask m2 udp $BANK4 from=10.0.0.2 wait=0.3
says "by a macvlan on its device" spoofed from 10.0.0.2 to $BANK4 iif mv0
eg machine set m2 --dev mv0
leased m2 "$(ask m2 tcp $BANK4 from=10.0.0.2)"
says "by its macvlan" leased from 10.0.0.2 to $BANK4
if ip -n h link add bond0 type bond mode active-backup 2>/dev/null; then
	inside h "link del mv0" "link set m2 down" "link set m2 master bond0" "link set bond0 up" \
		"addr add 10.0.0.254/32 dev bond0" "route add 10.0.0.2 dev bond0"
	inside m2 "route replace default via 10.0.0.254" "neigh flush dev eth0"
	made
	eg machine set m2 --dev bond0
	leased m2 "$(ask m2 tcp $BANK4 from=10.0.0.2)"
	says "by its bond's port" leased from 10.0.0.2 to $BANK4 iif m2
	eg machine set m2 --dev m2
	spoofs "its device is a bond's port" ask m2 udp $BANK4 from=10.0.0.2 wait=0.3
	says "its device is a bond's port" spoofed from 10.0.0.2 to $BANK4
fi

# m3 has no device of the host's: an ipvlan's packets are routed by the uplink's host.
if new_ns m3 && ip -n h link add iv0 link up type ipvlan mode l3s 2>/dev/null; then
	ip -n h link set iv0 netns m3
	inside m3 "addr add 10.0.0.3/32 dev iv0" "link set iv0 up" "route add default dev iv0"
	made
	eg machine add m3 --app shop --region ord --addr 10.0.0.3 --dev up
	ask m3 udp $BANK4 wait=0.3 >/dev/null
	lease m3
	under "an ipvlan of the uplink" "$V4" "$(heard)"
	eg machine set m3 --dev m1
	spoofs "an ipvlan of another device" ask m3 udp $BANK4 wait=0.3
	eg machine del m3
	ip -n m3 link del iv0
fi

# All in a VRF, the uplink, too.
vrf() {
	inside h "link add red type vrf table 10" "link set red up" \
		"link set m1 master red" "link set dev up master red" \
		"addr replace fe80::1/64 dev m1 nodad" "addr replace $HOST6/64 dev up nodad" \
		"addr replace fe80::3/64 dev up nodad" \
		"route add default via 192.0.2.1 vrf red" "route add default via 2001:db8:2::1 vrf red" \
		"route replace 10.0.0.1 dev m1 vrf red" "route replace fd00::1 dev m1 vrf red"
	# What the router has for it comes in by the uplink, and would leave by it.
	inside o "route add 203.0.113.9 via $HOST4" "route add 2001:db8:b::9 via $HOST6" \
		"addr add 10.0.0.1/32 dev lo" "addr add fd00::1/128 dev lo nodad"
}
together vrf
for dev in red m1; do
	eg machine set m1 --dev "$dev"
	leased m1 "$(ask m1 tcp $BANK4)"
	leased m1 "$(ask m1 tcp $BANK6)"
	spoofs "--dev $dev: from outside in m1's name" ask o udp 203.0.113.9 from=10.0.0.1 wait=0.1
	spoofs "--dev $dev: the same, IPv6" ask o udp 2001:db8:b::9 from=fd00::1 wait=0.1
	says "--dev $dev" leased from 10.0.0.1 to $BANK4
	says "--dev $dev, by its port" leased from 10.0.0.1 to $BANK4 iif m1
	proxy so-bindtodevice=red
done
says "by the uplink" spoofed from 10.0.0.1 to $BANK4 iif up
eg machine set m1 --dev red
says "by the uplink, --dev red" spoofed from 10.0.0.1 to $BANK4 iif up

# Another VRF has a machine with the same address: here it can be one machine's only.
another() {
	new_ns m4
	link h m4 "" m4 eth0 "10.0.0.1/32"
	inside m4 "route add 10.0.0.250 dev eth0" "route add default via 10.0.0.250"
	inside h "link add blue type vrf table 20" "link set blue up" "link set m4 master blue" \
		"addr add 10.0.0.250/32 dev m4" "route add default via 192.0.2.1 dev up onlink vrf blue"
}
together another
refused 2 "10.0.0.1 belongs to machine 'm1'" \
	eg machine add m4 --app shop --region ord --addr 10.0.0.1 --dev blue
spoofs "the other VRF's" ask m4 udp $BANK4 wait=0.3
eg machine replace m1 --app shop --region ord --addr 10.0.0.1 fd00::1
lease m1
ask m4 udp $BANK4 wait=0.3 > /dev/null
under "the other VRF's, as m1 has no --dev" "$V4" "$(heard)"
