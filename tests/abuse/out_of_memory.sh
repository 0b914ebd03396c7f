#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# There is no memory, now and then or at all: for each allocation of each request to
# the kernel, one by one (fail_nth.py); for the module that is loaded and for a new
# namespace; for all that egressctl does; for packets. What fails says so and changes
# nothing, no packet leaves under a wrong address, and as soon as there is memory again
# everything works and nothing is left. Only on a kernel that fails on purpose.
. "$(dirname "$0")/../selftests/lib.sh"
. "$(dirname "$0")/outside.sh"

FAULTS=/sys/kernel/debug
KINDS=(failslab fail_page_alloc)
[ "$(id -u)" = 0 ] || skip "needs root"
# Booted so that the marks are where allocations may fail.
MARK=/sys/kernel/slab/kmalloc-64/failslab
if [ ! -d $FAULTS/failslab ] || [ ! -d $FAULTS/fail_page_alloc ] || [ "$(cat $MARK)" != 1 ]; then
	skip "needs a kernel that fails allocations on purpose: make test-debug"
fi
FLOOD=$TOP/build/flood NTH=$SELFTESTS/../abuse/fail_nth.py
[ -x "$FLOOD" ] || fail "no $FLOOD: run 'make abuse'"
ENDLESS=1000000000
COUNT=3000
[ -z "${EGRESS_SLOW:-}" ] || COUNT=500
COMMANDS=0 FAILED=0 ALL=()

# Each is a builtin: while there is no memory, the shell may have none to fork.
set_all() {
	local kind
	for kind in "${KINDS[@]}"; do
		echo "$2" > "$FAULTS/$kind/$1"
	done
}

# faults PERCENT [task]: of all allocations that can't wait for memory; with task, of
# all that tasks make which are told to fail.
faults() {
	set_all task-filter "$([ -n "${2:-}" ] && echo Y || echo N)"
	set_all ignore-gfp-wait "$([ -n "${2:-}" ] && echo N || echo Y)"
	set_all probability "$1"
}
enough() { set_all probability 0; }

# injected: faults until now.
injected() {
	local kind left sum=0
	for kind in "${KINDS[@]}"; do
		read -r left < "$FAULTS/$kind/times"
		sum=$((sum + ENDLESS - left))
	done
	echo "$sum"
}

# tool PERCENT: one egressctl carries out commands, and has too little memory from the
# first one on. If it has none at all, it may wait for some.
tool() {
	local pid begun i lines
	for i in {1..5}; do
		printf '%s\n' "machine add x1 --app shop --region ord --addr 10.2.0.1 --dev m2" \
			"machine set x1 --app blog --region fra --addr 10.2.0.2 -y" "list" \
			"allocate --app blog --region fra --ensure" "machine list" \
			"bind m1 auto" "app list" "app set blog --limit $i --exclude 10.0.0.0/8" \
			"rebalance --app shop" "stats" "machine del x1 -y" "lease list" "pool list" \
			"get from 10.0.0.1 to $BANK4"
	done > "$TMP/script"
	mkfifo "$TMP/commands"
	# It has memory for what it says: a line cut short would not say why.
	fallocate -l 1M "$TMP/said"
	"$EGRESSCTL" -n h -force -b "$TMP/commands" > "$TMP/out" 2<> "$TMP/said" &
	pid=$!
	PIDS+=("$pid")
	exec {TO}> "$TMP/commands"
	echo list >&"$TO"
	until_ok "egressctl waits for a command" has_socket "$pid" >/dev/null
	begun=$(injected)
	faults "$1" task
	echo 1 > "/proc/$pid/make-it-fail"
	cat "$TMP/script" 1>&"$TO" || [ $? = 141 ]	# it has given up
	exec {TO}>&-
	COMMANDS=$((COMMANDS + $(wc -l < "$TMP/script")))
	for ((i = 0; i < 100 && $1 == 100; i++)); do
		[ -e "/proc/$pid" ] || break
		sleep 0.1
	done
	i=0
	[ "$1" != 100 ] || enough
	wait "$pid" || i=$?
	enough
	tr -d '\0' < "$TMP/said" > "$TMP/err"
	rm "$TMP/commands" "$TMP/said"
	lines=$(grep -vc 'warning: ' "$TMP/err" || true)
	within "exit status" 0 2 $i
	grep -vE 'warning: |[Mm]emory|No buffer space|Too many open files in system|there is no machine|is there already' "$TMP/err" > "$TMP/unclean" &&
		fail "memory for all but $1 %: $(head -n 5 "$TMP/unclean")"
	FAILED=$((FAILED + lines))
	echo "ok: commands, $1 %: $(($(injected) - begun)) faults, exit status $i, $lines lines of what failed"
}
has_socket() { readlink "/proc/$1/fd/"* | grep -q socket; }

