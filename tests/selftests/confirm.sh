#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Somebody at a terminal is asked before connections are cut, and told how many
# of how many machines, and where those go next. "n" changes nothing; with -y, or
# without a terminal, nobody is asked.
. "$(dirname "$0")/lib.sh"

net 3
pool

# answer WORD ARG...: what egressctl says on a terminal where that is typed; its
# exit status is in STATUS.
answer() {
	local word=$1
	shift
	STATUS=0
	SAID=$(h "$SELFTESTS/typed.py" "$word" "$EGRESSCTL" "$@") || STATUS=$?
	SAID=${SAID//$'\r'/}
}

# asked REGEX... -- ARG...: each is said on the way to the question; "n" leaves
# all as it was, and its exit status is 2.
asked() {
	local wanted=() before regex
	while [ "$1" != -- ]; do
		wanted+=("$1")
		shift
	done
	shift
	before=$(state)
	answer n "$@"
	for regex in "${wanted[@]}" '\? \[y/N\] .*nothing was changed'; do
		like "$*" "$regex" "$SAID"
	done
	is "$*: status" 2 "$STATUS"
	is "$*: all as it was" "$before" "$(state)"
}
state() { eg -j list; eg -j machine list; eg -j pool list; eg -j app list; }

allocate --block-size 16384
first=$V4
add 1
add 2
add 3
is "three connections" 3 "$(for m in m1 m2 m3; do keep $m $m tcp $BANK4; done | grep -c "$first")"
like "and more" '^ok=5' "$(many five 5 m1 udp $BANK6)"

asked "releases 1 pair used by 3 machines and cuts 8 connections" \
	"3 machines of app 'shop' in region 'ord' will wait for room; until then what they send leaves by the host's usual NAT" \
	-- release "$first"
asked "This cuts 8 connections of 3 machines" -- machine cut m1 m2 m3
# Two machines find room on another pair, whose third slot lingers.
allocate --block-size 16384
crowd 1 1 --pair "$V4"
crowd 2 2 --pair "$V4"
keep late m1 tcp $BANK4 from="$(at 2)" > /dev/null
eg bind c2 "$first"
eg app set shop --on-none drop
asked "releases 1 pair used by 4 machines and cuts 8 connections" \
	"Next: $V4,$V6 has room for 2\." \
	"2 machines of app 'shop' in region 'ord' will wait for room; until then what they send is dropped" \
	-- release "$first"
asked "releases 2 pairs used by 5 machines and cuts 9 connections" "5 machines .* will wait" \
	-- release "$V6" "$first" "$V4"
eg machine del c1 c2 2>/dev/null
end late
asked "cuts what is left of 8 connections in 5 seconds" "Next: $V4,$V6 has room for 4\." \
	"3 machines of app 'shop' in region 'ord' go there at once" -- release "$first" --drain=5

# A machine's own pair goes with it, and wins over the app's.
eg -j allocate --machine m3 --region ord >/dev/null
asked "releases 1 pair used by 2 machines" "Next: $V4,$V6 has room for 4\." -- release "$first"
lease m3
asked "releases 1 pair used by 1 machine and" "Next: .*1 machine of app 'shop' .* goes there at once" -- release "$V4"
asked "This deletes 2 machines and cuts 2 connections" "The pair $V4,$V6 of 'm3' alone is released" \
	-- machine del m2 m3
asked "moves 'm3' from app 'shop' to 'blog' and cuts 1 connection\." \
	"The pair $V4,$V6 of 'm3' alone is released" \
	"1 machine of app 'blog' in region 'ord' will wait for room; until then what they send leaves" \
	-- machine set m3 --app blog
# Who comes to an app finds room on its pairs for the rest, not on one for some destinations.
blog="--app blog --region ord --block-size 16384"
# shellcheck disable=SC2086 # words
{
	some=$(of v4 "$(eg -j allocate $blog --to 203.0.113.4 2>/dev/null)")
	asked "1 machine of app 'blog' in region 'ord' will wait for room" -- machine set m3 --app blog
	made=$(eg -j allocate $blog 2>/dev/null)
}
asked "Next: $(of v4 "$made"),$(of v6 "$made") has room for 4\." \
	"1 machine of app 'blog' in region 'ord' goes there at once" -- machine set m3 --app blog
eg release "$some" "$(of v4 "$made")"
asked "releases 3 pairs, forgets 3 machines and cuts 8 connections" "host's usual NAT" -- flush --all
is "they all stand" 1 "$(same m2)"
is "still" 5 "$(same five)"

# Yes is yes, and what cuts nothing does not ask.
answer n machine set m2 --region fra
is "nothing is cut: status" 0 "$STATUS"
answer n machine set m2 --region ord
answer n release "$V4" --drain
is "drained: status" 0 "$STATUS"
answer y release "$first"
is "yes: status" 0 "$STATUS"
like "yes: asked" '\[y/N\]' "$SAID"
is "cut" 0 "$(same five)"
answer n machine del m1 -y
is "-y: status" 0 "$STATUS"
[[ $SAID != *'[y/N]'* ]] || fail "asked in spite of -y: $SAID"
said=$(eg machine del m2 2>&1 </dev/null)
is "no terminal: not asked" "" "$(grep -F '[y/N]' <<<"$said" || true)"
answer "" flush --all
is "an empty answer is no" 2 "$STATUS"
answer y flush --all
is "all is gone" "0 0" "$(eg -j stats | jq -r '"\(.pairs) \(.machines)"')"
