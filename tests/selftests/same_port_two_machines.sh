#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Two machines on one pair talk to one destination from one source port at once.
. "$(dirname "$0")/lib.sh"

net 2
pool
allocate
add 1
add 2

for bank in $BANK4 $BANK6; do
	for proto in tcp udp; do
		one=$(keep one m1 $proto "$bank" sport=40000)
		two=$(keep two m2 $proto "$bank" sport=40000)
		leased m1 "$one"
		leased m2 "$two"
		is "one address" "${one% *}" "${two% *}"
		is "m1 is still answered" "$one" "$(again one)"
		is "m2 is still answered" "$two" "$(again two)"
		end one
		end two
	done
done
