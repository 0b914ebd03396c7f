#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# `check` really connects from inside a machine and tells what the far end sees;
# if it fails, it names the step where, and each is made to fail here.
. "$(dirname "$0")/lib.sh"

net 3
serve b 443 $BANK4 $BANK6
T4=$BANK4:7 T6="[$BANK6]:7"

# checks STEP REGEX ARG...: it fails there, and says so; STEP "" for none.
checks() {
	local rc=0 wanted=2
	[ -n "$1" ] || wanted=0
	GOT=$(eg -j check "${@:3}") || rc=$?
	is "check ${*:3}: fails at" "$1" "$(told failed)"
	is "check ${*:3}: status" "$wanted" "$rc"
	like "check ${*:3}" "$2" "$(lasts)"
}

# told KEY: of each target, in one line.
told() {
	local all
	all=$(values "$1" "$GOT")
	echo "${all//$'\n'/ }"
}

# lasts: the text of each target's last step, a line each.
lasts() {
	local rest=$GOT last='"text": ?"(([^"\]|\\.)*)" *\} *\] *\}(.*)'
	while [[ $rest =~ $last ]]; do
		echo "${BASH_REMATCH[1]}"
		rest=${BASH_REMATCH[3]}
	done
}

# Without a lease nothing is sent.
add 1
checks lease "'m1' waits .* on-none is pass" m1 $T4
eg app set shop --on-none drop
checks "lease lease" "on-none is drop" m1 $T4 "$T6"
is "nothing was sent" nobody "$(flows heard; echo "$REPLY")"

pool
allocate
checks "" "the far end sees $V4 port [0-9]+" m1 $T4
checks "" "the far end sees $V4 port [0-9]+.*the far end sees $V6 port" m1 $T4 "$T6"
is "what it says" "$V4 $V6" "$(told sees)"
is "what the far end saw" "$V4 $V6" "$(flows heard; echo "$REPLY")"
lease m1
for port in $(told sees-port); do
	within "port" "$FIRST" "$LAST" "$port"
done
checks "" "nothing listens on its port 444" m1 $BANK4:444
checks "" "sees $V4" m1 $BANK4
is "the port it is" 443 "$(told port)"
like "for people" "^m1, in network namespace m1
$BANK4:7
  excluded  ok      no
  lease     ok      $V4 ports $FIRST-$LAST
  limit     ok      [0-9]+ of 1024 connections
  address   ok      $V4 is answered for on 'up'
  sent      ok      under $V4
  reply     ok      the far end sees $V4 port [0-9]+\$" "$(eg check m1 $T4)"

# Where it goes if nobody says.
ip -n b addr add 1.1.1.1/32 dev lo
ip -n b addr add 2606:4700:4700::1111/128 dev lo nodad
ip -n o route add 1.1.1.1 via 203.0.113.1
ip -n o route add 2606:4700:4700::1111 via $BANK6
serve b 443 1.1.1.1
checks "" "sees $V4.*sees $V6, and nothing listens" m1

# A step after the other.
checks excluded "127.0.0.0/8 are excluded" m1 localhost:7
eg app set shop --exclude 203.0.113.2/32
checks excluded "203.0.113.2/32 are excluded for app 'shop'" m1 203.0.113.2:7
eg app set shop --limit 1
keep full m1 tcp 203.0.113.3 > /dev/null
checks limit "all 1 connections to 203.0.113.3" m1 203.0.113.3:7
is "and the lease it has" "$V4 ports $FIRST-$LAST" \
	"$(jq -r '.[].steps[] | select(.step == "lease").text' <<<"$GOT")"
eg app set shop --limit 0
checks "" "sees" m1 203.0.113.3:7
eg machine set m1 --dev gone 2> /dev/null
checks device "'gone', which is not there" m1 $T4
eg machine set m1 --dev m2
checks sent "came in by another device" m1 $T4
eg machine set m1 --dev m1
checks "" "sees" m1 $T4
h nft -f - <<-END
table inet operator {
	chain forward {
		type filter hook forward priority 0
		ip saddr 10.0.0.1 ip daddr $BANK4 drop
	}
}
END
checks sent "the host's own rules dropped it" m1 $T4
h nft delete table inet operator
ip -n h route add unreachable $BANK4
checks sent "the host itself has no route there" m1 $T4
ip -n h route del unreachable $BANK4
ip -n m1 route del default via 10.0.0.254
checks sent "inside the machine: Network is unreachable" m1 $T4
ip -n m1 route add default via 10.0.0.254
b nft -f - <<-END
table inet bank {
	chain in {
		type filter hook input priority 0
		tcp dport 9 drop
		tcp dport 10 reject with icmpx admin-prohibited
	}
}
END
checks reply "nor to the host itself" m1 $BANK4:9
is "what it would have seen" "$V4" "$(told sees)"
checks reply "somebody on the way says: No route to host" m1 $BANK4:10

# Addresses that do not come back. The pool of fra is claimed on a device that
# the router is not at, that of ams on none, that of ord on the right one.
ip -n h link add side type dummy
eg pool add fra 198.51.100.64/28 dev side
eg pool add ams 198.51.100.80/28
eg allocate --app blog --region fra > /dev/null 2>&1
eg allocate --app blog --region ams > /dev/null 2>&1
eg machine add m2 --app blog --region fra --addr 10.0.0.2 fd00::2 > /dev/null 2>&1
eg machine add m3 --app blog --region ams --addr 10.0.0.3 > /dev/null
checks address "nobody answers for 198.51.100.65: 'side' is down" m2 $T4
ip -n h link set side up
checks return "answered for on 'side', and the way there leads by 'up'" m2 $T4
checks return "not 198.51.100.81: route it to this host" m3 $T4
ip -n o route add 198.51.100.80/28 via 192.0.2.2
checks "" "sees 198.51.100.81" m3 $T4
checks source "no IPv6 address inside" m3 "$T6"
checks lease "no IPv6 address" m2 "$T6"
ip -n o route del 198.51.100.0/24
ip -n o route add blackhole 198.51.100.0/24
checks return "the router does not have it on the link of 'up'" m1 $T4

# Which namespace it is.
eg machine add lost --app blog --region ams --addr 10.7.7.7 > /dev/null 2>&1
refused 2 "no network namespace here has 10.7.7.7.*--netns.*'egressctl get from 10.7.7.7 to ADDR'" eg check lost
refused 2 "'m1' does not have 10.7.7.7" eg check lost --netns m1
background unshare --net bash -c 'ip link set lo up && ip addr add 10.7.7.7 dev lo && exec sleep 100'
found() { [[ $(eg check lost $T4 2>&1) == *"in network namespace sleep (process"* ]]; }
until_ok "a namespace of a process" found
ip -n m1 addr add 10.7.7.7/32 dev lo
refused 2 "in two network namespaces.*--netns" eg check lost
checks return "the host's way to the machine, 10.7.7.7, leads by 'up' too" lost $T4 --netns m1
ip -n h route add 10.7.7.7 dev m1
checks "" "sees 198.51.100.81" lost $T4 --netns /run/netns/m1
refused 2 "there is no machine 'none'" eg check none
refused 1 "\[::1'" eg check m1 '[::1'
for port in 65979 0 -1 443x ''; do
	refused 1 "${port:-203.0.113.1:}" eg check m1 "203.0.113.1:$port"
	refused 1 "${port:-\[$BANK6\]:}" eg check m1 "[$BANK6]:$port"
done
