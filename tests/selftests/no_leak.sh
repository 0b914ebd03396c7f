#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Whatever happens, no packet of a leased machine is seen outside but under the
# address and ports that were its own; and nothing that comes to an egress
# address from outside goes back there. m2 has no lease: what it does shows that
# the host would do otherwise.
. "$(dirname "$0")/lib.sh"

m1py() { in_ns m1 /usr/bin/python3 -I "$SELFTESTS/$1" "${@:2}"; }

# note: what m1 has now was its own.
note() {
	lease m1
	printf '%s\n' "$V4 $FIRST $LAST" "$V6 $FIRST $LAST" >> "$TMP/own"
}

# The host's own packets of protocol 253 tell that all before was captured, once
# tcpdump has caught up with the load.
MARKS=0
mark() {
	MARKS=$((MARKS + 1))
	flows raw h $BANK4 253 1
	PATIENCE=$((PATIENCE * 6)) until_ok "the capture is complete" \
		bash -c "[ \"\$(grep -c 'ip-proto-253' '$TMP/seen')\" -ge $MARKS ]"
}

# clean WHAT: nothing else was seen since the last time.
clean() {
	[ -z "${LOAD:-}" ] || kill -STOP "$LOAD"
	mark
	[ -z "${LOAD:-}" ] || kill -CONT "$LOAD"
	awk '
	FNR == NR { own[$1] = own[$1] " " $2 "-" $3; next }
	/ip-proto-253/ { next }
	{
		addr = $3; port = -1
		if ($2 == "IP" ? split(addr, x, ".") == 5 : addr ~ /\./) {
			port = addr; sub(/.*\./, "", port); sub(/\.[0-9]*$/, "", addr)
		}
		if (/echo request/ && match($0, / id [0-9]+/))
			port = substr($0, RSTART + 4, RLENGTH - 4)
		ok = 0
		n = split(own[addr], blocks, " ")
		for (i = 1; i <= n; i++) {
			split(blocks[i], b, "-")
			ok = ok || port < 0 || (port + 0 >= b[1] + 0 && port + 0 <= b[2] + 0)
		}
		if (!ok) print
	}' "$TMP/own" "$TMP/seen" > "$TMP/leaks"
	[ ! -s "$TMP/leaks" ] || fail "$1: seen outside: $(head -n 5 "$TMP/leaks")"
	[ ! -s "$TMP/back" ] || fail "$1: went back outside: $(head -n 5 "$TMP/back")"
	echo "ok: $1: nothing leaked in $(wc -l < "$TMP/seen") packets"
}

# more WHAT NAME BEFORE: that counter has grown.
more() {
	local now
	now=$(stat "$2")
	[ "$now" -gt "$3" ] || fail "$1: $2 is still $3"
	echo "ok: $1: $2 $3, now $now"
}

