#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# egressctl works with a module of another version: it passes over what it does not know, says
# what is missing, and says so where the module does not know what is asked.
. "$(dirname "$0")/lib.sh"

other=$TOP/build/$(uname -r)/other/egress.ko
[ -e "$other" ] || skip "there is no $other"
new_ns h

# What each command prints, of one and the same life: the keys in JSON, and how it ended.
life() {
	local line said rc
	while read -r line; do
		rc=0
		# shellcheck disable=SC2086 # words
		said=$(eg -j $line 2>/dev/null </dev/null) || rc=$?
		echo "$line: $(jq -c '[.. | objects | keys[]] | unique' <<<"$said") $rc"
	done <<-END
		pool add ord 198.51.100.0/28 2001:db8:e::/64
		pool list
		allocate --app shop --region ord --count 2
		allocate --app shop --region ord --v4 198.51.100.9 --to 203.0.113.0/24
		machine add m1 --app shop --region ord --addr 10.0.0.1 fd00::1
		machine add m2 --app shop --region ord --addr 10.0.0.2
		machine replace m2 --app shop --region ord --addr 10.0.0.3
		machine set m2 --addr 10.0.0.4
		allocate --machine m2 --region ord
		list
		machine list
		machine list --waiting
		machine show m1
		lease list
		bind m1 198.51.100.2 --slot 5
		bind m1 auto
		machine cut m1 --dry-run
		machine cut m1
		rebalance --app shop
		pair set 198.51.100.9 --to 203.0.113.0/25
		app set shop --limit 100 --exclude 10.0.0.0/8
		app list
		app show shop
		stats
		stats --app shop
		top
		get from 10.0.0.1 to 203.0.113.1
		cordon
		cordon off
		promote m2
		pool drain ord 198.51.100.0/28
		pool drain ord 198.51.100.0/28 off
		release 198.51.100.9 --dry-run
		release 198.51.100.9 --drain
		machine del m1 --dry-run
		machine del m1
		flush --all --dry-run
		flush --all
	END
}

load_module
life > "$TMP/own"
is "nothing fails" "" "$(grep -v ' 0$' "$TMP/own")"
rmmod egress
insmod "$other"
# The tests after this one are not to find it.
trap 'status=$?; eg flush --all -y > /dev/null; rmmod egress || status=1; cleanup "$status"' EXIT
like "it is another" "module 0.0.other: what only one of them knows" "$(eg version)"
life > "$TMP/other"
is "each command, with the same keys" "" "$(diff "$TMP/own" "$TMP/other")"

eg -b - >/dev/null <<-END
	pool add ord $POOL4
	allocate --app shop --region ord
	machine add m1 --app shop --region ord --addr 10.0.0.1
END
is "what is not told" "null shop" "$(eg -j list | jq -r '.[0] | "\(.created) \(.app)"')"
like "in the table, too" " - *$" "$(eg list | grep 198.51.100)"
is "nested unknown ones" "1 198.51.100.0/28" "$(eg -j machine show m1 | jq '.leases | length') $(eg -j pool list | jq -r '.[0].prefixes[0].prefix')"
generation=$(stat generation)
echo "machine del m1" > "$TMP/del"
refused 2 "module 0.0.other does not know what egressctl .* asks of it: use both of one version" eg list --brief
refused 2 "module 0.0.other does not know" eg -b "$TMP/del" -atomic
is "a code for programs" unsupported "$(eg -j list --brief 2>&1 >/dev/null | jq -r .code)"
is "nothing was done" "$generation 1" "$(stat generation) $(stat machines)"
