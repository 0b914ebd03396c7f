#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# ICMP errors about a machine's packets reach the machine that sent them, and
# no other: port unreachable, a smaller MTU on the way, a TTL that ran out.
. "$(dirname "$0")/lib.sh"

net 2
pool
allocate
add 1
add 2

for bank in $BANK4 $BANK6; do
	leased m2 "$(keep other m2 udp "$bank" sport=5000)"
	is "nobody listens" refused "$(ask m1 udp "$bank" sport=5000 port=9)"
	leased m2 "$(again other)"
	end other
done

like "TTL" 'From 192.0.2.1 .*Time to live exceeded' "$(m1 ping -c 1 -W 5 -t 2 $BANK4 || true)"
like "hop limit" 'From 2001:db8:2::1 .*Time exceeded' "$(m1 ping -c 1 -W 5 -t 2 $BANK6 || true)"

ip -n o link set dev b mtu 1300
like "too big" 'From 192.0.2.1 .*mtu = 1300' "$(m1 ping -M "do" -s 1400 -c 1 -W 5 $BANK4 || true)"
like "too big" 'From 2001:db8:2::1 .*mtu=1300' "$(m1 ping -M "do" -s 1400 -c 1 -W 5 $BANK6 || true)"
for bank in $BANK4 $BANK6; do
	like "m1 knows" 'mtu 1300' "$(ip -n m1 route get "$bank")"
	[[ $(ip -n m2 route get "$bank") != *1300* ]] || fail "m2 was told, too"
done

# m2 learns by sending TCP segments that are too big.
head -c 300000 /dev/urandom > "$TMP/sent"
for family in 4 6; do
	[ $family = 4 ] && bank=$BANK4 || bank=$BANK6
	background b socat -u "TCP$family-LISTEN:9,reuseaddr" "CREATE:$TMP/got"
	until_ok "socat listens" b bash -c 'ss -Hltn "sport = 9" | grep -q .'
	m2 socat -u "OPEN:$TMP/sent" "TCP$family:[$bank]:9"
	wait "${PIDS[-1]}"
	cmp "$TMP/sent" "$TMP/got"
	like "m2 knows" 'mtu 1300' "$(ip -n m2 route get "$bank")"
done
