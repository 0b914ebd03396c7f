#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Bad input of every kind is refused with a message that names it, and changes
# nothing.
. "$(dirname "$0")/lib.sh"

state() {
	local what
	for what in "pool list" list "machine list" "app list" "lease list"; do
		# shellcheck disable=SC2086
		eg -j $what
	done
}

# code CODE COMMAND...: with -j the error is an object with that code.
code() {
	local said
	said=$(eg -j "${@:2}" 2>&1 >/dev/null) && fail "${*:2} was carried out"
	is "code of '${*:2}'" "$1" "$(jq -r .code <<<"$said")"
}

net 1
pool
allocate --v4 198.51.100.5 --v6 2001:db8:e::5
add 1
long=$(printf 'x%.0s' {1..64})
state > "$TMP/before"

# Pools.
refused 2 '198.51.100.0/24' eg pool add ord 198.51.100.0/24
refused 2 '198.51.100.8/29' eg pool add fra 198.51.100.8/29
refused 2 '2001:db8:e::/80' eg pool add fra 2001:db8:e::/80
refused 2 '203.0.113.0/28' eg pool add fra 203.0.113.0/28 203.0.113.8/29
refused 2 'prefixes 203.0.113.8/29 and 203.0.113.0/28 overlap' eg pool add fra 203.0.113.8/29 203.0.113.64/28 203.0.113.0/28
refused 2 '198.51.100.8/29 overlaps 198.51.100.0/28' eg pool add fra 203.0.113.0/28 198.51.100.8/29 203.0.113.64/28
refused 2 '198.51.0.0/16 overlaps 198.51.100.0/28' eg pool add fra 198.51.0.0/16 203.0.113.0/28
refused 2 "10.0.0.0/24 holds 10.0.0.1, the inside address of machine 'm1'" \
	eg pool add fra 203.0.113.0/28 10.0.0.0/24 203.0.113.64/28
refused 2 '192.0.2.2' eg pool add fra 192.0.2.0/24
refused 2 '2001:db8:2::2' eg pool add fra 2001:db8:2::/64
refused '[12]' '224.0.0.0' eg pool add fra 224.0.0.0/24
refused '[12]' '127.0.0.0' eg pool add fra 127.0.0.0/8
refused '[12]' '198.51.100.65/28' eg pool add fra 198.51.100.65/28
refused '[12]' '198.51.100.64/33' eg pool add fra 198.51.100.64/33
refused '[12]' 'nonsense' eg pool add fra nonsense
refused '[12]' 'Ord!' eg pool add 'Ord!' 203.0.113.0/28
refused '[12]' 'xxx.*31' eg pool add "${long:0:32}" 203.0.113.0/28
refused '[12]' '60-70' eg pool add fra 203.0.113.0/28 slots 60-70
refused '[12]' '9-3' eg pool add fra 203.0.113.0/28 slots 9-3
refused '[12]' 'nodev' eg pool add fra 203.0.113.0/28 dev nodev
refused '[12]' 'slots' eg pool add ord 203.0.113.0/28 dev up slots 0-3
refused 2 "by app 'shop'" eg pool del ord
refused 2 '198.51.100.0/28' eg pool del ord $POOL4
refused 2 '203.0.113.0/28' eg pool del ord 203.0.113.0/28
refused 2 'fra' eg pool del fra

# Pairs.
shop="--app shop --region ord"
# shellcheck disable=SC2086
{
	refused 2 'lhr' eg allocate --app shop --region lhr
	refused 2 '203.0.113.9' eg allocate $shop --v4 203.0.113.9
	refused 2 '2001:db8:ffff::1' eg allocate $shop --v6 2001:db8:ffff::1
	refused 2 '198.51.100.5' eg allocate $shop --v4 198.51.100.5
	refused 2 '198.51.100.5' eg allocate --app blog --region ord --v4 198.51.100.5
	refused 2 '2001:db8:e::5' eg allocate $shop --v4 198.51.100.6 --v6 2001:db8:e::5
	refused 2 '198.51.100.0' eg allocate $shop --v4 198.51.100.0
	refused 2 '198.51.100.15' eg allocate $shop --v4 198.51.100.15
	refused 1 '2001:db8:e::9' eg allocate $shop --v4 2001:db8:e::9
	refused 1 '198.51.100.9' eg allocate $shop --v6 198.51.100.9
	refused 1 '.' eg allocate $shop --v4 198.51.100.300
	refused 2 '.' eg allocate $shop --count 14
	refused '[12]' '.' eg allocate $shop --count 0
	refused '[12]' '.' eg allocate $shop --count 2 --v4 198.51.100.6
	refused '[12]' '100' eg allocate $shop --block-size 100
	refused '[12]' '32' eg allocate $shop --block-size 32
	refused '[12]' '32768' eg allocate $shop --block-size 32768
	refused 2 'nobody' eg allocate --machine nobody --region ord
	refused 2 '.' eg allocate --machine m1 --region fra
	refused 1 "'shop' and --machine 'm1': give one of them" eg allocate --app shop --machine m1 --region ord
	refused 1 'region' eg allocate --app shop
	refused 1 'app' eg allocate --region ord
	refused '[12]' 'xxx.*63' eg allocate --app "$long" --region ord
	refused 2 '198.51.100.9' eg release 198.51.100.9
	refused 2 '198.51.100.9' eg release 198.51.100.5 198.51.100.9
	refused 2 'blog' eg release 198.51.100.5 --app blog
	refused 1 '.' eg release
	refused 1 'which --wait goes with' eg release 198.51.100.5 --wait
	refused 1 'write --drain=30' eg release 198.51.100.5 --drain 30
}

