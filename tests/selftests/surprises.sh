#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What the guide says under "What surprises": conntrack emptied; one port of the machine,
# another one outside for each destination; FTP in active mode, and TFTP; a machine's IPv6
# privacy addresses.
#
#   m1: one socket, curl --- h: conntrack's helpers --- o --- b: port 7, vsftpd, dnsmasq
. "$(dirname "$0")/lib.sh"

net 2
pool
allocate
add 1
lease m1
serve b 8/udp $BANK4

# Conntrack is emptied: UDP goes on by another port, TCP is reset, and nothing counts any more.
leased m1 "$(keep udp m1 udp $BANK4)"
like "UDP" "^ok=20 " "$(many flows 20 m1 udp $BANK4)"
flows keep tcp m1 tcp $BANK4
read -r _ port <<<"$REPLY"
keep host m2 tcp $BANK4 > "$TMP/host"
is "connections" 22 "$(stat connections)"
h conntrack -F 2> /dev/null
is "none is left" "0 0" "$(stat connections) $(($(stat opened) - $(stat closed)))"
before=$(stat unsolicited)
in_ns b /usr/bin/python3 -I "$SELFTESTS/inject.py" tcp $BANK4 7 "$V4" "$port" A 1
is "from the far end first" $((before + 1)) "$(stat unsolicited)"
leased m1 "$(again udp)"
within "of 20 flows, by the port of before" 0 3 "$(same flows)"
is "UDP counts again" 21 "$(stat connections)"
is "TCP" reset "$(again tcp)"
is "the host's own NAT keeps the port" "$(< "$TMP/host")" "$(again host)"

# A port of its own for each destination, be it another port of the same address.
cat > "$TMP/ports.py" <<-END
	import socket
	s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
	s.bind(("", 5555))
	s.settimeout($PATIENCE)
	for to in ("$BANK4", 7), ("$BANK4", 8), ("$BANK4", 7):
	    s.sendto(b"?", to)
	    print(s.recv(99).decode().split()[1])
END
mapfile -t ports < <(m1 /usr/bin/python3 -I "$TMP/ports.py")
is "the same destination" "${ports[0]}" "${ports[2]}"
differ "another port there" "${ports[0]}" "${ports[1]}"

# Helpers: the host's own NAT has them, a machine's pair has not.
if modprobe -a nf_conntrack_ftp nf_nat_ftp nf_conntrack_tftp nf_nat_tftp 2>/dev/null; then
	mkdir "$TMP/empty" "$TMP/files"
	echo "a file" > "$TMP/files/file"
	chmod 711 "$TMP"
	printf '%s\n' listen=YES background=NO anonymous_enable=YES local_enable=NO \
		"anon_root=$TMP/files" "secure_chroot_dir=$TMP/empty" > "$TMP/vsftpd.conf"
	background b vsftpd "$TMP/vsftpd.conf"
	background b dnsmasq -k -C /dev/null -u root -p 0 --enable-tftp "--tftp-root=$TMP/files" -x ""
	h nft -f - <<-END
		table inet helpers {
			ct helper ftp { type "ftp" protocol tcp; }
			ct helper tftp { type "tftp" protocol udp; }
			chain early {
				type filter hook prerouting priority filter
				tcp dport 21 ct helper set "ftp"
				udp dport 69 ct helper set "tftp"
			}
		}
	END
	fetch() { in_ns "$1" curl -sS -m "$2" "${@:3}" 2> "$TMP/err" || echo failed; }
	fetches() { [ "$(fetch "$@")" = "a file" ]; }
	until_ok "by the host, FTP, active" fetches m2 20 -P - "ftp://$BANK4/file"
	until_ok "by the host, TFTP" fetches m2 20 "tftp://$BANK4/file"
	is "FTP, passive" "a file" "$(fetch m1 $PATIENCE "ftp://$BANK4/file")"
	is "FTP, active" failed "$(fetch m1 $PATIENCE -P - "ftp://$BANK4/file")"
	before=$(stat unsolicited)
	is "TFTP" failed "$(fetch m1 $((2 * SLOW)) "tftp://$BANK4/file")"
	[ "$(stat unsolicited)" -gt "$before" ] || fail "the server's answer is not counted"
	eg app set shop --exclude $BANK4
	is "excluded, TFTP" "a file" "$(fetch m1 $PATIENCE "tftp://$BANK4/file")"
	is "excluded, FTP, active" "a file" "$(fetch m1 $PATIENCE -P - "ftp://$BANK4/file")"
	eg app set shop --exclude default
else
	echo "left out: FTP and TFTP, as this kernel has no helpers for them"
fi

# A privacy address is nobody's, whatever the app says of machines without a lease.
eg app set shop --on-none drop
ip -n h route add fd00:0:0:1::/64 via fe80::2 dev m1
m1 sysctl -qw net.ipv6.conf.eth0.use_tempaddr=2 net.ipv6.conf.eth0.dad_transmits=0
ip -n m1 addr add fd00:0:0:1::1/64 dev eth0 mngtmpaddr nodad
made() { read -r _ _ _ PRIVATE _ < <(ip -n m1 -6 -o addr show dev eth0 temporary -tentative); }
until_ok "a privacy address" made
PRIVATE=${PRIVATE%/*}
under "from it" $HOST6 "$(ask m1 tcp $BANK6)"
like "get" "$PRIVATE is no machine's" "$(eg -j get from "$PRIVATE" to $BANK6 | jq -r .why)"
h nft add table inet only
h nft add chain inet only forward '{ type filter hook forward priority 0; }'
h nft add rule inet only forward iifname m1 meta nfproto ipv6 ip6 saddr != fd00::1 drop
is "filtered" timeout "$(ask m1 udp $BANK6 wait=0.3)"
h nft delete table inet only
eg machine set m1 --addr 10.0.0.1 fd00::1 "$PRIVATE"
leased m1 "$(ask m1 tcp $BANK6)"
m1 sysctl -qw net.ipv6.conf.eth0.use_tempaddr=0
ip -n m1 addr del fd00:0:0:1::1/64 dev eth0
eg machine set m1 --addr 10.0.0.1 fd00::1
leased m1 "$(ask m1 tcp $BANK6)"
