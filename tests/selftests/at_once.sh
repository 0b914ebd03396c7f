#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Five hundred times: a machine is added, then its link comes up, and it has been
# trying to send all the while. Nothing is seen outside but under its own pair,
# from its own block.
. "$(dirname "$0")/lib.sh"

ROUNDS=500
[ -z "${EGRESS_SLOW:-}" ] || ROUNDS=50

# said FD REGEX: the program at the other end says it.
said() {
	local words
	read -rt "$PATIENCE" -u "$1" words || fail "not $2 within $PATIENCE s"
	[[ $words =~ $2 ]] || fail "wanted $2, got $words"
}

net 1
pool
allocate --count 10
ip -n h route add 10.1.0.0/16 dev m1
ip -n h route add fd01::/64 via fe80::2 dev m1
ip -n m1 route add local 10.1.0.0/16 dev lo
ip -n m1 route add local fd01::/64 dev lo
m1 sysctl -qw net.ipv6.ip_nonlocal_bind=1

capture o seen -i h -Q in udp
# What is written to DO, LINK and ADD, is done at once.
mkfifo "$TMP"/{do,did,link,add,added}
exec {DO}<>"$TMP/do" {DID}<>"$TMP/did" {LINK}<>"$TMP/link" {ADD}<>"$TMP/add" {ADDED}<>"$TMP/added"
EXEC='exec' m1 /usr/bin/python3 -I "$SELFTESTS/burst.py" eth0 < "$TMP/do" > "$TMP/did" &
PIDS+=($!)
background ip -n m1 -batch "$TMP/link"
background stdbuf -oL "$EGRESSCTL" -n h -b "$TMP/add" > "$TMP/added"

for ((i = 1; i <= ROUNDS; i++)); do
	v4=$(at $i) v6=fd01::$i
	echo "link set eth0 down" >&"$LINK"
	echo "$v4 $BANK4 $v6 $BANK6" >&"$DO"
	said "$DID" down
	echo "machine add c$i --app shop --region ord --addr $v4 $v6" >&"$ADD"
	said "$ADDED" "^c$i: 198"
	printf '%s\n' "link set eth0 up" "addr add fe80::2/64 dev eth0 nodad" \
		"route add 10.0.0.254 dev eth0" "route add default via 10.0.0.254" \
		"route add default via fe80::1 dev eth0" >&"$LINK"
	read -rt "$PATIENCE" -u "$DID" seen4 port4 seen6 port6 || fail "no answer within $PATIENCE s"
	printf '%s\n' "c$i $seen4 $((port4 / 1024))" "c$i $seen6 $((port6 / 1024))" >> "$TMP/had"
done

# As machines, addresses and slots.
eg -j machine list |
	jq -r '.[] | "\(.machine) \(."egress-v4") \(.slot)", "\(.machine) \(."egress-v6") \(.slot)"' > "$TMP/wanted"
is "what the bank saw, but should not" "" "$(sort "$TMP/wanted" | comm -13 - <(sort "$TMP/had"))"
is "answers" $((2 * ROUNDS)) "$(wc -l < "$TMP/had")"

# Of all that was seen outside, nothing under anything else.
until_ok "the last packet is captured" shows seen " $seen6\.$port6 > "
sed -nE 's/.* IP6? (.*)\.([0-9]+) > .*/\1 \2/p' "$TMP/seen" | awk '{ print $1, int($2 / 1024) }' | sort -u > "$TMP/others"
is "what else was seen" "" "$(cut -d ' ' -f 2- "$TMP/wanted" | sort | comm -13 - "$TMP/others" | head -n 5)"
echo "$(wc -l < "$TMP/seen") packets"