# ftp MACHINE URL OPTION...: fetch a file in passive mode.
ftp() { is "FTP from $1 $2" "a file" "$(in_ns "$1" curl -sSg "${@:3}" --max-time 20 "ftp://$2/file")"; }

net 2
modprobe -a nf_conntrack_ftp nf_nat_ftp
h sysctl -qw net.ipv4.icmp_ratelimit=0
pool

# An FTP server, and conntrack's helper for it, put on before and after us.
mkdir "$TMP/empty" "$TMP/files"
echo "a file" > "$TMP/files/file"
chmod 711 "$TMP"
cat > "$TMP/vsftpd.conf" <<-END
	listen_ipv6=YES
	background=NO
	anonymous_enable=YES
	local_enable=NO
	anon_root=$TMP/files
	secure_chroot_dir=$TMP/empty
	pasv_promiscuous=NO
END
background b vsftpd "$TMP/vsftpd.conf"
until_ok "the FTP server listens" b bash -c "</dev/tcp/203.0.113.2/21"
h nft -f - <<-END
	table inet ftp {
		ct helper ftp { type "ftp" protocol tcp; }
		chain early {
			type filter hook prerouting priority filter
			tcp dport 21 ct helper set "ftp"
		}
		chain late {
			type filter hook postrouting priority 200
			tcp dport 21 ct helper set "ftp"
		}
	}
END
helped() { h conntrack -L -p tcp --orig-port-dst 21 2>/dev/null | grep -c helper=ftp; }
ftp m2 203.0.113.2
is "the helper is there" 1 "$(helped)"

allocate --block-size 64
add 1
note
capture o seen -i h -Q in -B 65536 "ip dst net 203.0.113.0/24 or ip6 dst net 2001:db8:b::/64"
CAPTURE=${PIDS[-1]}
capture o back -i h -Q in "ip dst net 198.51.100.0/24 or ip6 dst net 2001:db8:e::/48"

refused=$(stat limit)
background m1py load.py 200 $BANK4 $BANK6
LOAD=$!
limit_met() { [ "$(stat limit)" -gt "$refused" ]; }
until_ok "the limit is met" limit_met
renice -n 5 -p "$LOAD" >/dev/null	# the test wants the processor, too
clean "at the limit"

# Pairs go and come, and the machine with them.
for round in {1..6}; do
	was=$V4
	allocate --block-size 64
	note
	eg bind m1 "$V4" --slot $((round * 7 % 64)) >/dev/null
	note
	how=()
	[ $((round % 2)) = 1 ] || how=(--drain=1)
	eg release "$was" "${how[@]}" >/dev/null
	note
	eg bind m1 auto >/dev/null
	note
	leased m1 "$(ask m1 tcp 203.0.113.2)"
	echo "ok: released and bound elsewhere, round $round"
done
clean "released and bound elsewhere under load"

# An operator's masquerade, at the first priority that nft has for NAT, the last
# and some between.
for priority in -199 -100 0 99 100 101 300 2147483647; do
	h nft -f - <<-END
		table inet masq {
			chain c {
				type nat hook postrouting priority $priority
				ip daddr 203.0.113.0/24 masquerade fully-random
				ip6 daddr 2001:db8:b::/64 masquerade
			}
		}
	END
	leased m1 "$(ask m1 tcp 203.0.113.3)"
	leased m1 "$(ask m1 udp 2001:db8:b::3)"
	h nft delete table inet masq
done
h iptables-legacy -t nat -I POSTROUTING -o up -j MASQUERADE
leased m1 "$(ask m1 tcp 203.0.113.3)"
h iptables-legacy -t nat -F POSTROUTING
clean "masquerade at any priority"
kill "$LOAD"
LOAD=

# What the load has left behind, there and at the bank, sends its last for minutes, and
# is not to be counted with what follows.
h nft -f - <<-END
	table inet leftovers {
		chain c {
			type filter hook prerouting priority raw
			iifname "m1" tcp dport 7 tcp sport != { 5000, 5001 } drop
		}
	}
END

# Conntrack finds them invalid.
h sysctl -qw net.netfilter.nf_conntrack_tcp_loose=0
before=$(stat leak)
m1py inject.py tcp 10.0.0.1 5000 $BANK4 7 A 1000
m1py inject.py tcp fd00::1 5000 $BANK6 7 A 1000
more "an ACK without a connection" leak "$before"
before=$(stat leak)
leased m1 "$(keep window m1 tcp 203.0.113.4 sport=5001)"
for seq in 0 1000000000 2000000000 3000000000; do
	m1py inject.py tcp 10.0.0.1 5001 203.0.113.4 7 R $seq
	m1py inject.py tcp 10.0.0.1 5001 203.0.113.4 7 RA $seq
done
more "an RST out of the window" leak "$before"
leased m1 "$(again window)"
end window
clean "invalid packets"
h nft add rule inet leftovers c iifname "up" tcp sport 7 drop

# And these it is told to leave alone.
h nft -f - <<-END
	table inet untracked {
		chain c {
			type filter hook prerouting priority raw
			iifname "m1" udp dport 9 notrack
			iifname "m1" tcp dport 9 notrack
			iifname "m1" icmp type echo-request notrack
			iifname "m1" icmpv6 type echo-request notrack
		}
	}
END
before=$(stat leak)
for bank in $BANK4 $BANK6; do
	m1py inject.py udp "$bank" 9 5
	m1 ping -qnc 1 -W 1 "$bank" >/dev/null || true
done
m1py inject.py tcp 10.0.0.1 5000 $BANK4 9 S 1
m1py inject.py tcp fd00::1 5000 $BANK6 9 S 1
is "untracked packets" $((before + 14)) "$(stat leak)"
h nft delete table inet untracked
clean "untracked packets"

m1py inject.py udp 203.0.113.4 9 3 4000
m1py inject.py udp 2001:db8:b::4 9 3 4000
mark
is "datagrams in fragments" "3 3" "$(grep -c "IP .* > 203.0.113.4.9: " "$TMP/seen") $(
	grep -c "IP6 .* > 2001:db8:b::4: frag (0|" "$TMP/seen")"
