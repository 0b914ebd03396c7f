#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The guest is what the other tests take it for: a stock kernel of the version
# asked for, which loads modules by itself, with namespaces that reach each other.
set -eu
[ -e "/boot/vmlinuz-$(uname -r)" ] || { echo "this one is no stock kernel"; exit 4; }
[ "$(uname -r)" = "$EGRESS_VM" ]
ip netns add a; ip netns add b
trap 'ip netns del a; ip netns del b' EXIT
ip -n a link add v type veth peer name v netns b
ip -n a addr add 192.0.2.1/24 dev v; ip -n b addr add 192.0.2.2/24 dev v
ip -n a link set v up; ip -n b link set v up
ip netns exec a nft add table ip t
ip netns exec a ping -c 1 -W 5 192.0.2.2
[ -d /sys/module/nf_tables ]
