#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Who has too few pairs, or soon will, is told so with the number that helps: in
# the same words on standard error, in JSON and as events, whoever made the change.
. "$(dirname "$0")/lib.sh"

LINUX=$("$TOP/tests/linux_source")
load_module
new_ns h
listen events

# count NAME: so many events of that name have come.
count() { grep -c "\"event\": \"$1\"" "$TMP/events" || true; }

# told NAME: the warnings that were told with the last event of that name.
told() {
	tail -n 200 "$TMP/events" |
		jq -rs --arg event "$1" '(map(select(.event == $event))[-1].generation) as $now |
			.[] | select(.event == "warning" and .generation == $now).text'
}
came() { [ "$(count "$1")" -ge "$2" ] && [ "$3" = "$(told "$1")" ]; }

# sentences: the warnings on standard error. That somebody got slot 0 is another matter.
sentences() { sed 's/^egressctl: warning: //; /has slot 0/d'; }

# warned WHAT WANTED ARG...: the command, which adds a machine or allocates, warns
# of this, a line each, on standard error; and as it is said there, so in events
# and in `list`. It is taken back and done again for JSON.
warned() {
	local what=$1 wanted=$2 event said n i
	shift 2
	[ "$1" = allocate ] && event=pair-new || event=machine-new
	for i in text json; do
		n=$(count $event)
		if [ "$i" = text ]; then
			said=$(eg "$@" 2>&1 >/dev/null | sentences)
		else
			undo_last "$1"
			said=$(eg -j "$@" | jq -r '.warnings[]' | sentences)
		fi
		[ "$said" = "$wanted" ] || fail "$what, $i: wanted '$wanted', got '$said'"
		until_ok "$what: the same as events" came $event $((n + 1)) "$wanted"
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
	until_ok "$app: all events" came_twice "\"$app$have\""
	# A machine was added in this generation, and this was told.
	jq -rs '(map(select(.event == "machine-new") | { "\(.generation)": .machine }) | add) as $of |
		.[] | select(.event == "warning") | "\($of["\(.generation)"]): \(.text)"' \
		"$TMP/events" > "$TMP/told"
	jq -r '"^\(.machine):"' "$TMP/json" > "$TMP/added"
	is "$app: as events, twice" "$(sort -k 1,1V -s "$TMP"/{wanted,wanted})" \
		"$(grep -f "$TMP/added" "$TMP/told" | sort -k 1,1V -s)"
}
came_twice() { [ "$(grep '"machine-new"' "$TMP/events" | grep -cF "$1")" -ge 2 ]; }
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
ynl() {
	h python3 "$LINUX/tools/net/ynl/cli.py" --spec "$TOP/uapi/egress.yaml" --no-schema "$@"
}
forgotten="app 'spare' in region 'fra' has 1 machine, but pairs elsewhere only: need at least 1 here"
machines=$(count machine-new) pairs=$(count pair-new)
ynl --do machine-new \
	--json '{"machine": "s3", "app": "spare", "region": "fra", "addr": {"v4": "0a000003"}}'
until_ok "another client: nothing to tell" came machine-new $((machines + 1)) ""
ynl --do pair-new --json '{"app": "spare", "region": "ord"}'
until_ok "another client" came pair-new $((pairs + 1)) \
	"app 'spare' in region 'ord' has 1 pair, but no machines that use it"$'\n'"$forgotten"
is "numbers" '["no-pairs",1,0,0,1]' \
	"$(tail -n 1 "$TMP/events" | jq -c '[.warning, .machines, .pairs, .slots, .count]')"
is "batch" "$forgotten" "$(printf '%s\n' "machine add s4 --app spare --region ord --addr 10.0.0.4" \
	"machine set s4 --addr 10.0.0.5" | eg -b - 2>&1 >/dev/null | sentences)"
