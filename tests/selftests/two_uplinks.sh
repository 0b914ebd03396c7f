#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A host has two providers, and a pool on each uplink. The route decides by which one a
# packet leaves, and knows nothing of pools: `check` and `get` say so, and the rule that
# they name mends it.
#
#    m1 (fra)           h                     o                        b
#   .--------.   .-------------.   .---------------------.   .--------------.
#   |   eth0 |---| m1       up |---| h   the default     |---| the bank     |
#   '--------'   |             |   |     route           |   '--------------'
#                |         up2 |---| p2  where region    |
#                |             |   |     fra's pool is   |
#                '-------------'   '---------------------'
. "$(dirname "$0")/lib.sh"

net 1
link h up2 "192.0.2.130/25 2001:db8:3::2/64 fe80::5/64" o p2 "192.0.2.129/25 2001:db8:3::1/64 fe80::6/64"
for sub in 198.51.100.128/28 2001:db8:e:f::/64; do
	o ip route add $sub dev p2
done
running() { [[ $(ip -n h link show dev up2) == *"state UP"* ]]; }
until_ok "the second uplink is up" running
pool
eg pool add fra 198.51.100.128/28 2001:db8:e:f::/64 dev up2
v4=198.51.100.130 v6=2001:db8:e:f::2
eg allocate --app shop --region fra --v4 $v4 --v6 $v6
eg machine add m1 --app shop --region fra --addr 10.0.0.1 fd00::1

capture o seen -i p2 "tcp and (src $v4 or src $v6)"
# complains ADDR REGEX COMMAND...: it warns of that address's way like that.
complains() {
	like "${*:3}" "packets from $1 to .* leave by 'up', but $2 is answered for on 'up2': 'ip $3rule add from $1 lookup N'" \
		"$("${@:4}" 2>&1 >/dev/null)"
}
complains 10.0.0.1 $v4 "" eg get from 10.0.0.1 to $BANK4
complains fd00::1 $v6 "-6 " eg get from fd00::1 to $BANK6
complains 10.0.0.1 $v4 "" eg check m1 $BANK4:7
complains fd00::1 $v6 "-6 " eg check m1 "[$BANK6]:7"
under "all the same" $v4 "$(ask m1 tcp $BANK4)"
is "by the second uplink" "" "$(cat "$TMP/seen")"

# As the guide has it.
ip -n h -batch - <<-END
	route add default via 192.0.2.129 table 102
	rule add from 10.0.0.1 lookup 102
END
ip -n h -6 -batch - <<-END
	route add default via 2001:db8:3::1 table 102
	rule add from fd00::1 lookup 102
END
for at in 10.0.0.1,$BANK4 fd00::1,$BANK6; do
	is "get" "" "$(eg get from "${at%,*}" to "${at#*,}" 2>&1 >/dev/null)"
done
is "check" "" "$(eg check m1 $BANK4:7 "[$BANK6]:7" 2>&1 >/dev/null)"
under "by its own uplink" $v4 "$(ask m1 tcp $BANK4)"
until_ok "seen there" shows seen "$v4\\.[0-9]+ > $BANK4"
until_ok "seen there" shows seen "$v6\\.[0-9]+ > $BANK6"

# A machine of the first region goes by the first.
eg machine set m1 --region ord -y 2>/dev/null
eg allocate --app shop --region ord >/dev/null
like "the other way round" "leave by 'up2', but .* is answered for on 'up'" \
	"$(eg get from 10.0.0.1 to $BANK4 2>&1 >/dev/null)"
