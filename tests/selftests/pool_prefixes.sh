#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A pool of several prefixes: one is used up after the other, one in use stays
# and says who uses it, and a draining one is drawn from no more.
. "$(dirname "$0")/lib.sh"

load_module
new_ns h
A=198.51.100.0/30 B=198.51.100.64/28 C=2001:db8:e::/64 D=2001:db8:f::/64
eg pool add ord $A $C
eg pool add ord $B $D

# drawn PREFIX: the pair that was allocated last is of that IPv4 prefix.
drawn() {
	local got
	got=$(h python3 -c "import ipaddress as i, sys; print(i.ip_address('$V4') in i.ip_network('$1'))")
	is "$V4 is of $1" True "$got"
}
used() { eg -j pool list ord | jq -r '[.[].prefixes[].used] | join(" ")'; }

for _ in 1 2; do
	allocate
	drawn $A
done
allocate
drawn $B
is "used" "2 3 1 0" "$(used)"
like "free, as JSON's readers can count" '"free":9223372036854775807,' "$(eg -j pool list ord)"

refused 2 "prefix $A is in use: 198.51.100.1 by app 'shop', 198.51.100.2 by app 'shop': release" \
	eg pool del ord $A
eg machine add m1 --app blog --region ord --addr 10.0.0.1
eg allocate --machine m1 --region ord
refused 2 "$B is in use: 198.51.100.65 by app 'shop', 198.51.100.66 by machine 'm1'" eg pool del ord $B $D
eg allocate --app shop --region ord --count 5
refused 2 "$B .* 'm1', 198.51.100.67 by app 'shop' and 4 more: release" eg pool del ord $B
refused 2 "$A is in use" eg pool del ord
long=$(printf 'a%.0s' {1..63})
eg pool add fra 2001:db8:1111:2222:3333:4444:5555:0/112
eg allocate --app "$long" --region fra --v6 2001:db8:1111:2222:3333:4444:5555:6666
eg allocate --app "$long" --region fra --count 2
refused 2 "5555:6666 by app '$long' and 2 more: release them first, or 'pool drain' it" eg pool del fra
is "nothing is lost" "2 9 7 0" "$(used)"

eg pool drain ord $B
is "it says so" "[false,false,true,false]" "$(eg -j pool list ord | jq -c '[.[].prefixes[].draining]')"
like "for people" "$B .* draining" "$(eg pool list ord | grep $B)"
refused 2 "no free IPv4 .* draining: add a prefix" eg allocate --app shop --region ord
refused 2 "198.51.100.78 is in $B, which is draining: 'pool drain REGION PREFIX off'" \
	eg allocate --app shop --region ord --v4 198.51.100.78
eg release 198.51.100.2
allocate
drawn $A
eg release 198.51.100.65
refused 2 "no free IPv4" eg allocate --app shop --region ord
is "the others stay" "2 8 6 0" "$(used)"

eg pool drain ord $B off
allocate
drawn $B
refused 2 "203.0.113.0/24 is not in the pool" eg pool drain ord 203.0.113.0/24
refused 1 "too few" eg pool drain ord

# The way to get rid of one.
eg pool drain ord $A
eg release 198.51.100.1 198.51.100.2
eg pool del ord $A
is "without it" "$C $B $D" "$(eg -j pool list ord | jq -r '[.[].prefixes[].prefix] | join(" ")')"

# Wherever among very many machines one is that has an address of the prefix.
for ((i = 0; i < 5000; i++)); do
	echo "machine add n$i --app many --region ord --addr 10.$((1 + i / 250)).0.$((i % 250 + 1))"
done > "$TMP/machines"
eg -b "$TMP/machines" -atomic >/dev/null 2>&1
is "machines" 5001 "$(stat machines)"
for i in 0 4095 4096 4999; do
	refused 2 "10.$((1 + i / 250)).0.$((i % 250 + 1)), the inside address of machine 'n$i'" \
		eg pool add ord 203.0.113.0/28 10.$((1 + i / 250)).0.$((i % 250 + 1))/32
done
eg machine set n7 --addr 203.0.113.5
refused 2 "203.0.113.5, the inside address of machine 'n7'" eg pool add ord 203.0.113.0/28
eg machine del n7
eg pool add ord 203.0.113.0/28
