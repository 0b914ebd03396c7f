#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Conntrack's table is full: new connections are dropped, none leaks, none takes a
# place of its machine's limit; where the kernel evicts entries to make room, their
# places are free again. Afterwards a machine has all of its ports.
. "$(dirname "$0")/lib.sh"

entries() { h conntrack -C; }

# full NUMBER: no more entries than that, nor than there are.
full() {
	local n
	n=$(entries)
	machine_wide net.netfilter.nf_conntrack_max "$((n < $1 ? n : $1))"
}

room() { sysctl -qw net.netfilter.nf_conntrack_max=65536; }

net 2
pool
allocate
add 1
lease m1
o nft -f - <<-END
	table inet seen {
		counter leaked { }
		counter own { }
		chain c {
			type filter hook prerouting priority raw
			iifname "h" ip saddr $V4 counter name own accept
			iifname "h" ip6 saddr $V6 counter name own accept
			iifname "h" ip daddr 203.0.113.2 counter name leaked
			iifname "h" ip6 daddr 2001:db8:b::2 counter name leaked
		}
	}
END

# Full of connections that stand: there is no room to be made.
like "m2's connections stand" 'ok=200 ' "$(many standing 200 m2 tcp $BANK4)"
leased m1 "$(keep own m1 tcp $BANK4)"
opened=$(stat opened)
own=$(seen own)
full 1
for bank in 203.0.113.2 2001:db8:b::2; do
	is "TCP" "ok=0 timeout=20" "$(many none 20 m1 tcp $bank wait=0.5)"
	is "UDP" "ok=0 timeout=20" "$(many none 20 m1 udp $bank wait=0.5)"
	! m1 ping -qnc 2 -i 0.2 -W 0.5 $bank >/dev/null || fail "$bank answers"
done
is "what was there goes on" "$V4" "$(again own | cut -d ' ' -f 1)"
is "m2's go on" 200 "$(same standing)"
is "places taken meanwhile" "$opened" "$(stat opened)"
[ "$(seen own)" -gt "$own" ] || fail "the counter counts nothing"
is "seen outside under a wrong address" 0 "$(seen leaked)"

# Full of datagrams without an answer: those make room for m2's connections.
room
m1 /usr/bin/python3 -I "$SELFTESTS/inject.py" udp 203.0.113.3 9 1000
before=$(of connections "$(eg -j machine show m1)")
within "places taken" 900 1001 "$before"
full 65536
like "m2 drives some of m1's out" 'ok=[1-9]' "$(many more 300 m2 tcp $BANK4)"
left=$(of connections "$(eg -j machine show m1)")
within "m1's places then" 1 $((before - 1)) "$left"
echo "ok: of $before places $((before - left)) are free again"

end none
room
end own
h conntrack -F 2>/dev/null
for bank in 203.0.113.2 203.0.113.3 2001:db8:b::2; do
	like "each of its ports to $bank" "ok=1024 .* distinct=1024" "$(many all 1024 m1 tcp $bank)"
	end all
	leased m1 "$(ask m1 tcp 203.0.113.4)"
	h conntrack -F 2>/dev/null
done
is "refused, out of memory" "0 0" "$(stat limit) $(stat nomem)"
is "seen outside under a wrong address" 0 "$(seen leaked)"
forgotten connections
balanced
