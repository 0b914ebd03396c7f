#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# An app's pairs outlive its machines and whole deployments; only release takes
# them away, several at once, each named by either of its addresses.
. "$(dirname "$0")/lib.sh"

allocation() { eg -j list | jq -c '[.[] | del(.machines, .connections, .generation)]'; }

net 1
pool
allocate
v4=$V4 v6=$V6
before=$(allocation)

# Machines of their own each time; the second overlaps the first, the third does not.
deploy() {
	crowd "$1" "$2"
	for ((i = $1; i <= $2; i++)); do
		seen=$(ask m1 udp $BANK4 "from=$(at "$i")")
		under "c$i" "$v4" "$seen"
		leased "c$i" "$seen"
	done
}
deploy 1 2
deploy 3 4
eg machine del c1 c2
is "the pair after a deployment" "$before" "$(allocation)"
eg machine del c3 c4
is "the pair without machines" "$before" "$(allocation)"
deploy 5 6
eg machine del c5 c6
add 1
under "a machine of the app, later" "$v6" "$(ask m1 tcp $BANK6)"
is "the pair" "$before" "$(allocation)"

allocate
b4=$V4 b6=$V6
allocate
c4=$V4
eg allocate --app blog --region ord
all=$(pairs)
refused 2 198.51.100.99 eg release "$v4" 198.51.100.99
refused 2 "blog" eg release --app shop "$b6" 198.51.100.4
is "after what is refused" "$all" "$(pairs)"
eg release --app shop "$v6" "$c4" "$v4"
is "after the release of two pairs" "$b4 $b6 198.51.100.4 2001:db8:e::4" "$(pairs | xargs)"
under "m1" "$b6" "$(ask m1 tcp $BANK6)"
