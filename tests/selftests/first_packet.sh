#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# When a command returns, the very next packet of a new connection is under the
# new address. UDP asks once: a packet that is lost or astray is not sent again.
. "$(dirname "$0")/lib.sh"

net 1
pool
allocate
a4=$V4 a6=$V6
allocate
b4=$V4 b6=$V6
add 1
flows ask m1 udp $BANK4
flows ask m1 udp $BANK6

expect() {
	local seen
	flows ask m1 "$2" "$3"
	seen=${REPLY% *}
	[ "$seen" = "$4" ] || fail "round $1, $2 to $3: wanted $4, got $REPLY"
}

# A new socket may get an old one's port, and with it that connection's address.
older_end() { h conntrack -F >/dev/null 2>&1; }

for ((i = 1; i <= 20; i++)); do
	older_end
	eg bind m1 "$a4"
	expect $i udp $BANK4 "$a4"
	expect $i udp $BANK6 "$a6"
	eg bind m1 "$b6"
	expect $i udp $BANK6 "$b6"
	expect $i tcp $BANK4 "$b4"
done

eg machine del m1
for ((i = 1; i <= 20; i++)); do
	expect $i udp $BANK4 $HOST4
	older_end
	add 1 --pair "$a4" >/dev/null
	expect $i udp $BANK4 "$a4"
	eg machine del m1
done

eg release "$a4" "$b4"
add 1
for ((i = 1; i <= 10; i++)); do
	expect $i udp $BANK4 $HOST4
	older_end
	allocate --v4 "$a4" --v6 "$b6"
	expect $i udp $BANK4 "$a4"
	expect $i tcp $BANK6 "$b6"
	eg release "$a4"
done
