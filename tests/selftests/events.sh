#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Whoever listens can follow all that happens: every change is told under its
# own generation, one more than the one before, and so is every machine that
# has another lease because of somebody else's change or a connection's end. To ask
# for what is there already changes nothing, and nothing is told.
. "$(dirname "$0")/lib.sh"

net 1

# told WHAT EVENT...: what happened since the last time was one change (or CHANGES), in
# whatever order its events came, and nothing else. Only of slots that become free
# later, without any other change, somebody may have been told in between.
told() {
	local what=$1 last=$GENERATION
	shift
	until_ok "$what: told" news "$(printf '%s\n' "$@" | sort)"
	is "$what: changes" "${CHANGES:-1}" "$(changes | jq -s 'map(.generation) | unique | length')"
	GENERATION=$(changes | jq -s 'map(.generation) | max')
	is "$what: a generation more, and none untold" "true true" "$(jq -rs --argjson g "$GENERATION" --argjson last "$last" \
		'"\($g > $last) \(map(.generation) | unique == [range(1; max + 1)])"' "$TMP/events")"
	SEEN=$(wc -l < "$TMP/events")
}
changes() { tail -n "+$((SEEN + 1))" "$TMP/events" | grep -vE '"event": "(warning|lease)"'; }
news() {
	[ "$1" = "$(changes | jq -r '"\(.event) \(.machine // .v4 // .app // .region // "")" +
		if .event == "machine-new" then if .waiting == 1 then " waits" else " \(.lease[0].v4):\(.lease[0].slot)" end else "" end' | sort)" ]
}
listen events
SEEN=0 GENERATION=0

pool
told "a pool" "pool-new ord"
eg machine add m1 --app shop --region ord --addr 10.0.0.1 --dev m1
told "a machine" "machine-new m1 waits"
eg pool add ord $POOL4 $POOL6 dev up slots 0-63
eg machine set m1 --app shop --region ord --addr 10.0.0.1 --dev m1
eg bind m1 auto
eg allocate --app shop --region ord --v4 198.51.100.1 --block-size 16384
told "its pair" "pair-new 198.51.100.1" "machine-new m1 198.51.100.1:1"
eg allocate --app shop --region ord --v4 198.51.100.1 --block-size 16384 --ensure
eg allocate --app shop --region ord --v4 198.51.100.2 --block-size 16384
told "nothing for what was there already, but another" "pair-new 198.51.100.2"
eg release 198.51.100.1
told "its pair's end" "pair-del 198.51.100.1" "machine-new m1 198.51.100.2:1"
for i in 2 3 4; do
	eg machine add "c$i" --app shop --region ord --addr "$(at $i)"
	told "c$i" "machine-new c$i 198.51.100.2:$((i % 4))"
done
eg machine add c5 --app shop --region ord --addr "$(at 5)"
told "c5" "machine-new c5 waits"
eg machine add c6 --app shop --region ord --addr "$(at 6)"
told "c6" "machine-new c6 waits"

# The slot is free when the connections of c2 have been cut: that is a change of its own.
eg machine del c2
CHANGES=2 told "who waited longest" "machine-del c2" "machine-new c5 198.51.100.2:2"

# A connection keeps the slot that m1 had; when it ends, the reaper gives it away.
keep download m1 tcp $BANK4 > /dev/null
eg bind m1 198.51.100.2 --slot 1
told "bound where it is" "machine-new m1 198.51.100.2:1"
eg bind m1 198.51.100.2 --slot 1
eg bind m1 198.51.100.2
eg machine set m1 --region fra
told "moved away" "machine-new m1 waits"
end download
told "after the last connection" "machine-new c6 198.51.100.2:1"

eg allocate --app shop --region ord --v4 198.51.100.3 --block-size 16384
told "a second pair" "pair-new 198.51.100.3"
eg rebalance --app shop
until_ok "moved" grep -q '"event": "rebalance"' "$TMP/events"
is "how many" '["shop",2]' "$(jq -c 'select(.event == "rebalance") | [.app, .count]' "$TMP/events")"
GENERATION=$(changes | jq -s 'map(.generation) | unique[]')
is "each with its new lease" "198.51.100.3" \
	"$(jq -r "select(.event == \"machine-new\" and .generation == $GENERATION).lease[0].v4" "$TMP/events" | uniq)"
SEEN=$(wc -l < "$TMP/events")
eg rebalance --app shop

eg machine set m1 --region ord
told "back" "machine-new m1 $(eg -j machine show m1 | jq -r '"\(."egress-v4"):\(.slot)"')"
eg allocate --machine m1 --region ord --v4 198.51.100.4
told "a pair of its own" "pair-new m1" "machine-new m1 198.51.100.4:1"
eg machine del m1
told "goes with it" "machine-del m1" "pair-del m1"

eg app set shop --limit 5
told "settings" "app-set shop"
eg app set shop --limit 5 --on-none pass --exclude default
eg app set blog --on-none pass
eg app set shop --exclude 10.0.0.0/8,fd00::/8
told "settings" "app-set shop"
eg app set shop --exclude 10.0.0.0/8,fd00::/8
eg pool drain ord $POOL4
told "a pool drains" "pool-new ord"
eg pool drain ord $POOL4
eg pool drain ord $POOL4 off
told "no more" "pool-new ord"
eg pool drain ord $POOL4 off
refused 2 "" eg pool del ord
eg pool add fra 203.0.113.128/28
told "another pool" "pool-new fra"
eg pool del fra
told "a pool's end" "pool-del fra"
mapfile -t gone < <(eg -j machine list | jq -r '"machine-del " + .[].machine')
eg flush --all
CHANGES=2 told "the end of everything" "${gone[@]}" "flush "
is "the last" "$(jq -s 'max_by(.generation).generation' "$TMP/events")" "$(h "$TOP/build/linux-source/tools/net/ynl/cli.py" --spec "$TOP/uapi/egress.yaml" \
	--no-schema --output-json --do stats-get | jq .generation)"
