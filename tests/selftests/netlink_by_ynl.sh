#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The kernel tree's own netlink tool, with the specification and no line of
# egressctl, does the whole life of a pair; refusals come with their reason.
. "$(dirname "$0")/lib.sh"

load_module
new_ns h

start_ynl

# ynl_refused REGEX ARG...
ynl_refused() {
	local said rc=0
	said=$(ynl "${@:2}") || rc=$?
	[ "$rc" -eq 1 ] || fail "${*:2}: wanted a refusal, got $rc: $said"
	like "${*:2}" "$1" "${said//$'\n'/ }"
}

# The tool prints addresses as people write them, and takes them in hexadecimal.
NET4=c6336400 NET6=20010db8000e00000000000000000000
IN4=0a000001 IN6=fd000000000000000000000000000001
REGION='"region": "ord"' SHOP='"app": "shop"' M1='"machine": "m1"'

# Flags that mean something elsewhere are refused, not passed over.
ynl_refused "Invalid argument.*nlmsg_flags" --create --do pool-new \
	"--json={$REGION, \"prefix\": [{\"v4\": \"$NET4\", \"len\": 28}]}"
ynl \
	--multi pool-new "{$REGION, \"prefix\": [{\"v4\": \"$NET4\", \"len\": 28}, {\"v6\": \"$NET6\", \"len\": 64}]}" \
	--multi pair-new "{$REGION, $SHOP, \"count\": 2}"
ynl --do machine-new "--json={$M1, $SHOP, $REGION, \"addr\": [{\"v4\": \"$IN4\"}, {\"v6\": \"$IN6\"}]}"

