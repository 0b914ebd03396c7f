#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A machine's addresses can be changed, and the machine moved to another app or
# region: it takes neither connections nor a pair of its own along.
. "$(dirname "$0")/lib.sh"

net 2
pool
eg pool add fra 198.51.100.128/28 2001:db8:e:f::/64 dev up
allocate
shop4=$V4
add 1

eg machine set m1 --addr 10.0.0.2 --addr fd00::2
under "its new address" "$V4" "$(ask m2 tcp $BANK4)"
under "its new address" "$V6" "$(ask m2 tcp $BANK6)"
under "its former address" $HOST4 "$(ask m1 tcp $BANK4)"
eg machine set m1 --addr 10.0.0.1 --addr fd00::1
leased m1 "$(ask m1 tcp $BANK4)"

eg allocate --machine m1 --region ord
leased m1 "$(keep standing m1 tcp $BANK4)"
own4=$V4
differ "m1's pair" "$shop4" "$own4"
eg machine set m1 --app blog
waits m1
[[ $(again standing) != "$own4"* ]] || fail "a connection went along"
[[ $(pairs) != *"$own4"* ]] || fail "its own pair went along"
under "blog has no pair" $HOST4 "$(ask m1 tcp $BANK4)"

eg machine set m1 --app shop
leased m1 "$(ask m1 tcp $BANK4)"
is "pair" "$shop4" "$V4"
eg machine set m1 --region fra
waits m1
eg allocate --app shop --region fra
leased m1 "$(ask m1 tcp $BANK4)"
like "pair in fra" '^198.51.100.1(29|[34].)$' "$V4"

# Nothing is left of an app whose only machine leaves it.
eg machine add lone --app alone --region ord --addr 10.0.0.9
eg allocate --machine lone --region ord
eg machine set lone --app shop
refused 2 "alone" eg app show alone
