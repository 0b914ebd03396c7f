# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2153 # lease sets FIRST and LAST
#
# Sourced after lib.sh: the router looks at all that the host sends it, and says
# what was under a wrong address. `watch` after m1 and m2 have their leases, of the
# same pair.

# stats: all counters.
stats() { eg -j stats; }

# What is sent under the pair's address has a port of the two blocks, unless nft
# doesn't look for one: in a later fragment, behind an authentication header; or it
# is an error about what came to a connection of theirs, or an announcement of the address. The host has an address,
# too, for ICMP errors and neighbours, not for connections.
watch() {
	local first last
	# Where a router has a pool, what is not allocated goes nowhere.
	ip -n h route add blackhole "$POOL4"
	ip -n h route add blackhole "$POOL6"
	lease m1
	first=$FIRST last=$LAST
	lease m2
	[ "$FIRST" -gt "$first" ] || first=$FIRST
	[ "$LAST" -lt "$last" ] || last=$LAST
	is "two blocks, side by side" 2048 $((last - first + 1))
	o nft -f - <<-END
		table inet seen {
			counter own { }
			counter others { }
			counter leaked { }
			counter back { }
			set wrong4 { typeof ip saddr . ip daddr . ip protocol; flags dynamic; size 100; }
			set wrong6 { typeof ip6 saddr . ip6 daddr . ip6 nexthdr; flags dynamic; size 100; }
			chain own {
				meta l4proto { tcp, udp, udplite, sctp, dccp } th sport $first-$last counter name own accept
				icmp type echo-request icmp id $first-$last counter name own accept
				icmpv6 type echo-request icmpv6 id $first-$last counter name own accept
				ip frag-off & 0x1fff != 0 counter name own accept
				frag frag-off != 0 counter name own accept
				meta l4proto ah counter name own accept
				icmp type { destination-unreachable, time-exceeded, parameter-problem } counter name own accept
				icmpv6 type { destination-unreachable, packet-too-big, time-exceeded, parameter-problem } counter name own accept
				goto wrong
			}
			chain wrong {
				counter name leaked
				add @wrong4 { ip saddr . ip daddr . ip protocol } accept
				add @wrong6 { ip6 saddr . ip6 daddr . ip6 nexthdr }
			}
			chain c {
				type filter hook prerouting priority raw
				iifname != "h" accept
				ip daddr $POOL4 counter name back
				ip6 daddr $POOL6 counter name back
				ip6 daddr ff02::1 icmpv6 type nd-neighbor-advert accept
				ip saddr $V4 goto own
				ip6 saddr $V6 goto own
				icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-solicit, mld2-listener-report } accept
				ip saddr $HOST4 icmp type { destination-unreachable, time-exceeded, parameter-problem } accept
				ip6 saddr { $HOST6, fe80::3 } icmpv6 type { destination-unreachable, packet-too-big, time-exceeded, parameter-problem } accept
				ip saddr { 10.0.0.0/8, $HOST4 } goto wrong
				ip6 saddr { fd00::/8, $HOST6 } goto wrong
				counter name others
			}
		}
	END
}

# no_harm WHAT [COUNTER...]: nothing was seen outside that should not have been, both
# machines' connections work, and these counters have grown since BEFORE, the stats.
no_harm() {
	local name was after grown=
	after=$(stats)
	for name in opened limit spoofed unsupported leak unsolicited nomem passed unbound; do
		value $name "$BEFORE"
		was=$VALUE
		value $name "$after"
		[ "$VALUE" = "$was" ] || grown+="${grown:+$'\n'}$name $((VALUE - was))"
	done
	if [ "$(seen leaked)" != 0 ]; then
		fail "$1: seen outside under a wrong address: $(o nft list table inet seen | grep -A 9 'set wrong' | grep -A 9 elements)"
	fi
	[ "$(seen back)" = 0 ] || fail "$1: $(seen back) packets to an egress address came back out"
	leased m2 "$(ask m2 tcp "$BANK6")" >/dev/null
	leased m1 "$(ask m1 tcp "$BANK4")" >/dev/null
	for name in "${@:2}"; do
		[[ $'\n'$grown == *$'\n'"$name "* ]] || fail "$1: not counted as $name: $grown"
	done
	echo "ok: $1: ${grown//$'\n'/, }"
}
