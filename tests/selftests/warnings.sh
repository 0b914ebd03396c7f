#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Who has too few pairs, or soon will, is told so with the number that helps: in
# the same words on standard error and in JSON, as long as it is so; as events when it
# begins, grows by a tenth and ends, whoever made the change.
. "$(dirname "$0")/lib.sh"

LINUX=$("$TOP/tests/linux_source")
load_module
new_ns h
listen events

# told WHAT WANTED...: these warnings were told since the last time, in that order: phase,
# kind and sentence, as much of each as is wanted.
SEEN=0
told() {
	local what=$1
	shift
	[ $# -gt 0 ] || sleep 0.5
	until_ok "$what: told $#" news "$(printf '%s\n' "$@")"
	SEEN=$(wc -l < "$TMP/events")
}
news() {
	local line wanted=$1
	[ "$(since | wc -l)" -eq "$(grep -c . <<<"$wanted")" ] || return 1
	while IFS= read -r line <&3 && IFS= read -r wanted; do
		[[ $line == "$wanted"* ]] || return 1
	done 3< <(since) <<<"$wanted"
}
since() {
	tail -n "+$((SEEN + 1))" "$TMP/events" |
		jq -r 'select(.event == "warning") | "\(.phase) \(.warning): \(.text)"'
}
# passed: whatever was told until now is not asked about.
passed() {
	sleep 0.5
	SEEN=$(wc -l < "$TMP/events")
}

# sentences: the warnings on standard error. That somebody got slot 0 is another matter.
sentences() { sed 's/^egressctl: warning: //; /has slot 0/d'; }

# warned WHAT WANTED ARG...: the command, which adds a machine or allocates, warns
# of this, a line each, on standard error. It is taken back and done again for JSON.
warned() {
	local what=$1 wanted=$2 said i
	shift 2
	for i in text json; do
		if [ "$i" = text ]; then
			said=$(eg "$@" 2>&1 >/dev/null | sentences)
		else
			undo_last "$1"
			said=$(eg -j "$@" | jq -r '.warnings[]' | sentences)
		fi
		[ "$said" = "$wanted" ] || fail "$what, $i: wanted '$wanted', got '$said'"
	done
	echo "ok: $what: ${wanted:-nothing}"
}

undo_last() {
	if [ "$1" = allocate ]; then
		eg release "$(eg -j list | jq -r 'max_by(."pair-id").ip')" -y
	else
		eg machine del "$(eg -j machine list | jq -r '.[-1].machine')" -y
	fi >/dev/null 2>&1
}

# grow APP FROM TO: machines of that app, without a look at what is said.
grow() {
	local i
	for ((i = $2; i <= $3; i++)); do
		echo "machine add $1$i --app $1 --region ord --addr $(at "$i")"
	done | eg -b - >/dev/null 2>&1
}

# lines MACHINE TEXT: a line for each warning in it.
lines() {
	local line
	while read -r line; do
		line=${line#egressctl: warning: }
		[ -z "$line" ] || [[ $line == *"has slot 0"* ]] || echo "$1: $line"
	done <<<"$2"
}

# table APP: lines of a number of machines and what is said when the app has so
# many, "-" for nothing. Each step is done twice, for people and for JSON; what
# was said is compared at the end, for all steps at once.
table() {
	local app=$1 have=0 n text
	rm -f "$TMP"/{wanted,text,json,list}
	while read -r n text; do
		if [ "$n" != "$have" ]; then
			grow "$app" $((have + 1)) $((n - 1))
			set -- machine add "$app$n" --app "$app" --region ord --addr "$(at "$n")"
			lines "$app$n" "$(eg "$@" 2>&1 >/dev/null)" >> "$TMP/text"
			lines "$app$n" "$(eg list --app "$app" 2>&1 >/dev/null)" >> "$TMP/list"
			eg machine del "$app$n" -y >/dev/null 2>&1
			eg -j "$@" >> "$TMP/json"
			have=$n
		fi
		[ "$text" = - ] || echo "$app$n: $(sentence "$text")" >> "$TMP/wanted"
	done
	is "$app: on standard error" "$(<"$TMP/wanted")" "$(<"$TMP/text")"
	is "$app: in list" "$(<"$TMP/wanted")" "$(<"$TMP/list")"
	is "$app: in JSON" "$(<"$TMP/wanted")" "$(jq -r '.machine as $m | .warnings[] |
		select(contains("has slot 0") | not) | "\($m): \(.)"' "$TMP/json")"
}
sentence() { echo "app '$app' in region 'ord' has $1"; }

eg pool add ord $POOL4 $POOL6 >/dev/null
app=one
warned "one pair" "$(sentence "1 pair, but no machines that use it")" \
	allocate --app one --region ord
table one <<-END
	1	-
	32	-
	33	no room to double its 33 machines (blue-green): need 1 more pair
	40	no room to double its 40 machines (blue-green): need 1 more pair
	41	41 machines for 64 slots: room is getting short
	41	no room to double its 41 machines (blue-green): need 1 more pair
	64	64 machines for 64 slots: room is getting short
	64	no room to double its 64 machines (blue-green): need 1 more pair
	65	65 machines, but 64 slots: need at least 1 more pair
	128	128 machines, but 64 slots: need at least 1 more pair
	129	129 machines, but 64 slots: need at least 2 more pairs
END
# What the slots suffice for again is not warned of any more.
warned "a second pair" "$(sentence "129 machines, but 128 slots: need at least 1 more pair")" \
	allocate --app one --region ord
warned "a third pair" "$(sentence "129 machines for 192 slots: room is getting short")
$(sentence "no room to double its 129 machines (blue-green): need 2 more pairs")" \
	allocate --app one --region ord
eg flush --all

eg pool add ord $POOL4 $POOL6 >/dev/null
app=two
eg -j allocate --app two --region ord >/dev/null
warned "two pairs" "$(sentence "2 pairs, but no machines that use them")" \
	allocate --app two --region ord
table two <<-END
	1	-
	41	-
	64	-
	65	no room to double its 65 machines (blue-green): need 1 more pair
	80	no room to double its 80 machines (blue-green): need 1 more pair
	81	81 machines for 128 slots: room is getting short
	81	no room to double its 81 machines (blue-green): need 1 more pair
	128	128 machines for 128 slots: room is getting short
	128	no room to double its 128 machines (blue-green): need 2 more pairs
	129	129 machines, but 128 slots: need at least 1 more pair
END
eg flush --all

# A machine with a pair of its own does not need the app's.
eg pool add ord $POOL4 $POOL6 >/dev/null
app=large
eg -j allocate --app large --region ord --block-size 4096 >/dev/null
table large <<-END
	8	-
	9	no room to double its 9 machines (blue-green): need 1 more pair
	10	no room to double its 10 machines (blue-green): need 1 more pair
	11	11 machines for 16 slots: room is getting short
	11	no room to double its 11 machines (blue-green): need 1 more pair
	17	17 machines, but 16 slots: need at least 1 more pair
	33	33 machines, but 16 slots: need at least 2 more pairs
END
is "a pair for one machine" "$(sentence "32 machines, but 16 slots: need at least 1 more pair")" \
	"$(eg -j allocate --machine large1 --region ord | jq -r '.warnings[]')"
is "fewer machines" "$(sentence "31 machines, but 16 slots: need at least 1 more pair")" \
	"$(eg -j machine del large2 -y | jq -r '.warnings[]')"
eg flush --all

# The two families, and two regions.
eg pool add ord $POOL4 $POOL6 >/dev/null
eg pool add fra 198.51.100.64/28 >/dev/null
app=shop
eg allocate --app shop --region ord >/dev/null 2>&1
warned "a machine" "" machine add s1 --app shop --region ord --addr 10.0.0.1
warned "IPv4 alone" "$(sentence "2 IPv4 and 1 IPv6 addresses: some machines lack one")" \
	allocate --app shop --region ord --v4 198.51.100.9
fra="app 'shop' in region 'fra' has"
warned "machines elsewhere" "$fra 1 machine, but pairs elsewhere only: need at least 1 here" \
	machine add s2 --app shop --region fra --addr 10.0.0.2
warned "a pair elsewhere" "$(sentence "3 IPv4 and 2 IPv6 addresses: some machines lack one")
$fra 1 machine, but pairs elsewhere only: need at least 1 here" \
	allocate --app shop --region ord
warned "no IPv6 there" "$fra 1 IPv4 and 0 IPv6 addresses: the region has no IPv6 pool" \
	allocate --app shop --region fra
is "list of one region" "$(sentence "3 IPv4 and 2 IPv6 addresses: some machines lack one")" \
	"$(eg list --app shop --region ord 2>&1 >/dev/null | sentences)"

# Another client, and a batch, which looks at the whole at its end.
ynl_cli() {
	h python3 "$LINUX/tools/net/ynl/cli.py" --spec "$TOP/uapi/egress.yaml" --no-schema "$@"
}
forgotten="app 'spare' in region 'fra' has 1 machine, but pairs elsewhere only: need at least 1 here"
passed
ynl_cli --do machine-new \
	--json '{"machine": "s3", "app": "spare", "region": "fra", "addr": {"v4": "0a000003"}}'
ynl_cli --do pair-new --json '{"app": "spare", "region": "ord"}'
told "another client" \
	"begins no-machines: app 'spare' in region 'ord' has 1 pair, but no machines that use it" \
	"begins no-pairs: $forgotten"
is "numbers" '["no-pairs","begins",1,0,0,1]' \
	"$(tail -n 1 "$TMP/events" | jq -c '[.warning, .phase, .machines, .pairs, .slots, .count]')"
is "batch" "$forgotten" "$(printf '%s\n' "machine add s4 --app spare --region ord --addr 10.0.0.4" \
	"machine set s4 --addr 10.0.0.5" | eg -b - 2>&1 >/dev/null | sentences)"
told "batch" "ends no-machines: app 'spare' in region 'ord' is no longer warned that no machines use its pairs"
eg machine set s3 --region ord 2>/dev/null
told "no machine there" "ends no-pairs: app 'spare' in region 'fra' is no longer warned"
eg flush --all

# From none to 100 machines on one pair with 16 slots: not with each of them.
eg pool add ord $POOL4 $POOL6 >/dev/null
passed
eg allocate --app few --region ord --block-size 4096 >/dev/null 2>&1
grow few 1 100
until_ok "100 machines" grep -q '"few100"' "$TMP/events"
is "begins and ends" "begins no-machines|ends no-machines|begins no-doubling|begins short|begins no-slots|ends short|ends no-doubling" \
	"$(since | grep -v '^grows' | sed 's/:.*//' | paste -sd '|')"
within "times it grew" 25 45 "$(since | grep -c '^grows')"
passed
eg allocate --app few --region ord --count 6 --block-size 4096 >/dev/null 2>&1
told "room" "ends no-slots" "begins short: app 'few' in region 'ord' has 100 machines for 112 slots" \
	"begins no-doubling"
eg machine del few1 -y >/dev/null 2>&1
eg machine add few1 --app few --region ord --addr "$(at 1)" >/dev/null 2>&1
told "nothing of one machine"
eg machine del --app few -y >/dev/null 2>&1
told "no machines" "begins no-machines" "ends short" "ends no-doubling"
# shellcheck disable=SC2046 # addresses
eg release $(eg -j list 2>/dev/null | jq -r '.[] | select(.family == "v4").ip') -y
told "no pairs" "ends no-machines"

# Destinations have warnings of their own, which end with them.
eg allocate --app few --region ord --to 203.0.113.0/24 >/dev/null 2>&1
told "a set" "begins no-machines: app 'few' in region 'ord' for 203.0.113.0/24 has 1 pair"
set_id=$(tail -n 1 "$TMP/events" | jq '."set-id"')
eg release "$(eg -j list 2>/dev/null | jq -r '.[0].ip')" -y
told "it goes" "ends no-machines: app 'few' in region 'ord' for 203.0.113.0/24 is no longer"
is "the same set" "$set_id" "$(grep '"warning"' "$TMP/events" | tail -n 1 | jq '."set-id"')"

# A pool of 14: few are 3, and again many are 5. A /64 has enough.
left() { echo "region 'ord' has $1 of 14 IPv4 addresses left for new pairs"; }
eg allocate --app pool --region ord --count 10 >/dev/null 2>&1
passed
app=pool
allocates() { eg allocate --app pool --region ord 2>&1 >/dev/null | sentences | grep -v 'no machines'; }
is "three left" "$(left 3)" "$(allocates)"
told "three left" "grows no-machines" "begins pool-short: $(left 3)"
is "of what" '["ord","v4",3]' "$(grep pool-short "$TMP/events" | tail -n 1 | jq -c '[.region, .family, .free]')"
is "in list" "$(left 3)" "$(eg list --app pool 2>&1 >/dev/null | sentences | grep -v 'no machines')"
is "not of another region" "" "$(eg list --region fra 2>&1 >/dev/null | grep -v 'no region' | sentences)"
eg allocate --app pool --region ord >/dev/null 2>&1
told "two left" "grows pool-short: $(left 2)"
last4() { eg -j list 2>/dev/null | jq -r 'map(select(.family == "v4"))[-1].ip'; }
for i in 1 2; do
	eg release "$(last4)" -y >/dev/null 2>&1
done
told "not yet enough"
eg release "$(last4)" -y >/dev/null 2>&1
told "enough" "ends pool-short: region 'ord' is no longer warned that few IPv4 addresses are left"
eg allocate --app pool --region ord --count 2 >/dev/null 2>&1
is "a second prefix" "" "$(eg pool add ord 198.51.100.64/28 2>&1)"
is "without what drains" "$(left 3)" "$(eg pool drain ord 198.51.100.64/28 2>&1 | sentences)"
is "with it again" "" "$(eg pool drain ord 198.51.100.64/28 off 2>&1 | sentences)"

# Another host has an address, too.
new_ns w
link h up fe80::1/64 w eth0 fe80::2/64
inside w "addr add 198.51.100.129/25 dev eth0"
made
eg pool add fra 198.51.100.128/28 dev up >/dev/null
passed
eg allocate --app twice --region fra >/dev/null 2>&1
told "in use" "begins no-machines" "begins families" "begins conflict: app 'twice' in region 'fra' has 198.51.100.129, which is in use by "
mac=$(ip -n w -j link show dev eth0 | jq -r '.[0].address')
is "by whom" "conflict begins 198.51.100.129 $mac" "$(grep '"warning"' "$TMP/events" | tail -n 1 |
	jq -r '"\(.warning) \(.phase) \(.v4) \(."conflict-v4")"')"
pair_says() {
	[ "$(jq -r 'select(.event == "pair-new") | ."conflict-v4"' "$TMP/events" | tail -n 1)" = "$1" ]
}
until_ok "the pair, too" pair_says "$mac"
ip -n w addr del 198.51.100.129/25 dev eth0
told "in use no more" "ends conflict: app 'twice' in region 'fra' is no longer warned that another host has 198.51.100.129"
until_ok "the pair is without" pair_says null