# packets PERCENT [COUNTER]...: both machines open connections, old and new, and scan.
packets() {
	local begun dst proto pids=() machine flood old4 old6
	BEFORE=$(stats) begun=$(injected)
	old4=$(keep old4 m1 tcp $BANK4) old6=$(keep old6 m1 udp $BANK6)
	for flood in "m1 -s 10.0.0.1 -d 11.0.0.0 -D" "m2 -s fd00::2 -d 2001:db8:bb:: -D" \
		"m2 -s 10.0.0.2 -d 11.0.0.1 -t"; do
		# shellcheck disable=SC2086
		in_ns ${flood%% *} "$FLOOD" ${flood#* } -n "$COUNT" -b "$COUNT" >/dev/null &
		pids+=($!)
	done
	PIDS+=("${pids[@]}")
	faults "$1"
	for machine in m1 m2; do
		for dst in 203.0.113.2 2001:db8:b::2; do
			for proto in tcp udp; do
				flows many x 20 "$machine" "$proto" "$dst" wait=2
				ALL+=("$machine $dst $proto $REPLY")
				flows end x
			done
		done
	done
	for flood in "${pids[@]}"; do
		wait "$flood"
	done
	enough
	is "$1 %: the old connections" "$old4 $old6" "$(again old4) $(again old6)"
	end old4
	end old6
	for machine in m1 m2; do
		for dst in $BANK4 $BANK6; do
			leased $machine "$(ask $machine udp "$dst")"
			leased $machine "$(ask $machine tcp "$dst")"
		done
	done >/dev/null
	no_harm "$1 %, $(($(injected) - begun)) faults" "${@:2}"
	forgotten destinations
	balanced
}

# leaks: what the kernel has lost until now.
leaks() { "$TOP/tests/vm/kmemleak" > "$TMP/lost" || fail "$(cat "$TMP/lost")"; }

# A slab cache that can't be shown in sysfs is not made, and the kernel loses the name
# it had there (sysfs_slab_add() never drops its kobject, in both lines). Nothing but
# names of the module's caches may be lost.
known_lost() {
	local lost names
	leaks
	lost=$(grep -c '^unreferenced object' "$TMP/lost" || [ $? = 1 ])
	names=$(grep -A 3 '^unreferenced object .*(size 16):' "$TMP/lost" | grep -cE '  egress_[a-z]+\.' || [ $? = 1 ])
	[ "$lost" = "$names" ] || fail "lost by loading, $names names and more: $(cat "$TMP/lost")"
	echo clear > $FAULTS/kmemleak
	echo "ok: the kernel lost $names names of a slab cache, and nothing else"
}

off() {
	enough
	set_all times 1
	echo N > $FAULTS/failslab/cache-filter
}
trap 'rc=$?; off; cleanup "$rc"' EXIT

set_all verbose 0
set_all times $ENDLESS
set_all interval 1
set_all space 0
echo 0 > $FAULTS/fail_page_alloc/min-order
echo Y > $FAULTS/failslab/cache-filter
enough

leaks
[ ! -s "$TMP/lost" ] || fail "lost before it begins: $(cat "$TMP/lost")"

# Loading, before anything is there.
[ ! -d /sys/module/egress ] || rmmod egress
load_module
rmmod egress
faults 0 task
"$NTH" load "$TOP/build/$(uname -r)/egress.ko"
known_lost

net 2
machine_wide net.netfilter.nf_conntrack_max 2000000
ip -n o route add blackhole 11.0.0.0/8
ip -n o route add blackhole 2001:db8:bb::/48
faults 0 task
h "$NTH" requests "$TOP/uapi/linux/egress.h" | tee "$TMP/requests"
"$NTH" netns 60

# By egressctl.
pool
eg pool add fra 198.51.100.128/28 2001:db8:f::/64
allocate
add 1 --dev m1
add 2 --dev m2
for percent in 1 10 50 100; do
	tool $percent
	leased m1 "$(ask m1 tcp $BANK4)" >/dev/null
	eg machine del x1 2>/dev/null || true
done
eg flush --all >/dev/null
is "nothing is left" "[] [] [] []" "$(eg -j list) $(eg -j machine list) $(eg -j pool list) $(eg -j app list)"

# Packets.
pool
allocate
add 1 --dev m1
add 2 --dev m2
until_ok "the pool's addresses are answered for" resolves "$V4"
watch
packets 1
packets 10 nomem
packets 50 nomem
packets 100
printf '%s\n' "${ALL[@]}"

forgotten destinations
balanced
eg flush --all >/dev/null
until_ok "the module goes" rmmod egress
echo "count: $(injected) faults; $(tail -n 1 "$TMP/requests"); $COMMANDS commands, $FAILED failed"
