#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Release cuts the pair's connections, and no others; its machines go to another
# pair, or back to the host's own address.
. "$(dirname "$0")/lib.sh"

tracked() { listed "dst=$1 " h conntrack -L; }

net 2
pool
allocate
a4=$V4 a6=$V6
allocate
b4=$V4
add 1 --pair "$a4"
add 2 --pair "$b4"
keep one m1 tcp $BANK4
keep six m1 udp $BANK6
two=$(keep two m2 tcp $BANK4)
is "tracked" "1 1 1" "$(tracked "$a4") $(tracked "$a6") $(tracked "$b4")"

eg release "$a6"
is "tracked" "0 0 1" "$(tracked "$a4") $(tracked "$a6") $(tracked "$b4")"
like "m1's connection" '^(reset|timeout)$' "$(again one)"
is "m2's connection" "$two" "$(again two)"
is "pairs" "$b4" "$(pairs | head -n 1)"

under "m1" "$b4" "$(ask m1 tcp $BANK4)"

eg release "$b4"
like "m2's connection" '^(reset|timeout)$' "$(again two)"
under "m1" $HOST4 "$(ask m1 tcp $BANK4)"
under "m2" $HOST6 "$(ask m2 udp $BANK6)"
refused 2 "$b4" eg release "$b4"
is "tracked" "0" "$(tracked "$b4")"
