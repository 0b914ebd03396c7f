#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A pair carries 64 machines, each with a block of its own; the 65th is warned of
# and waits, and gets the next pair as soon as there is one. One that is added later
# gets a pair with room at once.
. "$(dirname "$0")/lib.sh"

net 1
pool
allocate
first=$V4
crowd 1 64
like "about the 65th" "shop.* 65 machines, but 64 slots: need at least 1 more pair" "$(crowd 65 65 2>&1)"

leases=$(eg -j machine list | jq -r '.[] | select(.waiting | not) | "\(.machine) \(."egress-v4") \(.ports)"')
is "machines on the pair" 64 "$(grep -c " $first " <<<"$leases")"
is "blocks" 64 "$(cut -d ' ' -f 3 <<<"$leases" | sort -u | wc -l)"
waits c65

while read -r machine _ ports; do
	seen=$(ask m1 udp $BANK4 "from=$(at "${machine#c}")")
	under "$machine" "$first" "$seen"
	within "its port" "${ports%-*}" "${ports#*-}" "${seen#* }"
done <<<"$leases"
under "the 65th machine" $HOST4 "$(ask m1 udp $BANK4 "from=$(at 65)")"

allocate
leased c65 "$(ask m1 tcp $BANK4 "from=$(at 65)")"
is "its pair" "$V4" "$(eg -j machine show c65 | jq -r '."egress-v4"')"
differ "its address" "$first" "$V4"

# The first pair is full: all go to the second.
crowd 66 72
is "machines on the second pair" 8 "$(eg -j machine list | jq --arg v4 "$V4" 'map(select(."egress-v4" == $v4)) | length')"
leased c72 "$(ask m1 tcp $BANK4 "from=$(at 72)")"
