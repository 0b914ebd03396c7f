#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Announcements are heard: they wait until the uplink has a carrier, they come again
# when a bond says that its neighbours have to be told, they come several times, and
# for IPv6 while the host's own addresses are tentative yet.
#
#            h                         o
#    .---------------.   .--------------------------.
#    |  bond0 -- up2 |---| p2 --- br, where all     |
#    |               |   |         that comes is    |
#    |               |   |         captured         |
#    '---------------'   '--------------------------'
. "$(dirname "$0")/lib.sh"

A4=198.51.100.130 A6=2001:db8:e:f::2

# said: how often each address has been announced.
said() {
	awk -v a4="who-has $A4 .*tell $A4" -v a6="advertisement, tgt is $A6" \
		'$0 ~ a4 { n4++ } $0 ~ a6 { n6++ } END { print n4 + 0, n6 + 0 }' "$TMP/seen"
}
# heard WHAT [N]: within a time, each address N times more than at the last `mark`.
mark() { read -r N4 N6 <<<"$(said)"; }
heard() { until_ok "$1: announced" more "${2:-1}"; }
# soon WHAT: before the next of the announcements that come again, some seconds later.
soon() {
	local i
	for ((i = 0; i < 20; i++)); do
		! more 1 || { echo "ok: $1: announced"; return 0; }
		sleep 0.1
	done
	fail "$1: not announced within two seconds"
}
more() {
	local n4 n6
	read -r n4 n6 <<<"$(said)"
	[ "$n4" -ge $((N4 + $1)) ] && [ "$n6" -ge $((N6 + $1)) ]
}

net 0
link h up2 "" o p2 ""
inside o "link add name br type bridge" "link set dev br addrgenmode none up" \
	"link set dev p2 master br" "link set dev p2 down"
made
capture o seen -e -i br 'arp or icmp6'
eg pool add fra 198.51.100.128/28 2001:db8:e:f::/64 dev up2

# Carrier: before it nothing is heard, with it all.
eg allocate --app shop --region fra --v4 $A4 --v6 $A6 > "$TMP/made"
eg allocate --app shop --region fra >> "$TMP/made"
mark
is "without a carrier" "0 0" "$N4 $N6"
ip -n o link set dev p2 up
heard "carrier"
heard "several times" 3
ip -n o link set dev p2 down
sleep 0.2
mark
ip -n o link set dev p2 up
heard "carrier again"

# The host's own address is tentative for long after the device was set up.
h sysctl -qw net.ipv6.conf.up2.dad_transmits=60
ip -n h link set dev up2 addrgenmode eui64 down
mark
ip -n h link set dev up2 up
heard "tentative"
like "the host's own" "tentative" "$(ip -n h -6 addr show dev up2)"

# While it is a port of a bridge, nobody would hear the answers. Then it begins with probes.
probes() { grep -c "who-has $A4 .*tell 0.0.0.0" "$TMP/seen"; }
printf '%s\n' "link add name br0 type bridge" "link set dev up2 master br0" | ip -n h -batch -
sleep 0.2
mark
probed=$(probes)
sleep 1.5
is "a port of a bridge" "$N4 $N6" "$(said)"
printf '%s\n' "link set dev up2 nomaster" "link del dev br0" | ip -n h -batch -
probed_again() { [ "$(probes)" -gt "$probed" ]; }
until_ok "no port any more: probed" probed_again
heard "no port any more"

# A bond's failover, if there are bonds here.
if ip -n h link add name bond0 type bond mode active-backup 2>/dev/null; then
	eg pool add ams 198.51.100.144/28 2001:db8:e:10::/64 dev bond0
	A4=198.51.100.150 A6=2001:db8:e:10::5
	link h up3 "" o p3 ""
	printf 'link set dev %s down\nlink set dev %s master bond0\n' up2 up2 up3 up3 | ip -n h -batch -
	inside h "link set dev bond0 addrgenmode none up"
	inside o "link set dev p3 master br"
	made
	eg allocate --app shop --region ams --v4 $A4 --v6 $A6 > "$TMP/made"
	mark
	heard "bond" 3
	mark
	until_ok "failover" ip -n h link set dev bond0 type bond active_slave up3
	soon "failover"
fi
