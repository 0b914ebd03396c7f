#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# -b FILE -atomic is one request: all lines or none, one generation; a refusal says which
# line is to blame.
. "$(dirname "$0")/lib.sh"

net 1
pool
allocate
A4=$V4
allocate --block-size 16384

many_in_m1
generation=$(stat generation)
# entry N [OPTION]...: a line of a file.
entry() { echo "machine add c$1 --app shop --region ord --addr $(at "$1") ${*:2}"; }
for i in {1..60}; do
	entry "$i"
done > "$TMP/all"
{ entry 61 --pair "$A4" --slot 7; entry 62 --pair "$A4"; entry 63 --pair "$A4"; } >> "$TMP/all"
listen events

# untouched LINE REGEX FILE: refused for that line, and nothing has changed.
untouched() {
	refused '[12]' ":$1: .*$2" eg -b "$3" -atomic
	is "nothing changed" "$generation 0 0" "$(stat generation) $(stat machines) $(stat waiting)"
}
{ cat "$TMP/all"; entry 64 --addr "$(at 5)"; } > "$TMP/bad"
untouched 64 "$(at 5) is given twice" "$TMP/bad"
{ cat "$TMP/all"; entry 9; entry 65; } > "$TMP/bad"
untouched 64 "machine 'c9' is given twice" "$TMP/bad"
{ entry 65; entry 66 --pair 198.51.100.14; cat "$TMP/all"; } > "$TMP/bad"
untouched 2 "198.51.100.14 is not an allocated" "$TMP/bad"
{ cat "$TMP/all"; entry 67 --pair "$A4" --slot 7; } > "$TMP/bad"
untouched 64 "slot 7 of $A4 is leased to machine 'c61'" "$TMP/bad"
{ entry 1; entry 2 --addr 127.0.0.1; } > "$TMP/bad"
untouched 2 "127.0.0.1 can't be" "$TMP/bad"
{ entry 1; echo "rebalance --app shop"; } > "$TMP/bad"
untouched 2 "not 'rebalance'" "$TMP/bad"
{ entry 1; echo "machine del c2"; } > "$TMP/bad"
untouched 2 "there is no machine 'c2'" "$TMP/bad"
{ entry 1; echo "machine del c1"; } > "$TMP/bad"
untouched 2 "there is no machine 'c1'" "$TMP/bad"
{ entry 1; echo "release 198.51.100.14 --dry-run"; } > "$TMP/bad"
untouched 2 "no line with --dry-run" "$TMP/bad"
{ entry 1; echo "machine add c2 --app"; } > "$TMP/bad"
untouched 2 "a value is missing" "$TMP/bad"
is "every slot is free" 68 "$(eg machine add x --app shop --region ord --addr 10.9.9.9 --pair "$A4" --slot 7 > /dev/null
	eg machine del x; eg -j list | jq '[.[] | select(.family == "v4") | .slots - .machines] | add')"

generation=$(stat generation)
is "all" "63 $((generation + 1))" "$(eg -j -b "$TMP/all" -atomic 2> /dev/null | jq -rs '.[0] | "\(.machines) \(.generation)"')"
is "one change" "$((generation + 1)) 63 0" "$(stat generation) $(stat machines) $(stat waiting)"
is "an event for each" 63 "$(until_ok "told" grep -q '"c63"' "$TMP/events" > /dev/null
	grep "\"generation\": $((generation + 1))" "$TMP/events" | grep -o '"machine": "c[0-9]*"' | sort -u | wc -l)"
lease c61
is "pinned" "$A4 7" "$V4 $SLOT"
leased c62 "$(ask m1 udp $BANK4 "from=$(at 62)")"
leased c1 "$(ask m1 udp $BANK4 "from=$(at 1)")"
is "no slot is twice" 63 "$(eg -j lease list | jq -r '.[] | "\(.v4) \(.slot)"' | sort -u | wc -l)"
eg -b "$TMP/all" -atomic > /dev/null
is "twice is once" $((generation + 1)) "$(stat generation)"

# Deletions and releases, too.
{ echo "machine del c1 c2"; echo "machine del c3"; echo "machine del c77"; } > "$TMP/del"
refused 2 ":3: there is no machine 'c77'" eg -b "$TMP/del" -atomic
is "all are there" 63 "$(stat machines)"
sed -i 's/$/ --missing-ok/' "$TMP/del"
told=$(eg -j -b "$TMP/del" -atomic | jq ".generation // empty")
# What was theirs is free when its connections have been cut: a change of its own.
is "three are gone" "$((generation + 3)) 60" "$(stat generation) $(stat machines)"
is "the answer tells it" "$told" "$(stat generation)"
eg -generation "$told" app set shop --limit 1000

