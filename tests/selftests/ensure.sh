#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# `allocate --ensure` makes sure that there are that many, and only that.
. "$(dirname "$0")/lib.sh"

addresses() { jq -c '[.pairs[] | .v4, .v6] | sort'; }

net 0
pool
once=$(eg -j allocate --app shop --region ord --ensure --count 2 | addresses)
twice=$(eg -j allocate --app shop --region ord --ensure --count 2 | addresses)
is "the same pairs" "$once" "$twice"
is "addresses" 4 "$(pairs | wc -l)"
eg allocate --app shop --region ord --ensure
is "addresses" 4 "$(pairs | wc -l)"

one=$(pairs | head -n 1)
eg release "$one"
eg allocate --app shop --region ord --ensure --count 2
is "addresses" 4 "$(pairs | wc -l)"

# A given pair.
for _ in 1 2; do
	eg allocate --app shop --region ord --ensure --v4 198.51.100.12 --v6 2001:db8:e::12
	is "addresses" 6 "$(pairs | wc -l)"
done
refused 2 198.51.100.12 eg allocate --app shop --region ord --v4 198.51.100.12
refused 2 198.51.100.12 eg allocate --app blog --region ord --ensure --v4 198.51.100.12

# Another app's pairs do not count.
eg allocate --app blog --region ord --ensure
is "addresses" 8 "$(pairs | wc -l)"
