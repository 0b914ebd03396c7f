#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# machine add --wait comes back when the machine has a lease, at once when
# somebody makes room, and not before.
. "$(dirname "$0")/lib.sh"

net 1
pool
allocate
crowd 1 63
eg machine add first --app shop --region ord --addr "$(at 64)" --wait
like "with room, at once" '"waiting":false' "$(eg -j machine show first)"

# wait_for N [=SECONDS]: machine cN is added in the background and waits.
wait_for() {
	background "$EGRESSCTL" -n h -j machine add "c$1" --app shop --region ord --addr "$(at "$1")" "--wait${2:-}" \
		> "$TMP/c$1" 2> "$TMP/c$1.err"
	until_ok "c$1 is there" eg machine show "c$1" > /dev/null
	waits "c$1"
}
# come_back: the last one does. STATUS and TOOK, in milliseconds, say how.
come_back() {
	local start=${EPOCHREALTIME/./}
	STATUS=0
	wait "${PIDS[-1]}" || STATUS=$?
	TOOK=$(((${EPOCHREALTIME/./} - start) / 1000))
	unset 'PIDS[-1]'
}

wait_for 65 =$PATIENCE
is "it says nothing yet" "" "$(cat "$TMP/c65")"
lease c7
eg machine del c7
come_back
is "after c7 is gone" 0 "$STATUS"
within "milliseconds after that" 0 $((1000 * SLOW)) "$TOOK"
is "the machine as it is now" "false $FIRST-$LAST" "$(jq -r '"\(.waiting) \(.ports)"' "$TMP/c65")"
leased c65 "$(ask m1 udp $BANK4 "from=$(at 65)")"

refused 2 "'c66' still waits .*app 'shop' in region 'ord' after 1 second" \
	eg machine add c66 --app shop --region ord --addr "$(at 66)" --wait=1
waits c66
eg machine del c66

# One that goes while it waits does not wait for ever.
wait_for 67
eg machine del c67
come_back
is "when it is deleted" '2 not-found' "$STATUS $(of code "$(< "$TMP/c67.err")")"

# More events than its socket holds, while it can't read them: it looks for itself.
many=$(printf '10.%s.0/24,' {1..60}.{1..60})
lost() { h cat /proc/net/netlink | awk '$2 == 16 && $9 > 0 { lost = 1 } END { exit !lost }'; }
wait_for 68
kill -STOP "${PIDS[-1]}"
for i in {1..8}; do
	eg app set shop --exclude "${many%,}" > /dev/null
done
eg machine del c8
until_ok "events are lost" lost
kill -CONT "${PIDS[-1]}"
come_back
is "after lost events" 0 "$STATUS"
like "it has a lease" '"waiting":false' "$(< "$TMP/c68")"

# It has a lease, but not for the destinations of a pair without room; then that
# pair goes, and there is nothing more to wait for.
eg -j allocate --app blog --region ord --block-size 16384 --count 2 > /dev/null
eg -j allocate --app blog --region ord --block-size 16384 --v4 198.51.100.9 --to 203.0.113.4/32 > /dev/null
for i in 1 2 3 4; do
	eg -j machine add "b$i" --app blog --region ord --addr "10.2.0.$i" > /dev/null
done
background "$EGRESSCTL" -n h -j machine add b5 --app blog --region ord --addr 10.2.0.5 "--wait=$PATIENCE" > "$TMP/b5"
until_ok "b5 is there" eg machine show b5 > /dev/null
waits b5
eg release 198.51.100.9
come_back
is "with nothing to wait for" 0 "$STATUS"

refused 2 "--wait" eg -b - <<< "machine add c69 --app shop --region ord --addr $(at 69) --wait"
