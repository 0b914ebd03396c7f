#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Connections that conntrack learnt otherwise, here from a file: they are adopted on request,
# when a lease begins on their block, and where one is met when a port is chosen. Then they
# count exactly, nobody else gets their ports, and they are cut with the pair. What is nobody's
# own is not adopted, and what has no room is told.
. "$(dirname "$0")/lib.sh"

# entry PROTO INSIDE BANK DPORT PORT ADDR: a line for a connection with source NAT to that address.
entry() {
	local state='' to=$6:$5
	[ "$1" = udp ] || state='--state ESTABLISHED'
	[[ $6 != *:* ]] || to=[$6]:$5
	echo "-A -p $1 -t 600 -u SEEN_REPLY,ASSURED $state -s $2 -d $3 --sport $5 --dport $4 --src-nat $to"
}

load() {
	h conntrack --load-file "$TMP/entries" >/dev/null 2>"$TMP/err" || fail "$(cat "$TMP/err")"
}

# counts OPTION...: what adopting them tells: adopted, known, strangers, without room.
counts() {
	local got
	got=$(eg -j adopt "$@")
	echo "$(of adopted "$got") $(of known "$got") $(of strangers "$got") $(of no-room "$got")"
}

live() { of connections "$(eg -j machine show "$1")"; }
has() { [ "$(live "$1")" = "$2" ]; }

net 2
pool
allocate --block-size 64
pair=$V4
add 1 --pair "$pair" --slot 2
lease m1

refused 2 "there is no machine 'nobody'" eg adopt --machine nobody
refused 2 "203.0.113.9 is not an allocated" eg adopt --pair 203.0.113.9
refused 1 "not both" eg adopt --machine m1 --pair "$pair"
is "nothing to adopt" "0 0 0 0" "$(counts)"

# Of each family and protocol three, one under another machine's address, one without NAT.
for ((i = 0; i < 3; i++)); do
	entry tcp 10.0.0.1 $BANK4 7 $((FIRST + i)) "$V4"
	entry udp 10.0.0.1 $BANK4 7 $((FIRST + 3 + i)) "$V4"
	entry tcp fd00::1 $BANK6 7 $((FIRST + i)) "$V6"
	entry udp fd00::1 $BANK6 7 $((FIRST + 3 + i)) "$V6"
done > "$TMP/entries"
entry udp 10.0.0.9 $BANK4 7 $((FIRST + 9)) "$V4" >> "$TMP/entries"
echo "-A -p udp -t 600 -s 10.0.0.1 -d $BANK4 -r $BANK4 -q $V4 --sport $((FIRST + 8)) --dport 7" \
	"--reply-port-src 7 --reply-port-dst $((FIRST + 8))" >> "$TMP/entries"
load
is "before" 0 "$(live m1)"
is "of another machine" "0 0 0 0" "$(add 2 --pair "$pair" --slot 5 >/dev/null; counts --machine m2)"
until_ok "a lease that begins adopts" has m1 12
is "again" "0 12 2 0" "$(counts)"
is "of the pair" "0 12 2 0" "$(counts --pair "$V6")"
is "of the machine" "0 12 2 0" "$(counts --machine m1)"

# Their ports are nobody else's, and what was passed over is passed over.
flows many v4 58 m1 tcp $BANK4
like "IPv4 beside them" '^ok=58 .*distinct=58' "$REPLY"
flows many over 1 m1 tcp $BANK4
like "at the limit" '^ok=0 refused=1' "$REPLY"
flows many v6 59 m1 udp $BANK6
like "IPv6 beside them" '^ok=58 .*distinct=58' "$REPLY"
is "all of them" $((12 + 58 + 58)) "$(live m1)"

# Where all ports are in use, one more has no room; it has the port of another one.
for ((i = 0; i < 64; i++)); do
	entry tcp 10.0.0.1 203.0.113.2 7 $((FIRST + i)) "$V4"
done > "$TMP/entries"
entry tcp 10.0.0.1 203.0.113.2 8 "$FIRST" "$V4" >> "$TMP/entries"
load
is "no room" "64 128 2 1" "$(counts)"

# One that is met at the choice of a port is adopted then.
for ((i = 0; i < 32; i++)); do
	entry tcp 10.0.0.1 203.0.113.3 7 $((FIRST + i)) "$V4"
done > "$TMP/entries"
load
flows many met 33 m1 tcp 203.0.113.3
like "met" '^ok=32 refused=1 .*distinct=32' "$REPLY"
is "known since they were met" "0 256 2 1" "$(counts)"
balanced

# Released, they are cut, and no others.
eg release "$pair"
is "left" "3" "$(listed "dst=$pair " h conntrack -L)"
