#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A machine without a pair, or whose pair lacks the family, goes out as the host
# does, or not at all, as its app is set.
. "$(dirname "$0")/lib.sh"

net 1
pool
add 1

under "pass" $HOST4 "$(ask m1 tcp $BANK4)"
under "pass" $HOST6 "$(ask m1 udp $BANK6)"
is "passed" 2 "$(stat passed)"

eg app set shop --on-none drop
heard >/dev/null
is "drop" timeout "$(ask m1 udp $BANK4 wait=0.5)"
is "drop" timeout "$(ask m1 tcp $BANK6 wait=0.5)"
is "the bank heard from" nobody "$(heard)"
[ "$(stat unbound)" -ge 2 ] || fail "unbound is $(stat unbound)"
is "passed" 2 "$(stat passed)"

eg allocate --app shop --region ord --v4 198.51.100.7
under "IPv4 alone" 198.51.100.7 "$(ask m1 udp $BANK4)"
heard >/dev/null
is "no IPv6" timeout "$(ask m1 udp $BANK6 wait=0.5)"
is "the bank heard from" nobody "$(heard)"
eg app set shop --on-none pass
under "no IPv6" $HOST6 "$(ask m1 udp $BANK6)"
under "IPv4 alone" 198.51.100.7 "$(ask m1 udp $BANK4)"