pool=$(ynl --do pool-get "--json={$REGION}")
is "prefixes" '["198.51.100.0/28",2,"2001:db8:e::/64",2]' \
	"$(jq -c '[.prefix[] | "\(.v4 // .v6)/\(.len)", .used]' <<<"$pool")"
is "pool's pairs, and what happens to the rest" "2 drop" "$(jq -r '"\(.pairs) \(."on-unallocated")"' <<<"$pool")"

pairs=$(ynl --dump pair-get "--json={$SHOP}")
is "pairs" '["app","shop",1024,64]' \
	"$(jq -c 'map([.scope, .app, ."block-size", .slots]) | unique[]' <<<"$pairs")"
like "an address of each family" '^198\.51\.100\.[0-9]+ 2001:db8:e::[0-9a-f:]+$' \
	"$(jq -r '.[0] | "\(.v4) \(.v6)"' <<<"$pairs")"

machine=$(ynl --dump machine-get | jq '.[0]')
is "machine" '["m1","ord",["10.0.0.1","fd00::1"],0]' \
	"$(jq -c '[.machine, .region, [.addr[] | .v4 // .v6], .waiting]' <<<"$machine")"
is "leases" "[[\"m1\",$(jq '.lease[0]."pair-id"' <<<"$machine")]]" \
	"$(ynl --dump lease-get "--json={$REGION}" | jq -c 'map([.machine, ."pair-id"])')"

is "of one machine" '["m1"] []' "$(for id in m1 m2; do ynl --dump lease-get "--json={\"machine\": \"$id\"}" |
	jq -c 'map(.machine)'; done | xargs -d '\n')"

# The other pair, by the bytes of its IPv4 address.
other=$(jq -r --argjson m "$machine" '.[] | select(."pair-id" != $m.lease[0]."pair-id").v4' <<<"$pairs")
# shellcheck disable=SC2046,SC2183 # four numbers
other4=$(printf %02x $(tr . ' ' <<<"$other"))
ynl --multi bind "{$M1, \"pair\": {\"v4\": \"$other4\"}, \"slot\": 7}" \
	--multi app-set "{$SHOP, \"limit\": 100, \"on-limit\": \"drop\", \"exclude\": [{\"v4\": \"$IN4\", \"len\": 32}, {\"v6\": \"$IN6\", \"len\": 128}]}"
machine=$(ynl --do machine-get "--json={$M1}")
is "bound" "[\"$other\",7,7168,8191,true]" \
	"$(jq -c '.lease[0] | [.v4, .slot, ."port-first", ."port-last", .pinned]' <<<"$machine")"
is "settings" '[100,"drop","pass",["10.0.0.1","fd00::1"],1]' \
	"$(ynl --do app-get "--json={$SHOP}" | jq -c '[.limit, ."on-limit", ."on-none", [.exclude[] | .v4 // .v6], .machines]')"

# Destinations are told once, as a set, and pairs and leases have its number.
TO="{\"v4\": \"cb007100\", \"len\": 24}, {\"v6\": \"20010db8000b00000000000000000000\", \"len\": 48}"
ynl \
	--multi pair-new "{$REGION, $SHOP, \"v4\": \"c6336405\", \"to\": [$TO]}" \
	--multi pair-new "{$REGION, $SHOP, \"v4\": \"c6336406\", \"to\": [$TO]}"
sets=$(ynl --dump set-get "--json={$SHOP}")
set=$(jq '.[0]."set-id"' <<<"$sets")
is "a set" '[["shop","ord",2,2,["203.0.113.0/24","2001:db8:b::/48"]]]' \
	"$(jq -c 'map([.app, .region, .pairs, .prefixes, [.to[] | "\(.v4 // .v6)/\(.len)"]])' <<<"$sets")"
is "by its number, and in another region" "$(jq -cS '.[0]' <<<"$sets") []" \
	"$(ynl --do set-get "--json={\"set-id\": $set}" | jq -cS .) $(ynl --dump set-get '--json={"region": "fra"}' | jq -c .)"
is "pairs of it" "[[$set,2,null],[$set,2,null]]" \
	"$(ynl --dump pair-get "--json={$SHOP}" | jq -c 'map(select(."set-id") | [."set-id", .prefixes, .to])')"
machine=$(ynl --do machine-get "--json={$M1}")
is "leases" "[[null,true],[$set,null]]" "$(jq -c '[.lease[] | [."set-id", .pinned]] | sort' <<<"$machine")"
# Who asks briefly does not wait until connections are counted.
is "counted" "true true" "$(jq -r '"\(has("connections")) \(has("stats"))"' <<<"$machine")"
is "brief" "false false false false" "$(
	ynl --do machine-get "--json={$M1, \"brief\": true}" | jq -r '"\(has("connections")) \(has("stats"))"' | xargs
	) $(ynl --do pair-get '--json={"addr": {"v4": "c6336405"}, "brief": true}' | jq 'has("connections")'
	) $(ynl --dump lease-get '--json={"brief": true}' | jq 'any(has("connections"))')"
ynl --do pair-del '--json={"addr": [{"v4": "c6336405"}, {"v4": "c6336406"}]}'
ynl_refused "No such file.*no set.*bad-attr.*set-id" --do set-get "--json={\"set-id\": $set}"
# What is told of a prefix only can't be asked for.
ynl_refused "Invalid argument.*told of a prefix.*bad-attr.*prefix" --do pool-new \
	"--json={$REGION, \"prefix\": [{\"v4\": \"$NET4\", \"len\": 28, \"used\": 2}]}"

# Whoever decides by what was true before is told.
free() { [ "$(ynl --dump lease-get '--json={"brief": true}' | jq -c 'map(.state) | unique')" = '["leased"]' ]; }
until_ok "nothing lingers" free
generation=$(ynl --do stats-get | jq .generation)
ynl_refused 'Stale.*generation' --do pair-del "--json={\"generation\": $((generation - 1)), \"addr\": {\"v4\": \"$other4\"}}"
ynl_refused 'Device or resource busy.*msg' --do pool-del "--json={$REGION}"
ynl_refused "File exists.*198\.51\.100\.0/29.*overlaps 198\.51\.100\.0/28.*bad-attr.*prefix" --do pool-new \
	"--json={$REGION, \"prefix\": [{\"v4\": \"$NET4\", \"len\": 29}]}"
ynl_refused "File exists.*m1.*other addresses.*bad-attr.*machine" --do machine-new \
	"--json={$M1, $SHOP, $REGION, \"addr\": [{\"v4\": \"$IN4\"}]}"
# What is there already is done, and what is gone, if that is all right.
ynl --multi pool-new "{$REGION, \"prefix\": [{\"v4\": \"$NET4\", \"len\": 28}]}" \
	--multi machine-new "{$M1, $SHOP, $REGION, \"addr\": [{\"v6\": \"$IN6\"}, {\"v4\": \"$IN4\"}]}" \
	--multi machine-del '{"machine": "m2", "missing-ok": true}'
# What a dump takes, a request for one object does not.
ynl_refused 'Invalid argument.*Unsupported attribute.*bad-attr.*app' --do pair-get \
	"--json={$SHOP, \"addr\": {\"v4\": \"$other4\"}}"
ynl_refused 'Invalid argument.*Un(supported|known) attribute' --dump pair-get "--json={\"addr\": {\"v4\": \"$other4\"}}"
# An address is of one family, and not of one in the other's form.
ynl_refused 'Invalid argument.*either v4 or v6.*bad-attr.*addr' --do pair-get '--json={"addr": {}}'
ynl_refused 'Invalid argument.*either v4 or v6.*bad-attr.*addr' --do pair-del \
	"--json={\"addr\": [{\"v4\": \"$other4\"}, {\"v4\": \"$other4\", \"v6\": \"$IN6\"}]}"
ynl_refused 'Invalid argument.*not mapped.*bad-attr' --do bind \
	"--json={$M1, \"pair\": {\"v6\": \"00000000000000000000ffff$other4\"}}"
ynl_refused 'Invalid argument.*either v4 or v6, and a length.*bad-attr.*prefix' --do pool-new \
	"--json={$REGION, \"prefix\": [{\"len\": 28}]}"
ynl_refused 'Invalid argument.*not mapped.*bad-attr' --do pool-new \
	"--json={$REGION, \"prefix\": [{\"v6\": \"00000000000000000000ffff$NET4\", \"len\": 124}]}"
# A name is of certain characters, in a dump's filter, too.
ynl_refused 'Invalid argument.*a name is of letters.*bad-attr.*app' --dump pair-get '--json={"app": "n/w"}'
ynl_refused 'Invalid argument.*lower case letters.*bad-attr.*region' --dump destination-get '--json={"region": "Ord"}'
ynl_refused 'Invalid argument.*1 to 63 characters.*bad-attr.*machine' --do machine-get '--json={"machine": ""}'
is "nothing changed" "$generation" "$(ynl --do stats-get | jq .generation)"

ynl --do pair-del "--json={\"generation\": $generation, \"addr\": [{\"v4\": \"$other4\"}], $SHOP}"
ynl_refused "No such file.*$other" --do pair-get "--json={\"addr\": {\"v4\": \"$other4\"}}"
is "leased elsewhere" '["m1",0]' \
	"$(ynl --dump machine-get "--json={$SHOP, $REGION}" | jq -c '.[0] | [.machine, .waiting]')"

# Several machines in one request, and what a request would do.
two="{\"machine\": \"m3\", $SHOP, $REGION, \"addr\": [{\"v4\": \"0a000003\"}]}, {\"machine\": \"m4\", $SHOP, $REGION, \"addr\": [{\"v4\": \"$IN4\"}]}"
ynl_refused "File exists.*10.0.0.1 belongs to machine 'm1'.*bad-attr.*entry.*addr" --do machine-new "--json={\"entry\": [$two]}"
ynl --do machine-new "--json={\"entry\": [${two/$IN4/0a000004}]}"
is "would go" '[["m3",true]]' "$(ynl --do machine-del '--json={"machine": "m3", "dry-run": true}' |
	jq -c '[.] | flatten | map([.machine, ."dry-run"])')"
