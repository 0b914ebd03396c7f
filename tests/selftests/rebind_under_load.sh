#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A machine that is bound elsewhere keeps the address and port of every old
# connection. The slot it leaves lingers: it is listed, and nobody gets it until
# the last of them has ended.
. "$(dirname "$0")/lib.sh"

lingering() {
	eg -j lease list | jq -r '[.[] | select(.state == "lingering") | "\(.machine) \(.ports)"] | join(" ")'
}
has_lease() { [ "$(of waiting "$(eg -j machine show "$1")")" = false ]; }

net 1
pool
allocate --block-size 16384
a4=$V4 a6=$V6
add 1
lease m1
old=$FIRST-$LAST slot=$SLOT
like "connections" '^ok=100 ' "$(many tcp4 100 m1 tcp $BANK4)"
like "connections" '^ok=100 ' "$(many udp6 100 m1 udp $BANK6)"
allocate --block-size 16384
eg bind m1 "$V4"

is "same TCP connections" 100 "$(same tcp4)"
is "same UDP connections" 100 "$(same udp6)"
leased m1 "$(ask m1 tcp $BANK4)"
differ "m1's pair" "$a4" "$V4"
is "lingers" "m1 $old" "$(lingering)"

# Seven of eight slots are to be had.
refused 2 . eg bind m1 "$a4" --slot "$slot"
crowd 1 7
waits c7
end udp6
h conntrack -D -p udp -s fd00::1 >/dev/null
is "same TCP connections" 100 "$(same tcp4)"
is "lingers" "m1 $old" "$(lingering)"
waits c7

end tcp4
until_ok "c7 gets the slot" has_lease c7
lease c7
is "c7's block" "$a4 $a6 $old" "$V4 $V6 $FIRST-$LAST"
is "lingers" "" "$(lingering)"
leased c7 "$(ask m1 tcp $BANK4 "from=$(at 7)")"
