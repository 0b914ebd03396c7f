#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Every egressctl command that the README and the documents show works as it
# stands there, one after the other. Devices are named as in this network.
. "$(dirname "$0")/lib.sh"

# commands FILE: those after a root prompt.
commands() { sed -nE 's/^# egressctl /eg /; s/ eth0$/ up/; s/ tap-[a-z0-9-]+/ m1/; s/^eg /&/p' "$TOP/$1"; }

# What check and the proxy's clients find: the machines' addresses, and the world's.
net 1
for n in 2 3 12; do
	ip -n m1 addr add "10.0.0.$n/32" dev eth0
	ip -n m1 addr add "fd00::$n/128" dev eth0 nodad
	ip -n h route add "10.0.0.$n" dev m1
	ip -n h route add "fd00::$n" dev m1
done
ip -n b addr add 1.1.1.1/32 dev lo
ip -n b addr add 2606:4700:4700::1111/128 dev lo nodad
ip -n o route add 1.1.1.1 via 203.0.113.1
ip -n o route add 2606:4700:4700::1111 via $BANK6
serve b 443 1.1.1.1 2606:4700:4700::1111

for file in README.md docs/guide.md docs/proxy.md; do
	commands $file > "$TMP/commands"
	[ "$(wc -l < "$TMP/commands")" -ge 3 ] || fail "hardly a command in $file: $(cat "$TMP/commands")"
	[ $file != docs/proxy.md ] || pool
	while read -r line; do
		echo "$file: $line"
		eval "$line" 2>&1 || fail "$file: $line"
	done < "$TMP/commands"
	eg flush --all -y
done
