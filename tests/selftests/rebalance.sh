#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Rebalancing spreads an app's machines over all of its pairs; those that are
# pinned, and standing connections, stay where they are.
. "$(dirname "$0")/lib.sh"

net 1
pool
allocate
first=$V4
crowd 31 32 --pair "$first"
crowd 1 30
standing=$(keep standing m1 tcp $BANK4 "from=$(at 3)")
allocate --count 2

is "three moves at most" 3 "$(of count "$(eg -j rebalance --app shop --max-moves 3)")"
moved=$((3 + $(of count "$(eg -j rebalance --app shop)")))
places=$(eg -j machine list | jq -r '.[] | "\(.machine) \(."egress-v4")"')
away=$(grep -vc " $first$" <<<"$places")
is "moved" "$away" "$moved"
for pair in $(pairs | grep ^198); do
	n=$(grep -c " $pair$" <<<"$places")
	within "machines of 32 on $pair" 10 11 "$n"
done
is "pinned" 2 "$(grep -cE "^c3[12] $first$" <<<"$places")"
is "a standing connection" "$standing" "$(again standing)"
while read -r machine pair; do
	under "$machine" "$pair" "$(ask m1 udp $BANK4 "from=$(at "${machine#c}")")"
done <<<"$places"

# Many are moved in several changes, with others in between; the answer tells of all.
# That slots linger no more, which the reaper sees once a second, is a change, too.
eg flush --all > /dev/null 2>&1
pool
eg -b - -atomic > /dev/null 2>&1 < <(for i in {1..640}; do
	echo "machine add b$i --app big --region ord --addr 10.2.$((i / 200)).$((i % 200 + 1))"
done)
eg allocate --app big --region ord --block-size 64 > /dev/null 2>&1
eg allocate --app big --region ord --block-size 64 > /dev/null 2>&1
generation=$(stat generation)
is "moved of 640" 320 "$(of count "$(eg -j rebalance --app big)")"
within "changes" 2 3 $(($(stat generation) - generation))
is "half and half" "320 320" "$(eg -j list --app big | jq -r '[.[] | select(.family == "v4") | .machines] | join(" ")')"

# Somebody else changes something between two of these changes: who has said which generation
# is expected is refused, and what is done stays done. Nobody else notices.
between() {
	eg release "$(eg -j list --app big 2>/dev/null | jq -r '.[0].ip')" -y > /dev/null 2>&1
	eg allocate --app big --region ord --block-size 64 > /dev/null 2>&1
	settled
	EXEC='exec' h /usr/bin/python3 -I "$SELFTESTS/raw_netlink.py" "$TOP/uapi/linux/egress.h" \
		between EGRESS_CMD_CORDON EGRESS_A_CORDONED > "$TMP/between" &
	PIDS+=($!)
	until_ok "it waits" grep -q ready "$TMP/between"
	generation=$(stat generation)
}
spread() { eg -j list --app big 2>/dev/null | jq -r '[.[] | select(.family == "v4") | .machines] | sort | join(" ")'; }
between
refused 2 "somebody else has changed something meanwhile: a part was done" \
	eg -generation "$generation" rebalance --app big
is "a part, and what came between" "256 384 done" "$(spread) $(tail -n 1 "$TMP/between")"
eg cordon off
between
is "moved, not asked for a generation" 320 "$(of count "$(eg -j rebalance --app big)")"
is "all, and what came between" "320 320 done" "$(spread) $(tail -n 1 "$TMP/between")"
