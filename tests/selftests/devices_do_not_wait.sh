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
	read -rt "$PATIENCE" -u "${MTU[0]}" MIDDLE NINE LONGEST SHARE || fail "mtu.py gave no answer"
	echo "$1: $MIDDLE us, nine of ten $NINE us, all $LONGEST us; $SHARE ms of a second"
}

# many: so many machines are added at once, and go again, on and on.
many() {
	local i
	for ((i = 0; i < 3000; i++)); do
		echo "machine add x$i --app many --region ord --addr 10.3.$((i / 250)).$((i % 250))"
	done > "$TMP/many"
	while :; do
		"$EGRESSCTL" -n h -b "$TMP/many" -atomic
		"$EGRESSCTL" -n h machine del --app many -y
	done > /dev/null 2>&1
}
busy() { [ "$(stat machines)" -gt 2000 ]; }

mtu "at rest"
rest=$NINE share=$SHARE
many &
PIDS+=($!)
until_ok "Egress is busy" busy
mtu "Egress is busy"
kill "${PIDS[-1]}"
leased m1 "$(ask m1 udp $BANK4)"
within "microseconds, at rest $rest" 0 $((3 * rest + 500)) "$NINE"
within "milliseconds of a second, at rest $share" 0 $((share + 100 * SLOW)) "$SHARE"
