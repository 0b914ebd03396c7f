#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# ICMP errors that the host itself makes reach the machine, also where they are about a packet that
# has an egress address already and so are routed to that: its uplink is narrower than the machine
# thinks, IPsec with the egress address as its selector takes some bytes, the next hop is dead.
#
#     m1                    h                             o                b
#  .----------.        .----------.   mtu 1300,      .---------.        .------.
#  | mtu 1500 |--------| m1    up |---or IPsec,------| h     b |--------|      |
#  '----------'        '----------'   or dead: .9    '---------'        '------'
. "$(dirname "$0")/lib.sh"

# Datagrams that are not to be fragmented, until the sender is told that they are too large.
cat > "$TMP/large.py" <<'END'
import errno
import socket
import sys
import time

LEVEL, OPTION, SIZE, FAMILY = {
    False: (socket.IPPROTO_IP, 10, 1472, socket.AF_INET),       # IP_MTU_DISCOVER
    True: (socket.IPPROTO_IPV6, 23, 1452, socket.AF_INET6),     # IPV6_MTU_DISCOVER
}[":" in sys.argv[1]]
sock = socket.socket(FAMILY, socket.SOCK_DGRAM)
sock.setsockopt(LEVEL, OPTION, 2)                               # IP_PMTUDISC_DO
sock.connect((sys.argv[1], 9))
end = time.monotonic() + 10
try:
    while time.monotonic() < end:
        sock.send(bytes(SIZE))
        time.sleep(0.02)
    print("never told")
except OSError as err:
    print(errno.errorcode[err.errno])
END
large() { is "large datagrams to $1" EMSGSIZE "$(m1 /usr/bin/python3 -I "$TMP/large.py" "$1")"; }

head -c 300000 /dev/urandom > "$TMP/sent"
transfer() {
	local family=4
	[[ $1 != *:* ]] || family=6
	background b timeout $((PATIENCE / 3)) socat -u "TCP$family-LISTEN:9,reuseaddr" "CREATE:$TMP/got"
	until_ok "socat listens" b bash -c 'ss -Hltn "sport = 9" | grep -q .'
	m1 timeout $((PATIENCE / 3)) socat -u "OPEN:$TMP/sent" "TCP$family:[$1]:9" || true
	wait "${PIDS[-1]}" || fail "the transfer to $1 gets stuck"
	cmp "$TMP/sent" "$TMP/got"
	echo "ok: 300,000 bytes to $1"
}

# mtu ADDR LOW HIGH: the machine knows that of the way there.
mtu() {
	[[ $(ip -n m1 route get "$1") =~ mtu\ ([0-9]+) ]] || fail "m1 knows no MTU for $1"
	within "the MTU for $1" "$2" "$3" "${BASH_REMATCH[1]}"
}

forget_mtus() {
	ip -n m1 route flush cache
	ip -n m1 -6 route flush cache
	ip -n m1 link set dev eth0 mtu 1499
	ip -n m1 link set dev eth0 mtu 1500
}

narrow_uplink() {
	ip -n h link set dev up mtu 1300
	large $BANK4
	large $BANK6
	mtu $BANK4 1300 1300
	mtu $BANK6 1300 1300
	transfer 203.0.113.2
	transfer 2001:db8:b::2
	ip -n h link set dev up mtu 1500
}

dead_next_hop() {
	ip -n h route add 203.0.113.0/24 via 192.0.2.9
	ip -n h route add 2001:db8:b::/64 via 2001:db8:2::9
	is "the next hop is dead" unreachable "$(ask m1 tcp $BANK4)"
	is "the next hop is dead" unreachable "$(ask m1 tcp $BANK6)"
	ip -n h route del 203.0.113.0/24
	ip -n h route del 2001:db8:b::/64
}

# What leaves under the pair goes to the router by ESP.
KEY="rfc4106(gcm(aes)) 0x$(printf '01%.0s' {1..20}) 128"
by_ipsec() {
	local ns dir
	lease m1
	for ns in h o; do
		[ $ns = h ] && dir=out || dir=fwd
		ip -n $ns -batch - <<-END
			xfrm state add src $HOST4 dst 192.0.2.1 proto esp spi 1 mode tunnel aead $KEY
			xfrm state add src $HOST6 dst 2001:db8:2::1 proto esp spi 1 mode tunnel aead $KEY
			xfrm policy add src $V4 dst 203.0.113.0/24 dir $dir tmpl src $HOST4 dst 192.0.2.1 proto esp mode tunnel
			xfrm policy add src $V6 dst 2001:db8:b::/64 dir $dir tmpl src $HOST6 dst 2001:db8:2::1 proto esp mode tunnel
		END
	done
	leased m1 "$(ask m1 tcp 203.0.113.3)"
	leased m1 "$(ask m1 tcp 2001:db8:b::3)"
	large 203.0.113.3
	large 2001:db8:b::3
	mtu 203.0.113.3 1400 1480
	mtu 2001:db8:b::3 1380 1460
	transfer 203.0.113.4
	transfer 2001:db8:b::4
	for ns in h o; do
		printf '%s\n' "xfrm policy flush" "xfrm state flush" | ip -n $ns -batch -
	done
}

# each SETUP: all of these, with what the operator has set up.
each() {
	echo "ok: $1"
	narrow_uplink
	dead_next_hop
	[ -z "$IPSEC" ] || by_ipsec
	forget_mtus
}

net 1
h sysctl -qw net.ipv4.neigh.up.retrans_time_ms=100 net.ipv6.neigh.up.retrans_time_ms=100 \
	net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0
pool
allocate
add 1
# The debug kernels have no IPsec.
IPSEC=''
if ip -n h xfrm state list 2>/dev/null; then
	IPSEC=1
else
	echo "left out: IPsec, as this kernel has none"
fi
each "nothing set up"
printf '%s\n' "rule add iif up to $POOL4 blackhole" | ip -n h -batch -
printf '%s\n' "rule add iif up to $POOL6 blackhole" | ip -n h -6 -batch -
each "with a blackhole for what comes in to the pool"
