#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A batch with -atomic may have lines of many kinds: all of them are one change. If any line is
# refused, then nothing is changed, told or cut, and every slot is where it was.
. "$(dirname "$0")/lib.sh"

net 1
pool
eg pool add fra 198.51.100.32/28 2001:db8:f::/64 dev up
many_in_m1
# entry N [OPTION]...: what says all of a machine.
entry() { echo "c$1 --addr $(at "$1") ${*:2}"; }
SHOP="--app shop --region ord"
allocate
P1=$V4
for i in {1..7}; do
	# shellcheck disable=SC2046,SC2086 # they are words
	eg machine add $(entry "$i" $SHOP) > /dev/null
done
eg bind c5 "$P1" --slot 20
eg bind c6 "$P1" --slot 21
for i in 31 32; do
	# shellcheck disable=SC2046 # they are words
	eg machine add $(entry "$i" --app old --region fra) 2> /dev/null > /dev/null
done
allocate
P2=$V4
allocate --to $BANK4/32
P3=$V4
PF=$(of v4 "$(eg -j allocate --app blog --region fra)")
# Two addresses, which rest: the first one is to be drawn next.
eg pool add tiny 198.51.100.64/30
eg allocate --app blog --region tiny --count 2 > /dev/null 2>&1
T1=198.51.100.65 T2=198.51.100.66
eg release $T1
eg release $T2
listen events
settled

cat > "$TMP/all" <<-END
	machine add $(entry 11 "$SHOP" --pair "$P2" --slot 9)
	machine set c1 --addr $(at 101) --dev m1
	machine set c2 --app blog --region fra
	machine replace $(entry 3 --app blog --region fra --pair "$PF" --slot 7)
	machine replace $(entry 12 "$SHOP" --pair "$P2")
	bind c4 $P2 --slot 12
	bind c5 auto
	bind c6 $P2
	allocate --app new --region ord --v4 198.51.100.9 --to 203.0.113.2/32
	machine add $(entry 14 --app new --region ord --pair 198.51.100.9 --slot 3)
	allocate --machine c7 --region ord --v4 198.51.100.10
	allocate --app blog --region tiny
	app set blog --limit 100 --exclude 203.0.113.4/32
	machine del --app old
	machine del c77 --missing-ok
	release $P3
END

# everything: all that there is.
everything() {
	local what
	for what in "pool list" list "machine list" "app list" "lease list" stats; do
		# shellcheck disable=SC2086 # they are words
		eg -j $what
	done
	h ss -Htn | wc -l
}
keep k1 m1 tcp $BANK4 "from=$(at 1)" > /dev/null
keep k2 m1 tcp 203.0.113.2 "from=$(at 2)" > /dev/null
everything > "$TMP/before"
# A number for each event that is written to the file.
told() { wc -l < "$TMP/events"; }
TOLD=$(told)

