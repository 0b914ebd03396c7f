#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Each network namespace has its own state, and takes it along when it goes. The
# module stays while there are leases; then it can go, and come back.
. "$(dirname "$0")/lib.sh"

net 1
new_ns x
x() { "$EGRESSCTL" -n x "$@"; }
pool
x pool add ord $POOL4 $POOL6
allocate --v4 198.51.100.7 --v6 2001:db8:e::7
x allocate --app blog --region ord --v4 198.51.100.7
add 1
x machine add m1 --app blog --region ord --addr 10.0.0.1
is "owner in h" shop "$(eg -j list | jq -r '.[0].owner')"
is "owner in x" blog "$(x -j list | jq -r '.[0].owner')"
x flush --all
is "x" "[] [] []" "$(x -j list) $(x -j machine list) $(x -j pool list)"
leased m1 "$(ask m1 tcp $BANK4)"
x pool add ord $POOL4
x allocate --app blog --region ord
x machine add m1 --app blog --region ord --addr 10.0.0.1

rmmod egress 2>/dev/null && fail "the module went, and leases with it"
leased m1 "$(ask m1 tcp $BANK4)"
eg flush --all
under "no lease" $HOST4 "$(ask m1 tcp $BANK4)"
standing=$(keep standing m1 tcp $BANK4)
rmmod egress 2>/dev/null && fail "the module went, with x's leases"

ip netns del x
until_ok "the module goes" rmmod egress
is "a masqueraded connection" "$standing" "$(again standing)"
under "no module" $HOST4 "$(ask m1 tcp $BANK4)"
refused 2 'modprobe egress' eg list
is "code" no-module "$(eg -j list 2>&1 | jq -r .code)"

load_module
pool
allocate
add 1
leased m1 "$(ask m1 tcp $BANK4)"
