#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Whoever changes a device waits for nothing that Egress does meanwhile, neither for a
# device that a machine names, nor for one in another namespace: the kernel has one lock
# for all of them.
. "$(dirname "$0")/lib.sh"

net 1
new_ns x
ip -n x link add name idle type dummy
pool
allocate
add 1 --dev m1
crowd 1 1000

coproc MTU { exec /usr/bin/python3 -I "$SELFTESTS/mtu.py" h m1 x idle; }
PIDS+=("$MTU_PID")
mtu() {
	echo >&"${MTU[1]}"
	read -rt "$PATIENCE" -u "${MTU[0]}" MIDDLE NINE LONGEST || fail "mtu.py gave no answer"
	echo "$1: $MIDDLE us, nine of ten $NINE us, all $LONGEST us"
}

busy() { eg -j pool list many >/dev/null 2>&1; }

mtu "at rest"
rest=$NINE

# Each new prefix is compared with each machine.
prefixes=
for i in {0..999}; do
	prefixes+=" 100.$((64 + i / 256)).$((i % 256)).0/24"
done
"$EGRESSCTL" -n h -b - > /dev/null < <(
	while printf '%s\n' "pool add many$prefixes" "pool del many"; do :; done 2>/dev/null
) &
PIDS+=($!)
until_ok "Egress is busy" busy
mtu "Egress is busy"
kill "${PIDS[-1]}"
leased m1 "$(ask m1 udp $BANK4)"
within "microseconds, at rest $rest" 0 $((3 * rest + 500)) "$NINE"
