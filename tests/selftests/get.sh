#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# `get` says what would happen to a packet and why, and real packets then do
# just that. It changes nothing itself.
. "$(dirname "$0")/lib.sh"

net 2
ip -n b addr add 10.9.9.9/32 dev o
ip -n o route add 10.9.9.9 via 203.0.113.1
serve b 7 10.9.9.9

# gets WHAT VERDICT RULE WHY ARG...: that is the answer; and GOT is all of it.
gets() {
	GOT=$(eg -j get "${@:5}")
	is "$1" "$2 $3" "$(of verdict "$GOT") $(of rule "$GOT")"
	like "$1" "$4" "$(jq -r .why <<<"$GOT")"
}

# Without a pair the host's NAT has it, or nobody.
gets "no machine" pass foreign "10.0.0.1 is no machine's" from 10.0.0.1 to $BANK4
add 1 --dev m1
gets "it waits" pass no-lease "'m1' waits for a pair of app 'shop' in region 'ord', on-none is pass" from 10.0.0.1 to $BANK4
under "it waits" $HOST4 "$(ask m1 tcp $BANK4)"
eg app set shop --on-none drop
gets "it waits" drop no-lease "on-none is drop" to "[$BANK6]:443" from fd00::1
is "it waits" timeout "$(ask m1 udp $BANK6 wait=0.5)"

pool
eg -j allocate --app shop --region ord --v4 198.51.100.7 --block-size 64 > /dev/null
gets "IPv4 alone" drop no-family "pair 198.51.100.7 of machine 'm1' has no IPv6 address, on-none is drop" \
	from fd00::1 to $BANK6 proto icmp
lease m1
gets "leased" translate leased "'m1' has slot $SLOT of a pair of the app" from 10.0.0.1 to $BANK4 proto udp
is "where it leaves" "198.51.100.7 $FIRST-$LAST $SLOT 64" \
	"$(jq -r '"\(.source) \(.ports) \(."slot") \(."block-size")"' <<<"$GOT")"
is "how near the limit" "0 64 0" "$(jq -r '"\(.connections) \(.limit) \(.refused)"' <<<"$GOT")"
leased m1 "$(ask m1 udp $BANK4)"

gets "excluded by default" pass excluded "in 10.0.0.0/8 are excluded for app 'shop'" from 10.0.0.1 to 10.9.9.9
under "excluded by default" $HOST4 "$(ask m1 tcp 10.9.9.9)"
eg app set shop --exclude 203.0.113.0/30,203.0.113.2/32,203.0.113.4/30
gets "excluded, by the longest" pass excluded "in 203.0.113.2/32 are" from 10.0.0.1 to 203.0.113.2
under "excluded" $HOST4 "$(ask m1 tcp 203.0.113.2)"
gets "always excluded" pass excluded "in 224.0.0.0/4 are" from 10.0.0.1 to 224.0.0.5
eg app set shop --exclude default

gets "from another device" drop spoofed "'m1' come in by 'm1', not by 'm2'" from 10.0.0.1 to $BANK4 iif m2
ip -n m2 addr add 10.0.0.1/32 dev lo
is "from another device" timeout "$(ask m2 udp $BANK4 from=10.0.0.1 wait=0.5)"
gets "from its own" translate leased "" from 10.0.0.1 to $BANK4 iif m1
eg machine set m1 --dev gone 2> /dev/null
gets "its device is not there" drop spoofed "'m1' .* 'gone', which is not there" from 10.0.0.1 to $BANK4
is "its device is not there" timeout "$(ask m1 udp $BANK4 wait=0.5)"
eg machine set m1 --dev ''

before=$(stat unsupported)
gets "no ports" drop unsupported "esp has no ports or ids" from 10.0.0.1 to $BANK4 proto esp
is "nothing was counted" "$before" "$(stat unsupported)"
gets "a number" drop unsupported "^89 has no ports" from 10.0.0.1 to $BANK4 proto 89
gets "ping" translate leased "" from 10.0.0.1 to $BANK4 proto icmp

like "at the limit" '^ok=64 refused=5 ' "$(many full 69 m1 tcp 203.0.113.3)"
gets "at the limit" reject limit "all 64 connections to 203.0.113.3 that it may, on-limit is reject" \
	from 10.0.0.1 to 203.0.113.3
is "how near" "64 64 5" "$(jq -r '"\(.connections) \(.limit) \(.refused)"' <<<"$GOT")"
eg app set shop --on-limit drop
gets "at the limit" drop limit "on-limit is drop" from 10.0.0.1 to 203.0.113.3
gets "elsewhere" translate leased "" from 10.0.0.1 to $BANK4
end full
has_room() { eg get from 10.0.0.1 to 203.0.113.3 | grep -q "verdict *translate"; }
until_ok "and after it" has_room

# One that is there keeps what it has, though the machine has another lease now.
keep there m1 tcp $BANK4 > "$TMP/seen"
port=$(m1 ss -Htn dst $BANK4 | awk '{ sub(".*:", "", $4); print $4 }')
eg -j allocate --app shop --region ord --v4 198.51.100.8 > /dev/null
eg bind m1 198.51.100.8
gets "a connection" translate connection "keeps its address" from "10.0.0.1:$port" to $BANK4:7
is "a connection" "$(< "$TMP/seen")" "$(jq -r '"\(.source) \(."source-port")"' <<<"$GOT")"
gets "a new one" translate leased "" from "10.0.0.1:$((port ^ 1))" to $BANK4:7
is "a new one" 198.51.100.8 "$(of source "$GOT")"

# With pairs for some destinations, the one that is due.
eg -j allocate --app shop --region ord --v4 198.51.100.9 --to 203.0.113.4/32 > /dev/null
gets "by destination" translate leased "" from 10.0.0.1 to 203.0.113.4
is "by destination" 198.51.100.9 "$(of source "$GOT")"
under "by destination" 198.51.100.9 "$(ask m1 tcp 203.0.113.4)"
gets "to another" translate leased "" from 10.0.0.1 to $BANK4
is "to another" 198.51.100.8 "$(of source "$GOT")"

like "for people" "verdict +translate.*machine +m1.*connections +[0-9]+ of 1024" \
	"$(eg get from 10.0.0.1 to 203.0.113.4 | tr '\n' ' ')"
refused 2 "family" eg get from 10.0.0.1 to $BANK6
refused 2 "no device 'none'" eg get from 10.0.0.1 to $BANK4 iif none
refused 1 "to ADDR" eg get from 10.0.0.1 proto udp
refused 1 "'nonsense'" eg get from 10.0.0.1 to $BANK4 proto nonsense
refused 1 "\[ADDR\]:PORT" eg get from '[fd00::1' to $BANK6
