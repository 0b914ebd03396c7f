#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Connections of before a lease end on request: all that a machine has begun, or those that
# are not under its present lease, by whatever they left. What it was asked for, what goes to
# excluded destinations or to the host, and everybody else's connections go on.
. "$(dirname "$0")/lib.sh"

modprobe -qa nfnetlink_queue nft_queue || skip "this kernel has no NFQUEUE"

# ended FLOW...: the TCP connection is over.
ended() {
	local flow
	for flow; do
		like "$flow" '^(reset|timeout|refused)$' "$(again "$flow")"
	done
}
# all_stand: what no cut here may touch.
all_stand() {
	local flow said=''
	for flow in "${!STAND[@]}"; do
		[ "$(again "$flow")" = "${STAND[$flow]}" ] || said+=" $flow"
	done
	is "neighbours', excluded and inbound ones end" "" "$said"
}
# cut ARG...: how many connections of each machine that ends.
cut() { eg -j "$@" | jq -r '[.machines[] | "\(.machine)=\(.cut)"] | join(" ")'; }

net 4
serve h 9 $HOST4
serve m1 7 10.0.0.1 fd00::1
serve m4 7 10.0.0.4
ip -n o route add 10.0.0.1 via $HOST4
declare -A STAND=()
STAND=(
	[neighbour4]=$(keep neighbour4 m2 tcp $BANK4) [neighbour6]=$(keep neighbour6 m2 udp $BANK6)
	[excluded]=$(keep excluded m1 tcp 10.0.0.4) [host]=$(keep host m1 tcp $HOST4 port=9)
	[inbound]=$(keep inbound b udp 10.0.0.1)
)
keep tcp4 m1 tcp $BANK4 > /dev/null
keep tcp6 m1 tcp $BANK6 > /dev/null
udp4=$(keep udp4 m1 udp $BANK4)
keep udp6 m1 udp $BANK6 > /dev/null

# Without a lease there is nothing that they could be under instead; but all can be ended.
pool
add 1
add 2
add 4
generation=$(stat generation)
refused 2 "no machine 'nobody'" eg machine cut m1 nobody
is "nothing to be stale against" "m1=0 m2=0" "$(cut machine cut m1 m2 m1 --stale)"
is "all of it" m1=4 "$(cut machine cut m1 --dry-run)"
is "nothing has changed" "$generation $udp4" "$(stat generation) $(again udp4)"

# A lease, and what began before.
allocate
like "in words" "m1: 4 connections would be cut.*Nothing was changed" "$(eg machine cut m1 --stale --dry-run)"
is "as before" "$udp4" "$(again udp4)"
is "stale ones" m1=4 "$(cut machine cut m1 --stale)"
ended tcp4 tcp6
leased m1 "$(again udp4)"
leased m1 "$(again udp6)"
is "none is left" m1=0 "$(cut machine cut m1 --stale)"
STAND[leased]=$(keep leased m2 udp $BANK4)
leased m2 "${STAND[leased]}"
all_stand
balanced

# Another lease: those under the old one, of any destination and of both families, with it.
old4=$V4 old6=$V6
allocate
like "tcp" '^ok=20 ' "$(many tcp 20 m1 tcp $BANK4)"
is "bound" m1=22 "$(cut bind m1 "$V4" --cut-stale)"
is "TCP is over" 0 "$(same tcp)"
leased m1 "$(again udp4)"
leased m1 "$(again udp6)"
differ "m1's pair" "$old4 $old6" "$V4 $V6"
is "bound already" m1=0 "$(cut bind m1 "$V4" --cut-stale)"
refused 1 "can't tell" eg bind m1 "$old4" --cut-stale --dry-run
settled
all_stand
balanced

# All of it: also under the present lease, and each once.
like "tcp" '^ok=20 ' "$(many tcp 20 m1 tcp $BANK6)"
before=$(stat connections)
is "all of it" m1=22 "$(cut machine cut m1 --dry-run)"
is "all of it" "m1=22 m4=0" "$(cut machine cut m1 m4)"
is "and nobody else's" $((before - 22)) "$(stat connections)"
is "TCP is over" 0 "$(same tcp)"
leased m1 "$(again udp4)"
all_stand
balanced

