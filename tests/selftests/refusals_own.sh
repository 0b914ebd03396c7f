#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Whoever is refused is told why in a sentence about his own request, once, however many
# are refused at the same moment.
. "$(dirname "$0")/lib.sh"

load_module
new_ns h

# Their sentences are made while others are on their way.
is "answers that are not one's own" 0 "$(h /usr/bin/python3 -I "$SELFTESTS/raw_netlink.py" \
	"$TOP/uapi/linux/egress.h" refused EGRESS_CMD_MACHINE_GET EGRESS_A_MACHINE 8 $((400 / SLOW)))"
# By a function of state/, too, whose refusal is told after the lock is let go.
is "of changes" 0 "$(h /usr/bin/python3 -I "$SELFTESTS/raw_netlink.py" \
	"$TOP/uapi/linux/egress.h" refused EGRESS_CMD_MACHINE_DEL EGRESS_A_MACHINE 8 $((200 / SLOW)))"
