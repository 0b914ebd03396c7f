#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# All at once, for five minutes (EGRESS_SECONDS): 500 machines send at their limit
# and around it, while whatever there is comes and goes, is looked at, moves to
# another namespace's host and goes with it, and the module is flushed, removed and
# loaded again. In the end every number adds up, and the memory is back.
. "$(dirname "$0")/../selftests/lib.sh"

SECONDS_LONG=${EGRESS_SECONDS:-300}
MACHINES=500
FLOOD=$TOP/build/flood
[ -x "$FLOOD" ] || fail "no $FLOOD: run 'make abuse'"

# steps NAME COMMAND...: it, again and again, until `stop`. NAME.n counts.
steps() {
	local name=$1 n=0
	shift
	while [ ! -e "$TMP/stop" ]; do
		"$@"
		n=$((n + 1))
		echo $n > "$TMP/$name.n"
	done
}

# gated COMMAND...: it, while the gate is open. Who shuts it finds nothing half done.
gated() {
	local gate
	while [ -e "$TMP/shut" ]; do
		sleep 0.1
	done
	exec {gate}> "$TMP/gate"
	flock -s "$gate"
	"$@" {gate}>&-
	exec {gate}>&-
}

# racing NAME COMMAND...: in the background.
racing() {
	RANDOM=$((${#RACING[@]} + 1))
	steps "$@" 2> "$TMP/$1.err" &
	RACING+=("$!")
	PIDS+=("$!")
	NAMES+=("$1")
}

# none_has_failed: all race still.
none_has_failed() {
	local i
	for i in "${!RACING[@]}"; do
		runs "${RACING[i]}" "${NAMES[i]}"
	done
}

# machine N: its addresses, as flood counts them.
machine() { printf 'c%d --addr 10.1.%d.%d fd00:1::%x' "$1" $(($1 >> 8)) $(($1 & 255)) "$1"; }

everything() {
	local i
	echo "pool add ord $POOL4 $POOL6 dev up"
	echo "pool drain ord $POOL4 $POOL6 off"
	echo "app set shop --limit 20"
	echo "allocate --app shop --region ord --count 2 --block-size 64"
	echo "machine add m1 --app shop --region ord --addr 10.0.0.1 fd00::1 --dev m1"
	for ((i = 1; i <= MACHINES; i++)); do
		echo "machine add $(machine "$i") --app shop --region ord"
	done
}

# any A B...: one of them.
any() { shift $((RANDOM % $#)); ANY=$1; }

# change: a command at random.
change() {
	local n=$((RANDOM % MACHINES + 1)) ord=198.51.100.$((RANDOM % 14 + 1)) fra=198.51.100.$((RANDOM % 14 + 129))
	case $((RANDOM % 22)) in
	0) echo "pool add fra 198.51.100.128/28 2001:db8:e:f::/64 dev up" ;;
	1) echo "pool del fra" ;;
	2) echo "pool drain fra 198.51.100.128/28"; any "" off; echo "pool drain ord $POOL4 $ANY" ;;
	3) any 64 128 1024; echo "allocate --app blog --region fra --block-size $ANY" ;;
	4) echo "allocate --app shop --region ord --block-size 64 --to 203.0.113.$((RANDOM % 4 + 1)),2001:db8:b::/64" ;;
	5) echo "allocate --machine c$n --region ord" ;;
	6) echo "release $fra" ;;
	7) any "" --drain=1 --drain; echo "release $ord $ANY" ;;
	8) echo "allocate --app shop --region ord --count 3 --ensure --block-size 64" ;;
	9) any "--app blog --region fra" "--app shop --region ord" "--app other"; echo "machine set c$n $ANY" ;;
	10) echo "machine del c$n" ;;
	11) any shop blog; echo "machine add $(machine "$n") --app $ANY --region ord" ;;
	12) echo "machine set c$n --app shop --region ord --addr 10.1.3.$n" ;;
	13) echo "bind c$n $ord --slot $((RANDOM % 1024))" ;;
	14) echo "bind c$n auto" ;;
	15) any drop reject; echo "app set shop --limit $((RANDOM % 64 + 1)) --on-limit $ANY" ;;
	16) any drop pass; echo "app set shop --on-none $ANY" ;;
	17) any 203.0.113.4,2001:db8:b::4 10.0.0.0/8; echo "app set shop --exclude $ANY" ;;
	18) any shop blog; echo "rebalance --app $ANY" ;;
	19) echo "promote c$n" ;;
	20) any 203.0.113.1 2001:db8:b::/64; echo "pair set $ord --to $ANY" ;;
	21) echo "machine del m1"; echo "machine add m1 --app shop --region ord --addr 10.0.0.1 fd00::1" ;;
	esac
}

