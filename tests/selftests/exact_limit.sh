#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# 1,024 connections of a machine to one address stand, not one more, whatever
# their ports and protocols; what ends makes room for exactly as many.
. "$(dirname "$0")/lib.sh"

# ok_of NAME COUNT ARG...: what came of them, without the addresses and ports.
ok_of() { many "$@" | sed 's/ addrs=.*//'; }

net 2
m1 sysctl -qw net.ipv4.ping_group_range="0 0"
for port in {1001..1008}; do
	serve b "$port" 203.0.113.2
done
pool
allocate
add 1
add 2
lease m1
is "the block" 1024 $((LAST - FIRST + 1))

is "to one port" "ok=1024 refused=1 addrs=$V4 ports=$FIRST-$LAST distinct=1024" \
	"$(many one 1025 m1 tcp $BANK4)"
is "all stand" 1024 "$(same one)"
leased m1 "$(ask m1 tcp 203.0.113.2)"
leased m2 "$(ask m2 tcp $BANK4)"
lease m1
leased m1 "$(ask m1 tcp $BANK6)"

is "one ends" "1 of 1024 closed" "$(part one 1)"
leased m1 "$(keep next m1 tcp $BANK4)"
is "one more" refused "$(ask m1 tcp $BANK4)"
is "a hundred end" "100 of 1023 closed" "$(part one 100)"
is "room for a hundred" "ok=100 refused=1" "$(ok_of hundred 101 m1 tcp $BANK4)"

eg app set shop --on-limit drop
heard >/dev/null
is "dropped" timeout "$(ask m1 tcp $BANK4 wait=0.5)"
is "dropped" timeout "$(ask m1 udp $BANK4 wait=0.5)"
is "the bank heard from" nobody "$(heard)"

# 923 + 1 + 100 stand.
eg app set shop --limit 600 --on-limit reject
is "stand above a lower limit" 923 "$(same one)"
is "400 end" "400 of 923 closed" "$(part one 400)"
is "still above it" refused "$(ask m1 tcp $BANK4)"
is "100 end" "100 of 523 closed" "$(part one 100)"
is "room under it" "ok=76 refused=4" "$(ok_of under 80 m1 tcp $BANK4)"
like "UDP above it" "unreachable|prohibited" "$(ask m1 udp $BANK4)"
refused 2 'it takes blocks of 2048: .*--block-size' eg app set shop --limit 1025
eg app set shop --limit 0
for kept in one next hundred under; do
	end "$kept"
done

is "to many ports" "ok=924" "$(ok_of spread 924 m1 tcp 203.0.113.2 port=1001-1007)"
is "to another" "ok=100 refused=1" "$(ok_of entries 101 m1 tcp 203.0.113.2 port=1008)"
h conntrack -D -p tcp -s 10.0.0.1 -d 203.0.113.2 --dport 1008 >/dev/null
is "a hundred entries are deleted" "ok=100 refused=1" "$(ok_of again 101 m1 tcp 203.0.113.2)"
is "the others stand" 924 "$(same spread)"
for kept in spread entries again; do
	end "$kept"
done

is "TCP among others" "ok=400" "$(ok_of tcp 400 m1 tcp 203.0.113.3)"
is "UDP among others" "ok=400" "$(ok_of udp 400 m1 udp 203.0.113.3)"
like "ping among others" "^ok=224 (unreachable|prohibited)=1$" "$(ok_of ping 225 m1 ping 203.0.113.3)"
stream udp 400
is "one more" refused "$(ask m1 tcp 203.0.113.3)"
like "one more" "unreachable|prohibited" "$(ask m1 udp 203.0.113.3)"
for kept in tcp udp ping; do
	end "$kept"
done

eg bind m1 "$V4" --slot 0
is "port 0 does not exist" "ok=1023 refused=1 addrs=$V4 ports=1-1023 distinct=1023" \
	"$(many zero 1024 m1 tcp 203.0.113.4)"
end zero

allocate --block-size 4096
eg bind m2 "$V4"
lease m2
is "with a block of 4,096" "ok=4096 addrs=$V4 ports=$FIRST-$LAST distinct=4096" \
	"$(many large 4096 m2 udp $BANK4)"
stream large 4096
like "one more" "unreachable|prohibited" "$(ask m2 udp $BANK4)"
crowd 1 15 --pair "$V4"
is "machines on the pair" 16 "$(eg -j machine list | jq "[.[] | select(.\"egress-v4\" == \"$V4\")] | length")"
refused 2 . crowd 16 16 --pair "$V4"
