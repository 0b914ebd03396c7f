#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Whoever reads once what warnings hold, and then follows the events, knows at any time what
# holds, through a random life of pools, pairs, machines and destinations: each warning
# begins, grows by a tenth at least, and ends, and none is told twice.
. "$(dirname "$0")/lib.sh"

STEPS=${STEPS:-$((250 / SLOW))} SEED=${SEED:-$RANDOM}
LINUX=$("$TOP/tests/linux_source")
load_module
new_ns h

echo "seed $SEED"
h "$SELFTESTS/warnings_followed.py" "$LINUX" "$TOP/uapi/egress.yaml" "$SEED" "$STEPS" ||
	fail "seed $SEED"
