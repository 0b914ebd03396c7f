#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Every connection refused at the limit is counted, for its machine and in
# total, whether it is rejected or dropped; and as nothing else.
. "$(dirname "$0")/lib.sh"

# counted WHAT M1 M2 TOTAL
counted() {
	local got
	got=$(eg -j stats --app shop | jq -r '[.[] | "\(.machine) \(.stats.limit)"] | sort | join(" ")')
	is "$1" "m1 $2 m2 $3, $4" "$got, $(stat limit)"
}

net 2
h sysctl -qw net.ipv4.icmp_ratelimit=0
pool
allocate --block-size 64
add 1
add 2
eg app set shop --limit 10

like "TCP" '^ok=10 refused=5 ' "$(many m1tcp 15 m1 tcp $BANK4)"
counted "TCP" 5 0 5
like "IPv6" '^ok=10 refused=3 ' "$(many m1tcp6 13 m1 tcp $BANK6)"
counted "IPv6" 8 0 8
like "UDP" '^ok=10 (unreachable|prohibited)=7 ' "$(many m2udp 17 m2 udp $BANK4)"
counted "UDP" 8 7 15

eg app set shop --on-limit drop
is "dropped" "ok=0 timeout=4" "$(many m2drop 4 m2 udp $BANK4 wait=0.5)"
counted "dropped" 8 11 19

eg app set shop --limit 64
like "room" '^ok=20 ' "$(many m1more 20 m1 tcp $BANK4)"
counted "room" 8 11 19
is "opened" 50 "$(stat opened)"
is "nothing else" "0 0 0 0 0" \
	"$(stat leak) $(stat nomem) $(stat unsupported) $(stat spoofed) $(stat passed)"
like "for people" 'limit +19' "$(eg stats)"

# The numbers outlive the lease they arose under.
allocate --block-size 64
eg bind m1 "$V4"
counted "bound elsewhere" 8 11 19
