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
	"$(eg -j list | jq -r ".[] | select(.ip == \"$own4\") | \"\(.scope) \(.owner)\"")"

refused 2 "$own4|m1" eg bind m2 "$own4"
eg release "$app4"
waits m2
under "m2 does not get it" $HOST4 "$(ask m2 tcp $BANK4)"
under "m1" "$own4" "$(ask m1 tcp $BANK4)"

# In another region it does not use its pair, which waits for it, and says so.
warning="app 'shop' in region 'ord' has $own4 for machine 'm1' alone, which is in region 'fra' now: nobody uses it"
like "it goes" "warning: $warning" "$(eg machine set m1 --region fra 2>&1)"
under "m1 elsewhere" $HOST4 "$(ask m1 tcp $BANK4)"
is "in list" "machine m1 left behind" \
	"$(eg list --app shop 2>/dev/null | awk -v ip="$own4" '$2 == ip { print $3, $5, $6, $7 }')"
like "a warning, too" "$warning" "$(eg list --app shop 2>&1 >/dev/null)"
is "in JSON" true "$(eg -j list 2>/dev/null | jq ".[] | select(.ip == \"$own4\").\"left-behind\"")"
like "in check" "$warning" "$(eg check m1 "$BANK4:7" 2>&1 >/dev/null)"
is "not of another's" "" "$(eg check m2 "$BANK4:7" 2>&1 >/dev/null)"
eg machine set m1 --region ord
under "m1 is back" "$own4" "$(ask m1 tcp $BANK4)"
is "no warning" "" "$(eg list --app shop 2>&1 >/dev/null | grep -v 'no slots\|room' || true)"

keep standing m1 tcp $BANK4
eg machine del m1
is "pairs" "" "$(pairs)"
[[ $(again standing) != "$own4"* ]] || fail "a connection outlives its machine"
add 1
under "m1 anew" $HOST4 "$(ask m1 tcp $BANK4)"

# Promoted, it is one of the app's, and stays when the machine goes.
eg allocate --machine m1 --region ord
lease m1
eg promote m1
is "promoted" "app shop" "$(eg -j list 2>/dev/null | jq -r ".[] | select(.ip == \"$V4\") | \"\(.scope) \(.owner)\"")"
eg machine del m1
is "it stays" "$V4" "$(pairs | head -n 1)"
