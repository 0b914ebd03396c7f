#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# `make install` leaves a module that modprobe finds and that works, built by
# DKMS, and the tool; `make uninstall` leaves nothing.
. "$(dirname "$0")/lib.sh"

KVER=$(uname -r)
BUILT=$TOP/build/$KVER/egress.dkms.tar.gz
[ -n "${EGRESS_VM:-}" ] || skip "installs into the system: only in a guest"
[ -e "/boot/vmlinuz-$(uname -r)" ] || skip "DKMS needs an installed kernel"
[ -e "$BUILT" ] || fail "$BUILT is missing: tests/dkms_build $KVER"

# depmod reads every module there is, minutes long in a guest: for this test
# there are the ones that networking takes.
MODULES=/lib/modules/$KVER
few_modules() {
	mkdir "$TMP/modules"
	mount -t tmpfs modules "$TMP/modules"
	(cd "$MODULES" && cp -a --parents modules.{builtin,builtin.modinfo,order} build source \
		kernel/net/{netfilter,ipv4,ipv6} kernel/lib/libcrc32c.ko* kernel/crypto/crc32c*.ko* \
		kernel/drivers/net/{veth,dummy}.ko* "$TMP/modules")
	mount --move "$TMP/modules" "$MODULES"
	depmod "$KVER"
}

all_modules() {
	local rc=$?
	umount -l "$MODULES" || rc=1
	cleanup "$rc"
}

left() {
	find /usr/src /var/lib/dkms /lib/modules /usr/sbin -name '*egress*'
}

[ ! -d /sys/module/egress ] || rmmod egress
trap all_modules EXIT
few_modules
is "before" "" "$(left)"

# What DKMS built of these sources on another machine with this kernel.
VERSION=$(sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' "$TOP/dkms.conf")
dkms ldtarball "$BUILT" >/dev/null
for file in kmod uapi Kbuild dkms.conf; do
	diff -r "$TOP/$file" "/usr/src/egress-$VERSION/$file" ||
		fail "$BUILT was built of other sources: tests/dkms_build $KVER"
done
make -s -C "$TOP" install
like "DKMS says" "^egress/$VERSION, ${KVER//+/\\+}, .*: installed" "$(dkms status egress)"

modprobe egress
FILE=$(modinfo -n egress)
like "the module's file" "^/lib/modules/${KVER//+/\\+}/updates/" "$FILE"
is "the loaded module is that one" "$(modinfo -F srcversion egress)" "$(cat /sys/module/egress/srcversion)"
is "version" "$VERSION" "$(cat /sys/module/egress/version)"
like "the tool" "$VERSION" "$(/usr/sbin/egressctl version)"

EGRESSCTL=/usr/sbin/egressctl
net 1
pool
allocate
add 1
leased m1 "$(ask m1 tcp $BANK4)"
leased m1 "$(ask m1 tcp $BANK6)"

like "again" "installed .* already" "$(make -s -C "$TOP" install)"

refused 2 "in use.*flush --all" make -s -C "$TOP" uninstall
eg flush --all
make -s -C "$TOP" uninstall
is "after" "" "$(left)"
[ ! -d /sys/module/egress ] || fail "the module is still loaded"
