#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A closed connection takes nobody's place: many times the block's ports within
# one TIME_WAIT to one web server. With the client closing first nothing fails
# and no SYN is sent twice. With the server closing first, when it is the server
# that may not want a port again so soon, none is refused, and failures and
# retries are a fifth of those with nft's SNAT to as many ports, or fewer.
. "$(dirname "$0")/lib.sh"

block=256
[ -z "${EGRESS_LONG:-}" ] || block=1024
count=$((block * 4))
peer=$((block * 9 / 8))
[ -z "${EGRESS_LONG:-}" ] || count=10000

requests() { in_ns "$1" /usr/bin/python3 -I "$SELFTESTS/short_requests.py" "${@:2}"; }
retries() { in_ns "$1" nstat -asz TcpExtTCPSynRetrans | awk '$1 == "TcpExtTCPSynRetrans" { print $2 }'; }
number() { [[ $2 =~ $1=([0-9]+) ]] || fail "no $1 in $2"; echo "${BASH_REMATCH[1]}"; }

# trouble MACHINE COUNT ADDR: failures and retries of requests that the server ends.
trouble() {
	local before said
	before=$(retries "$1")
	said=$(requests "$1" server "$2" 8 "$3")
	echo "$1: $said" >&2
	is "$1 is refused" 0 "$(number refused "$said")" >&2
	echo $(($(number failed "$said") + $(retries "$1") - before))
}

net 2
web
pool
allocate --block-size $block
add 1
lease m1

before=$(retries m1)
is "the client closes first" "ok=$count refused=0 failed=0" "$(requests m1 client "$count" 1 $BANK4)"
is "sent again" 0 $(($(retries m1) - before))
is "refused" 0 "$(stat limit)"
is "outside addresses" "$V4" "$(cut -d ' ' -f 1 "$TMP/access.log" | sort -u | grep -v '^203')"
# A port rests until all the others have had their turn.
least=$(awk -v addr="$V4" '$1 == addr {
		n++
		if ($2 in at && (!least || n - at[$2] < least))
			least = n - at[$2]
		at[$2] = n
	} END { print least + 0 }' "$TMP/access.log")
echo "a port came again after $least connections"
within "connections until a port comes again" $((block - 24)) $block "$least"
is "connections" 0 "$(of connections "$(eg -j machine show m1)")"
within "conntrack entries" $((block - 24)) $((block + 76)) "$(h conntrack -C)"

# The peer: as many ports of an address of the host's own.
ip -n h addr add 198.51.100.200/32 dev up
h nft -f - <<-END
	table ip peer {
		chain postrouting {
			type nat hook postrouting priority srcnat - 1
			ip saddr 10.0.0.2 meta l4proto tcp snat to 198.51.100.200:4096-$((4095 + block))
		}
	}
END
theirs=$(trouble m2 $peer $BANK4)
[ "$theirs" -gt $((block / 50)) ] || fail "nft has no trouble: nothing to compare with"
for bank in $BANK4 $BANK6; do
	ours=$(trouble m1 $peer "$bank")
	echo "failures and retries: egress $ours to $bank, nft $theirs"
	within "failures and retries" 0 $((theirs / 5)) "$ours"
done
# More of them are not more trouble each: nft's share of these few would do for all.
if [ -n "${EGRESS_LONG:-}" ]; then
	ours=$(trouble m1 "$count" $BANK4)
	within "failures and retries of $count" 0 $((theirs * count / 1150 / 5)) "$ours"
fi
is "refused" 0 "$(stat limit)"
