#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Pairs are promoted, get other destinations and are drained, while machines come,
# go and are pinned: each machine keeps what it has, and no lease is lost.
. "$(dirname "$0")/lib.sh"

from4() { local seen; seen=$(ask "$1" tcp "$2"); echo "${seen% *}"; }
own() { local made; made=$(eg -j allocate --machine m1 --region ord "$@"); of v4 "$made"; }
gone() { ! pairs | grep -qx "$1"; }

net 3
pool

# Nobody waits where nobody is.
allocate
add 1
eg machine del m1
is "waiting after the machine has gone" 0 "$(stat waiting)"
eg flush --all

# Promoted with two pairs for everything: still on the one it was on.
pool
add 1
own >/dev/null
own >/dev/null
lease m1
on=$V4:$FIRST
eg promote m1 >/dev/null
lease m1
is "after the promotion" "$on" "$V4:$FIRST"
eg flush --all

# Promoted with pairs for two sets of destinations: both are the app's.
pool
allocate
add 1
add 2
two=$(own --to 203.0.113.2)
three=$(own --to 203.0.113.3)
eg promote m1 >/dev/null
for m in m1 m2; do
	is "$m to .2" "$two" "$(from4 $m 203.0.113.2)"
	is "$m to .3" "$three" "$(from4 $m 203.0.113.3)"
	is "$m to .1" "$V4" "$(from4 $m 203.0.113.1)"
done
eg flush --all

# One of a machine's two pairs, the one that it isn't on, gets its own destinations.
pool
add 1
one=$(own)
two=$(own)
lease m1
[ "$V4" = "$one" ] && other=$two || other=$one
eg pair set "$other" --to 203.0.113.2 >/dev/null
is "to .2" "$other" "$(from4 m1 203.0.113.2)"
is "to .1" "$V4" "$(from4 m1 203.0.113.1)"
eg flush --all

# Pinned to its app's pair while one of its own becomes that for everything.
pool
allocate
app=$V4
add 1
one=$(own --to 203.0.113.2)
eg bind m1 "$app" >/dev/null
keep pinned m1 tcp 203.0.113.2 >/dev/null
eg pair set "$one" >/dev/null
is "pinned" "$app" "$(from4 m1 203.0.113.1)"
is "everywhere" "$app" "$(from4 m1 203.0.113.2)"
under "no connection noticed" "$one" "$(again pinned)"
eg bind m1 auto >/dev/null
is "its own again" "$one" "$(from4 m1 203.0.113.1)"
end pinned
eg machine del m1
is "the app's pair is left" 2 "$(pairs | wc -l)"
eg flush --all

# Pinned, it keeps that pair when the one for some destinations gets them all.
pool
allocate
add 1 --pair "$V4"
rest=$V4
allocate --to 203.0.113.2
is "to .2" "$V4" "$(from4 m1 203.0.113.2)"
eg pair set "$V4" >/dev/null
is "to .2 now" "$rest" "$(from4 m1 203.0.113.2)"
is "to .1" "$rest" "$(from4 m1 203.0.113.1)"
eg flush --all

# A machine comes while the last pair for some destinations is drained.
pool
allocate
rest=$V4
add 1
allocate --to 203.0.113.2
keep long m1 tcp 203.0.113.2 >/dev/null
eg release "$V4" --drain
add 2
is "the rest takes them" "$rest" "$(from4 m2 203.0.113.2)"
end long
until_ok "the pair has gone" gone "$V4"
is "m2 stays" "$rest" "$(from4 m2 203.0.113.2)"
allocate --to 203.0.113.2
is "m2 has a lease there" "$V4" "$(from4 m2 203.0.113.2)"
eg machine del m2
is "waiting" 0 "$(stat waiting)"
eg flush --all

# A slot whose last connection has ended goes to who waits, not to who comes.
pool
allocate --block-size 16384
add 1
crowd 2 4
allocate --block-size 16384
crowd 5 7
keep short m1 tcp $BANK4 >/dev/null
eg bind m1 "$V4" >/dev/null
crowd 8 8
waits c8
end short
crowd 9 9
has_lease() { [ "$(of waiting "$(eg -j machine show "$1")")" = false ]; }
until_ok "c8 has the slot" has_lease c8
waits c9
