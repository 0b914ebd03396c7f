#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Conntrack may have entries under an egress address that are no machine's: older than the
# pair, loaded from a file, or the host's own. A port with which there is such an entry is
# passed over: no connection of a machine dies of it, each gets another port at once, and
# the limit stays exact.
. "$(dirname "$0")/lib.sh"

# load PROTO ADDR BANK PORT...: entries as if that address had spoken to the bank itself.
load() {
	local addr=$2 bank=$3 port state=''
	[ "$1" = udp ] || state='--state ESTABLISHED'
	for port in "${@:4}"; do
		echo "-A -p $1 -t 600 -u SEEN_REPLY,ASSURED $state -s $addr -d $bank -r $bank -q $addr" \
			"--sport $port --dport 7 --reply-port-src 7 --reply-port-dst $port"
	done > "$TMP/entries"
	h conntrack --load-file "$TMP/entries" >/dev/null 2>"$TMP/err" || fail "$(cat "$TMP/err")"
}

# insert_failed: how many connections have died of an entry that was there.
insert_failed() { h conntrack -S | grep -o 'insert_failed=[0-9]*' | awk -F= '{ n += $2 } END { print n }'; }

# all WHAT WANTED COUNT ARG...: that becomes of so many connections.
all() {
	flows many "$1" "$3" "${@:4}"
	is "$1" "$2" "${REPLY%% addrs=*}"
	end "$1"
}

net 1
pool
allocate --block-size 64
add 1
lease m1
mapfile -t even < <(seq "$FIRST" 2 "$LAST")

load udp "$V4" $BANK4 "${even[@]}"
load tcp "$V4" $BANK4 "${even[@]}"
load udp "$V6" $BANK6 "${even[@]}"
load tcp "$V6" $BANK6 "${even[@]}"
is "entries" 128 "$(h conntrack -L 2>/dev/null | wc -l)"
for to in $BANK4 $BANK6; do
	all "TCP-$to" "ok=32 refused=2" 34 m1 tcp "$to"
	h conntrack -D -p tcp -s 10.0.0.1 >/dev/null 2>&1 || true
	h conntrack -D -f ipv6 -p tcp -s fd00::1 >/dev/null 2>&1 || true
	flows many udp 34 m1 udp "$to"
	like "UDP" "^ok=32 (unreachable|prohibited)=2 .*distinct=32" "$REPLY"
	end udp
done
is "limit" 8 "$(stat limit)"
is "died of an entry" 0 "$(insert_failed)"
balanced

# The limit is counted without them.
eg app set shop --limit 20
load tcp "$V4" 203.0.113.2 "${even[@]:0:16}"
all "limited" "ok=20 refused=5" 25 m1 tcp 203.0.113.2

# They go, and the ports can be had: eight that were in use are tried again at once, the others
# a moment later.
eg app set shop --limit 0
h conntrack -D -p tcp -d 203.0.113.2 >/dev/null 2>&1
sleep 1
like "most ports again" "^ok=56 addrs=$V4 .*distinct=56" "$(many most 56 m1 tcp 203.0.113.2)"
sleep 1
like "all others again" "^ok=8 refused=1 addrs=$V4 .*distinct=8" "$(many others 9 m1 tcp 203.0.113.2)"
end most
end others

# At the limit an idle flow gives its port for a new one, which had first been given a port that
# turned out to be in use: that counts, too. The first ports are those that are asked about first.
bank=203.0.113.4
like "the first" "^ok=16 " "$(many first 16 m1 udp $bank)"
mapfile -t first < <(h conntrack -L -p udp -d $bank 2>/dev/null | sed 's/.*dport=\([0-9]*\).*/\1/')
like "all others" "^ok=48 " "$(many others 48 m1 udp $bank)"
for port in "${first[@]}"; do
	h conntrack -D -p udp -d $bank --reply-port-dst "$port" > /dev/null 2>&1
done
load udp "$V4" $bank "${first[@]}"
dropped=$(stat early-drop)
sleep 1.2
leased m1 "$(ask m1 udp $bank)"
is "ended for it" $((dropped + 1)) "$(stat early-drop)"
is "died of an entry" 0 "$(insert_failed)"

# The host itself, which has the address, too.
ip -n h addr add "$V4/32" dev lo
for ((port = FIRST; port < FIRST + 32; port++)); do
	ask h udp 203.0.113.3 port=7000 "from=$V4" "sport=$port" wait=0.01 >/dev/null
done
serve b 7000 203.0.113.3
flows many beside 33 m1 udp 203.0.113.3 port=7000
like "beside the host's" "^ok=32 (unreachable|prohibited)=1 addrs=$V4 .*distinct=32" "$REPLY"
is "died of an entry" 0 "$(insert_failed)"
