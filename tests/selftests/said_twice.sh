#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Everything can be said twice: what is there as asked is done and changes nothing, what
# differs is refused or replaced, and what is gone may be removed again.
. "$(dirname "$0")/lib.sh"

net 2

# state: all there is, but for what grows.
state() { eg -j pool list; eg -j list; eg -j machine list; eg -j app list; eg -j lease list; }
unchanged() { state | diff "$TMP/before" - || fail "something has changed"; }

# As README has it for the time after a reboot.
cat > "$TMP/boot" <<-END
	pool add ord $POOL4 $POOL6 dev up
	app set shop --limit 512 --on-none drop
	allocate --app shop --region ord --v4 198.51.100.1 --v6 2001:db8:e::1 --ensure
	allocate --app shop --region ord --v4 198.51.100.2 --to 203.0.113.2/32 --ensure
	allocate --app shop --region ord --count 3 --ensure
	machine add m1 --app shop --region ord --addr 10.0.0.1 --addr fd00::1 --dev m1
	machine add m2 --app shop --region ord --addr 10.0.0.2 --pair 198.51.100.1 --slot 7
	bind m1 198.51.100.1 --slot 3
END
eg -b "$TMP/boot" > /dev/null
leased m1 "$(keep standing m1 tcp $BANK4)"
standing=$(again standing)
settled
state > "$TMP/before"
for _ in 1 2 3; do
	eg -b "$TMP/boot" > /dev/null
	unchanged
done
is "a connection goes on" "$standing" "$(again standing)"

# What differs is refused, and says in what.
again_m1() { eg machine add m1 --app shop --region ord --addr fd00::1 --addr 10.0.0.1 --dev m1 "$@"; }
again_m1 > /dev/null
again_m1 --pair 198.51.100.1 > /dev/null
again_m1 --pair 198.51.100.1 --slot 3 > /dev/null
refused 2 "'m1' is there already, of app 'shop' in region 'ord'" again_m1 --app blog
refused 2 "'m1' is there already, with other addresses" again_m1 --addr 10.0.0.9
refused 2 "'m1' is there already, with other addresses" \
	eg machine add m1 --app shop --region ord --addr fd00::1 fd00::1 --dev m1
refused 2 "'m1' is there already, with device 'm1'" again_m1 --dev m2
refused 2 "'m2' is there already, without a device" eg machine add m2 --app shop --region ord --addr 10.0.0.2 --dev m2
refused 2 "'m2' is there already, and not pinned to 198.51.100.2" \
	eg machine add m2 --app shop --region ord --addr 10.0.0.2 --pair 198.51.100.2
refused 2 "'m1' is there already, and not pinned to this slot of 198.51.100.1" again_m1 --pair 198.51.100.1 --slot 4
refused 2 "'m2' is there already, and not pinned" eg machine add m2 --app shop --region ord --addr 10.0.0.2 \
	--pair 198.51.100.1 --slot 8
refused 2 "198.51.100.0/29 overlaps" eg pool add ord 198.51.100.0/29
refused 2 "198.51.100.1 has blocks of 1024 ports, not 2048" \
	eg allocate --app shop --region ord --v4 198.51.100.1 --ensure --block-size 2048
refused 2 "198.51.100.2 is for other destinations" eg allocate --app shop --region ord --v4 198.51.100.2 --ensure
unchanged

# Only pairs that have what is asked for count.
eg allocate --app shop --region ord --count 1 --ensure --block-size 16384 > /dev/null
is "block sizes" "1024 1024 1024 16384" "$(eg -j list | jq -r '[.[] | select(.family == "v4" and .to == [])."block-size"] | sort | join(" ")')"
eg pool add lhr 198.51.100.32/28
eg allocate --app shop --region lhr > /dev/null
eg pool add lhr 2001:db8:e:1::/64
eg allocate --app shop --region lhr --ensure > /dev/null
is "families" "v4 v4 v6" "$(eg -j list --region lhr | jq -r '[.[].family] | sort | join(" ")')"

# A machine is replaced: its connections go on where its app is the same.
replace_m1() { eg machine replace m1 --app shop --region ord --addr 10.0.0.1 "$@"; }
replace_m1 --addr fd00::1 --dev m1 > /dev/null
is "replaced by the same, it is pinned as before" "true 198.51.100.1 3" \
	"$(eg -j machine show m1 | jq -r '"\(.pinned) \(."egress-v4") \(.slot)"')"
