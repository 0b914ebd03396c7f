#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A pair serves the machines of its app in its region, and nobody else.
. "$(dirname "$0")/lib.sh"

net 3
pool
eg pool add fra 198.51.100.128/28 2001:db8:e:f::/64 dev up
allocate
shop4=$V4 shop6=$V6
eg allocate --app shop --region fra
eg allocate --app blog --region fra
add 1
eg machine add m2 --app blog --region ord --addr 10.0.0.2 --addr fd00::2
eg machine add m3 --app shop --region fra --addr 10.0.0.3 --addr fd00::3

for _ in 1 2 3; do
	under "shop in ord" "$shop4" "$(ask m1 udp $BANK4)"
	under "shop in ord" "$shop6" "$(ask m1 udp $BANK6)"
	under "blog in ord" $HOST4 "$(ask m2 udp $BANK4)"
	under "blog in ord" $HOST6 "$(ask m2 udp $BANK6)"
	leased m3 "$(ask m3 udp $BANK4)"
	like "shop in fra" '^198.51.100.1(29|[34].)$' "$V4"
done

eg allocate --app blog --region ord
leased m2 "$(ask m2 tcp $BANK4)"
differ "blog's pair" "$shop4 $shop6" "$V4 $V6"
leased m1 "$(ask m1 tcp $BANK4)"
is "shop's pair is" "$shop4" "$V4"
waiting=$(eg -j machine list --app blog | jq 'map(select(.waiting)) | length')
is "blog's machines that wait" 0 "$waiting"
