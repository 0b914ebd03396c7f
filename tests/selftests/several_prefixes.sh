#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A pool of several prefixes of both families: pairs come from all of them, and each
# of their addresses works, also while its prefix drains.
. "$(dirname "$0")/lib.sh"

prefixes() { eg -j pool list ord | jq -r '[.[].prefixes[] | "\(.prefix) \(.used)"] | sort | join(", ")'; }

net 1
eg pool add ord 198.51.100.0/31 2001:db8:e:1::/127 dev up
eg pool add ord 198.51.100.8/31 2001:db8:e:2::/126
is "prefixes" "198.51.100.0/31 0, 198.51.100.8/31 0, 2001:db8:e:1::/127 0, 2001:db8:e:2::/126 0" \
	"$(prefixes)"
eg allocate --app shop --region ord --count 4
is "addresses of each prefix" "2 2 2 2" \
	"$(for net in 198.51.100.[01] 198.51.100.[89] 2001:db8:e:1:: 2001:db8:e:2::; do pairs | grep -c "^$net"; done | xargs)"
refused 2 "ord" eg allocate --app shop --region ord
add 1
for addr in $(pairs); do
	eg bind m1 "$addr"
	case $addr in
	*:*) under "m1" "$addr" "$(ask m1 udp $BANK6)" ;;
	*) under "m1" "$addr" "$(ask m1 udp $BANK4)" ;;
	esac
done

# What drains goes on for those who have it.
eg bind m1 198.51.100.9
keep standing m1 tcp $BANK4 >/dev/null
eg pool drain ord 198.51.100.8/31 2001:db8:e:2::/126
eg release 198.51.100.8
refused 2 "drain" eg allocate --app shop --region ord
under "over what stands" 198.51.100.9 "$(again standing)"
under "anew" 198.51.100.9 "$(ask m1 udp $BANK4)"
eg bind m1 198.51.100.1
eg release 198.51.100.9
eg pool del ord 198.51.100.8/31 2001:db8:e:2::/126
is "prefixes" "198.51.100.0/31 2, 2001:db8:e:1::/127 2" "$(prefixes)"
under "m1" 198.51.100.1 "$(ask m1 tcp $BANK4)"
under "m1" 2001:db8:e:1::1 "$(ask m1 udp $BANK6)"