is "added, and still there" '["m1","m3","m4"]' "$(ynl --dump machine-get | jq -c 'map(.machine)')"

is "would be ended" '["m3",0,true]' "$(ynl --do machine-cut '--json={"machine": "m3", "stale": true, "dry-run": true}' |
	jq -c '[.] | flatten[] | [.machine, .cut, ."dry-run"]')"
ynl_refused "No such file.*no machine 'm9'.*bad-attr.*machine" --do machine-cut '--json={"machine": "m9"}'

# Several commands in one request, each by its number.
number() { sed -n '/^enum egress_cmd/,/^}/p' "$TOP/uapi/linux/egress.h" | grep -o 'EGRESS_CMD_[A-Z_]*' | grep -nx "EGRESS_CMD_$1" | cut -d: -f1; }
new=$(($(number MACHINE_NEW) - 1)) del=$(($(number MACHINE_DEL) - 1)) cordon=$(($(number CORDON) - 1))
m5="{\"command\": $new, \"machine\": \"m5\", $SHOP, $REGION, \"addr\": [{\"v4\": \"0a000005\"}]}"
ynl_refused "Operation not supported.*machine-new, .*pair-del and app-set only.*bad-attr.*request.*command" --do batch \
	"--json={\"request\": [$m5, {\"command\": $cordon}]}"
ynl_refused "Invalid argument.*does not take.*bad-attr.*request.*slot" --do batch \
	"--json={\"request\": [$m5, {\"command\": $del, $M1, \"slot\": 1}]}"
ynl_refused "No such file.*no machine 'm9'.*bad-attr.*request.*machine" --do batch \
	"--json={\"request\": [$m5, {\"command\": $del, \"machine\": \"m9\"}]}"
ynl --do batch "--json={\"request\": [$m5, {\"command\": $del, \"machine\": \"m4\"}]}"
is "one came, one went" '["m1","m3","m5"]' "$(ynl --dump machine-get | jq -c 'map(.machine)')"

ynl --do flush '--json={"all": true}'
is "after the flush" '[0,0]' "$(ynl --do stats-get | jq -c '[.pairs, .machines]')"