# Each may be refused, by what is there at the moment; the tool says so and goes on.
changes() {
	local rc=0 i
	for ((i = 0; i < 20; i++)); do
		change
	done | eg -force -b - >> "$TMP/made" 2>> "$TMP/refused" || rc=$?
	[ $rc = 0 ] || [ $rc = 2 ] || { echo "egressctl: exit status $rc"; return 1; } >&2
}

# What is looked at is whole, or the tool says why not.
looks() {
	local what said rc=0
	for what in list "machine list" "lease list" "app list" "pool list" stats "stats --app shop" \
		"top --count 5" "machine show c7" "app show shop" \
		"get from 10.1.0.$((RANDOM % 250 + 1)) to 203.0.113.1:7 proto tcp"; do
		# shellcheck disable=SC2086 # words
		said=$(eg -j $what 2> "$TMP/looks.said") || rc=$?
		case $rc in
		0) jq -e . <<<"$said" >/dev/null || { echo "$what: $said"; return 1; } >&2 ;;
		2) jq -e '.code == "not-found" or .code == "no-module"' "$TMP/looks.said" >/dev/null ||
			{ echo "$what:"; cat "$TMP/looks.said"; return 1; } >&2 ;;
		*) echo "$what: exit status $rc" >&2; return 1 ;;
		esac
		rc=0
	done
}

# A host of its own, with a machine that sends, which is gone with all that is on it.
spaces() {
	local sender i
	ip netns add x
	x sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	ip -n x link add u0 type dummy
	ip -n x link set u0 up
	link x m9 "10.0.0.254/32 fe80::1/64" m9 eth0 "10.0.0.9/32 fe80::2/64"
	printf '%s\n' "route add 10.0.0.9 dev m9" "route add default dev u0" | ip -n x -batch -
	printf '%s\n' "route add 10.0.0.254 dev eth0" "route add default via 10.0.0.254" | ip -n m9 -batch -
	xeg -b - >/dev/null <<-END
	pool add ord $POOL4 $POOL6 dev u0
	allocate --app shop --region ord
	machine add m9 --app shop --region ord --addr 10.0.0.9
	END
	# They can't come to a good end: their host goes.
	in_ns m9 "$FLOOD" -s 10.0.0.9 -d 203.0.113.1 -n 1000000 -b 1000 >/dev/null 2>&1 &
	sender=$!
	xeg machine add w --app none --region ord --addr 10.0.0.10 --wait=1 >/dev/null 2>&1 &
	for ((i = 0; i < 300; i++)); do
		[ "$(of opened "$(xeg -j stats)")" = 0 ] || break
		sleep 0.1
	done
	[ $i -lt 300 ] || fail "m9 has no connection"
	ip -n x link set u0 down
	ip -n x link set u0 name u1
	ip -n x link set u1 up
	any link state nothing
	case $ANY in
	link) ip -n x link del u1 ;;
	state) xeg flush --all >/dev/null ;;
	esac
	ip netns del x
	wait $sender $! || true
}
x() { in_ns x "$@"; }
xeg() { "$EGRESSCTL" -n x "$@"; }

# Many machines a little, and few as much as they are let.
sends() {
	local addrs packets how
	any "-s 10.1.0.1 -d 203.0.113." "-s fd00:1::1 -d 2001:db8:b::"
	addrs=$ANY$((RANDOM % 4 + 1))
	any "-m 500 -n 5000" "-m 100 -n 5000" "-m 20 -n 2000"
	packets=$ANY
	any "" -t
	how=$ANY
	# shellcheck disable=SC2086 # words
	m1 "$FLOOD" $addrs $packets $how -p $((RANDOM + 1024)) >/dev/null
}

