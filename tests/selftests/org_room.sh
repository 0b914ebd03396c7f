#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The room of an org's pairs: who waits gets it in the order of waiting, whichever app it is of; the
# app's full pair sends its machines there; warnings count the org's machines; machines are spread
# over the org's pairs. Packets never find a moment without a lease while they go to and fro.
. "$(dirname "$0")/lib.sh"

# new ID APP N: a machine without a namespace.
new() { eg machine add "$1" --app "$2" --region ord --addr "10.9.0.$3"; }
scope() { of scope "$(eg -j machine show "$1")"; }
warned() { eg -j list 2>&1 >/dev/null | jq -r .warning; }

net 1
pool
eg app set a --org acme --on-none drop
eg app set b --org acme --on-none drop

# Four slots, first come, first served.
pair=$(eg -j allocate --org acme --region ord --block-size 16384)
V4=$(of v4 "$pair")
like "no machines" "org 'acme' in region 'ord' has 1 pair, but no machines" "$(warned)"
for i in 1 2 3 4 5 6; do
	new w$i "$([ $((i % 2)) = 0 ] && echo a || echo b)" $i
done 2>/dev/null
like "too many" "org 'acme' in region 'ord' has 6 machines, but 4 slots: need at least 1 more pair" \
	"$(warned)"
is "warnings" 1 "$(warned | wc -l)"
is "they wait" "w5 w6" "$(eg -j machine list --waiting | jq -r '[.[].machine] | join(" ")')"
eg machine del w2
is "the first gets it" "org" "$(scope w5)"
waits w6
eg machine del w1
is "then the second" "org" "$(scope w6)"

# Of an app's pair with four slots the fifth machine goes to the org's; it comes back for a free one.
eg machine del w3 w5
own=$(eg -j allocate --app a --region ord --block-size 16384)
is "w4 and w6" "app app" "$(scope w4) $(scope w6)"
for i in 7 8 9; do
	new w$i a $i
done 2>/dev/null
is "the third and fourth" "app app" "$(scope w7) $(scope w8)"
is "the fifth" "org" "$(scope w9)"
is "nobody waits" 0 "$(stat waiting)"
eg machine del w8
is "the fifth comes back" "app" "$(scope w9)"
like "a dry run" "another pair" "$(eg release "$(of v4 "$own")" --dry-run | grep w9)"
eg release "$(of v4 "$own")" -y
is "all are on the org's" "org org org org" "$(scope w4) $(scope w6) $(scope w7) $(scope w9)"

# Another pair of the org's, and the machines are spread over both.
eg allocate --org acme --region ord --block-size 16384 2>/dev/null
eg rebalance --org acme --dry-run | grep -c "another pair\|198.51.100" > /dev/null
is "moved" 2 "$(of count "$(eg -j rebalance --org acme)")"
is "spread" "2 2" "$(eg -j list --org acme | jq -r '[.[] | select(.family == "v4") | .machines] | join(" ")')"
refused 2 "there is no org 'nobody'" eg rebalance --org nobody
eg machine del --app a -y
eg machine del --app b --missing-ok -y

# A batch gives the app room, and binds a machine to the org's pair that it has.
own=$(eg -j allocate --app a --region ord --block-size 16384)
for i in 1 2 3 4 5; do
	new w$i a $i
done 2>/dev/null
org5=$(of egress-v4 "$(eg -j machine show w5)")
eg -b - -atomic >/dev/null 2>&1 <<-END
	allocate --app a --region ord --v4 198.51.100.9 --block-size 16384
	bind w1 198.51.100.9
	bind w5 $org5
END
is "bound where it is" "org $org5 leased" "$(scope w5) $(eg -j lease list | jq -r '.[] | select(.machine == "w5") | "\(.v4) \(.state)"')"
eg machine del --app a -y
eg release 198.51.100.9 "$(of v4 "$own")"

# While pairs come and go, no packet of m1 leaves under another address, or is dropped.
eg machine add m1 --app a --region ord --addr 10.0.0.1 fd00::1
for addr in $(eg -j list | jq -r '.[] | select(.family == "v4" and .ip != "'"$V4"'") | .ip'); do
	eg release "$addr"
done
before=$(stat unbound)
background m1 /usr/bin/python3 -I - <<-END
	import socket, time
	end = time.time() + $((5 * SLOW))
	while time.time() < end:
	    for far in ("203.0.113.1", "203.0.113.2"):
	        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
	        s.sendto(b"x", (far, 7))
	        s.close()
END
asks=${PIDS[-1]}
while kill -0 "$asks" 2>/dev/null; do
	made=$(eg -j allocate --app a --region ord)
	eg release "$(of v4 "$made")"
	made=$(eg -j allocate --app a --region ord --to $BANK4/32)
	eg release "$(of v4 "$made")"
	made=$(eg -j allocate --org acme --region ord --to $BANK4/32)
	other=$(eg -j allocate --app a --region ord --to $BANK4/32)
	eg release "$(of v4 "$other")"
	eg release "$(of v4 "$made")"
done >/dev/null 2>&1
is "dropped for want of a lease" "$before" "$(stat unbound)"
is "leaks" 0 "$(stat leak)"
