#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A dump ends, and says that it was interrupted, when the list that it was in the midst of
# becomes shorter or goes. So does the answer to a request for one object. A number that is
# asked for may have 4 or 8 bytes.
. "$(dirname "$0")/lib.sh"

load_module
new_ns h

# many NETWORK: 16,000 prefixes, some ten parts of a dump.
many() {
	local list
	# shellcheck disable=SC2046 # numbers
	printf -v list "$1.%d.%d/32," $(seq 0 15999 | awk '{ print int($1 / 128), $1 % 128 * 2 }')
	echo "${list%,}"
}

# parts COMMAND ATTRIBUTE PROGRAM...: what a dump ends with, if that is run after its first part.
parts() { h /usr/bin/python3 -I "$SELFTESTS/raw_netlink.py" "$TOP/uapi/linux/egress.h" parts "$@"; }
apps() { parts EGRESS_CMD_APP_GET EGRESS_A_EXCLUDE "$EGRESSCTL" "$@"; }
sets() { parts EGRESS_CMD_SET_GET EGRESS_A_TO "$EGRESSCTL" "$@"; }
long() { eg -b - <<<"app set shop --limit 5 --exclude $(many 100.0)"; }

long
like "nothing changes" "^done whole [0-9]+$" "$(apps app list)"
like "the list goes" "^done interrupted [0-9]+$" "$(apps app set shop --exclude default)"
long
like "the list becomes short" "^done interrupted [0-9]+$" "$(apps app set shop --exclude 192.0.2.0/24)"

eg -b - >/dev/null <<END
pool add ord $POOL4
allocate --app shop --region ord --v4 198.51.100.9 --to $(many 101.0)
END
like "nothing changes" "^done whole [0-9]+$" "$(sets app list)"

# One object in several messages ends as a dump does, one in a single message by the ack.
one() { h /usr/bin/python3 -I "$SELFTESTS/raw_netlink.py" "$TOP/uapi/linux/egress.h" whole EGRESS_CMD_SET_GET EGRESS_A_SET_ID "$1"; }
like "a long set" '^([0-9]+) \1 done and then nothing$' "$(one 1)"
eg allocate --app shop --region ord --to 203.0.113.0/24 > /dev/null
is "a short one" "1 0 ack and then nothing" "$(one 2)"
# A number is of 4 or 8 bytes; who sends another length is told which attribute that is.
is "lengths of a number" "taken: do 4 do 8 dump 4 dump 8 unnamed:" \
	"$(h /usr/bin/python3 -I "$SELFTESTS/raw_netlink.py" "$TOP/uapi/linux/egress.h" lengths EGRESS_CMD_SET_GET EGRESS_A_SET_ID 2)"
like "the destinations go" "^done interrupted [0-9]+$" "$(sets pair set 198.51.100.9)"
