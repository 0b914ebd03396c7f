#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A pair that drains while a long download runs over it: the list tells what is left,
# new connections are elsewhere at once, the download ends in peace and the pair with
# it. One that takes longer than the time that was given is cut.
. "$(dirname "$0")/lib.sh"

# left PAIR: what the list says of it.
left() { eg list | grep "^v4 *$1 " || true; }
gone() { [ -z "$(left "$1")" ]; }

# download NAME SECONDS: a file that takes that long, on its way.
download() {
	head -c "$((256 * $2))K" /dev/urandom > "$TMP/$1"
	EXEC='exec' m1 curl -sS -o "$TMP/$1.got" "http://$BANK4/slow/$1" 2> "$TMP/$1.err" &
	PIDS+=($!)
	until_ok "$1 has begun" test -s "$TMP/$1.got"
}

net 1
web
pool
allocate
first=$V4
add 1
allocate
second=$V4
download patient $((8 * SLOW))
download=${PIDS[-1]}
"$EGRESSCTL" -n h release "$first" --drain --wait 2> "$TMP/wait.err" &
PIDS+=($!)
drains() { [[ $(left "$first") == *draining* ]]; }
until_ok "it drains" drains
like "progress" "draining, 1 connection left" "$(left "$first")"
under "a new connection" "$second" "$(ask m1 tcp $BANK4)"
under "a new connection" "$second" "$(ask m1 udp $BANK4)"
like "still" "draining, 1 connection left" "$(left "$first")"
kill -0 "${PIDS[-1]}" || fail "release --wait came back before the last connection ended"
wait "$download" || fail "the download was cut: $(cat "$TMP/patient.err")"
wait "${PIDS[-1]}" || fail "release --wait: $(cat "$TMP/wait.err")"
is "what is left when it comes back" "" "$(left "$first")"
cmp "$TMP/patient" "$TMP/patient.got"
is "who downloaded" "$first" "$(cut -d ' ' -f 1 "$TMP/access.log")"

# Two seconds, and it would take a minute.
allocate
download late $((60 * SLOW))
start=${EPOCHREALTIME/.}
eg release "$second" --drain=$((2 * SLOW))
like "progress" "draining, [12] connections? left, ([0-9]+) s" "$(left "$second")"
within "seconds left" 1 $((2 * SLOW)) "${BASH_REMATCH[1]}"
until_ok "cut when its time is up" gone "$second"
within "milliseconds later" $((2000 * SLOW)) $((9000 * SLOW)) $(((${EPOCHREALTIME/.} - start) / 1000))
kill -0 "${PIDS[-1]}" || fail "the download ended before its time"
is "connections under it" 0 "$(listed "src=10.0.0.1 .*dst=$second " h conntrack -L)"
leased m1 "$(ask m1 tcp $BANK4)"
kill "${PIDS[-1]}"
