#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Who is root in one network namespace sees nothing of another: not in any list,
# not by name, not in counters, not in events.
. "$(dirname "$0")/lib.sh"

net 1
new_ns x
x() { "$EGRESSCTL" -n x "$@"; }

seen_in_x() {
	local what
	for what in "pool list" list "machine list" "lease list" "app list" stats top; do
		# shellcheck disable=SC2086
		x -j $what
	done
}

x pool add fra 192.0.2.128/28
x allocate --app blog --region fra
x machine add n1 --app blog --region fra --addr 10.0.0.9
seen_in_x > "$TMP/before"

source=$("$TOP/tests/linux_source")
background in_ns x "$SELFTESTS/events.py" "$source" "$TOP/uapi/egress.yaml" > "$TMP/events" 2> "$TMP/events.err"
PATIENCE=$((3 * PATIENCE)) until_ok "somebody listens in x" grep -q listening "$TMP/events.err"

# There is much going on in h, with a connection at its limit.
pool
allocate
add 1
eg app set shop --limit 1
kept=$(keep one m1 tcp $BANK4)
under "m1" "$V4" "$kept"
refused_one=$(ask m1 tcp $BANK4)
like "a second connection" '^error|refused' "$refused_one"
is "limit counted in h" 1 "$(stat limit)"

seen_in_x > "$TMP/after"
diff "$TMP/before" "$TMP/after" || fail "x sees what h does"
echo "ok: lists and counters of x are as before"

refused 2 'ord' x pool del ord
refused 2 "$V4" x release "$V4"
refused 2 "m1" x machine show m1
refused 2 "m1" x machine del m1
refused 2 "m1" x promote m1
refused 2 "$V4" x bind n1 "$V4"
refused 2 "shop" x app show shop
like "m1's packets in x" 'foreign|no machine' "$(x -j get from 10.0.0.1 to $BANK4)"

# The events that x has heard up to one of its own.
x app set blog --limit 7
until_ok "x hears of its own change" grep -q '"limit": 7' "$TMP/events"
is "events in x" 1 "$(wc -l < "$TMP/events")"
leased m1 "$(again one)"
