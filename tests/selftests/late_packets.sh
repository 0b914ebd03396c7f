#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A connection's first packet that an NFQUEUE holds up after it has its port: it goes
# on with that port if it is still its own, and not at all if another has it.
. "$(dirname "$0")/lib.sh"

modprobe -qa nfnetlink_queue nft_queue || skip "this kernel has no NFQUEUE"

# hold SECONDS: from now on.
hold() {
	[ -z "${HOLDER:-}" ] || kill "$HOLDER"
	background h /usr/bin/python3 -I "$SELFTESTS/held.py" "$1" > "$TMP/held"
	HOLDER=${PIDS[-1]}
	until_ok "the queue is there" grep -q ready "$TMP/held"
}

net 1
pool
allocate
add 1
h nft -f - <<-END
	table inet late {
		chain c {
			type filter hook postrouting priority 150
			ip daddr 203.0.113.0/24 ct state new queue num 0
		}
	}
END
looks() {
	while :; do
		eg -j stats
		eg -j machine list
		eg -j top
	done >/dev/null
}
hold 0.4
looks &
looker=$!
PIDS+=("$looker")
leased m1 "$(ask m1 tcp $BANK4)"
kill $looker
is "opened and dropped" "1 0" "$(stat opened) $(stat leak)"

# The second gets the only port there is, as nothing is there of the first.
hold 0.6
eg app set shop --limit 1
m1 bash -c "echo > /dev/udp/$BANK4/9; sleep 0.1; echo > /dev/udp/$BANK4/10"
goes_on() { [ "$(listed dport= h conntrack -L -p udp --orig-src 10.0.0.1)" = 1 ]; }
until_ok "the second goes on" goes_on
is "the first comes too late" "3 1" "$(stat opened) $(stat leak)"
is "refused at the limit" 0 "$(stat limit)"
balanced
