#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A machine that names its device is not impersonated from another one, and nobody
# sends in the name of an egress address.
. "$(dirname "$0")/lib.sh"

net 2
printf '%s\n' "addr add 10.0.0.1/32 dev lo" "addr add fd00::1/128 dev lo nodad" | ip -n m2 -batch -
pool
allocate
add 1 --dev m1

leased m1 "$(ask m1 tcp $BANK4)"
leased m1 "$(ask m1 tcp $BANK6)"
heard >/dev/null
is "from another device" timeout "$(ask m2 udp $BANK4 from=10.0.0.1 wait=0.5)"
is "from another device" timeout "$(ask m2 udp $BANK6 from=fd00::1 wait=0.5)"
is "the bank heard from" nobody "$(heard)"
is "spoofed" 2 "$(stat spoofed)"
leased m1 "$(ask m1 udp $BANK4)"

eg machine set m1 --dev m2
is "from its former device" timeout "$(ask m1 udp $BANK4 wait=0.5)"
is "spoofed" 3 "$(stat spoofed)"
eg machine set m1 --dev ''
leased m1 "$(ask m1 udp $BANK4)"

# From an egress address itself, by one that is no machine of ours.
spoofed=$(stat spoofed)
lease m1
eg pool add fra 198.51.100.128/28 slots 0-31
shared=$(of v4 "$(eg -j allocate --app blog --region fra)")
printf '%s\n' "addr add $V4/32 dev lo" "addr add $V6/128 dev lo nodad" "addr add $shared/32 dev lo" |
	ip -n m2 -batch -
heard >/dev/null
is "in an egress address's name" timeout "$(ask m2 udp $BANK4 "from=$V4" wait=0.5)"
is "in an egress address's name" timeout "$(ask m2 udp $BANK6 "from=$V6" wait=0.5)"
is "in a shared one's name" timeout "$(ask m2 udp $BANK4 "from=$shared" sport=2000 wait=0.5)"
is "the bank heard from" nobody "$(heard)"
is "spoofed" $((spoofed + 3)) "$(stat spoofed)"
h nft add table ip raw
h nft add chain ip raw c '{ type filter hook prerouting priority raw; }'
h nft add rule ip raw c ip saddr "$V4" notrack
is "the same, untracked" timeout "$(ask m2 udp $BANK4 "from=$V4" wait=0.5)"
is "the bank heard from" nobody "$(heard)"
is "spoofed" $((spoofed + 4)) "$(stat spoofed)"
ask m2 udp $BANK4 "from=$shared" sport=40000 wait=0.5 >/dev/null
is "in a block of another host's, the bank heard from" "$shared" "$(heard)"

# A packet without a port is no other host's either, though the lowest ports are.
eg pool add lhr 198.51.100.144/28 slots 32-63
shared=$(of v4 "$(eg -j allocate --app blog --region lhr)")
ip -n m2 addr add "$shared/32" dev lo
o nft -f - <<-END
	table ip seen {
		counter seen { }
		chain c { type filter hook prerouting priority raw; ip protocol { udp, 253 } ip saddr $shared counter name seen; }
	}
END
ask m2 udp $BANK4 "from=$shared" sport=2000 wait=0.5 >/dev/null
is "in a low block of another host's, the bank heard from" "$shared" "$(heard)"
flows raw m2 $BANK4 253 1 "$shared"
is "spoofed" $((spoofed + 5)) "$(stat spoofed)"
like "left the host" "packets 1 " "$(o nft list counter ip seen seen)"
leased m1 "$(ask m1 udp $BANK4)"

# Nor by the machine that has it, when its last connection has just gone from memory
# and left room there for this one.
printf '%s\n' "addr add $V4/32 dev lo" "addr add $V6/128 dev lo nodad" | ip -n m1 -batch -
heard >/dev/null
spoofed=$(stat spoofed)
for i in {1..10}; do
	ask m1 tcp $BANK4 port=9 >/dev/null
	ask m1 udp $BANK4 "from=$V4" wait=0.05 >/dev/null
	ask m1 tcp $BANK6 port=9 >/dev/null
	ask m1 udp $BANK6 "from=$V6" wait=0.05 >/dev/null
done
is "the bank heard from" nobody "$(heard)"
is "spoofed" $((spoofed + 20)) "$(stat spoofed)"
