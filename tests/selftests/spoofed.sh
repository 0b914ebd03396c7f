#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A machine that names its device is not impersonated from another one.
. "$(dirname "$0")/lib.sh"

net 2
printf '%s\n' "addr add 10.0.0.1/32 dev lo" "addr add fd00::1/128 dev lo nodad" | ip -n m2 -batch -
pool
allocate
add 1 --dev m1

leased m1 "$(ask m1 tcp $BANK4)"
leased m1 "$(ask m1 tcp $BANK6)"
heard >/dev/null
is "from another device" timeout "$(ask m2 udp $BANK4 from=10.0.0.1 wait=0.5)"
is "from another device" timeout "$(ask m2 udp $BANK6 from=fd00::1 wait=0.5)"
is "the bank heard from" nobody "$(heard)"
is "spoofed" 2 "$(stat spoofed)"
leased m1 "$(ask m1 udp $BANK4)"

eg machine set m1 --dev m2
is "from its former device" timeout "$(ask m1 udp $BANK4 wait=0.5)"
is "spoofed" 3 "$(stat spoofed)"
eg machine set m1 --dev ''
leased m1 "$(ask m1 udp $BANK4)"
