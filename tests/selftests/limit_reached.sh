#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A machine has as many connections to one destination as its block has ports.
# One more is refused at once, or dropped; other destinations don't notice, and
# a connection that ends makes room.
. "$(dirname "$0")/lib.sh"

net 1
pool
allocate --block-size 64
eg machine add m1 --app shop --region ord --addr 10.0.0.1 --addr fd00::1 --pair "$V4" --slot 300
lease m1
is "ports" 19200-19263 "$FIRST-$LAST"

full="ports=19200-19263 distinct=64"
is "TCP" "ok=64 refused=6 addrs=$V4 $full" "$(many tcp4 70 m1 tcp $BANK4)"
is "TCP" "ok=64 refused=6 addrs=$V6 $full" "$(many tcp6 70 m1 tcp $BANK6)"
like "UDP" "^ok=64 (unreachable|prohibited)=6 addrs=$V4 $full" "$(many udp4 70 m1 udp 203.0.113.2)"
like "UDP" "^ok=64 (unreachable|prohibited)=6 addrs=$V6 $full" "$(many udp6 70 m1 udp 2001:db8:b::2)"
is "limit" 24 "$(stat limit)"
sleep 2.1	# so that the UDP flows are streams, which are not ended for others
for kept in tcp4 tcp6 udp4 udp6; do
	is "still stand" 64 "$(same $kept)"
done

is "another protocol, same destination" refused "$(ask m1 tcp 203.0.113.2)"
is "another port, same destination" refused "$(ask m1 tcp $BANK4 port=80)"
leased m1 "$(ask m1 tcp 203.0.113.3)"
leased m1 "$(ask m1 udp 2001:db8:b::3)"

eg app set shop --on-limit drop
heard >/dev/null
is "dropped" timeout "$(ask m1 tcp $BANK4 wait=0.5)"
is "dropped" timeout "$(ask m1 udp $BANK6 wait=0.5)"
is "the bank heard from" nobody "$(heard)"

end tcp4
end tcp6
leased m1 "$(ask m1 tcp $BANK4)"
like "room again" '^ok=60 ' "$(many tcp4 60 m1 tcp $BANK4)"
leased m1 "$(ask m1 udp $BANK6)"

eg app set shop --limit 10 --on-limit reject
is "a limit of the app's" "ok=10 refused=5" \
	"$(many ten 15 m1 tcp 203.0.113.4 | cut -d ' ' -f 1-2)"
