#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Who is at the limit, and where: `top` shows it, and an event tells it, one a
# second for each destination with the number held back.
. "$(dirname "$0")/lib.sh"

CLI=$("$TOP/tests/linux_source")/tools/net/ynl/cli.py
net 2
pool
allocate --block-size 64
add 1
add 2
rows() { eg -j top "$@" | jq -c '.[] | [.machine, .destination, .connections, .limit, .refused]'; }

background h python3 "$CLI" --spec "$TOP/uapi/egress.yaml" --no-schema --output-json \
	--subscribe events --sleep 8 > "$TMP/events"
subscribed() { h cat /proc/net/netlink | awk '$2 == 16 && $4 != "00000000" { found = 1 } END { exit !found }'; }
# Python needs seconds to read the specification.
PATIENCE=$((3 * PATIENCE)) until_ok "somebody listens" subscribed

like "at the limit" '^ok=64 refused=36 ' "$(many full 100 m1 tcp $BANK4)"
like "on the way" '^ok=48 ' "$(many more 48 m2 udp $BANK6)"
leased m1 "$(ask m1 tcp 203.0.113.2)"

is "the first" "[\"m1\",\"$BANK4\",64,64,36]" "$(rows --count 1)"
is "the second" "[\"m2\",\"$BANK6\",48,64,0]" "$(rows --count 2 | sed -n 2p)"
is "by refusals" "[\"m1\",\"$BANK4\",64,64,36]" "$(rows --by rejects)"
is "of another region" "" "$(rows --region fra)"
like "as a table" "m1 +shop +ord +$BANK4 +64 +64 +36" "$(eg top | grep "m1 .*$BANK4")"

# The refusals were within a second or two: as many events, and none is lost.
wait "${PIDS[-1]}"
jq -s -c 'flatten | [.[] | select(.name == "limit-ntf") | .msg]' "$TMP/events" > "$TMP/limits"
events=$(jq length "$TMP/limits")
within "events" 1 8 "$events"
is "who and where" "[\"m1\",\"shop\",\"ord\",\"$BANK4\"]" \
	"$(jq -c '.[0] | [.machine, .app, .region, .destination.v4]' "$TMP/limits")"
refused 1 'bogus' eg top --by bogus
is "one more is refused" refused "$(ask m1 tcp $BANK4)"
is "counted" 37 "$(stat limit)"

# Each table once, however many there are of others.
eg allocate --app blog --region ord >/dev/null 2>&1
eg machine set m2 --app blog
for m in m1 m2; do
	$m /usr/bin/python3 -I -c 'import socket
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for i in range(600):
    sock.sendto(b"x", (f"198.18.{i >> 8}.{i & 255}", 9))'
done
h python3 "$CLI" --spec "$TOP/uapi/egress.yaml" --no-schema --output-json \
	--dump destination-get --json '{"app": "shop"}' | jq -r '.[] | "\(.machine) \(.destination.v4 // .destination.v6)"' > "$TMP/rows"
within "tables" 600 610 "$(wc -l < "$TMP/rows")"
is "shown twice" "" "$(sort "$TMP/rows" | uniq -d)"
