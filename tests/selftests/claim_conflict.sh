#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Another host on the link has an address that is allocated: it keeps it. The address is
# not announced nor answered for, whoever asks is told, and it is once the other host has it
# no more. A host that comes later is told that the address is ours; if it insists, it has it.
# Next hops, and neighbours that are known, are not drawn.
#
#          h                o                 w
#    .-----------.   .-------------.   .-------------.
#    |       up2 |---| p2       pw |---| eth0: owner |
#    '-----------'   |     br      |   '-------------'
#                    |             |          n
#                    |             |   .-------------.
#                    |          pn |---| eth0: sees  |
#                    '-------------'   '-------------'
. "$(dirname "$0")/lib.sh"

A4=198.51.100.133 A6=2001:db8:e:f::5

n() { in_ns n "$@"; }
w() { in_ns w "$@"; }
mac_of() { ip -n "$1" -j link show dev "$2" | jq -r '.[0].address'; }
# owner add|del: what w has
owner() { printf '%s\n' "addr $1 $A4/25 dev eth0" "addr $1 $A6/64 dev eth0 nodad" | ip -n w -batch -; }
# conflicts V4 V6: whose the addresses are, within a time, by the list.
conflicts() { until_ok "in conflict: $*" conflict "$@"; }
conflict() {
	local all
	all=$(eg -j list --region fra 2>/dev/null) &&
		[ "$(of conflict-v4 "$all") $(of conflict-v6 "$all")" = "$*" ]
}
# sees ADDR MAC: so n's table says, once it has asked anew; knows: without asking.
sees() {
	ip -n n neigh flush to "$1"
	n ping -qc1 -W1 "$1" >/dev/null || true
	knows "$1" "$2"
}
knows() { [[ $(ip -n n neigh show to "$1" dev eth0) == *"lladdr $2"* ]]; }
# heard N4 N6: the host has announced the addresses more often than that.
heard() {
	local n4 n6
	read -r n4 n6 <<<"$(announced)"
	[ "$n4" -gt "$1" ] && [ "$n6" -gt "$2" ]
}
announced() {
	awk -v ours="$ours >" -v a4="who-has $A4 .*tell $A4" -v a6="advertisement, tgt is $A6" \
		'index($0, ours) && $0 ~ a4 { n4++ } index($0, ours) && $0 ~ a6 { n6++ }
		END { print n4 + 0, n6 + 0 }' "$TMP/seen"
}

net 1
new_ns n w
link h up2 "fe80::7/64" o p2 ""
link n eth0 "198.51.100.142/25 2001:db8:e:f::e/64 fe80::5/64" o pn ""
link w eth0 "198.51.100.141/25 2001:db8:e:f::d/64 fe80::6/64" o pw ""
inside o "link add name br type bridge" "link set dev br addrgenmode none up" \
	"link set dev p2 master br" "link set dev pn master br" "link set dev pw master br"
made
ours=$(mac_of h up2) theirs=$(mac_of w eth0)
pool
eg pool add fra 198.51.100.128/28 2001:db8:e:f::/64 dev up2
capture n seen -e -i eth0 'arp or icmp6'

# At once: the first packet does not wait for the probes, only its answer does.
eg app set shop --on-none drop
add 1
capture o begun -tt -i h 'arp or icmp'
background m1 ping -ni 0.01 $BANK4 > "$TMP/pings"
allocate
until_ok "a first answer" grep -q time= "$TMP/pings"
under "m1" "$V4" "$(ask m1 tcp $BANK4)"
# ms REGEX REGEX: from the first packet that is like one to the first that is like the other
ms() { awk -v a="$1" -v b="$2" '!t && $0 ~ a { t = $1 } t && $0 ~ b { print int(($1 - t) * 1000); exit }' "$TMP/begun"; }
until_ok "it is captured" shows begun "$BANK4 > $V4"
probed=$(ms "who-has $V4 .*tell 0.0.0.0" "who-has $V4 .*tell $V4")
answered=$(ms "$V4 > $BANK4: ICMP echo request" "$BANK4 > $V4: ICMP echo reply")
echo "ok: announced $probed ms after the first probe, answered $answered ms after the first packet"
within "milliseconds until it is announced" 40 $((200 * SLOW)) "$probed"
within "milliseconds until the first answer" 0 $((200 * SLOW)) "$answered"
kill "${PIDS[-1]}"
unset 'PIDS[-1]'