# What came and went at the limit may still be there.
h conntrack -F 2>/dev/null
for bank in $BANK4 $BANK6; do
	m1 ping -qnc 2 -i 0.2 -s 4000 "$bank" > "$TMP/ping" || fail "$(cat "$TMP/ping")"
done
lease m1
before=$(stat unsolicited)
in_ns b /usr/bin/python3 -I "$SELFTESTS/inject.py" udp "$V4" "$FIRST" 2 4000
in_ns b /usr/bin/python3 -I "$SELFTESTS/inject.py" udp "$V6" "$FIRST" 2 4000
is "fragments from outside" $((before + 4)) "$(stat unsolicited)"
clean "fragments"

# FTP, passive: the helper must not make the data connection its own.
h conntrack -F 2>/dev/null
ftp m1 203.0.113.2
ftp m1 203.0.113.3 --disable-epsv
ftp m1 '[2001:db8:b::2]'
is "helped" 0 "$(helped || true)"
is "connections expected" 0 "$(h conntrack -L expect 2>/dev/null | wc -l)"
clean "passive FTP"

before=$(stat unsupported)
flows raw m1 $BANK4 47 2
flows raw m1 $BANK4 50 2
flows raw m1 $BANK6 47 2
flows raw m1 $BANK6 50 2
is "GRE and ESP" $((before + 8)) "$(stat unsupported)"
clean "GRE and ESP"

# From outside, to an egress address that nobody is talking to.
before=$(stat unsolicited)
lease m1
for dst in "$V4" "$V6"; do
	is "TCP from outside" timeout "$(ask b tcp "$dst" "port=$FIRST" wait=0.3)"
	is "UDP from outside" timeout "$(ask b udp "$dst" "port=$LAST" wait=0.3)"
	flows raw b "$dst" 47 1
done
b ping -qnc 1 -W 1 "$V4" >/dev/null || true
b ping -qnc 1 -W 1 "$V6" >/dev/null || true
within "unsolicited" $((before + 8)) $((before + 20)) "$(stat unsolicited)"
clean "from outside"

h nft delete table inet leftovers
eg flush --all >/dev/null
rmmod egress
load_module
pool
allocate --block-size 64
: > "$TMP/own"
add 1
note
mark
: > "$TMP/seen"
MARKS=0
background m1py load.py 200 $BANK4 $BANK6
refused=0
until_ok "the limit is met" limit_met
leased m1 "$(ask m1 tcp 203.0.113.2)"
clean "the module loaded anew"

kill -INT "$CAPTURE"
until_ok "the capture ends" grep -q 'dropped by kernel' "$TMP/seen.err"
like "the capture missed nothing" '(^|[^0-9])0 packets dropped by kernel' "$(cat "$TMP/seen.err")"
