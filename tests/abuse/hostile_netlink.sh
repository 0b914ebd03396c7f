#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Messages of every kind of wrong (fuzz/main.c says which), from root and from
# somebody who is root in a user namespace only. Each is answered, a refused one
# changes nothing, and what is there afterwards holds together, works, and goes.
#
# usage: hostile_netlink.sh [--messages N] [--seed N]
. "$(dirname "$0")/../selftests/lib.sh"

messages=${EGRESS_MESSAGES:-1000000} seed=$RANDOM$RANDOM
while [ $# -gt 0 ]; do
	case $1 in
	--messages) messages=$2 ;;
	--seed) seed=$2 ;;
	*) echo "usage: hostile_netlink.sh [--messages N] [--seed N]" >&2; exit 1 ;;
	esac
	shift 2
done
FUZZ=$TOP/build/netlink_fuzz
[ -x "$FUZZ" ] || fail "no $FUZZ: make abuse"

# Two regions, two apps, pairs of every kind, machines with and without.
state() {
	{
		echo "pool add ord $POOL4 $POOL6 dev up"
		echo "pool add r0 198.51.100.16/28 2001:db8:e:10::/64 slots 8-39"
		echo "allocate --app shop --region ord --count 2"
		echo "allocate --app shop --region ord --block-size 256 --to 203.0.113.0/24,2001:db8:b::/48"
		echo "allocate --app a0 --region r0 --count 3"
		echo "machine add m1 --app shop --region ord --addr 10.0.0.1 --addr fd00::1"
		echo "machine add m2 --app shop --region ord --addr 10.0.0.2 --addr fd00::2 --dev m2"
		echo "machine add m3 --app a0 --region r0 --addr 10.0.0.3"
		echo "machine add m4 --app a1 --region r0 --addr 10.0.0.4"
		echo "allocate --machine m2 --region ord"
		echo "app set shop --limit 100 --exclude 10.0.0.0/8,fd00::/8"
	} | eg -b - >/dev/null 2>&1
	crowd 1 30 2>/dev/null
	# Not TCP, which would go on sending when it is cut.
	keep one m1 udp $BANK4 >/dev/null
	keep two m1 udp $BANK6 >/dev/null
	keep three m2 udp $BANK4 >/dev/null
}

# fuzz MODE MESSAGES
fuzz() {
	seed=$((seed + 1))
	h "$FUZZ" "$1" "$2" "$seed"
}

# Every lease is of a machine that there is and of a pair that there is, and what
# is counted is what is listed.
consistent() {
	local what
	for what in list "machine list" "lease list" "pool list" stats "app list"; do
		# shellcheck disable=SC2086
		eg -j $what 2>/dev/null
	done | jq -se '
		. as [$list, $machines, $leases, $pools, $stats, $apps] |
		($list | unique_by(."pair-id")) as $pairs |
		[$leases[] | select(.state == "leased")] as $leased |
		{
			"a machine for each lease": ([$leased[].machine] - [$machines[].machine] == []),
			"a pair for each lease": ([$leases[]."pair-id"] - [$pairs[]."pair-id"] == []),
			"a slot leased once": (($leases | unique_by([."pair-id", .slot]) | length) == ($leases | length)),
			"machines of the pairs": (([$pairs[].machines] | add // 0) == ($leased | length)),
			"pairs": ($stats.pairs == ($pairs | length)),
			"machines": ($stats.machines == ($machines | length)),
			"waiting": ($stats.waiting == ([$machines[] | select(.waiting)] | length)),
			"machines leased": ([$machines[] | select(.waiting | not).machine] - [$leased[].machine] == []),
			"pairs of the pools": (([$pools[].pairs] | add // 0) == ($pairs | length)),
			"addresses of the pools": (([$pools[].prefixes[].used] | add // 0) == ($list | length)),
			"pairs of the apps": (([$apps[].pairs] | add // 0) == ($pairs | length)),
			"machines of the apps": (([$apps[].machines] | add // 0) == ($machines | length))
		} | to_entries | map(select(.value | not).key) | if . == [] then true else . end' > "$TMP/wrong"
}

nothing() {
	end one
	end two
	end three
	# A flush leaves a cordon as it is.
	eg cordon off >/dev/null
	eg flush --all >/dev/null
	is "after a flush" "[] [] [] []" \
		"$(eg -j list) $(eg -j machine list) $(eg -j pool list) $(eg -j app list)"
}

# round MESSAGES
round() {
	state
	fuzz noise $(($1 / 5))
	fuzz invalid $(($1 * 3 / 10))
	fuzz single $(($1 / 200))
	fuzz mixed $(($1 * 4 / 10))
	until_ok "what is listed holds together" consistent
	nothing
}

net 2
h sysctl -qw net.netfilter.nf_conntrack_udp_timeout=36000 net.netfilter.nf_conntrack_udp_timeout_stream=36000
round $((messages / 50))
first=$(charged)
round "$messages"
last=$(charged)
memory_is_back "$first" "$last"

# Root of a namespace of one's own.
cp "$FUZZ" "$TMP/fuzz"
chmod 755 "$TMP"
setpriv --reuid 65534 --regid 65534 --clear-groups unshare --user --map-root-user --net \
	"$TMP/fuzz" denied $((messages / 10)) "$seed"
echo "count: $messages messages as root, $((messages / 10)) as nobody, seed $seed"

eg cordon off >/dev/null
pool
allocate
add 1
leased m1 "$(ask m1 tcp $BANK4)"
leased m1 "$(ask m1 udp $BANK6)"
