# SPDX-License-Identifier: GPL-2.0
#
# What a guest in QEMU and a User Mode Linux have in common. Sourced by both, who set
# kver, modules, timeout, shell and envs.
# shellcheck shell=bash disable=SC2154

die() { echo "vm: $*" >&2; exit 125; }

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P) || exit 125
case $top in
/dev/shm/?*) ;;
/dev|/dev/*|/run|/run/vm|/run/vm/*|/run/shared|/run/shared/*)
	die "$top is another folder in the guest, which it cannot do without: clone to another place" ;;
esac

# out_folder: out is a folder for the guest's console, and what it shares with us.
out_folder() {
	out=$(mktemp -d) || exit 125
	trap 'rm -rf "$out"' EXIT
	mkdir "$out/share"
}

# command_line TTY COMMAND [ARG]...: it, for the guest's shell.
command_line() {
	printf '(%s) </dev/null >%s 2>&1\n' "$(printf '%q ' "${@:2}")" "$1"
	echo 'echo $? > /run/vm/status'
}

# uncover PATH...: for the guest's shell. The guest has file systems of its own on /tmp,
# /run and /dev/shm. Of these folders, what lies under one is not seen: it is mounted there
# again, from a second mount of the root, which is without what is mounted on the first.
uncover() {
	local path
	for path; do
		case $path in
		/tmp/*|/run/*|/dev/shm/*)
			path=$(printf %q "$path")
			echo "mount --bind / /mnt; mkdir -p $path; mount --bind /mnt$path $path; umount /mnt" ;;
		esac
	done
}

# guest MOUNT COMMAND OFF: the script that the guest's init is, once the root is the
# host's under a layer of its own, with /proc, /sys, /dev, /run/vm.
guest() {
	cat <<-EOF
	export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8
	mount -t debugfs debugfs /sys/kernel/debug 2>/dev/null
	mount -t cgroup2 cgroup2 /sys/fs/cgroup 2>/dev/null
	mkdir -p /dev/pts /dev/shm /run/netns /run/sshd
	ln -s /proc/self/fd /dev/fd; ln -s fd/0 /dev/stdin; ln -s fd/1 /dev/stdout; ln -s fd/2 /dev/stderr
	mount -t devpts devpts /dev/pts; mount -t tmpfs shm /dev/shm
	ip link set lo up; hostname vm
	# Who sends a thousand packets at once, from namespace to namespace, would lose some.
	echo 100000 > /proc/sys/net/core/netdev_max_backlog
	mkdir -p /run/shared; $1
	$(uncover "$top" "$modules")
	[ -e /lib/modules/$kver ] || ln -s $(printf %q "$modules") /lib/modules/$kver
	cd $(printf %q "$top")
	# Touched, they are copied into the guest's memory: edits on the host do not disturb a test.
	[ -n "$shell" ] || find tests uapi build/{egressctl,netlink_fuzz,linux-source/tools/net} -type f -exec touch -ac {} + 2>/dev/null
	export EGRESS_VM=$(printf %q "$kver")
	EOF
	for e in ${envs[@]+"${envs[@]}"}; do printf 'export %q\n' "$e"; done
	echo "$2"
	echo '[ ! -e /sys/kernel/debug/kmemleak ] || tests/vm/kmemleak > /run/vm/kmemleak 2>&1'
	echo "sync; $3"
}

# fail WHAT [+LINE]: with the console, its last lines or from that line on.
fail() {
	echo "vm: $kver: $1" >&2
	tail -n "${2:-60}" "$out/console" | head -n 300 | sed 's/\r$//; s/^/vm| /' >&2
	exit 125
}

# verdict STATUS: of timeout. What the kernel has to complain of, else the command's.
verdict() {
	local bad splats=(WARNING: BUG: 'BUG ' Oops 'general protection' 'Kernel panic' KASAN KCSAN UBSAN
		'possible circular' 'suspicious RCU' 'INFO: trying to register' 'INFO: task .* blocked'
		'soft lockup' 'rcu_.*(stall|detected)' refcount_t: 'leaked reference'
		'unregister_netdevice: waiting' ODEBUG 'list_(add|del) corruption'
		'kmemleak: .*([Dd]isabl|Cannot|empty)')
	[ "$1" -eq 124 ] && fail "the guest did not finish within $timeout s"
	bad=$(grep -naE -m1 "$(IFS='|'; echo "${splats[*]}")" "$out/console")
	[ -n "$bad" ] && fail "the kernel complained: ${bad#*:}" "+${bad%%:*}"
	[ -s "$out/share/kmemleak" ] && { cat "$out/share/kmemleak" >&2; fail "kmemleak"; }
	[ -s "$out/share/status" ] || fail "the guest ended without an exit status"
	exit "$(cat "$out/share/status")"
}