# There first.
owner add
sees $A4 "$theirs" || fail "the neighbour does not find the owner of $A4"
sees $A6 "$theirs" || fail "the neighbour does not find the owner of $A6"
eg allocate --app shop --region fra --v4 $A4 --v6 $A6 > "$TMP/made"
conflicts "$theirs" "$theirs"
since=$(uptime_s)
is "announced" "0 0" "$(announced)"
knows $A4 "$theirs" || fail "the neighbour has lost the owner of $A4"
knows $A6 "$theirs" || fail "the neighbour has lost the owner of $A6"
sees $A4 "$theirs" || fail "the neighbour does not find the owner of $A4"
sees $A6 "$theirs" || fail "the neighbour does not find the owner of $A6"
eg machine set m1 --region fra -y 2> "$TMP/said"
for addr in $A4 $A6; do
	is "a warning" 1 "$(grep -c "has $addr, which is in use by $theirs on 'up2'" "$TMP/said")"
	is "the list" 1 "$(eg list --region fra 2>/dev/null | grep -c " $addr .* 1, conflict ")"
done
like "check" "address +FAILED +$A4 is in use by $theirs on 'up2'" "$(eg check m1 $BANK4:7 2>/dev/null || true)"

# It is tried again after a second or two, not on and on.
within "probes" 1 $((3 * ($(uptime_s) - since + 3))) "$(grep -c "$ours > .*who-has $A4 .*tell 0.0.0.0" "$TMP/seen")"

# The owner goes.
owner del
conflicts null null
until_ok "announced" heard 0 0
sees $A4 "$ours" || fail "the neighbour does not find $A4"
sees $A6 "$ours" || fail "the neighbour does not find $A6"

# Another host that asks first gives way.
ip -n w addr add $A6/64 dev eth0
refuses() { [[ $(ip -n w -6 addr show dev eth0) == *$A6*dadfailed* ]]; }
until_ok "duplicate address detection" refuses
ip -n w addr del $A6/64 dev eth0
conflict null null || fail "a probe is no conflict"

# One that insists has it: the first time, it is told.
w sysctl -qw net.ipv4.conf.eth0.arp_notify=1 net.ipv6.conf.eth0.ndisc_notify=1
owner add
read -r N4 N6 <<<"$(announced)"
insist() {
	ip -n w link set dev eth0 address "$theirs"	# it announces its addresses then
}
insist
until_ok "it is told" heard "$N4" "$N6"
insists() { insist; conflict "$theirs" "$theirs"; }
until_ok "it insists" insists
lease m1
is "the machine's address is as before" $A4 "$(eg -j get from 10.0.0.1 to $BANK4:7 iif m1 | jq -r .source)"

# Given up now, it is not given to the next one at once.
eg release $A4 -y 2>/dev/null
is "no warning" "" "$(eg list 2>&1 | grep 'in use' || true)"
refused 2 "$A4 is in use by $theirs on 'up2', or was a minute ago" \
	eg allocate --app shop --region fra --v4 $A4

# Next hops of the host's routes, and neighbours that it knows to be there.
printf '%s\n' "addr add 198.51.100.130/25 dev up2" "neigh add 198.51.100.131 lladdr $theirs dev up2" \
	"route add default via 198.51.100.129 dev up2 metric 9" \
	"route add default via 2001:db8:e:f::1 dev up2 metric 9000 onlink" | ip -n h -batch -
eg -j allocate --app shop --region fra > "$TMP/made"
is "drawn" "198.51.100.132 2001:db8:e:f::2" "$(of v4 "$(< "$TMP/made")") $(of v6 "$(< "$TMP/made")")"
refused 2 "198.51.100.129 is the next hop of a route of this host" \
	eg allocate --app shop --region fra --v4 198.51.100.129
refused 2 "2001:db8:e:f::1 is the next hop of a route of this host" \
	eg allocate --app shop --region fra --v6 2001:db8:e:f::1
refused 2 "198.51.100.131 is in use by $theirs on 'up2'" \
	eg allocate --app shop --region fra --v4 198.51.100.131

# What was passed over for a neighbour is drawn once the neighbour is gone.
eg pool add lil 198.51.100.148/30 dev up2
ip -n h neigh add 198.51.100.149 lladdr "$theirs" dev up2
is "drawn" 198.51.100.150 "$(of v4 "$(eg -j allocate --app shop --region lil)")"
refused 2 "no free IPv4 address" eg allocate --app shop --region lil
ip -n h neigh del 198.51.100.149 dev up2
is "drawn now" 198.51.100.149 "$(of v4 "$(eg -j allocate --app shop --region lil)")"

# Hosts that share a pool have the same addresses, and may.
eg release 198.51.100.132 -y 2>/dev/null
eg pool add fra 198.51.100.128/28 slots 0-31
owner del
A4=198.51.100.135 A6=2001:db8:e:f::7
owner add
eg allocate --app shop --region fra --v4 $A4 --v6 $A6 > "$TMP/made" 2>&1
until_ok "announced, as it is shared" heard 0 0
for ((i = 0; i < 3; i++)); do
	insist
	sleep 0.3
done
conflict null null || fail "a host that shares the pair is no conflict"
