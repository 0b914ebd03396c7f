#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The kernel's clock of ticks, as 32 bits, begins five minutes before it wraps, so
# that whoever compares ticks wrongly finds it out. What stands, lingers, drains, has
# met the limit or has just been closed before that goes on across it; afterwards all
# of it works anew, and memory is given back. Only on a machine that has been up for
# less than five minutes: it waits for the rest of them.
. "$(dirname "$0")/../selftests/lib.sh"

WRAP=300 DRAIN=60
late() { skip "up for $(uptime_s) s: too late to see the ticks wrap"; }
[ "$(uptime_s)" -lt $((WRAP - 60)) ] || late

draining() { eg -j list | jq -r --arg ip "$1" '.[] | select(.ip == $ip) | .drain'; }
gone() { [ -z "$(draining "$1")" ]; }
lingers() { eg -j lease list | jq '[.[] | select(.state == "lingering")] | length'; }
none_lingers() { [ "$(lingers)" = 0 ]; }
one_more() { is "$1: one more" refused "$(ask m1 tcp $BANK4)"; }
rejects() { eg -j top --by rejects | jq '.[0].refused'; }

# Objects of the destination tables' cache: the reaper gives them back in its round.
objects() { awk '$1 == "egress_dest" { print $2; exit }' /proc/slabinfo; }
given_back() { [ "$(objects)" -le "$1" ]; }

net 1
ip -n o route add blackhole 11.0.0.0/8
h sysctl -qw net.netfilter.nf_conntrack_udp_timeout=36000
pool
allocate --block-size 64
first=$V4
allocate --block-size 64
second=$V4
add 1

# A connection of a pair that drains, two of slots that linger.
eg bind m1 "$second" >/dev/null
under "across" "$second" "$(keep across m1 tcp 203.0.113.3)"
across=$(again across)
eg bind m1 "$first" --slot 8 >/dev/null
under "lingering" "$first" "$(keep lingers m1 tcp 203.0.113.2)"
lingering=$(again lingers)
eg bind m1 "$first" --slot 9 >/dev/null
is "slots that linger" 2 "$(lingers)"

# A destination at its limit, and one where some have been closed.
like "before: each of its ports" 'ok=64 .*distinct=64' "$(many full 64 m1 tcp $BANK4)"
one_more "before"
like "before: others of its ports" 'ok=64 ' "$(many parted 64 m1 tcp 203.0.113.4)"
part parted 40
like "before: as many as were closed" 'ok=20 ' "$(many again 20 m1 tcp 203.0.113.4)"
left=$((WRAP + DRAIN - $(uptime_s)))
eg release "$second" --drain=$left >/dev/null
[ "$(uptime_s)" -lt $((WRAP - 10)) ] || late

while [ "$(uptime_s)" -lt $((WRAP + 2)) ]; do
	sleep 1
done
echo "ok: the ticks have wrapped"
got=$(again across)
[ "$(uptime_s)" -ge $((WRAP + DRAIN)) ] || is "what drains" "$across" "$got"
is "what lingers" "$lingering" "$(again lingers)"
is "what stands" "64 24 20" "$(same full) $(same parted) $(same again)"

# The limit, its event, and ports of what was closed.
before=$(rejects)
listen events
one_more "across"
until_ok "an event tells it" grep -q '"limit' "$TMP/events"
[ "$(rejects)" -gt "$before" ] || fail "refusals: still $before"
part full 40
like "across: as many as are closed" 'ok=40 ' "$(many next 40 m1 tcp $BANK4)"
one_more "across"
like "across: as many as were closed before" 'ok=20 ' "$(many rest 20 m1 tcp 203.0.113.4)"
is "across: one more" refused "$(ask m1 tcp 203.0.113.4)"

until_drained=$((WRAP + DRAIN - $(uptime_s)))
[ "$until_drained" -gt 0 ] || until_drained=0
PATIENCE=$((PATIENCE + 6 * until_drained)) until_ok "drained, $left s after it began" gone "$second"
[ "$(uptime_s)" -ge $((WRAP + DRAIN - 1)) ] || fail "drained too soon: up for $(uptime_s) s"
is "what has drained" reset "$(again across | sed 's/timeout/reset/')"
end lingers
until_ok "what lingered is free when its last connection has ended" none_lingers

# And all of it anew, begun and ended after it.
like "after: each of its ports" 'ok=64 .*distinct=64' "$(many new 64 m1 tcp $BANK6)"
is "after: one more" refused "$(ask m1 tcp $BANK6)"
part new 40
like "after: as many as were closed" 'ok=40 ' "$(many newer 40 m1 tcp $BANK6)"
allocate --block-size 64
eg bind m1 "$V4" >/dev/null
under "after: of a pair that drains" "$V4" "$(keep short m1 tcp 203.0.113.3)"
eg release "$V4" --drain=2 >/dev/null
until_ok "after: drained" gone "$V4"

before=$(objects)
m1 /usr/bin/python3 -I - <<-'END'
	import socket
	with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
	    for i in range(2000):
	        sock.sendto(b"?", (f"11.0.{i >> 8}.{i & 255}", 9))
END
taken=$(objects)
[ "$taken" -ge $((before + 1500)) ] || fail "$before tables, and $taken with 2000 destinations more"
h conntrack -F 2>/dev/null
PATIENCE=$((PATIENCE * 12)) until_ok "memory is given back" given_back $((taken - 1500))
is "connections" 0 "$(stat connections)"
balanced
