#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A machine without a pair, or whose pair lacks the family, goes out as the host
# does, or not at all, as its app is set; an app may be set before it has a machine,
# and then not one packet goes out until there is a pair.
. "$(dirname "$0")/lib.sh"

# gets FIELD DST: of what get says about a packet of m1's.
gets() {
	local from=10.0.0.1
	[[ $2 != *:* ]] || from=fd00::1
	of "$1" "$(eg -j get from $from to "$2")"
}

net 2
m1 sysctl -qw "net.ipv4.ping_group_range=0 0"
pool
add 1

under "pass" $HOST4 "$(ask m1 tcp $BANK4)"
under "pass" $HOST6 "$(ask m1 udp $BANK6)"
is "passed" 2 "$(stat passed)"

eg app set shop --on-none drop
heard >/dev/null
is "drop" timeout "$(ask m1 udp $BANK4 wait=0.5)"
is "drop" timeout "$(ask m1 tcp $BANK6 wait=0.5)"
is "the bank heard from" nobody "$(heard)"
[ "$(stat unbound)" -ge 2 ] || fail "unbound is $(stat unbound)"
is "passed" 2 "$(stat passed)"
eg app set shop --on-none reject
for bank in $BANK4 $BANK6; do
	is "refused" refused "$(ask m1 tcp "$bank")"
	like "refused" "^(unreachable|prohibited)$" "$(ask m1 udp "$bank")"
	like "refused" "^(unreachable|prohibited)$" "$(ask m1 ping "$bank")"
done
is "get says" "reject no-lease" "$(gets verdict $BANK4) $(gets rule $BANK4)"
eg app set shop --on-none drop

eg allocate --app shop --region ord --v4 198.51.100.7
under "IPv4 alone" 198.51.100.7 "$(ask m1 udp $BANK4)"
heard >/dev/null
is "no IPv6" timeout "$(ask m1 udp $BANK6 wait=0.5)"
is "the bank heard from" nobody "$(heard)"

# Refused, a client that prefers IPv6 goes on with IPv4 at once.
eg app set shop --on-none-v6 reject
is "as set" "drop reject" "$(of on-none "$(eg -j app show shop)") $(of on-none-v6 "$(eg -j app show shop)")"
before=$(stat unbound)
is "TCP" refused "$(ask m1 tcp $BANK6)"
like "UDP" "^(unreachable|prohibited)$" "$(ask m1 udp $BANK6)"
is "counted" $((before + 2)) "$(stat unbound)"
is "get says" "reject no-family" "$(gets verdict $BANK6) $(gets rule $BANK6)"
begin=$(date +%s%N)
got=$(m1 /usr/bin/python3 -I -c "
import socket
for at in '$BANK6', '$BANK4':
    try:
        bank = socket.create_connection((at, 7), 20)
        bank.send(b'hello')
        print(bank.recv(99).decode().split()[0])
        break
    except ConnectionRefusedError:
        pass")
is "the other family" 198.51.100.7 "$got"
within "ms for both" 0 $((3000 * SLOW)) $((($(date +%s%N) - begin) / 1000000))
is "the bank heard from" 198.51.100.7 "$(heard | cut -d ' ' -f 1)"
eg app set shop --on-none pass
under "no IPv6" $HOST6 "$(ask m1 udp $BANK6)"
under "IPv4 alone" 198.51.100.7 "$(ask m1 udp $BANK4)"

# From its first packet: it has been sending all the while.
sends() { ip -n m2 -s -j link show dev eth0 | jq -e ".[0].stats64.tx.packets > $1" > /dev/null; }
capture b seen -i o "net 192.0.2.0/24 or net 2001:db8:2::/64 or net 198.51.100.0/24 or net 2001:db8:e::/48"
eg app set blog --on-none drop
ip -n m2 link set eth0 down
eg machine add m2 --app blog --region ord --addr 10.0.0.2 fd00::2
background m2 /usr/bin/python3 -I "$SELFTESTS/load.py" 4 $BANK4 $BANK6
ip -n m2 -batch - <<-END
	link set eth0 up
	addr add fd00::2/128 dev eth0 nodad
	addr add fe80::2/64 dev eth0 nodad
	route add 10.0.0.254 dev eth0
	route add default via 10.0.0.254
	route add default via fe80::1 dev eth0
END
until_ok "it sends" sends 50
is "what is seen outside" "" "$(cat "$TMP/seen")"
allocated=$(eg -j allocate --app blog --region ord)
until_ok "it is seen outside" bash -c "[ \"\$(wc -l < '$TMP/seen')\" -gt 50 ]"
kill "${PIDS[-1]}"
is "what is seen, but under its pair" "" "$(grep -vE "$(of v4 "$allocated")|$(of v6 "$allocated")" "$TMP/seen" || true)"
