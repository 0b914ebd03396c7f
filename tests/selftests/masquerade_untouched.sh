#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Everybody else's traffic, and the host's own masquerade by nft and by
# iptables, is as before: while there are leases, and when the last one goes.
. "$(dirname "$0")/lib.sh"

others() {
	under "masquerade with $1" $HOST4 "$(ask m2 tcp $BANK4)"
	under "masquerade with $1" $HOST6 "$(ask m2 udp $BANK6)"
	under "the host itself" $HOST4 "$(ask h tcp $BANK4)"
	under "the host itself" $HOST6 "$(ask h udp $BANK6)"
	under "between machines" 10.0.0.2 "$(ask m2 tcp 10.0.0.1)"
}

# nft's translations and the lease come and go; a connection stands meanwhile.
net 2
serve m1 7 10.0.0.1
standing=$(keep standing m2 tcp $BANK4)
old=$(keep old m1 tcp $BANK4)
others "no lease"
pool
allocate
add 1
others nft
leased m1 "$(ask m1 tcp $BANK4)"
leased m1 "$(ask m1 udp $BANK6)"
is "a connection older than the lease" "$old" "$(again old)"
is "another machine's" "$standing" "$(again standing)"

for tool in iptables-nft iptables-legacy; do
	h nft delete table inet host 2>/dev/null || true
	h $tool -t nat -A POSTROUTING -o up -s 10.0.0.0/8 -j MASQUERADE
	h ip6tables${tool#iptables} -t nat -A POSTROUTING -o up -s fd00::/8 -j MASQUERADE
	others $tool
	leased m1 "$(ask m1 tcp $BANK4)"
	leased m1 "$(ask m1 udp $BANK6)"
	[ $tool = iptables-legacy ] && break
	h $tool -t nat -F
	h ip6tables${tool#iptables} -t nat -F
done

is "a connection older than the lease" "$old" "$(again old)"
eg flush --all
is "a connection older than the lease" "$old" "$(again old)"
is "another machine's" "$standing" "$(again standing)"
others "no lease any more"
under "m1" $HOST4 "$(ask m1 tcp $BANK4)"