# What each block is let to, in two ways.
adds_up() {
	local pairs machines
	eg -j list > "$TMP/list"
	eg -j lease list | jq -c 'map(select(.state == "leased"))' > "$TMP/leases"
	eg -j machine list > "$TMP/machines"
	pairs=$(jq '[.[] | select(.family == "v4") | .machines] | add // 0' "$TMP/list")
	is "blocks leased" "$pairs" "$(jq length "$TMP/leases")"
	machines=$(jq '[.[] | select(.waiting | not)] | length' "$TMP/machines")
	is "machines bound" "$machines" "$(jq 'map(.machine) | unique | length' "$TMP/leases")"
	is "blocks leased twice" 0 "$(eg -j lease list | jq 'length - (map("\(."pair-id") \(.slot)") | unique | length)')"
	is "machines" "$(jq length "$TMP/machines")" "$(stat machines)"
}

# gone_and_back: the module can't be removed; flushed, it can; and is there again.
gone_and_back() {
	local gate
	: > "$TMP/shut"
	exec {gate}> "$TMP/gate"
	flock "$gate"
	adds_up
	rmmod egress 2>/dev/null && fail "the module went, and leases with it"
	eg flush --all >/dev/null
	is "connections" 0 "$(stat connections)"
	is "opened, less closed" 0 $(($(stat opened) - $(stat closed)))
	OPENED=$((OPENED + $(stat opened))) LIMIT=$((LIMIT + $(stat limit)))
	until_ok "the module goes" rmmod egress
	LAST=$(charged)
	: "${FIRST:=$LAST}"
	load_module
	everything | eg -b - >/dev/null 2>&1
	rm "$TMP/shut"
	exec {gate}>&-
	TIMES=$((TIMES + 1))
}

RACING=() NAMES=() TIMES=0 OPENED=0 LIMIT=0 FIRST='' LAST=''
net 1
new_ns m9
machine_wide net.netfilter.nf_conntrack_max 1000000
h sysctl -qw net.netfilter.nf_conntrack_udp_timeout=5 net.netfilter.nf_conntrack_tcp_timeout_close=2
many_in_m1
everything | eg -b - >/dev/null 2>&1 || fail "$(everything | eg -b - 2>&1)"

racing sends sends
racing changes.1 gated changes
racing changes.2 gated changes
racing looks looks
racing spaces gated spaces
background m1 /usr/bin/python3 -I "$SELFTESTS/load.py" 50 $BANK4 $BANK6 2> "$TMP/load.err"
RACING+=("$!") NAMES+=(load)
end=$(($(uptime_s) + SECONDS_LONG))
while [ "$(uptime_s)" -lt "$end" ]; do
	sleep 5
	none_has_failed
	eg flush --all >/dev/null
	# Others make the same.
	everything | eg -force -b - >/dev/null 2>&1 || [ $? = 2 ]
	sleep 5
	none_has_failed
	gone_and_back
done

# To an end: those who race, then the senders.
: > "$TMP/stop"
for i in "${!RACING[@]}"; do
	[ "${NAMES[i]}" != load ] || kill "${RACING[i]}"
	wait "${RACING[i]}" || [ "${NAMES[i]}" = load ] || fail "${NAMES[i]}: $(tail -n 20 "$TMP/${NAMES[i]}.err")"
done
adds_up
balanced
forgotten connections
forgotten destinations
balanced
gone_and_back

memory_is_back "$FIRST" "$LAST"
made=$(wc -l < "$TMP/made") refused=$(wc -l < "$TMP/refused")
echo "count: $OPENED connections, $LIMIT refused; $made lines of what was done, $refused of why not;" \
	"$(cat "$TMP"/{sends,looks,spaces}.n | xargs printf '%d rounds of packets, %d of looks, %d namespaces,') $TIMES times without the module"
within "times without the module" 2 999999 $TIMES
within "connections" $((SECONDS_LONG * 10)) 999999999 $OPENED
within "refused at the limit" $((SECONDS_LONG)) 999999999 $LIMIT
within "refusals" 1 $((made * 9)) "$refused"
eg flush --all >/dev/null
until_ok "the module goes" rmmod egress
