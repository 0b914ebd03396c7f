#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Only CAP_NET_ADMIN of the initial user namespace may ask or change anything.
. "$(dirname "$0")/lib.sh"

net 0
pool
before=$(eg -j pool list)
user=(setpriv --reuid 65534 --regid 65534 --clear-groups)
for command in "pool list" list "machine list" stats "flush --all" \
	"pool add fra 203.0.113.0/24" "allocate --app shop --region ord"; do
	# shellcheck disable=SC2086
	refused 2 'root' h "${user[@]}" "$EGRESSCTL" $command
done
# Root of a user namespace of one's own is not enough.
refused 2 'root' unshare --user --map-root-user --net "$EGRESSCTL" list
# Nor may others listen to what is changed.
join() { h "$@" /usr/bin/python3 -I - < "$SELFTESTS/join.py"; }
is "root joins the events" joined "$(join)"
is "a user joins the events" "Operation not permitted" "$(join "${user[@]}")"
is "pools" "$before" "$(eg -j pool list)"
