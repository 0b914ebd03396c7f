#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A clone in /tmp, /run or /dev/shm of the host is seen in the guest, which has file systems
# of its own there: what tests/vm/lib.sh has the guest do for that is done here once more.
set -eu
[ -n "${EGRESS_VM:-}" ] || { echo "this one is no guest"; exit 4; }

if [ "${1:-}" != inside ]; then
	exec unshare --mount "$0" inside
fi

cd "$(dirname "$0")/../.."
. tests/vm/lib.sh
folders=("/tmp/a clone.$$" "/run/clones.$$/clone" "/dev/shm/clone.$$")

# They are the host's: under what is mounted.
mount --bind / /mnt
for folder in "${folders[@]}"; do
	mkdir -p "/mnt$folder/tests"
	echo "$folder" > "/mnt$folder/tests/file"
	[ ! -e "$folder" ]
done
umount /mnt

eval "$(uncover "${folders[@]}")"
for folder in "${folders[@]}"; do
	[ "$(cat "$folder/tests/file")" = "$folder" ]
	touch "$folder/tests/file" "$folder/new"
	rm -r "${folder:?}"/*
	umount "$folder"
	rmdir "$folder"
done
[ -z "$(uncover /home/clone /var/tmp/clone)" ]

# The guest does so before it goes there.
# shellcheck disable=SC2034 # guest reads them
top=/tmp/clone kver=$EGRESS_VM modules=/lib/modules/$EGRESS_VM shell='' envs=()
script=$(guest '' true true)
[[ $script == *"$(uncover /tmp/clone)"*"cd /tmp/clone"* ]]
