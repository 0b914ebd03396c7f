#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What a namespace's state takes is charged to the memory cgroup of who asked for
# it: it counts there, the cgroup's limit holds, and what does not fit is refused
# whole. So are the tables of machines' connections, which packets make.
. "$(dirname "$0")/lib.sh"

net 1
root=/sys/fs/cgroup
grep -qw memory $root/cgroup.controllers 2>/dev/null || skip "needs the memory controller of cgroup v2"
echo +memory > $root/cgroup.subtree_control
group=$root/egress-test.$$
mkdir "$group"
trap 'rc=$?; rmdir "$group"; cleanup $rc' EXIT

# charged COMMAND...: egressctl in the cgroup, which its OOM killer lets live.
charged() {
	(
		echo -1000 > /proc/self/oom_score_adj
		echo "$BASHPID" > "$group/cgroup.procs"
		exec "$EGRESSCTL" -n h "$@"
	)
}

# Kernel memory of the cgroup, in KiB.
kernel() { echo $(($(awk '$1 == "kernel" { print $2 }' "$group/memory.stat") / 1024)); }

# grown WHAT KIB: by that much at least since last asked. Each CPU keeps some pages to
# itself, for two seconds at most, before the cgroup's figures tell of them.
grown() {
	more() { [ $(($(kernel) - was)) -ge "$1" ]; }
	until_ok "$1: $2 KiB more than $was" more "$2"
	was=$(kernel)
}

was=$(kernel)
charged pool add ord 198.18.0.0/16 $POOL6
charged allocate --app shop --region ord --count 100 >/dev/null 2>&1
grown "100 pairs" 400
for ((i = 0; i < 200; i++)); do
	echo "machine add n$i --app shop --region ord --addr 10.2.$((i / 250)).$((i % 250))"
done > "$TMP/machines"
charged -b "$TMP/machines" >/dev/null 2>&1
grown "200 machines" 60

# A machine that says a word to each of many.
charged machine add m1 --app shop --region ord --addr 10.0.0.1 >/dev/null 2>&1
was=$(kernel)
m1 /usr/bin/python3 -I - <<-END
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for n in range(4000):
    s.sendto(b"?", (f"203.0.{n // 250}.{n % 250 + 1}", 9))
END
made() { [ "$(stat opened)" -ge 3900 ]; }
until_ok "most of 4000 packets were seen" made
grown "their tables" 400
sleep 2.1	# all of it is told
was=$(kernel)

# A thousand to each of twenty.
m1 /usr/bin/python3 -I - <<-END
import socket
for port in range(1000):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        for n in range(20):
            s.sendto(b"?", (f"203.0.113.{n + 100}", 9))
END
all_made() { [ "$(stat opened)" -ge 23000 ]; }
until_ok "most of 20000 packets were seen" all_made
grown "their ports" 120

eg -j list > "$TMP/before"
echo $(((was + 1024) * 1024)) > "$group/memory.max"
refused 2 '[Mm]emory' charged allocate --app shop --region ord --count 400
eg -j list > "$TMP/after"
diff "$TMP/before" "$TMP/after" || fail "pairs are there that were refused"
is "pairs" 100 "$(stat pairs)"
echo max > "$group/memory.max"
charged allocate --app shop --region ord --count 400 >/dev/null 2>&1
is "pairs" 500 "$(stat pairs)"
eg flush --all
freed() { [ "$(kernel)" -lt $((was / 2)) ]; }
until_ok "the memory is given back" freed
