#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The ring and conntrack agree about what is there: with zones, with an
# operator's DNAT, with a flowtable, when conntrack is full, when a packet is
# dropped on its way out. And its ports can't be guessed.
. "$(dirname "$0")/lib.sh"

# nobody: all has ended, and no place is still taken.
#
# Forgotten half closed, a connection would still be there for the far end, which
# would not have a new one from its port.
nobody() {
	local kept
	for kept; do
		end "$kept"
	done
	until_ok "the far end has closed, too" far_end_closed
	forgotten connections
}
far_end_closed() { [ -z "$(b ss -Htn state close-wait state last-ack)" ]; }

net 2
h sysctl -qw net.ipv4.icmp_ratelimit=0
pool
allocate
add 1
lease m1

# The order of ports, of two fresh tables.
for dst in 203.0.113.3 203.0.113.4; do
	capture o "order.$dst" -i h -Q in "udp and dst host $dst"
	m1 /usr/bin/python3 -I "$SELFTESTS/inject.py" udp $dst 9 1000
	until_ok "a thousand packets" bash -c "[ \"\$(wc -l < '$TMP/order.$dst')\" = 1000 ]"
	awk '{ sub(/.*\./, "", $3); print $3 }' "$TMP/order.$dst" > "$TMP/ports.$dst"
done
paste -d ' ' "$TMP"/ports.* > "$TMP/ports"
# Uniform differences give a chi-squared of 15 +- 5.5 for 16 classes, and random
# order a correlation of 0 +- 0.03; two orders agree in one place.
read -r chi r agree < <(awk '
	NR > 1 { bin[int(($1 - p + 1024) % 1024 / 64)]++; xy += p * $1; x += p; y += $1; n++
		 xx += p * p; yy += $1 * $1 }
	{ p = $1; agree += $1 == $2 }
	END {
		for (i = 0; i < 16; i++) chi += (bin[i] - n / 16) ^ 2 / (n / 16)
		r = (n * xy - x * y) / sqrt((n * xx - x * x) * (n * yy - y * y))
		print int(chi), int(1000 * (r < 0 ? -r : r)), agree
	}' "$TMP/ports")
echo "ports: chi-squared $chi, correlation 0.$(printf %03d "$r"), $agree agree"
within "chi-squared" 0 60 "$chi"
within "correlation in thousandths" 0 160 "$r"
within "the same place in two tables" 0 12 "$agree"
nobody

# Original zones: one tuple, three connections, a port each; all their replies
# are in zone 0.
h nft -f - <<-END
	table inet zones {
		chain c {
			type filter hook prerouting priority raw
			iifname "m1" ip dscp cs1 ct original zone set 1
			iifname "m1" ip dscp cs2 ct original zone set 2
		}
	}
END
declare -A seen
seen[0]=$(keep z m1 udp $BANK4 sport=4000)
for tos in 32 64; do
	flows tos z $tos
	seen[$tos]=$(again z)
	leased m1 "${seen[$tos]}"
done
differ "zone 1" "${seen[0]}" "${seen[32]}"
differ "zone 2" "${seen[0]}" "${seen[64]}"
differ "zone 2" "${seen[32]}" "${seen[64]}"
is "connections" 3 "$(stat connections)"
flows tos z 32
is "zone 1 again" "${seen[32]}" "$(again z)"
h nft delete table inet zones
nobody z

# A zone of m2's own, in both directions.
allocate --block-size 64
eg machine add m2 --app shop --region ord --addr 10.0.0.2 --pair "$V4" >/dev/null
lease m2
h nft -f - <<-END
	table inet zones {
		chain c {
			type filter hook prerouting priority raw
			iifname "m2" ct zone set 5
			iifname "up" ip daddr $V4 udp dport $FIRST-$LAST ct zone set 5
			iifname "up" ip daddr $V4 tcp dport $FIRST-$LAST ct zone set 5
		}
	}
END
is "m2 in its zone" "ok=64 refused=6 addrs=$V4 ports=$FIRST-$LAST distinct=64" \
	"$(many z5 70 m2 tcp $BANK4)"
is "entries in zone 5" 64 "$(h conntrack -L -p tcp --zone 5 2>/dev/null | grep -c ESTABLISHED)"
part z5 1
leased m2 "$(ask m2 tcp $BANK4)"
nobody z5
h nft delete table inet zones

# It is the destination after the operator's DNAT that counts.
h nft -f - <<-END
	table ip portal {
		chain c {
			type nat hook prerouting priority dstnat
			iifname "m2" ip daddr 192.0.2.99 dnat to $BANK4
		}
	}
END
like "past the DNAT" "^ok=40 addrs=$V4 " "$(many direct 40 m2 tcp $BANK4)"
like "through the DNAT" "^ok=24 refused=6 addrs=$V4 " "$(many through 30 m2 tcp 192.0.2.99)"
is "answered" "40 24" "$(same direct) $(same through)"
nobody direct through
h nft delete table ip portal

# Packets dropped after they took a place hold none.
h nft -f - <<-END
	table inet late {
		chain c {
			type filter hook postrouting priority 200
			udp dport 9 drop
		}
	}
END
m2 /usr/bin/python3 -I "$SELFTESTS/inject.py" udp $BANK4 9 70
like "as many as without them" "^ok=64 refused=1 " "$(many late 65 m2 tcp $BANK4)"
end late
h nft delete table inet late
nobody

# Conntrack full: it is as for everybody, and nothing remains.
opened=$(stat opened) closed=$(stat closed)
like "before" "^ok=20 " "$(many before 20 m2 tcp $BANK4)"
machine_wide net.netfilter.nf_conntrack_max "$(h conntrack -C)"
is "the machine" "ok=0 timeout=30" "$(many full 30 m2 tcp $BANK4 wait=1)"
end full
eg machine del m1 >/dev/null
is "and the host's other" timeout "$(ask m1 tcp $BANK4 wait=1)"
is "connections" 20 "$(stat connections)"
is "those there were" 20 "$(same before)"
sysctl -qw "${SYSCTLS[0]}"
like "room again" "^ok=44 refused=1 " "$(many after 45 m2 tcp $BANK4)"
nobody before after
is "opened and closed" "$(($(stat opened) - opened))" "$(($(stat closed) - closed))"

# A flowtable takes the packets, not the connections.
modprobe -a nf_flow_table nft_flow_offload
h sysctl -qw net.netfilter.nf_flowtable_udp_timeout=1 net.netfilter.nf_conntrack_udp_timeout=1 \
	net.netfilter.nf_conntrack_udp_timeout_stream=1
h nft -f - <<-END
	table inet fast {
		flowtable f {
			hook ingress priority 0
			devices = { m2, up }
		}
		chain c {
			type filter hook forward priority 0
			ct state established flow add @f
		}
	}
END
like "offloaded" "^ok=60 addrs=$V4 " "$(many fast 60 m2 tcp $BANK4)"
is "answered again" 60 "$(same fast)"
within "offloaded" 50 60 "$(h conntrack -L -p tcp 2>/dev/null | grep -c OFFLOAD)"
is "connections" 60 "$(stat connections)"
like "UDP beside them" "^ok=4 (unreachable|prohibited)=1 addrs=$V4 " "$(many fastudp 5 m2 udp $BANK4)"
end fast
end fastudp
until_ok "all have ended" none_left connections
like "room for as many" "^ok=64 refused=1 " "$(many anew 65 m2 tcp $BANK4)"
