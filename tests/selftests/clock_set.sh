#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The machine's clock is set years ahead and back while connections stand, pairs
# drain and machines wait: drains take their time by another clock, no lease or
# limit changes, and only what is created then has the clock's time.
. "$(dirname "$0")/lib.sh"

[ -n "${EGRESS_VM:-}" ] || skip "sets the clock: in a virtual machine only"
REAL=$(date +%s) UP=$(uptime_s) YEAR=31556952

# set_clock YEARS: from now on it is that much later than it is.
set_clock() { date -s "@$((REAL + $(uptime_s) - UP + $1 * YEAR))" >/dev/null; }
back() {
	local rc=$?
	set_clock 0
	cleanup "$rc"
}
trap back EXIT

# created ADDR: years from now, says the list.
created() {
	local at
	at=$(eg -j list | jq --arg ip "$1" '.[] | select(.ip == $ip) | .created')
	echo $(((at - REAL + 1000 * YEAR + YEAR / 2) / YEAR - 1000))
}
drain() { eg -j list | jq -c --arg ip "$1" '.[] | select(.ip == $ip) | [.draining, .drain]'; }
gone() { [ -z "$(drain "$1")" ]; }

net 2
pool
allocate
add 1
first=$V4
leased m1 "$(keep standing m1 tcp $BANK4)"
standing=$(again standing)

for years in 20 -20 60 0; do
	# A machine waits; a pair drains, a second long and a day long.
	allocate --block-size 16384
	second=$V4
	eg bind m1 "$second" >/dev/null
	under "before" "$second" "$(keep short m1 tcp 203.0.113.2)"
	allocate
	third=$V4
	eg bind m1 "$third" >/dev/null
	under "before" "$third" "$(keep long m1 tcp 203.0.113.3)"
	eg bind m1 "$first" >/dev/null
	eg release "$third" --drain=86400
	eg machine add waits --app blog --region ord --addr 10.3.0.1
	set_clock "$years"
	is "$years years: the drain's end" "true 86" "$(drain "$third" | jq -r '"\(.[0]) \(.[1] / 1000 | floor)"')"
	eg release "$second" --drain=1
	until_ok "$years years: a drain of a second ends" gone "$second"
	is "cut" reset "$(again short | sed 's/timeout/reset/')"
	under "$years years: what drains lives on" "$third" "$(again long)"
	is "$years years: what stands" "$standing" "$(again standing)"
	leased m1 "$(ask m1 tcp $BANK6)"
	eg allocate --app blog --region ord >/dev/null
	lease waits
	is "$years years: created" "$years" "$(created "$V4")"
	is "$years years: created before" 0 "$(created "$first")"
	eg machine del waits
	eg release "$V4" "$third"
	is "$years years: cut" timeout "$(again long | sed 's/reset/timeout/')"
	end short
	end long
done

like "each port" 'ok=1024 .* distinct=1024' "$(many all 1024 m1 tcp 203.0.113.4)"
is "one more" reset "$(ask m1 tcp 203.0.113.4 | sed 's/refused/reset/')"
set_clock -20
is "one more" reset "$(ask m1 tcp 203.0.113.4 | sed 's/refused/reset/')"
part all 24
like "as many as were closed" 'ok=24 ' "$(many again 24 m1 tcp 203.0.113.4)"
set_clock 0
end all
end again
end standing
forgotten connections
balanced
