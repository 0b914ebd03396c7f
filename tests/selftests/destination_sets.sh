#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Pairs for some destinations only: the longest prefix wins, the pair without
# any takes the rest, and a change of either disturbs no connection.
. "$(dirname "$0")/lib.sh"

# to NAME...: a pair for those destinations; its addresses are in V4 and V6.
to() { allocate --to "$1"; }
from4() { local seen; seen=$(ask "$1" tcp "$2"); echo "${seen% *}"; }
leases() { eg -j lease list | jq -c --arg m "$1" '[.[] | select(.machine == $m and .state == "leased") | .v4] | sort'; }
sorted() { printf '%s\n' "$@" | jq -cnR '[inputs] | sort'; }

net 2
pool
allocate
rest=$V4
add 1
to 203.0.113.2,2001:db8:b::2
two=$V4
add 2
is "m1's leases" "$(sorted "$rest" "$two")" "$(leases m1)"
is "m2's leases" "$(sorted "$rest" "$two")" "$(leases m2)"
is "both in the list of machines" 2 "$(eg -j machine list | jq '.[] | select(.machine == "m1").leases | length')"
for m in m1 m2; do
	is "the rest" "$rest" "$(from4 $m 203.0.113.1)"
	is "its own pair" "$two" "$(from4 $m 203.0.113.2)"
	is "and IPv6" "$V6" "$(from4 $m 2001:db8:b::2)"
	differ "the rest of IPv6" "$V6" "$(from4 $m 2001:db8:b::1)"
done

# The longest prefix wins, in whatever order they come.
to 203.0.113.0/24
wide=$V4
is "the wide one" "$wide" "$(from4 m1 203.0.113.1)"
is "the narrow one" "$two" "$(from4 m1 203.0.113.2)"
to 203.0.113.2/31
middle=$V4
is "between" "$middle" "$(from4 m1 203.0.113.3)"
is "the narrow one" "$two" "$(from4 m1 203.0.113.2)"
is "the wide one" "$wide" "$(from4 m1 203.0.113.4)"

# The same destinations once more: another pair for them.
to 203.0.113.2/31
is "m1 stays" "$middle" "$(from4 m1 203.0.113.3)"
refused 2 "203.0.113.2/31.*the same or apart" eg allocate --app shop --region ord --to 203.0.113.2/31,10.9.0.0/16
refused 1 "host bits" eg allocate --app shop --region ord --to 203.0.113.2/24
refused 2 "given twice" eg allocate --app shop --region ord --to 203.0.113.2,203.0.113.2
is "in the list" '["203.0.113.2/32","2001:db8:b::2/128"]' \
	"$(eg -j list | jq -c --arg ip "$two" '[.[] | select(.ip == $ip)][0].to | sort_by(contains(":"))')"
like "and for people" "TO.*203.0.113.0/24" "$(eg list | tr '\n' ' ')"

# A connection lives on when its pair is given other destinations.
under "to .2" "$two" "$(keep long m1 tcp 203.0.113.2)"
eg pair set "$two" --to 203.0.113.4 >/dev/null
is "now the one between" "$middle" "$(from4 m1 203.0.113.2)"
is "the machine's lease went along" "$two" "$(from4 m1 203.0.113.4)"
under "no connection noticed" "$two" "$(again long)"
eg pair set "$two" >/dev/null
under "nor now" "$two" "$(again long)"
is "the wide one again" "$wide" "$(from4 m1 203.0.113.4)"

# Sets come, change and go under load: each packet leaves under a pair's address.
capture o seen -i h -Q in -B 65536 "udp and dst net 203.0.113.0/24"
background in_ns m1 /usr/bin/python3 -I "$SELFTESTS/load.py" 100 203.0.113.{1..4}
for ((i = 0; i < 12; i++)); do
	to 203.0.113.2
	eg pair set "$V4" --to 203.0.113.1,203.0.113.4 >/dev/null
	eg pair set "$V4" --to 203.0.113.1 >/dev/null
	if ((i % 2)); then
		eg release "$V4"
	else
		eg release "$V4" --drain=1
	fi
done
like "packets were seen" '^[1-9][0-9]{2,}$' "$(wc -l < "$TMP/seen")"
is "packets under another address" 0 "$(grep -cv ' 198\.51\.100\.' "$TMP/seen" || true)"
# What is left comes from a pair of the longest prefix: release the others.
eg release "$wide" >/dev/null
is "back to the rest" true "$([[ " $rest $two " == *" $(from4 m1 203.0.113.4) "* ]] && echo true)"

# The last pair for some destinations goes: the rest takes them.
drained() { [ "$(eg -j list | jq '[.[] | select(.draining)] | length')" -eq 0 ]; }
until_ok "the last drain ends" drained
for pair in $(eg -j list | jq -r '.[] | select(.family == "v4" and (.to | length) > 0) | .ip'); do
	eg release "$pair"
done
like "only the rest is left" '^\[("198.51.100.[0-9]+")\]$' "$(leases m1)"
is "no prefixes are left" "0 0" "$(stat prefixes) $(stat memory)"

# An app that has pairs for some destinations only: the rest is the host's.
eg allocate --app other --region ord --to 203.0.113.3 >/dev/null
eg machine set m2 --app other >/dev/null
is "is not waiting" false "$(of waiting "$(eg -j machine show m2)")"
is "the host's address" $HOST4 "$(from4 m2 203.0.113.1)"
like "its pair's" '^198\.51\.100\.' "$(from4 m2 203.0.113.3)"

# A machine's own pair wins over all of its app's; one for some destinations there.
made=$(eg -j allocate --machine m2 --region ord --to 203.0.113.1)
is "its own, there" "$(of v4 "$made")" "$(from4 m2 203.0.113.1)"
like "the app's, elsewhere" '^198\.51\.100\.' "$(from4 m2 203.0.113.3)"
made=$(eg -j allocate --machine m2 --region ord)
is "its own, everywhere" "$(of v4 "$made")" "$(from4 m2 203.0.113.3)"
is "and nowhere else's slot" 0 "$(eg -j list | jq '[.[] | select(.app == "other" and .scope == "app") | .machines] | add')"
keep mine m2 tcp 203.0.113.3 >/dev/null
eg promote m2 >/dev/null
is "promoted, all of them" 0 "$(eg -j list | jq '[.[] | select(.scope == "machine")] | length')"
under "no connection noticed" "$(of v4 "$made")" "$(again mine)"
differ "the app's pair there again" "$(of v4 "$made")" "$(from4 m2 203.0.113.3)"
is "the rest" "$(of v4 "$made")" "$(from4 m2 203.0.113.2)"
eg machine del m2
eg flush --all
is "prefixes after the flush" "0 0" "$(stat prefixes) $(stat memory)"
