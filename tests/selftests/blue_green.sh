#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Blue-green deployments under way of a client that never rests: 20 machines by 20
# others, which a pair has room for, and 40 by 40, where 16 wait for a slot, are told
# so, and get one as the old ones go. Traffic is sent to a machine when `machine add
# --wait` has returned, and no more when it is about to go. Not one request fails, or
# is seen under anything but the pair, from a port of its machine's block.
. "$(dirname "$0")/lib.sh"

slots=64 few=20 many=40
[ -z "${EGRESS_SLOW:-}" ] || slots=16 few=5 many=10

# The addresses of each machine.
declare -A inside
for ((i = 1; i <= 100; i++)); do
	inside[c$i]="$(at "$i") fd01::$i"
done

# live MACHINE...: these get traffic from now on, and no request of others is under way.
live() {
	local machine
	for machine; do
		echo "${inside[$machine]}"
	done > "$TMP/live.new"
	mv "$TMP/live.new" "$TMP/live"
	served=$(wc -l < "$TMP/requests")
	until_ok "the client goes on" busy $((served + 2)) > /dev/null
}
busy() { [ "$(wc -l < "$TMP/requests")" -ge "$1" ]; }

# note: which addresses and ports are whose own now.
note() {
	eg -j machine list | jq -r '.[] | select(.waiting | not) | (.ports | sub("-"; " ")) as $ports |
		"\(.addresses[0]) \(."egress-v4") \($ports)", "\(.addresses[1]) \(."egress-v6") \($ports)"' >> "$TMP/own"
}

# start N: the orchestrator has a machine added, and ready when that has returned.
declare -A adding
start() {
	# shellcheck disable=SC2086 # two addresses
	background "$EGRESSCTL" -n h machine add "c$1" --app shop --region ord --addr ${inside[c$1]} \
		"--wait=$((10 * PATIENCE))" > "$TMP/c$1" 2> "$TMP/c$1.err"
	adding[$1]=${PIDS[-1]}
}
ready() {
	wait "${adding[$1]}" || fail "machine add c$1: $(< "$TMP/c$1.err")"
	unset "adding[$1]"
}

waiting() { eg -j machine list | jq '[.[] | select(.waiting)] | length'; }
wait_now() { [ "$(waiting)" = "$1" ]; }

# deploy N OLD NEW: N machines, cOLD and following, are replaced by cNEW and following.
deploy() {
	local i n=$1 spare old=() new=() late=()
	for ((i = $2; i < $2 + n; i++)); do
		old+=("c$i")
	done
	for ((i = $3; i < $3 + n; i++)); do
		start "$i"
		if [ $((n + i - $3)) -lt $slots ]; then
			ready "$i"
			new+=("c$i")
			continue
		fi
		late+=("$i")
		until_ok "c$i waits" wait_now ${#late[@]}
	done
	is "machines that wait for a slot" $((2 * n > slots ? 2 * n - slots : 0)) ${#late[@]}
	live "${old[@]}" "${new[@]}"
	for i in "${late[@]}"; do
		like "c$i is told" "slots: need at least 1 more pair" "$(< "$TMP/c$i.err")"
		kill -0 "${adding[$i]}" || fail "machine add c$i --wait came back without a lease"
	done

	# One old machine goes for each that waits, the others in the end.
	for i in "${late[@]}"; do
		spare=${old[0]}
		old=("${old[@]:1}")
		live "${old[@]}" "${new[@]}"
		eg machine del "$spare"
		ready "$i"
		new+=("c$i")
	done
	live "${new[@]}"
	eg machine del "${old[@]}"
	note
	is "machines now" "$n" "$(eg -j machine list | jq length)"
	until_ok "each is served over both families" busy $((served + 2 * n))
}

net 1
web
pool
allocate --block-size $((65536 / slots))
pair4=$V4 pair6=$V6
ip -n h route add 10.1.0.0/16 dev m1
ip -n m1 route add local 10.1.0.0/16 dev lo
ip -n h route add fd01::/64 via fe80::2 dev m1
ip -n m1 route add local fd01::/64 dev lo
m1 sysctl -qw net.ipv6.ip_nonlocal_bind=1

first() {
	for ((i = $1; i <= $2; i++)); do
		echo "machine add c$i --app shop --region ord --addr ${inside[c$i]}"
	done | eg -b - >/dev/null
	note
}
first 1 $few
: > "$TMP/requests"
echo "${inside[c1]}" > "$TMP/live"
background m1 /usr/bin/python3 -I "$SELFTESTS/requests.py" "$TMP/live" "$TMP/requests" $BANK4 $BANK6
client=${PIDS[-1]}
until_ok "the client has begun" busy 1
mapfile -t begin < <(seq -f c%g $few)
live "${begin[@]}"
deploy $few 1 $((few + 1))
first $((2 * few + 1)) $((few + many))
deploy $many $((few + 1)) $((few + many + 1))
kill "$client"

is "requests that failed" "" "$(grep failed "$TMP/requests" | head -n 5 || true)"
is "under another address or block" "" "$(awk '
	FNR == NR { addr[$1] = $2; first[$1] = $3; last[$1] = $4; next }
	addr[$1] != $2 || $3 < first[$1] || $3 > last[$1]' "$TMP/own" "$TMP/requests" | head -n 5)"
is "the bank's peers" "$pair4 $pair6" "$(cut -d ' ' -f 1 "$TMP/access.log" | sort -u | xargs)"
echo "$(wc -l < "$TMP/requests") requests"