# Lines of several kinds are one change as well: what each of them is refused for is known before
# one of them is done.
S4=198.51.100.13
allocate --v4 $S4 --to $BANK4/32
generation=$(stat generation)
# mixed LINE REGEX FILE LAST...: a file that ends with these lines is refused for that line.
mixed() {
	{ entry 70; echo "machine del c5 c6"; echo "release $S4"; entry 71 --pair "$A4"; printf '%s\n' "${@:3}"; } > "$TMP/mixed"
	refused '[12]' ":$1: .*$2" eg -b "$TMP/mixed" -atomic
	is "nothing changed" "$generation 60 3 0" "$(stat generation) $(stat machines) $(stat pairs) $(stat waiting)"
}
mixed 5 "there is no machine 'c77'" "machine del c77"
mixed 5 "198.51.100.14 is not" "release 198.51.100.14"
mixed 5 "machine 'c5' is given twice" "$(entry 5)"
mixed 5 "$(at 6) belongs to machine 'c6'" "$(entry 72 --addr "$(at 6)")"
mixed 5 "machine 'c6' is given twice" "machine del c6 --missing-ok"
mixed 5 "$A4 belongs to app 'shop', not 'other'" "release $A4 --app other"
# Who comes can't be pinned to what goes, whatever comes first.
mixed 4 "$A4 is being released" "release $A4 --drain"
is "no event" "" "$(grep -E '"c7[0-2]"' "$TMP/events")"
is "nothing drains" 0 "$(eg -j list | jq 'map(select(.draining)) | length')"

{ entry 70; echo "machine del c5 c6"; echo "release $S4"; entry 71 --pair "$A4"; echo "machine del c99 --missing-ok"
	echo "machine del c7"; } > "$TMP/mixed"
is "lines and warnings" "6 true" "$(eg -j -b "$TMP/mixed" -atomic | jq -rs '.[0] | "\(.lines) \(.generation > '"$generation"')"')"
is "all of it" "59 2 0" "$(stat machines) $(stat pairs) $(stat waiting)"
is "added, deleted, released in one generation" "$S4 c5 c6 c7 c70 c71" "$(until_ok "told" grep -q '"c71"' "$TMP/events" > /dev/null
	grep "\"generation\": $((generation + 1))" "$TMP/events" | grep -oE '"(c5|c6|c7|c7[01]|'$S4')"' | tr -d '"' | sort -u | xargs)"
# One more for all that was cut.
is "and one more" $((generation + 2)) "$(stat generation)"
lease c71
is "pinned" "$A4" "$V4"
is "one lease, that of the rest" 1 "$(eg -j machine show c70 | jq '.leases | length')"
leased c70 "$(ask m1 udp $BANK4 "from=$(at 70)")"

{ echo "release $A4"; echo "release 198.51.100.14"; } > "$TMP/release"
refused 2 ":2: 198.51.100.14 is not" eg -b "$TMP/release" -atomic
is "the pair is there" 2 "$(stat pairs)"
refused 1 "with -b FILE" eg -atomic list

# A line that changes nothing beside one that does: what follows from that is told.
eg allocate --app blog --region ord --v4 198.51.100.9 > /dev/null 2>&1
eg allocate --app blog --region ord --v4 198.51.100.10 > /dev/null 2>&1
eg machine add blog --app blog --region ord --addr 10.9.9.8 > /dev/null 2>&1
{ entry 70; echo "release 198.51.100.10"; } > "$TMP/again"
like "what is said of the app whose pair went" "app 'blog' in region 'ord' has 1 IPv4" \
	"$(eg -j -b "$TMP/again" -atomic | jq -r '.warnings[]')"

# Of two pairs that go together nobody uses one: who loses the other does not come there.
eg allocate --app shop --region ord --v4 198.51.100.11 > /dev/null 2>&1
eg allocate --app shop --region ord --v4 198.51.100.12 > /dev/null 2>&1
eg release "$A4" 198.51.100.11 -y > /dev/null 2>&1
is "on pairs that are not there" "" \
	"$(comm -23 <(eg -j machine list | jq -r '.[]."egress-v4"' | sort -u) <(pairs | sort))"
