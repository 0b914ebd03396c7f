#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Two hosts share one pair: each hands out its half of the slots, and the router
# sends back to each what comes for its ports. Both work at once.
. "$(dirname "$0")/lib.sh"

net 1
host_ns h2 192.0.2.130/25 2001:db8:3::2/64 192.0.2.129 2001:db8:3::1
machine_ns h2 2

# h has ports below 32768, h2 the others.
o nft -f - <<END
table inet split {
	chain prerouting {
		type filter hook prerouting priority mangle
		ip daddr 198.51.100.0/24 th dport >= 32768 meta mark set 2
		ip6 daddr 2001:db8:e::/48 th dport >= 32768 meta mark set 2
	}
}
END
ip -n o -batch - <<END
route del 198.51.100.0/24
route add 198.51.100.0/24 via $HOST4
route add 198.51.100.0/24 via 192.0.2.130 table 2
route del 2001:db8:e::/48
route add 2001:db8:e::/48 via $HOST6
route add 2001:db8:e::/48 via 2001:db8:3::2 table 2
rule add fwmark 2 lookup 2
END
ip -n o -6 rule add fwmark 2 lookup 2

v4=198.51.100.9 v6=2001:db8:e::9
for host in h h2; do
	[ $host = h ] && slots=0-31 n=1 || slots=32-63 n=2
	"$EGRESSCTL" -n $host -b - <<-END
	pool add ord $POOL4 $POOL6 slots $slots
	allocate --app shop --region ord --v4 $v4 --v6 $v6
	machine add m$n --app shop --region ord --addr 10.0.0.$n --addr fd00::$n
	END
	is "slots of $host" 32 "$("$EGRESSCTL" -n $host -j list | jq '.[0].slots')"
done

for proto in tcp udp; do
	one=$(keep "one-$proto" m1 $proto $BANK4)
	two=$(keep "two-$proto" m2 $proto $BANK4)
	under "m1" $v4 "$one"
	under "m2" $v4 "$two"
	[ "${one#* }" -lt 32768 ] || fail "m1 has a port of the other host: $one"
	[ "${two#* }" -ge 32768 ] || fail "m2 has a port of the other host: $two"
	under "m1" $v6 "$(ask m1 $proto $BANK6)"
	under "m2" $v6 "$(ask m2 $proto $BANK6)"
	is "m1 again" "$one" "$(again "one-$proto")"
	is "m2 again" "$two" "$(again "two-$proto")"
done

# What comes to the wrong host is left to its routes, which lead it on; what is for a port
# of its own and belongs to nothing is dropped.
o nft flush chain inet split prerouting
is "to a port of the other host" timeout "$(ask b udp $v4 port=40000 wait=0.3)"
is "unsolicited" 0 "$(stat unsolicited)"
is "to a port of this one" timeout "$(ask b udp $v4 port=2000 wait=0.3)"
[ "$(stat unsolicited)" -gt 0 ] || fail "it was not dropped"

refused 2 'slot' eg bind m1 $v4 --slot 32
refused 2 'slot' "$EGRESSCTL" -n h2 bind m2 $v4 --slot 31
