#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What goes to an excluded destination is left to the host: private ranges by
# default, else the app's own list, which may be long.
. "$(dirname "$0")/lib.sh"

net 2
ip -n b addr add 10.9.9.9/32 dev o
ip -n b addr add fd09::9/128 dev o nodad
ip -n o route add 10.9.9.9 via 203.0.113.1
ip -n o route add fd09::9 via 2001:db8:b::1
serve b 7 10.9.9.9 fd09::9
pool
allocate
add 1
eg -j allocate --app blog --region ord >/dev/null
eg machine add m2 --app blog --region ord --addr 10.0.0.2 --addr fd00::2

under "RFC 1918" $HOST4 "$(ask m1 tcp 10.9.9.9)"
under "ULA" $HOST6 "$(ask m1 tcp fd09::9)"
leased m1 "$(ask m1 tcp $BANK4)"

eg app set shop --exclude 203.0.113.2/32,2001:db8:b::2/127
under "own list" $HOST4 "$(ask m1 tcp 203.0.113.2)"
under "own list" $HOST6 "$(ask m1 udp 2001:db8:b::3)"
leased m1 "$(ask m1 tcp $BANK4)"
leased m1 "$(ask m1 tcp $BANK6)"
leased m1 "$(ask m1 tcp 10.9.9.9)"
leased m2 "$(ask m2 tcp 203.0.113.2)"
is "in app show" "2001:db8:b::2/127 203.0.113.2/32" \
	"$(eg -j app show shop | jq -r '.exclude | sort | join(" ")')"

eg app set shop --exclude default
leased m1 "$(ask m1 tcp 203.0.113.2)"
under "RFC 1918" $HOST4 "$(ask m1 udp 10.9.9.9)"

# 10,000 prefixes in one command, every other address of a range.
{
	printf 'app set shop --exclude 203.0.113.2/32,2001:db8:b::2/128'
	for ((i = 0; i < 9998; i++)); do
		printf ',100.%d.%d.%d/32' $((i / 16384)) $((i / 128 % 128)) $((i % 128 * 2))
	done
	echo
} > "$TMP/batch"
eg -b "$TMP/batch"
is "prefixes" 10000 "$(eg -j app show shop | jq '.exclude | length')"
under "long list" $HOST4 "$(ask m1 tcp 203.0.113.2)"
under "long list" $HOST6 "$(ask m1 tcp 2001:db8:b::2)"
leased m1 "$(ask m1 tcp 203.0.113.3)"
leased m1 "$(ask m1 tcp 2001:db8:b::3)"
leased m1 "$(ask m1 udp 10.9.9.9)"
