# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Sourced in the guest. One host for each way to do it, all in one boot:
#
#     m.WAY                     h.WAY
#   .-----------.      .------------------------.
#   |  machine  |      |      forwarding,       |
#   |      eth0 |------| m      WAY         up  |  a dummy device: packets end
#   | 10.0.0.2  |      |                        |  here, at no cost
#   | fd00::2   |      '------------------------'
#   '-----------'
set -euo pipefail

M4=10.0.0.2 M6=fd00::2
E4=198.51.100.1 E6=2001:db8:e::1
TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

on() { local ns=$1; shift; nsenter --net="/run/netns/$ns" -- "$@"; }
eg() { /tmp/egressctl -n h.egress "$@"; }
# flood WAY ARGS...
flood() { local way=$1; shift; on "m.$way" "$TOP/build/flood" "$@"; }

# The cheaper half of the batches, averaged: without timer ticks and the like.
typical() { sort -n -k2 | awk '{ v[NR] = $2 } END { n = int((NR + 1) / 2); for (i = 1; i <= n; i++) s += v[i]; printf "%d\n", s / n }'; }
mean() { awk '{ s += $2 } END { printf "%d\n", s / NR }'; }

load() {
	modprobe -a nf_conntrack nf_nat nf_reject_ipv4 nf_reject_ipv6 dummy
	insmod "$TOP/build/$(uname -r)/egress.ko"
	cp "$TOP/build/egressctl" /tmp/egressctl
}

host() {
	local way=$1
	ip netns add "h.$way"
	ip netns add "m.$way"
	ip -n "h.$way" link add name m type veth peer name eth0 netns "m.$way"
	ip -n "h.$way" -batch - <<-END
		link add name up type dummy
		link set dev lo up
		link set dev m up
		link set dev up up
		addr add 10.0.0.1/24 dev m
		addr add fd00::1/64 dev m nodad
		addr add 192.0.2.2/32 dev up
		route add default dev up
		route add 2000::/3 dev up
	END
	ip -n "m.$way" -batch - <<-END
		link set dev lo up
		link set dev eth0 up
		addr add $M4/24 dev eth0
		addr add $M6/64 dev eth0 nodad
		route add default via 10.0.0.1
		route add default via fd00::1
	END
	on "h.$way" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
}

# A connection lives through the whole run: nobody answers, so it stays NEW.
conntrack_for_long() {
	on "$1" sysctl -qw net.netfilter.nf_conntrack_udp_timeout=3600 \
		net.netfilter.nf_conntrack_tcp_timeout_syn_sent=3600
}

way_routed() { host routed; }

way_none() {
	host none
	on h.none nft -f - <<-END
		table inet t {
			chain f {
				type filter hook forward priority 0;
				ct state new accept
			}
		}
	END
	conntrack_for_long h.none
}

way_nft_map() {
	host nft_map
	on h.nft_map nft -f - <<-END
		table inet t {
			map v4 {
				type ipv4_addr : ipv4_addr
				elements = { $M4 : $E4 }
			}
			map v6 {
				type ipv6_addr : ipv6_addr
				elements = { $M6 : $E6 }
			}
			chain p {
				type nat hook postrouting priority srcnat;
				snat ip to ip saddr map @v4
				snat ip6 to ip6 saddr map @v6
			}
		}
	END
	conntrack_for_long h.nft_map
}

nft_block() {
	cat <<-END
		chain p {
			type nat hook postrouting priority srcnat;
			ip saddr $M4 meta l4proto { tcp, udp } snat ip to $E4:2048-3071
			ip6 saddr $M6 meta l4proto { tcp, udp } snat ip6 to [$E6]:2048-3071
		}
	END
}

way_nft_block() {
	host nft_block
	{ echo 'table inet t {'; nft_block; echo '}'; } | on h.nft_block nft -f -
	conntrack_for_long h.nft_block
}

# nft_count VERDICT-FOR-TCP VERDICT-FOR-OTHERS
nft_count() {
	on h.nft_count nft -f - <<-END
		table inet t
		flush table inet t
		table inet t {
			set s4 {
				type ipv4_addr . ipv4_addr
				size 65535
				flags dynamic
			}
			chain f {
				type filter hook forward priority 0;
				meta l4proto tcp ct state new add @s4 { ip saddr . ip daddr ct count over 1024 } $1
				meta l4proto udp ct state new add @s4 { ip saddr . ip daddr ct count over 1024 } $2
			}
			$(nft_block)
		}
	END
}

way_nft_count() {
	host nft_count
	nft_count drop drop
	conntrack_for_long h.nft_count
}

way_iptables() {
	host iptables
	on h.iptables iptables-legacy -A FORWARD -m conntrack --ctstate NEW \
		-m connlimit --connlimit-daddr --connlimit-mask 32 --connlimit-above 1024 -j DROP
	local proto
	for proto in tcp udp; do
		on h.iptables iptables-legacy -t nat -A POSTROUTING -s $M4 -p $proto \
			-j SNAT --to-source $E4:2048-3071
	done
	conntrack_for_long h.iptables
}

way_egress() {
	host egress
	{
		eg pool add ord 198.51.100.0/24 2001:db8:e::/64
		eg allocate --app app --region ord
		eg machine add m --app app --region ord --addr $M4 --addr $M6
	} >/dev/null 2>&1
	conntrack_for_long h.egress
}
