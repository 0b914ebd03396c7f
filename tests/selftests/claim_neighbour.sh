#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# On a pool's device the neighbours learn of allocated addresses, and of those
# only: an announcement when one is allocated, then answers to ARP and ND.
. "$(dirname "$0")/lib.sh"

silent() {
	local addr
	for addr; do
		! resolves "$addr" || fail "$addr is answered for"
		echo "ok: nobody answers for $addr"
	done
}

net 1
o sysctl -qw net.ipv4.neigh.h.retrans_time_ms=200 net.ipv6.neigh.h.retrans_time_ms=200
pool
silent 198.51.100.5 2001:db8:e::5
capture o seen -e -i h 'arp or icmp6'
allocate --v4 198.51.100.5 --v6 2001:db8:e::5
mac=$(ip -n h -j link show dev up | jq -r '.[0].address')
until_ok "gratuitous ARP" shows seen "$mac > ff:ff:ff:ff:ff:ff.*(who-has|Reply) 198.51.100.5 .*(tell 198.51.100.5|is-at $mac)"
until_ok "unsolicited NA" shows seen "$mac > 33:33:.* > ff02::1: .*neighbor advertisement, tgt is 2001:db8:e::5"

until_ok "ARP" resolves 198.51.100.5
until_ok "ND" resolves 2001:db8:e::5
# An announcement would do for that, which goes to all.
router=$(ip -n o -j link show dev h | jq -r '.[0].address')
until_ok "an answer to ARP" shows seen "$mac > $router.* 198.51.100.5 is-at $mac"
until_ok "an answer to ND" shows seen "$mac > $router.* neighbor advertisement, tgt is 2001:db8:e::5"
silent 198.51.100.6 2001:db8:e::6
add 1
leased m1 "$(ask m1 tcp $BANK4)"
leased m1 "$(ask m1 tcp $BANK6)"
like "neighbour" "lladdr $mac" "$(ip -n o neigh show 198.51.100.5)"
like "neighbour" "lladdr $mac" "$(ip -n o neigh show 2001:db8:e::5)"

! m1 arping -qc 1 -w 1 -i eth0 198.51.100.5 || fail "198.51.100.5 is answered for on another device"

# The host has no such address of its own, and does not speak from it.
[[ $(ip -n h addr) != *198.51.100.5* ]] || fail "the host has the address"
under "the host itself" $HOST4 "$(ask h tcp $BANK4)"

ip -n h link set dev up down
printf '%s\n' "link set dev up up" "addr replace $HOST6/64 dev up nodad" \
	"addr replace fe80::3/64 dev up nodad" "route replace default via 192.0.2.1" \
	"route replace default via 2001:db8:2::1" | ip -n h -batch -
until_ok "ARP after the device was down" resolves 198.51.100.5
until_ok "ND after the device was down" resolves 2001:db8:e::5

# With a small MTU a device has no IPv6 for a while, and no groups. The host has an
# address in the same group: that is for the host to leave.
# shellcheck disable=SC2016 # awk's
group() { h awk '$2 == "up" && $3 == "ff0200000000000000000001ff000005" { print $4 }' /proc/net/igmp6; }
ip -n h link set dev up mtu 1200
is "members without IPv6" "" "$(group)"
ip -n h link set dev up mtu 1500
members() { [ "$(group)" = "$1" ]; }
until_ok "a member again" members 1
printf '%s\n' "addr replace $HOST6/64 dev up nodad" "addr replace fe80::3/64 dev up nodad" \
	"addr add 2001:db8:2::5/64 dev up nodad" "route replace default via 2001:db8:2::1" | ip -n h -batch -
until_ok "the host's address is a member, too" members 2
until_ok "ND after the device had a small MTU" resolves 2001:db8:e::5

eg release 198.51.100.5
until_ok "ours leaves" members 1
silent 198.51.100.5 2001:db8:e::5

# A pool without a device is the operator's to route.
eg pool add fra 198.51.100.128/28 2001:db8:e:f::/64
eg allocate --app shop --region fra --v4 198.51.100.129 --v6 2001:db8:e:f::1
silent 198.51.100.129 2001:db8:e:f::1

# Groups that are still to be left when the module goes are left.
allocate --v4 198.51.100.5 --v6 2001:db8:e::5
until_ok "a member" members 2
eg machine del m1
eg flush --all
rmmod egress
is "members without the module" 1 "$(group)"
