#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The device on which addresses are claimed, or a machine comes in, goes, comes
# back, is renamed, or moves to another namespace: pairs and machines stay, claims
# follow the name.
. "$(dirname "$0")/lib.sh"

answered() {
	until_ok "$1: ARP" resolves "$V4"
	until_ok "$1: ND" resolves "$V6"
}
silent() {
	! resolves "$V4" || fail "$1: $V4 is answered for"
	! resolves "$V6" || fail "$1: $V6 is answered for"
	echo "ok: $1: nobody answers for $V4 and $V6"
}

# group NS DEV: is the group of solicitations for V6 joined there?
group() {
	listed "$(printf 'ff02::1:ff00:%x$' $((16#${V6##*:})))" ip -n "$1" -6 maddr show dev "$2"
}

# joined NS DEV [N]: it is, or N times
joined() { until_ok "group joined on $2 of $1" joins "$@"; }
joins() { [ "$(group "$1" "$2")" = "${3:-1}" ]; }

uplink() {
	link h up "$HOST4/25 $HOST6/64 fe80::3/64" o h "192.0.2.1/25 2001:db8:2::1/64 fe80::4/64"
	hurry
	routes
}
hurry() { o sysctl -qw net.ipv4.neigh.h.retrans_time_ms=200 net.ipv6.neigh.h.retrans_time_ms=200; }
routes() {
	printf '%s\n' "route replace default via 192.0.2.1" "route replace default via 2001:db8:2::1" |
		ip -n h -batch -
	printf '%s\n' "route replace 198.51.100.0/24 dev h" "route replace 2001:db8:e::/48 dev h" |
		ip -n o -batch -
}

# addresses: those of the uplink, which IPv6 loses when it goes down.
addresses() {
	printf 'addr replace %s\n' "$HOST4/25 dev up" "$HOST6/64 dev up nodad" "fe80::3/64 dev up nodad" |
		ip -n h -batch -
	routes
}

# rename FROM TO
rename() {
	printf '%s\n' "link set dev $1 down" "link set dev $1 name $2" "link set dev $2 up" |
		ip -n h -batch -
	[ "$2" != up ] || addresses
}

net 2
hurry
pool
allocate --v4 198.51.100.5 --v6 2001:db8:e::5
add 1
add 2 --dev m2
both() {
	leased m1 "$(ask m1 tcp $BANK4)"
	leased m1 "$(ask m1 udp $BANK6)"
	leased m2 "$(ask m2 tcp $BANK4)"
}
answered "at first"
joined h up
both

# It goes, and one of its name comes.
for round in 1 2; do
	leased m1 "$(keep standing m1 tcp $BANK4)"
	ip -n h link del dev up
	lease m1
	is "the pair stays" "198.51.100.5 2001:db8:e::5" "$(pairs | paste -sd ' ')"
	uplink
	answered "a device of that name came, round $round"
	joined h up
	leased m1 "$(again standing)"
	end standing
	both
done

# Gone while pairs go and come.
ip -n h link del dev up
eg release 198.51.100.5
allocate --v4 198.51.100.6 --v6 2001:db8:e::6
uplink
answered "allocated while it was gone"
joined h up
both
V4=198.51.100.5 V6=2001:db8:e::5
silent "released while it was gone"
joined h up 0

# Renamed, and back.
lease m1
rename up wan
silent "renamed"
joined h wan 0
rename wan up
answered "renamed back"
joined h up
both

# Another device by its name.
rename up wan
ip -n h link add name up type dummy
ip -n h link set dev up up
silent "another one has its name"
joined h up
joined h wan 0
ip -n h link del dev up
rename wan up
answered "it has its name back"
both

# A port of a bridge: what comes in is the bridge's, which is to have the name, then.
warned() { eg list 2>&1 >/dev/null | grep "nobody answers"; }
printf '%s\n' "link add name br0 type bridge" "link set dev br0 addrgenmode none up" \
	"link set dev up master br0" | ip -n h -batch -
silent "a bridge's port"
is "the list" "egressctl: warning: nobody answers for the addresses of region 'ord': 'up' is a port of 'br0'" "$(warned)"
like "check" "address +FAILED +nobody answers for $V4: 'up' is a port of 'br0'" \
	"$(eg check m1 $BANK4:7 2>/dev/null || true)"
rename up wan
rename br0 up
answered "the bridge has the name"
is "the list, then" "" "$(warned || true)"
ip -n h link del dev up
rename wan up
ip -n h link add name br0 type bridge
ip -n h link set dev up master br0
silent "a bridge's port again"
ip -n h link set dev up nomaster
answered "a port no more"
is "the list, then" "" "$(warned || true)"
ip -n h link del dev br0
both

# In another namespace, where there are other pairs.
new_ns x
ip -n x link add name up type dummy
"$EGRESSCTL" -n x pool add ord $POOL4 $POOL6 dev up
"$EGRESSCTL" -n x allocate --app blog --region ord --v4 198.51.100.7 --v6 2001:db8:e::7
ip -n x link del dev up
ip -n h link set dev up netns x
printf '%s\n' "link set dev up up" "addr add fe80::5/64 dev up nodad" | ip -n x -batch -
silent "moved away"
joined x up 0
V4=198.51.100.7 V6=2001:db8:e::7
answered "moved to a namespace with a claim on that name"
joined x up
ip -n x link set dev up netns h
ip -n h link set dev up up
addresses
silent "moved back, the other namespace's"
lease m1
answered "moved back"
joined h up
both

# A machine's device: only one of that name is its own.
before=$(stat spoofed)
ip -n h link set dev m2 down
ip -n h link set dev m2 name tap7
ip -n h -batch - <<-END
	link set dev tap7 up
	addr replace fe80::1/64 dev tap7 nodad
	route replace 10.0.0.2 dev tap7
	route replace fd00::2 dev tap7
END
is "from a device of another name" timeout "$(ask m2 udp $BANK4 wait=0.5)"
is "spoofed" $((before + 1)) "$(stat spoofed)"
ip -n h link property add dev tap7 altname m2
eg machine set m2 --dev tap7
eg machine set m2 --dev m2
is "from a device that has its name besides another" timeout "$(ask m2 udp $BANK4 wait=0.5)"
is "spoofed" $((before + 2)) "$(stat spoofed)"
ip -n h link property del dev tap7 altname m2
eg machine set m2 --dev tap7
leased m2 "$(ask m2 udp $BANK4)"
ip -n h link del tap7
lease m2
machine_ns_again() {
	link h tap7 "10.0.0.254/32 fe80::1/64" m2 eth0 "10.0.0.2/32 fd00::2/128 fe80::2/64"
	printf '%s\n' "route add 10.0.0.254 dev eth0" "route add default via 10.0.0.254" |
		ip -n m2 -batch -
	ip -n h route add 10.0.0.2 dev tap7
}
machine_ns_again
leased m2 "$(ask m2 udp $BANK4)"

# The namespace goes with all there is in it.
leased m1 "$(keep standing m1 tcp $BANK4)"
allocate --to 203.0.113.0/24
eg allocate --machine m1 --region ord
keep other m1 tcp $BANK4 >/dev/null
eg release "$V4" --drain
end standing
end other
ip netns del x
ip netns del h
until_ok "the module goes" rmmod egress
