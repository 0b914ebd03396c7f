#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What a machine sends that no honest one would, and what comes from outside unasked:
# the packets of the corpus, all of one kind at a time. After each, the router has
# seen nothing under a wrong address, a counter says where it went, and both machines'
# connections work; in the end nothing is left of it.
. "$(dirname "$0")/../selftests/lib.sh"
. "$(dirname "$0")/outside.sh"

CORPUS=$TOP/tests/abuse/corpus
"$CORPUS/make" "$TMP/corpus"
(cd "$TMP/corpus" && sha256sum --quiet -c "$CORPUS/SHA256SUMS") ||
	fail "tests/abuse/corpus/make made another corpus than SHA256SUMS says"

# from NS DEV KIND [COUNTER...]: the packets of that kind, of IPv4 and IPv6.
from() {
	local sent files=("$TMP/corpus/$3"[46])
	BEFORE=$(stats)
	sent=$(in_ns "$1" /usr/bin/python3 -I "$TOP/tests/abuse/send.py" "$2" "${MAC[$1]}" "${files[@]}")
	ALL=$((ALL + sent))
	no_harm "$sent packets: $3" "${@:4}"
}

net 2
# Errors about anything, as fast as they come.
h sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0
pool
allocate
is "the pair the corpus knows" "198.51.100.1 2001:db8:e::1" "$V4 $V6"
add 1 --dev m1
add 2 --dev m2
leased m2 "$(keep standing m2 tcp $BANK4)"
standing=$(again standing)
watch

mac() { ip -n "$1" -j link show dev "$2" | jq -r '.[0].address'; }
declare -A MAC=([m1]=$(mac h m1) [b]=$(mac o b))
ALL=0
from m1 eth0 truncated opened leak
from m1 eth0 protocols opened unsupported
from m1 eth0 flags opened leak
from m1 eth0 options opened
from m1 eth0 headers opened
from m1 eth0 fragments opened
from m1 eth0 spoofed spoofed
from m1 eth0 destinations unsolicited
from m1 eth0 errors leak
entries=$(h conntrack -C)
from b o outside unsolicited
within "conntrack entries of what came from outside" -9999 40 $(($(h conntrack -C) - entries))
is "neighbours of that" 0 "$(listed "^($V4|$V6) " ip -n h neigh)"

# The host's own address is among these; such sources are its filters' business.
o nft insert rule inet seen c iifname h ip6 saddr $HOST6 counter name others accept
from m1 eth0 nobodys unsolicited
own=$(seen own) others=$(seen others)
[ "$own" -gt 500 ] || fail "only $own packets were seen under their own address"
is "what stands" "$standing" "$(again standing)"

forgotten connections
end standing
balanced
like "each of its ports" 'ok=1024 ' "$(many all 1024 m1 tcp 203.0.113.4)"
end all
eg flush --all >/dev/null
until_ok "the module goes" rmmod egress
echo "count: $ALL packets, seen outside $own of them under their own address, $others of others"