# Where none may leave without a lease, a connection of before is stale; a new pair ends those
# of the machines that get it, and of no other.
keep wait4 m3 tcp $BANK4 > /dev/null
keep wait6 m3 udp $BANK6 > /dev/null
eg machine add m3 --app blog --region ord --addr 10.0.0.3 fd00::3
is "may go on" m3=0 "$(cut machine cut m3 --stale)"
eg app set blog --on-none drop
is "may not" m3=2 "$(cut machine cut m3 --stale --dry-run)"
eg app set blog --on-none pass
said=$(eg -j allocate --app blog --region ord --cut-stale)
is "ended with the new pair" "1 m3 2" "$(jq -r '"\(.pairs | length) \(.machines[].machine) \(.cut)"' <<<"$said")"
ended wait4
leased m3 "$(again wait6)"
is "there already" "" "$(cut allocate --app blog --region ord --ensure --cut-stale)"
all_stand

# Excluded now, under a lease until then: a new one would be left alone, and so it stands.
under4=$(keep under m3 udp 203.0.113.2)
eg app set blog --exclude 203.0.113.2/32
is "left alone" m3=1 "$(cut machine cut m3)"
is "the same" "$under4" "$(again under)"

# A flow that never rests comes back under the new lease at once, and never again under the old.
lease m1
old=$V4
capture h up -i up -s 96 udp port 4000 and src net 198.51.100.0/24
background m1 /usr/bin/python3 -I -c "
import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(('10.0.0.1', 4000))
s.connect(('$BANK4', 4000))
while True:
	try: s.send(b'?')
	except OSError: pass
	time.sleep(0.002)"
until_ok "it sends" shows up " $old\."
to=$(eg -j list --app shop | jq -r --arg old "$old" 'map(select(.family == "v4" and .ip != $old))[0].ip')
eg bind m1 "$to"
sleep 0.1
eg machine cut m1 --stale
until_ok "comes back" shows up " $to\."
sleep 0.2
# in_turn: each address that it had, as often as it came anew.
in_turn() { awk '/ > / { sub(/\.[0-9]+$/, "", $3); if ($3 != last) print last = $3 }' "$TMP/up" | xargs; }
is "never again" "$old $to" "$(in_turn)"
kill "${PIDS[-1]}"

# Connections to very many destinations, while others count them.
m1 /usr/bin/python3 -I -c "
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for i in range(3000):
	s.sendto(b'?', (f'198.18.{i >> 8}.{i & 255}', 9))"
counts() {
	while :; do
		eg -j stats
		eg -j machine list
	done >/dev/null
}
counts &
counter=$!
PIDS+=("$counter")
like "each of them" 'm1=30[0-9][0-9]' "$(cut machine cut m1)"
kill "$counter"
is "none is left" 0 "$(listed 198.18 h conntrack -L -p udp --orig-src 10.0.0.1)"
all_stand
balanced

# A first packet that is on its way, here in an NFQUEUE, keeps its port and is not ended. If the
# cut came too late on a slow machine, the packet was through: then once more.
h nft -f - <<-END
	table inet late {
		chain c {
			type filter hook postrouting priority 150
			udp dport 9001-9005 ct state new queue num 0
		}
	}
END
background h /usr/bin/python3 -I "$SELFTESTS/held.py" 0.8 > "$TMP/held"
until_ok "the queue is there" grep -q ready "$TMP/held"
there() { [ "$(listed "dport=$port" h conntrack -L -p udp --orig-src 10.0.0.1)" = 1 ]; }
for port in 900{1..5}; do
	m1 bash -c "echo > /dev/udp/$BANK4/$port"
	said=$(cut machine cut m1)
	[ "$said" != m1=0 ] || break
done
[ "$said" != m1=0 ] || until_ok "it goes on" there
is "nothing is dropped" 0 "$(stat leak)"
balanced
