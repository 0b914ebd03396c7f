#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# TCP, UDP, SCTP and ping of both families leave under the pair, from a port (or id)
# of the machine's block, and replies come back; so do whole transfers.
. "$(dirname "$0")/lib.sh"

net 2
pool
allocate
add 1

for bank in $BANK4 $BANK6; do
	for proto in tcp udp; do
		leased m1 "$(ask m1 $proto "$bank")"
	done
done
serve b 8/sctp $BANK4 $BANK6
leased m1 "$(ask m1 sctp $BANK4 port=8)"
leased m1 "$(ask m1 sctp $BANK6 port=8)"
under "a machine nobody added" $HOST4 "$(ask m2 tcp $BANK4)"

web
leased m1 "$(m1 curl -sS "http://$BANK4/")"
leased m1 "$(m1 curl -sS "http://[$BANK6]/")"

capture b pings -i o 'icmp[0] = 8 or ip6[40] = 128'
m1 ping -c 2 -i 0.2 -W 5 $BANK4
m1 ping -c 2 -i 0.2 -W 5 $BANK6
for bank in $BANK4 $BANK6; do
	until_ok "ping to $bank is seen" shows pings "> $bank: .*seq 2"
	leased m1 "$(sed -nE "s/.* IP6? (.*) > $bank: .* id ([0-9]+), seq 2.*/\1 \2/p" "$TMP/pings")"
done

background b iperf3 -s > "$TMP/iperf"
until_ok "iperf3 listens" b bash -c "</dev/tcp/$BANK4/5201"
for bank in $BANK4 $BANK6; do
	m1 iperf3 -c "$bank" -n 3M -P 2
	m1 iperf3 -c "$bank" -n 3M -P 2 -R
done
kill "${PIDS[-1]}"
peers=$(sed -n 's/.*connected to \(.*\) port \(.*\)/\1 \2/p' "$TMP/iperf")
is "data connections" 8 "$(wc -l <<<"$peers")"
lease m1
while read -r addr port; do
	like "iperf3 came from" "^($V4|$V6)$" "$addr"
	within "a port iperf3 came from" "$FIRST" "$LAST" "$port"
done <<<"$peers"

# A pair of one family is none for the other: that is left to the host's NAT, or dropped.
eg allocate --app four --region ord --v4 198.51.100.14 > /dev/null
eg machine add m2 --app four --region ord --addr 10.0.0.2 --addr fd00::2 > /dev/null
under "IPv4 of the pair" 198.51.100.14 "$(ask m2 tcp $BANK4)"
under "IPv6 of the host" $HOST6 "$(ask m2 tcp $BANK6)"
eg app set four --on-none drop
is "IPv6" timeout "$(ask m2 tcp $BANK6 wait=0.5)"
under "IPv4 of the pair" 198.51.100.14 "$(ask m2 tcp $BANK4)"
