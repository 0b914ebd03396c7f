#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A machine-scoped pair wins over the app's, serves nobody else, and goes with
# its machine.
. "$(dirname "$0")/lib.sh"

net 2
pool
allocate
app4=$V4
add 1
add 2
eg allocate --machine m1 --region ord

leased m1 "$(ask m1 tcp $BANK4)"
own4=$V4
leased m1 "$(ask m1 tcp $BANK6)"
differ "m1's pair" "$app4" "$own4"
is "scope" machine "$(of scope "$(eg -j machine show m1)")"
under "m2" "$app4" "$(ask m2 tcp $BANK4)"
is "type in list" "machine m1" \
	"$(eg -j list | jq -r ".[] | select(.ip == \"$own4\") | \"\(.type) \(.owner)\"")"

refused 2 "$own4|m1" eg bind m2 "$own4"
eg release "$app4"
waits m2
under "m2 does not get it" $HOST4 "$(ask m2 tcp $BANK4)"
under "m1" "$own4" "$(ask m1 tcp $BANK4)"

keep standing m1 tcp $BANK4
eg machine del m1
is "pairs" "" "$(pairs)"
[[ $(again standing) != "$own4"* ]] || fail "a connection outlives its machine"
add 1
under "m1 anew" $HOST4 "$(ask m1 tcp $BANK4)"
