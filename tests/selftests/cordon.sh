#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A cordoned host gives no machine a lease that has none. Who has one keeps it, or gets
# another; when the cordon ends, who waited is served.
. "$(dirname "$0")/lib.sh"

net 2
pool
allocate
A4=$V4
allocate
B4=$V4
add 1
is "it tells" '{"cordoned":true}' "$(eg -j cordon | jq -c '{cordoned}')"
generation=$(stat generation)
is "so do the totals" true "$(stat cordoned)"
eg cordon
is "twice is once" "$generation" "$(stat generation)"

# New ones wait, and everybody says why.
like "a new machine" "^m2: waiting until the host is not cordoned" "$(add 2)"
waits m2
like "shown" "ports +waiting, as the host is cordoned" "$(eg machine show m2)"
like "a packet of it" '"verdict":"pass".*"why":"[^"]*waits until the host is not cordoned.*"cordoned":true' \
	"$(eg -j get from 10.0.0.2 to $BANK4)"
under "it takes the host's address" $HOST4 "$(ask m2 udp $BANK4)"
refused 2 "the host is cordoned: machine 'm2' has no lease and gets none: 'cordon off' ends that" eg bind m2 "$A4"
refused 2 "the host is cordoned: machine 'c9'" \
	eg machine add c9 --app shop --region ord --addr "$(at 9)" --pair "$A4"
refused 2 "'c9' still waits until the host is not cordoned" \
	eg machine add c9 --app shop --region ord --addr "$(at 9)" --wait=1

# Who is there already does not feel it: neither said again, nor moved, nor released.
add 1
leased m1 "$(ask m1 udp $BANK4)"
eg bind m1 "$B4"
leased m1 "$(ask m1 udp $BANK4)"
eg release "$B4"
under "leased elsewhere" "$A4" "$(ask m1 udp $BANK4)"
# A pair, and a slot that gets free, are for nobody.
allocate
eg machine set m2 --region ams
eg machine set m2 --region ord
eg machine del m1
waits m2

generation=$(stat generation)
is "the end" '{"cordoned":false}' "$(eg -j cordon off | jq -c '{cordoned}')"
is "one change" $((generation + 1)) "$(stat generation)"
leased m2 "$(ask m2 udp $BANK4)"
lease c9
is "nobody waits" 0 "$(stat waiting)"

# A machine's own pair, too.
eg cordon
eg machine del m2
add 2
eg allocate --machine m2 --region ord > /dev/null
waits m2
eg cordon off
is "on its own pair" machine "$(of scope "$(eg -j machine show m2)")"
