#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The proxy recipe of docs/proxy.md, with its files as they are: proxy-1 (m1) has
# the pair and serves web-1 (m2), which is on its access list; m3 is not.
. "$(dirname "$0")/lib.sh"

EXAMPLES=$TOP/docs/examples/proxy
HTTP=http://10.0.0.1:8888 SOCKS4=socks5://10.0.0.1:1080 SOCKS6='socks5://[fd00::1]:1080'

listens() { [ "$(m1 ss -Hltn "( sport = 8888 or sport = 1080 )" | wc -l)" = 3 ]; }

# Connections that the block has ports for.
block=128
[ -z "${EGRESS_LONG:-}" ] || block=1024

# fetch NS PROXY [OPTION]... URL: the answer, or the status of the proxy's refusal.
fetch() { in_ns "$1" curl -sS -m "$PATIENCE" -f -x "${@:2}" 2>&1 || true; }

net 3
pool
eg app set proxy --on-none drop
eg allocate --app proxy --region ord --block-size $block
eg machine add m1 --app proxy --region ord --addr 10.0.0.1 fd00::1 --dev m1
eg machine add m2 --app shop --region ord --addr 10.0.0.2 fd00::2 --dev m2
web 443 8443

m1 nft -f "$EXAMPLES/proxy.nft"
ulimit -n "$(sed -n 's/^LimitNOFILE=//p' "$EXAMPLES/limits.conf")"
background m1 tinyproxy -d -c "$EXAMPLES/tinyproxy.conf"
background m1 danted -f "$EXAMPLES/danted.conf" 2> "$TMP/danted"
until_ok "both proxies listen" listens

under "web-1 itself" $HOST4 "$(m2 curl -sS "http://$BANK4/")"
: > "$TMP/access.log"
for bank in $BANK4 "[$BANK6]"; do
	leased m1 "$(fetch m2 $HTTP "http://$bank/")"
	leased m1 "$(fetch m2 $HTTP -p "http://$bank:443/")"
	for proxy in $SOCKS4 "$SOCKS6"; do
		leased m1 "$(fetch m2 "$proxy" "http://$bank/")"
	done
done
is "the bank's peers" "$(printf '%s\n' "$V4" "$V6")" "$(cut -d ' ' -f 1 "$TMP/access.log" | sort -u)"

# Not on the list; not for TLS; not for what is inside, the proxy's own included.
: > "$TMP/access.log"
like "m3 by HTTP" 403 "$(fetch m3 $HTTP "http://$BANK4/")"
like "m3 by CONNECT" 403 "$(fetch m3 $HTTP -p "http://$BANK4:443/")"
for proxy in $SOCKS4 "$SOCKS6"; do
	like "m3 by SOCKS" '^curl: ' "$(fetch m3 "$proxy" "http://$BANK4/")"
done
like "CONNECT to 8443" 403 "$(fetch m2 $HTTP -p "http://$BANK4:8443/")"
serve m3 443/tcp 10.0.0.3 fd00::3
serve m1 443/tcp 127.0.0.1 ::1
for inside in 10.0.0.3 '[fd00::3]' 127.0.0.1 '[::1]'; do
	like "by CONNECT to $inside" 'error: 500$' "$(fetch m2 $HTTP -p "http://$inside:443/")"
	like "by SOCKS to $inside" 'SOCKS5 connection' "$(fetch m2 $SOCKS4 "http://$inside:443/")"
done
is "requests at the bank" 0 "$(wc -l < "$TMP/access.log")"
like "what is inside heard from" '^nobody$' "$(heard)"

# All the clients together have the block's connections to one destination.
tunnels() { m2 /usr/bin/python3 -I "$SELFTESTS/tunnels.py" "$@" 443; }
is "by CONNECT, and the answer to one more" "$block 500" "$(tunnels http 10.0.0.1 8888 $block $BANK4)"
is "by SOCKS, and the answer to one more" "$block 5" "$(tunnels socks 10.0.0.1 1080 $block 203.0.113.2)"
leased m1 "$(fetch m2 $HTTP "http://203.0.113.3/")"
