#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A machine floods: SYNs that nobody answers and SYNs that are, datagrams to one
# address after the other; and so does the world outside, to an egress address. It
# costs what its connections are allowed to, another machine's connections work
# meanwhile, every packet is counted, and in the end nothing is left of it.
. "$(dirname "$0")/../selftests/lib.sh"
. "$(dirname "$0")/outside.sh"

FLOOD=$TOP/build/flood
[ -x "$FLOOD" ] || fail "no $FLOOD: run 'make abuse'"
COUNT=20000
[ -z "${EGRESS_SLOW:-}" ] || COUNT=2000
[ -z "${EGRESS_LONG:-}" ] || COUNT=1000000

# grown NAME: since BEFORE.
grown() { echo $(($(stat "$1") - $(of "$1" "$BEFORE"))); }

# flood NS ARG...
flood() { in_ns "$1" "$FLOOD" "${@:2}" -n "$COUNT" -b "$COUNT" >/dev/null; }

# meanwhile ADDR ARG...: m1 floods that, m2 has a connection after the other: ASKED.
meanwhile() {
	local pid from=10.0.0.1
	[[ $1 != *:* ]] || from=fd00::1
	BEFORE=$(stats)
	flood m1 -s $from -d "$@" &
	pid=$!
	PIDS+=("$pid")
	ASKED=0
	while kill -0 "$pid" 2>/dev/null; do
		leased m2 "$(ask m2 tcp "203.0.113.$((ASKED % 4 + 1))")" >/dev/null
		ASKED=$((ASKED + 1))
	done
	wait "$pid"
}

net 2
machine_wide net.netfilter.nf_conntrack_max 2000000
# A sender may be faster than what receives.
machine_wide net.core.netdev_max_backlog $COUNT
h sysctl -qw net.netfilter.nf_conntrack_udp_timeout=36000 \
	net.netfilter.nf_conntrack_tcp_timeout_syn_sent=36000
ip -n o route add blackhole 11.0.0.0/8
ip -n o route add blackhole 2001:db8:bb::/48
pool
allocate
add 1 --dev m1
add 2 --dev m2
watch

# To one destination: as many as there are ports, and no more.
for dst in 11.0.0.1 2001:db8:bb::1; do
	meanwhile $dst -t
	is "$COUNT SYNs to $dst: opened, refused" "1024 $((COUNT - 1024))" \
		"$(($(grown opened) - ASKED)) $(grown limit)"
	is "tables of m1's" 1024 "$(of connections "$(eg -j machine show m1)")"
	no_harm "$COUNT SYNs to $dst, $ASKED connections of m2's meanwhile" opened limit
	forgotten connections
done

# A port where nobody listens: each is refused, so each port is free again.
for dst in 203.0.113.3 2001:db8:b::3; do
	meanwhile $dst -t
	within "connections of m1's" 0 1024 "$(of connections "$(eg -j machine show m1)")"
	no_harm "$COUNT SYNs to $dst, $ASKED connections of m2's meanwhile" opened
	forgotten connections
done

# A scan: memory for what conntrack has entries of, and no more than is allowed.
forgotten destinations
for dst in 11.0.0.0 2001:db8:bb::; do
	meanwhile $dst -D
	is "opened" "$COUNT" $(($(grown opened) - ASKED))
	within "destination tables" "$COUNT" $((COUNT + 10)) "$(stat destinations)"
	no_harm "a scan of $COUNT addresses from $dst, $ASKED connections of m2's meanwhile" opened
	forgotten destinations
done
max=/sys/module/egress/parameters/max_destinations
echo 1000 > $max
BEFORE=$(stats)
flood m1 -s 10.0.0.1 -d 11.128.0.0 -D
is "with room for 1000: opened, refused" "500 $((COUNT - 500))" \
	"$(grown opened) $(grown nomem)"
is "destination tables" 500 "$(stat destinations)"
is "another destination" timeout "$(ask m1 udp 203.0.113.2 wait=0.5)"
leased m2 "$(ask m2 udp 203.0.113.2)"
forgotten destinations
no_harm "a scan of $COUNT addresses with room for 1000" opened nomem

# From outside, to ports of the well-known slot, which nobody uses.
lease m1
for dst in "$V4" "$V6"; do
	from=$BANK4
	[[ $dst != *:* ]] || from=$BANK6
	for how in -t ''; do
		BEFORE=$(stats) entries=$(h conntrack -C)
		# shellcheck disable=SC2086 # maybe no word
		flood b -s $from -d "$dst" $how
		what="$COUNT datagrams to $dst from outside"
		[ -z "$how" ] || what=${what/datagrams/SYNs}
		is "$what: unsolicited" "$COUNT" "$(grown unsolicited)"
		within "conntrack entries of that" -9999 20 $(($(h conntrack -C) - entries))
		no_harm "$what" unsolicited
	done
done

forgotten destinations
balanced
echo "count: 11 floods of $COUNT packets"
eg flush --all >/dev/null
until_ok "the module goes" rmmod egress
