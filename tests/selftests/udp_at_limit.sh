#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Conntrack keeps the entry of a query to a resolver for 30 seconds after its answer.
# Queries that have their answer do not keep new ones out: at the limit the oldest of
# them that has been silent for a second ends. Media with shorter pauses keep their
# ports, and TCP, streams and what nobody has answered yet count as ever.
#
#   m1: 10 connections, 30 queries a second, media --- h --- o --- b: dnsmasq, port 7
#
# EGRESS_SECONDS=120 asks 500 times a second for two minutes, with a block of 1,024.
. "$(dirname "$0")/lib.sh"

net 1
pool
if [ -n "${EGRESS_SECONDS:-}" ]; then
	block=1024 rate=500 seconds=$EGRESS_SECONDS
else
	block=64 rate=30 seconds=5
fi
allocate --block-size $block
add 1
background b dnsmasq -k -C /dev/null -u root -p 53 --no-resolv --no-hosts --no-ping -x "" \
	--address=/bank.example/203.0.113.9
like "connections" "^ok=10 " "$(many tcp 10 m1 tcp $BANK4)"

# state FIELD: of what the tables say about one more query.
state() { of "$1" "$(eg -j get from 10.0.0.1:4000 to "$bank:53" proto udp)"; }

answers() { m1 /usr/bin/python3 -I "$SELFTESTS/queries.py" "$1" "$2" "$3"; }
resolves() { [[ $(answers $BANK4 10 1) == answered=1\ failed=0* ]]; }
until_ok "the resolver answers" resolves
for server in $BANK4 $BANK6; do
	like "queries to $server" "^answered=$((rate * seconds)) failed=0 streams=[1-9][0-9]* moved=0$" \
		"$(answers "$server" $rate $((rate * seconds)))"
done
dropped=$(stat early-drop)
within "idle flows ended" $((2 * (rate * seconds - block) - 20)) $((2 * rate * seconds)) "$dropped"
is "refused" 0 "$(stat limit)"
is "connections of before" 10 "$(same tcp)"
[ -z "${EGRESS_SECONDS:-}" ] || exit 0

# What streams, or has no answer, or is no UDP, is there to stay.
bank=203.0.113.3
b nft -f - <<-END
	table inet mute {
		chain input {
			type filter hook input priority filter
			udp dport 9 drop
		}
	}
END
like "connections" "^ok=10 " "$(many tcp3 10 m1 tcp $bank)"
like "UDP" "^ok=50 " "$(many udp 50 m1 udp $bank)"
is "nobody answers" "ok=0 timeout=4" "$(many mute 4 m1 udp $bank port=9 wait=1.2)"
is "all are live, fifty idle" "64 50 translate" "$(state connections) $(state idle) $(state verdict)"
like "fifty more" "^ok=50 " "$(many more 50 m1 udp $bank)"
is "ended for them" $((dropped + 50)) "$(stat early-drop)"
stream more 50
sleep 1.2
is "silence does not end them" "64 0 reject" \
	"$(state connections) $(state idle) $(state verdict)"
like "one more" "^(unreachable|prohibited)$" "$(ask m1 udp $bank)"
is "refused" 1 "$(stat limit)"
is "ended since" $((dropped + 50)) "$(stat early-drop)"
is "streams" 50 "$(same more)"
is "connections" 10 "$(same tcp3)"
