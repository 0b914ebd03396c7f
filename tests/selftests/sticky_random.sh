#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Machines are spread over their app's pairs evenly and at random, and stay
# where they are whatever happens to others.
. "$(dirname "$0")/lib.sh"

net 1
pool
allocate --count 3 --block-size 256
crowd 1 300

eg -j machine list > "$TMP/list"
jq -r '.[]."egress-v4"' "$TMP/list" > "$TMP/choices"
is "machines with a lease" 300 "$(grep -c ^198 "$TMP/choices")"
is "pairs in use" 3 "$(sort -u "$TMP/choices" | wc -l)"

# Chi-squared of two degrees of freedom is over 23 once in 100,000 times. Taking
# turns, or the emptiest pair, is even, too: then neighbours hardly ever agree.
# At random 100 of 299 do, give or take 8.
awk '
	{ n[$1]++; if ($1 == last) alike++; last = $1 }
	END {
		for (pair in n)
			chi += (n[pair] - NR / 3) ^ 2 / (NR / 3)
		printf "chi-squared %.2f, %d neighbours alike\n", chi, alike
		exit !(chi < 23 && alike > 60 && alike < 140)
	}' "$TMP/choices" || fail "not an even choice at random"

places() {
	jq -c '[.[] | select(.machine | test("^c([5-9].|[12]..)$")) | [.machine, ."egress-v4", .ports]] | sort' "$@"
}
before=$(places "$TMP/list")
seen=$(ask m1 udp $BANK4 "from=$(at 60)")

for i in 1 7 13; do
	echo "machine del c$i"
done | eg -b -
allocate --count 2
extra=$V4
crowd 301 310
eg release "$extra"
is "the others' leases" "$before" "$(eg -j machine list | places)"
under "a machine's address" "${seen% *}" "$(ask m1 udp $BANK4 "from=$(at 60)")"
