#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The apps of an org share its pairs: a machine uses its own pair before its app's, and its app's
# before its org's; those of other apps use none of them. An app that leaves the org takes nothing
# of it along.
. "$(dirname "$0")/lib.sh"

# new NAME APP [OPTION]...: the machine in namespace mN, N the name's last character.
new() { eg machine add "$1" --app "$2" --region ord --addr "10.0.0.${1#m}" "fd00::${1#m}" "${@:3}"; }

# show MACHINE KEY
show() { of "$2" "$(eg -j machine show "$1")"; }

# pair_for WHOM...: a pair; its addresses are in V4 and V6.
pair_for() {
	local made
	made=$(eg -j allocate --region ord "$@")
	V4=$(of v4 "$made") V6=$(of v6 "$made")
}

net 3
pool
for app in shop blog; do
	eg app set $app --org acme
done
is "shop's org" acme "$(of org "$(eg -j app show shop)")"
new m1 shop
new m2 blog
new m3 alone

# One pair for the machines of both apps, and for nobody else.
pair_for --org acme
org4=$V4 org6=$V6
for m in 1 2; do
	is "m$m's scope" org "$(show m$m scope)"
	leased m$m "$(ask m$m tcp $BANK4)"
	leased m$m "$(ask m$m udp $BANK6)"
	is "m$m's pair" "$org4 $org6" "$V4 $V6"
done
differ "ports" "$(show m1 ports)" "$(show m2 ports)"
under "m3" $HOST4 "$(ask m3 tcp $BANK4)"
is "the pair" "org acme null 2" "$(eg -j list --org acme | jq -r '.[0] | "\(.scope) \(.org) \(.app) \(.machines)"')"
is "its slots" "acme blog, acme shop" "$(eg -j lease list --org acme |
	jq -r '[.[] | "\(.org) \(.app)"] | sort | join(", ")')"
is "those of shop" 1 "$(eg -j lease list --app shop | jq length)"
is "apps" 2 "$(eg -j app list --org acme | jq length)"
is "machines" 2 "$(eg -j machine list --org acme | jq length)"
like "get" "of a pair of the org" "$(eg get from 10.0.0.1 to $BANK4)"
refused 2 "belongs to org 'acme', not to app 'shop'" eg release "$org4" --app shop
refused 2 "there is no org 'acne': did you mean 'acme'" eg list --org acne
refused 2 "belongs to org 'acme' in region 'ord'" eg bind m3 "$org4"
refused 1 "give one of them" eg allocate --org acme --app shop --region ord

# An app has a limit of its own, which the org's blocks must have room for.
eg app set shop --limit 2
like "m1 opens" "^ok=2 " "$(many few 3 m1 tcp $BANK4)"
like "m2 opens" "^ok=3 " "$(many more 3 m2 tcp $BANK4)"
end few
end more
eg app set shop --limit 0
eg app set large --limit 4096
refused 2 "blocks of $org4 have" eg app set large --org acme
eg app set large --limit 0

# A machine's own pair before its app's, that before the org's; and back again.
keep old m1 tcp $BANK4 > /dev/null
pair_for --app shop
app4=$V4
under "m1, shop has a pair" "$app4" "$(ask m1 tcp $BANK4)"
under "m2" "$org4" "$(ask m2 tcp $BANK4)"
is "m1's first connection" "$org4" "$(again old | cut -d' ' -f1)"
pair_for --machine m1
under "m1 has one" "$V4" "$(ask m1 tcp $BANK4)"
eg release "$V4"
under "m1 has none" "$app4" "$(ask m1 tcp $BANK4)"
eg bind m1 "$org4"
under "m1 is bound to the org's" "$org4" "$(ask m1 tcp $BANK4)"
eg bind m1 auto
under "m1 is not" "$app4" "$(ask m1 tcp $BANK4)"
# So for some destinations, where the org's pair goes: its app's are there.
pair_for --org acme --to $BANK4/32
some4=$V4
pair_for --app shop --to $BANK4/32
eg bind m1 "$some4"
under "m1 is bound for some destinations" "$some4" "$(ask m1 tcp $BANK4)"
eg release "$some4"
under "its app's for these" "$V4" "$(ask m1 tcp $BANK4)"
eg release "$V4"
eg release "$app4"
under "shop has none" "$org4" "$(ask m1 tcp $BANK4)"
is "waiting: m3 alone" 1 "$(stat waiting)"
end old

# Pairs for some destinations: of the org, then of an app for the same, and none again.
pair_for --org acme --to $BANK4/32
bank4=$V4
under "m1 to the bank" "$bank4" "$(ask m1 tcp $BANK4)"
under "m2 to the bank" "$bank4" "$(ask m2 tcp $BANK4)"
under "m1 elsewhere" "$org4" "$(ask m1 tcp 203.0.113.2)"
pair_for --app shop --to $BANK4/32
under "m1 to the bank, by shop's" "$V4" "$(ask m1 tcp $BANK4)"
under "m2 to the bank, still" "$bank4" "$(ask m2 tcp $BANK4)"
pair_for --app blog
under "m2 elsewhere, by blog's" "$V4" "$(ask m2 tcp 203.0.113.2)"
under "m2 to the bank, as before" "$bank4" "$(ask m2 tcp $BANK4)"
eg list --app shop >/dev/null
for addr in $(eg -j list | jq -r '.[] | select(.family == "v4" and .scope == "app") | .ip'); do
	eg release "$addr"
done
under "m1 to the bank, by the org's" "$bank4" "$(ask m1 tcp $BANK4)"
under "m2 elsewhere, by the org's" "$org4" "$(ask m2 tcp 203.0.113.2)"
eg release "$bank4"
under "m1 to the bank, by the rest" "$org4" "$(ask m1 tcp $BANK4)"

# A machine's own pair becomes the org's, and no connection notices.
pair_for --machine m1
is "m1 keeps" "$V4" "$(keep mine m1 tcp $BANK4 | cut -d' ' -f1)"
refused 2 "is not in org 'other'" eg promote m1 --org other
eg promote m1 --org acme
is "scope" org "$(show m1 scope)"
is "m1's connection" "$V4" "$(again mine | cut -d' ' -f1)"
under "m1" "$V4" "$(ask m1 tcp $BANK4)"
end mine
eg release "$V4"

# Who leaves loses what is the org's, and nobody else does.
keep gone m1 tcp $BANK4 > /dev/null
keep here m2 tcp $BANK4 > /dev/null
like "dry run" "machine 'm1' of app 'shop' .*: $org4 -> waiting, [0-9]+ connections? cut" \
	"$(eg app set shop --org none --dry-run | head -1)"
eg app set shop --org none -y
is "m1 was cut" 0 "$(h conntrack -L -p tcp --reply-dst "$org4" --orig-src 10.0.0.1 2>/dev/null | wc -l)"
is "m2 was not" "$org4" "$(again here | cut -d' ' -f1)"
under "m1 is out" $HOST4 "$(ask m1 tcp $BANK4)"
waits m1
is "its slot is free" 0 "$(eg -j lease list --app shop | jq length)"
eg app set shop --org acme
under "m1 is in again" "$org4" "$(ask m1 tcp $BANK4)"

# To another region and back.
eg pool add ams 198.51.100.64/28 dev up
eg machine set m1 --region ams
waits m1
eg allocate --org acme --region ams --v4 198.51.100.65
under "m1 in ams" 198.51.100.65 "$(ask m1 tcp $BANK4)"
eg machine set m1 --region ord
under "m1 in ord" "$org4" "$(ask m1 tcp $BANK4)"
eg flush --all
is "apps" 0 "$(eg -j app list | jq length)"
