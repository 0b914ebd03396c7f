#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Whatever happens, no packet of a leased machine is seen outside but under the
# address and ports that were its own; and nothing that comes to an egress
# address from outside goes back there.
. "$(dirname "$0")/lib.sh"

m1py() { in_ns m1 /usr/bin/python3 -I "$SELFTESTS/$1" "${@:2}"; }

# note: what m1 has now was its own.
note() {
	lease m1
	printf '%s\n' "$V4 $FIRST $LAST" "$V6 $FIRST $LAST" >> "$TMP/own"
}

# The host's own packets of protocol 253 tell that all before was captured.
MARKS=0
mark() {
	MARKS=$((MARKS + 1))
	flows raw h $BANK4 253 1
	until_ok "the capture is complete" \
		bash -c "[ \"\$(grep -c 'ip-proto-253' '$TMP/seen')\" -ge $MARKS ]"
}

# clean WHAT: nothing else was seen since the last time.
clean() {
	mark
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

net 1
# Where a router has a pool, what is not allocated goes nowhere.
ip -n h route add blackhole 198.51.100.0/28
ip -n h route add blackhole 2001:db8:e::/64
modprobe -a nf_conntrack_ftp nf_nat_ftp
h sysctl -qw net.ipv4.icmp_ratelimit=0
pool
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
clean "at the limit"

# Pairs go and come, and the machine with them.
for round in 1 2; do
	was=$V4
	allocate --block-size 64
	note
	eg bind m1 "$V4" >/dev/null
	note
	eg release "$was" >/dev/null
	note
	eg bind m1 auto >/dev/null
	note
	leased m1 "$(ask m1 tcp 203.0.113.2)"
	echo "ok: released and bound elsewhere, round $round"
done
clean "released and bound elsewhere under load"

# An operator's masquerade, before and after.
for priority in -150 0 99 101 300; do
	h nft -f - <<-END
		table inet masq {
			chain c {
				type nat hook postrouting priority $priority
				masquerade
			}
		}
	END
	leased m1 "$(ask m1 tcp 203.0.113.3)"
	leased m1 "$(ask m1 udp 2001:db8:b::3)"
	h nft delete table inet masq
done
clean "masquerade at five priorities"
kill "$LOAD"

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

# And these it is told to leave alone.
h nft -f - <<-END
	table inet untracked {
		chain c {
			type filter hook prerouting priority raw
			udp dport 9 notrack
		}
	}
END
before=$(stat leak)
m1py inject.py udp $BANK4 9 5
m1py inject.py udp $BANK6 9 5
is "untracked packets" $((before + 10)) "$(stat leak)"
h nft delete table inet untracked
clean "untracked packets"

m1py inject.py udp 203.0.113.4 9 3 4000
m1py inject.py udp 2001:db8:b::4 9 3 4000
mark
is "datagrams in fragments" "3 3" "$(grep -c "IP .* > 203.0.113.4.9: UDP" "$TMP/seen") $(
	grep -c "IP6 .* > 2001:db8:b::4: frag (0|" "$TMP/seen")"
clean "fragments"

# FTP, passive: the helper must not make the data connection its own.
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
cat > "$TMP/ftpd" <<-END
	read -r _
	echo "227 Entering Passive Mode (203,0,113,2,0,7)"
	cat
END
background b socat TCP-LISTEN:21,reuseaddr,bind=203.0.113.2 EXEC:"bash $TMP/ftpd"
until_ok "the FTP server listens" bash -c "nsenter --net=/run/netns/b ss -Hltn sport = 21 | grep -q ."
cat > "$TMP/ftp" <<-END
	exec 3<>/dev/tcp/203.0.113.2/21
	echo PASV >&3
	read -r -t 5 said <&3
	echo "\$said" > $TMP/said
	read -r _ < $TMP/done
END
mkfifo "$TMP/done"
background m1 bash "$TMP/ftp"
until_ok "told where to connect" grep -qs '^227 .*(203,0,113,2,0,7)' "$TMP/said"
is "connections expected" 0 "$(h conntrack -L expect 2>/dev/null | wc -l)"
leased m1 "$(ask m1 tcp 203.0.113.2)"
echo > "$TMP/done"
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
