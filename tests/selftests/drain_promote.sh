#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A pair that is drained goes with its last connection, or when its time is up;
# a machine's own pair is promoted without a connection noticing.
. "$(dirname "$0")/lib.sh"

pair_row() { eg -j list | jq -c --arg ip "$1" '.[] | select(.ip == $ip) | [.draining, .connections, .drain]'; }

net 2
pool
allocate
add 1
add 2
lease m1
old=$V4
under "before" "$old" "$(keep long m1 tcp $BANK4)"

eg release "$old" --drain
is "still there, with its connection" '[true,1,null]' "$(pair_row "$old")"
like "in the list" "draining, 1 connection left" "$(eg list)"
waits m1
under "m1 has no pair" $HOST4 "$(ask m1 tcp $BANK4)"
under "it lives on" "$old" "$(again long)"
refused 2 "is being released" eg bind m1 "$old"
differ "another pair, not the one that drains" "$old" "$(allocate; echo "$V4")"
lease m1
leased m1 "$(ask m1 tcp $BANK4)"
under "it lives on" "$old" "$(again long)"
crowd 1 12
is "newcomers on the pair that drains" 0 \
	"$(eg -j machine list | jq --arg v4 "$old" 'map(select(."egress-v4" == $v4)) | length')"
eg machine del c{1..12}
end long
gone() { [ -z "$(pair_row "$old")" ]; }
until_ok "gone with its last connection" gone

# Nothing to wait for: it goes at once.
lease m1
eg release "$V4" --drain
is "without a connection" "" "$(pair_row "$V4")"

# The time is up.
allocate
lease m1
old=$V4
keep long m1 tcp $BANK4 >/dev/null
eg release "$old" --drain=3600
like "an hour left" '^\[true,1,3[56][0-9][0-9]\]$' "$(pair_row "$old")"
eg release "$old" --drain=1
until_ok "gone when its time is up" gone
is "cut" 0 "$(listed "$old" h conntrack -L -p tcp)"

# Released after all while it drains.
allocate
lease m1
old=$V4
keep other m1 tcp $BANK4 >/dev/null
eg release "$old" --drain
eg release "$old"
is "released while it drains" "" "$(pair_row "$old")"
is "no pair left" "[]" "$(eg -j list)"

# Promotion.
made=$(eg -j allocate --machine m1 --region ord)
own=$(of v4 "$made")
lease m1
is "its own pair" "$own" "$V4"
waits m2
keep promoted m1 tcp $BANK4 >/dev/null
eg promote m1
is "of its app now" app "$(eg -j list | jq -r '.[0].scope')"
is "m1's slot" "$SLOT" "$(lease m1; echo "$SLOT")"
lease m2
is "m2 has a lease on it" "$own" "$V4"
under "nothing noticed" "$own" "$(again promoted)"
leased m2 "$(ask m2 tcp $BANK4)"
eg machine del m1
is "the pair stays" 2 "$(eg -j list | jq length)"
refused 2 "no pair of its own" eg promote m2