# Machines.
new="--app shop --region ord --addr"
# shellcheck disable=SC2086
{
	refused 2 'm1' eg machine add m1 $new 10.0.0.9
	refused 2 '10.0.0.1' eg machine add m9 $new 10.0.0.9 10.0.0.1
	refused '[12]' '10.0.0.9' eg machine add m9 $new 10.0.0.9 10.0.0.9
	refused '[12]' '8' eg machine add m9 $new 10.0.1.{1..9}
	refused '[12]' 'xxx.*63' eg machine add "$long" $new 10.0.0.9
	refused '[12]' 'a b' eg machine add 'a b' $new 10.0.0.9
	refused '[12]' 'n/w' eg machine add m9 --app n/w --region ord --addr 10.0.0.9
	refused '[12]' '10.0.0.0/24' eg machine add m9 $new 10.0.0.0/24
	refused '[12]' '0.0.0.0' eg machine add m9 $new 0.0.0.0
	refused '[12]' 'ff02::1' eg machine add m9 $new ff02::1
	refused 2 '198.51.100.7' eg machine add m9 $new 198.51.100.7
	refused 2 '198.51.100.9' eg machine add m9 $new 10.0.0.9 --pair 198.51.100.9
	refused '[12]' '64' eg machine add m9 $new 10.0.0.9 --pair 198.51.100.5 --slot 64
	refused 1 'pair' eg machine add m9 $new 10.0.0.9 --slot 4
	refused 1 'write --wait=5' eg machine add m9 $new 10.0.0.9 --wait 5
	refused 1 'addr' eg machine add m9 --app shop --region ord
	refused 2 'nobody' eg machine set nobody --addr 10.0.0.9
	refused '[12]' '8' eg machine set m1 --addr 10.0.1.{1..9}
	refused 2 'nobody' eg machine del nobody
	refused 2 'nobody' eg machine del m1 nobody
	refused 2 'nobody' eg machine show nobody
	refused 2 'nobody' eg bind nobody 198.51.100.5
	refused 2 '198.51.100.9' eg bind m1 198.51.100.9
	refused '[12]' '64' eg bind m1 198.51.100.5 --slot 64
}

# Apps.
refused 2 'nothing' eg app show nothing
refused '[12]' 'maybe' eg app set shop --on-none maybe
refused '[12]' '10.0.0.1/8' eg app set shop --exclude 10.0.0.1/8
refused '[12]' '-1' eg app set shop --limit -1
refused '[12]' '.' eg flush

# Names that are like others.
refused 2 "there is no region 'odr': did you mean 'ord'" eg list --region odr
refused 2 "there is no region 'ordd': did you mean 'ord'" eg machine list --region ordd
refused 2 "there is no region 'fra'$" eg lease list --region fra
refused 2 "there is no app 'shpo': did you mean 'shop'" eg stats --app shpo --region ord
refused 2 "there is no region 'or': did you mean 'ord'" eg stats --region or
refused 2 "there is no app 'x'$" eg top --app x
code not-found list --region odr

# Usage.
refused 1 'allcoate' eg allcoate
refused 1 '--regoin' eg list --regoin ord

code exists allocate --app shop --region ord --v4 198.51.100.5
code not-found release 198.51.100.9
code not-found allocate --app shop --region lhr
code exhausted allocate --app shop --region ord --count 14
code in-use pool del ord
code invalid allocate --app shop --region ord --block-size 100

state > "$TMP/after"
diff "$TMP/before" "$TMP/after" || fail "something has changed"

eg allocate --app blog --region ord --v6 2001:db8:e::6 --block-size 64
refused 2 'blocks of 2001:db8:e::6 have, 64 ports: it takes blocks of 128: .*--block-size' eg app set blog --limit 65
refused 2 'the pair of 2001:db8:e::6 has another address than 198.51.100.6' \
	eg allocate --app blog --region ord --v4 198.51.100.6 --v6 2001:db8:e::6 --ensure --block-size 64
# The one of several addresses that is wrong, and the host's own.
is "to blame" 2 "$(h /usr/bin/python3 -I "$SELFTESTS/raw_netlink.py" "$TOP/uapi/linux/egress.h" blame \
	EGRESS_CMD_PAIR_DEL EGRESS_A_ADDR 198.51.100.5 198.51.100.5 198.51.100.9 198.51.100.5)"
refused 2 '192.0.2.2 is an address of this host' eg machine add m9 --app shop --region ord --addr 10.0.0.9 192.0.2.2
refused 2 '192.0.2.2 is an address of this host' eg machine set m1 --addr 192.0.2.2
eg release 198.51.100.5
refused 2 '198.51.100.5' eg release 198.51.100.5