replace_m1 --pair 198.51.100.1 --slot 9 > /dev/null
is "another slot, one address, no device" '["10.0.0.1"] "" 198.51.100.1 9' \
	"$(eg -j machine show m1 | jq -r '"\(.addresses | tojson) \(.dev // "" | tojson) \(."egress-v4") \(.slot)"')"
leased m1 "$(ask m1 tcp $BANK4)"
is "a connection goes on" "$standing" "$(again standing)"
refused 2 "slot 7 of 198.51.100.1 is leased to machine 'm2'" replace_m1 --pair 198.51.100.1 --slot 7
eg machine replace m3 --app shop --region ord --addr 10.0.0.3 > /dev/null
lease m3
eg allocate --app blog --region ord --v4 198.51.100.9 > /dev/null
eg machine replace m1 --app blog --region ord --addr 10.0.0.1 --pair 198.51.100.9 --slot 3 > /dev/null
is "another app, at once pinned" "198.51.100.9 3" "$(eg -j machine show m1 | jq -r '"\(."egress-v4") \(.slot)"')"
is "its connections" reset "$(again standing | sed 's/timeout/reset/')"
refused 1 "missing --addr" eg machine replace m1 --app blog --region ord

# To where it has a pair of its own, and back.
replace_m4() { eg machine replace m4 --app shop --region ord --addr 10.0.0.4 "$@"; }
replace_m4 > /dev/null
eg allocate --machine m4 --region ord --v4 198.51.100.10 > /dev/null
eg machine set m4 --region lhr
refused 2 "a pair of its own for all destinations, before 198.51.100.2" replace_m4 --pair 198.51.100.2
replace_m4 --pair 198.51.100.10 --slot 5 > /dev/null
is "pinned to its own" "198.51.100.10 5 true" \
	"$(eg -j machine show m4 | jq -r '"\(."egress-v4") \(.slot) \(.pinned)"')"

# The app's limit is above the usual block, but not above that of the pair that is there.
eg allocate --app big --region ord --v4 198.51.100.11 --block-size 4096 > /dev/null
eg app set big --limit 4000
eg allocate --app big --region ord --v4 198.51.100.11 --ensure > /dev/null
refused 2 "limit of 4000, more than a block of 1024 .*larger --block-size" \
	eg allocate --app big --region ord --v4 198.51.100.12 --ensure

# A pool is replaced, as far as nobody uses what goes.
eg pool add fra 198.51.100.48/29 198.51.100.56/29 slots 0-31
eg pool replace fra 198.51.100.48/28
is "the pool" "198.51.100.48/28 0-63" \
	"$(eg -j pool list fra | jq -r '.[] | "\(.prefixes[].prefix) \(."slot-first")-\(."slot-last")"')"
eg pool drain fra 198.51.100.48/28
eg pool replace fra 198.51.100.48/28
is "it drains no more" false "$(eg -j pool list fra | jq '.[].prefixes[].draining')"
refused 2 "prefix $POOL6 is in use" eg pool replace ord $POOL4 dev up
refused 2 "its device can't change" eg pool replace ord $POOL4 $POOL6
is "the pool of ord" "$POOL4 $POOL6 up" \
	"$(eg -j pool list ord | jq -r '.[] | "\(.prefixes | map(.prefix) | join(" ")) \(.dev)"')"

# What is gone already.
refused 2 "there is no machine 'm9'" eg machine del m2 m9
eg machine del m2 m9 m2 --missing-ok
eg machine del m2 --missing-ok
refused 2 "there is no machine 'm2'" eg machine show m2
refused 2 "198.51.100.14 is not an allocated" eg release 198.51.100.2 198.51.100.14
eg release 198.51.100.2 198.51.100.14 --missing-ok
eg release 198.51.100.2 --missing-ok
refused 2 "has no pool" eg pool del xyz
eg pool del xyz --missing-ok
eg pool del fra 198.51.100.0/29 198.51.100.48/28 --missing-ok
eg pool del fra --missing-ok

# Who has decided by what it was is refused, if it is not so any more.
settled
was=$(of generation "$(eg -j stats)")
made=$(eg -j -generation "$was" machine add m8 --app blog --region ord --addr 10.0.0.8)
is "generation" $((was + 1)) "$(of generation "$made")"
refused 2 "generation $was is not the current one, $((was + 1))" eg -generation "$was" machine del m8
eg --generation $((was + 1)) machine del m8
is "generation, of the machine and of its slot, which is free" $((was + 3)) "$(stat generation)"
refused 1 "not with 'list'" eg -generation "$was" list
refused 1 "not with -b" eg -generation "$was" -b /dev/null
refused 1 "generation 'x'" eg -generation x machine del m8

# All machines of an app.
refused 1 "missing ID, or --app APP" eg machine del
refused 1 "'m1' and --app: give one of them" eg machine del m1 --app blog
refused 2 "there is no app 'nobody'" eg machine del --app nobody
eg machine del --app nobody --missing-ok
eg machine set m3 --region lhr
eg machine del --app shop --region ord
is "of one region" "m1 blog, m3 shop" "$(eg -j machine list | jq -r '[.[] | "\(.machine) \(.app)"] | sort | join(", ")')"
eg machine del --app shop
is "of all" "m1 blog" "$(eg -j machine list | jq -r '[.[] | "\(.machine) \(.app)"] | join(", ")')"
eg flush --all