# untouched REGEX LINE [BLAMED]: with that line at its end the file is refused for it, and nothing
# has changed.
untouched() {
	{ cat "$TMP/all"; echo "$2"; } > "$TMP/bad"
	refused '[12]' ":${3:-17}: .*$1" eg -b "$TMP/bad" -atomic
	everything | diff "$TMP/before" - || fail "something has changed"
}
untouched "machine 'c1' is given twice" "machine set c1 --dev m1"
untouched "machine 'c1' is given twice" "bind c1 auto"
# What goes is marked before the other lines are looked at.
untouched "machine 'c5' is given twice" "machine del c5" 7
untouched "machine 'c11' is given twice" "bind c11 $P2"
untouched "machine 'c32' is given twice" "machine set c32 --addr 10.9.9.9"
untouched "there is no machine 'c78'" "machine set c78 --region fra"
untouched "there is no machine 'c78'" "bind c78 auto"
untouched "slot 12 of $P2 is leased to machine 'c4'" "machine add $(entry 13 "$SHOP" --pair "$P2" --slot 12)"
untouched "$P3 is being released" "machine replace $(entry 13 "$SHOP" --pair "$P3")"
untouched "$(at 101) is given twice" "machine replace $(entry 13 "$SHOP" --addr "$(at 101)")"
untouched "there is no app 'none'" "machine del --app none"
untouched "is not an allocated egress address" "release 198.51.100.33 198.51.100.30"
untouched "127.0.0.1 can't be" "machine replace c13 $SHOP --addr 127.0.0.1"
untouched "no free IPv4 address in the pool in region 'tiny'" "allocate --app blog --region tiny --count 2"
untouched "region 'none' has no pool" "allocate --app x --region none"
untouched "198.51.100.9 is allocated already" "allocate --app shop --region ord --v4 198.51.100.9"
untouched "203.0.113.2/32 is among another pair's" "allocate --app new --region ord --to 203.0.113.2/32,203.0.113.5/32"
untouched "machine 'c7' is given twice" "allocate --machine c7 --region ord"
untouched "app 'blog' is given twice" "app set blog --limit 50"
untouched "a limit of 2000 is more than the blocks of 198.51.100.9 have" "app set new --limit 2000"
untouched "takes machine add, .*, not 'rebalance'" "rebalance --app shop"
untouched "no line with --dry-run" "bind c13 auto --dry-run"
is "nothing was told" "$TOLD" "$(told)"
again k1 > /dev/null
again k2 > /dev/null
is "slots are taken in the order of before" 1,2 "$(
	for i in 41 42; do
		# shellcheck disable=SC2046,SC2086 # they are words
		eg -j machine add $(entry $i $SHOP --pair "$P2") | jq .leases[0].slot
	done | paste -sd,)"
eg machine del c41 c42
settled

is "addresses, too" $T1 "$(of v4 "$(eg -j allocate --app blog --region tiny 2> /dev/null)")"
eg release $T1

generation=$(stat generation)
is "all is done" "16 198.51.100.9 198.51.100.10 $T2" "$(eg -j -b "$TMP/all" -atomic 2> /dev/null | jq -rs '.[0] | "\(.lines) \([.pairs[].v4] | join(" "))"')"
# What is cut and free then is a change of its own.
until_ok "told" grep -q '"c12"' "$TMP/events" > /dev/null
is "in one generation" "c1 c11 c12 c14 c2 c3 c31 c32 c4 c5 c6 c7" "$(grep "\"generation\": $((generation + 1))" "$TMP/events" |
	grep -o '"machine": "c[0-9]*"' | cut -d'"' -f4 | sort -u | xargs)"
place() { eg -j machine show "$1" | jq -r '"\(.app) \(.region) \(.leases[0] | "\(.v4) \(.slot) \(.pinned)")"'; }
is "added" "shop ord $P2 9 true" "$(place c11)"
is "set" "$(at 101) m1" "$(eg -j machine show c1 | jq -r '"\(.addresses[0]) \(.dev)"')"
is "moved" "blog fra $PF" "$(place c2 | cut -d' ' -f1-3)"
is "moved and pinned" "blog fra $PF 7 true" "$(place c3)"
is "bound" "shop ord $P2 12 true" "$(place c4)"
like "let go" "shop ord .* false" "$(place c5)"
is "bound to any slot" "$P2 true" "$(place c6 | cut -d' ' -f3,5)"
is "bound without a pair in between" 1 "$(grep '"c6"' "$TMP/events" | grep -c '"leased"')"
refused 2 "there is no app 'old'" eg machine list --app old
is "no slot is twice" 10 "$(eg -j lease list | jq -r '.[] | select(.state == "leased") | "\(.v4) \(.slot)"' | sort -u | wc -l)"
leased c4 "$(ask m1 udp 203.0.113.3 "from=$(at 4)")"
leased c2 "$(ask m1 udp 203.0.113.3 "from=$(at 2)")"
leased c7 "$(ask m1 udp 203.0.113.3 "from=$(at 7)")"
is "its own pair" 198.51.100.10 "$V4"
like "a pair for some destinations" "198.51.100.9 " "$(ask m1 udp 203.0.113.2 "from=$(at 14)")"
is "settings" 100 "$(eg -j app show blog | jq .limit)"
