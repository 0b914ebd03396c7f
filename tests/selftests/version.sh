#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# egressctl says whether the module is of its version, and works with one that is not.
. "$(dirname "$0")/lib.sh"

load_module
new_ns h
own=$(< /sys/module/egress/version)
is "one version" "$own true" "$(eg -j version | jq -r '"\(.egressctl) \(.fits)"')"
like "in words" "egressctl $own, module $own: they fit" "$(eg version)"

# The same tool by another name of its version, which is as long.
other=${own//[0-9]/9}
sed "s/$own/$other/g" "$EGRESSCTL" > "$TMP/other"
chmod +x "$TMP/other"
EGRESSCTL=$TMP/other
is "two versions" "$other $own false" "$(eg -j version | jq -r '"\(.egressctl) \(.module) \(.fits)"')"
like "what that means" "egressctl $other, module $own: what only one of them knows" "$(eg version)"
eg pool add ord $POOL4
is "it works" ord "$(of region "$(eg -j pool list)")"
