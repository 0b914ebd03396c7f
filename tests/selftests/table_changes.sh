#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A table that changes all the while it is read is shown nevertheless, and marked; with
# --exact it is an error. One that does not change is shown as it is. A request with more
# to tell than its client has room for is acknowledged all the same.
. "$(dirname "$0")/lib.sh"

load_module
new_ns h
for ((i = 1; i <= 3000; i++)); do
	echo "machine add c$i --app shop --region ord --addr $(at "$i")"
done | eg -b - >/dev/null
is "machines" 3000 "$(eg -j machine list --exact | jq length)"
is "marked" 0 "$(eg -j machine list | jq 'map(select(.interrupted)) | length')"

# A change now and then is no reason: the table is read once more.
took=$({ TIMEFORMAT=%R; time eg -j machine list > /dev/null; } 2>&1)
gap=$(awk -v took="$took" 'BEGIN { print took * 6 }')
"$EGRESSCTL" -n h -b - >/dev/null < <(
	while printf 'app set blog --limit %d\n' 1 2; do sleep "$gap"; done 2>/dev/null
) &
PIDS+=($!)
for _ in {1..12}; do
	is "marked" 0 "$(eg -j machine list | jq 'map(select(.interrupted)) | length')"
done
kill "${PIDS[-1]}"

# Somebody changes another app, as fast as can be.
"$EGRESSCTL" -n h -b - >/dev/null < <(
	while printf 'app set blog --limit %d\n' 1 2; do :; done 2>/dev/null
) &
PIDS+=($!)
until_ok "somebody changes an app" eg app show blog
is "shown and marked" "3000 3000" \
	"$(eg -j machine list 2> "$TMP/said" | jq -r '"\(length) \(map(select(.interrupted)) | length)"')"
like "a warning" '^."warning":"the table changed while it was read.*see --exact' "$(< "$TMP/said")"
is "for people" 3001 "$(eg machine list 2> "$TMP/said" | wc -l)"
like "a warning" '^egressctl: warning: the table changed while it was read' "$(< "$TMP/said")"
rc=0
said=$(eg -j machine list --exact 2>&1) || rc=$?
case $rc in
0) is "whole at one of ten times: marked" 0 "$(jq 'map(select(.interrupted)) | length' <<<"$said")" ;;
2) like "refused" 'changed each of the 10 times it was read' "$said" ;;
*) fail "machine list --exact: exit status $rc: $said" ;;
esac

# What is carried out is never told as failed: a client's socket has room for the ack, and
# for some of what came of it; the rest is a number.
kill "${PIDS[-1]}"
raw() { h /usr/bin/python3 -I "$SELFTESTS/raw_netlink.py" "$TOP/uapi/linux/egress.h" "$@"; }
read -r told untold end < <(seq -f c%g 1500 | raw remove EGRESS_CMD_MACHINE_DEL EGRESS_A_MACHINE)
is "1,500 machines go" "1500 done" "$((told + untold)) $end"
within "told" 20 1000 "$told"
is "machines left" 1500 "$(eg -j machine list | jq length)"
# shellcheck disable=SC2046 # numbers
is "the tool has more room" 1500 "$(eg -j machine del $(seq -f c%g 1501 3000) | jq '(.machines | length) + (.untold // 0)')"
is "machines left" 0 "$(eg -j machine list | jq length)"
