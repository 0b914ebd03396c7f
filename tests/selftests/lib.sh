#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What every test stands on. `net N` makes this from nothing:
#
#     m1 ... mN                h                       o                      b
#  .-------------.   .------------------.   .-------------------.   .-----------------.
#  |  a machine  |   |     the host     |   |  the router that  |   |    the bank     |
#  |             |   |                  |   |  the host is at   |   |                 |
#  |        eth0 |---| m1 ... mN     up |---| h               b |---| o               |
#  |  10.0.0.N   |   |    192.0.2.2     |   | 192.0.2.1         |   | 203.0.113.1-4   |
#  |  fd00::N    |   |    2001:db8:2::2 |   | 2001:db8:2::1     |   | 2001:db8:b::1-4 |
#  '-------------'   '------------------'   '-------------------'   '-----------------'
#
# h forwards and masquerades its machines behind 192.0.2.2 and 2001:db8:2::2
# with nft, as a host would without egress. o takes 198.51.100.0/24 and
# 2001:db8:e::/48, where the pools are, to be on its link to h. On port 7 of the
# bank a server tells a client the address and port it comes from.
#
# A function named as a namespace runs a program there: `h nft ...`. `eg` is
# egressctl in h. Flows (`ask`, `keep`, `many` ...) are flows.py's commands.
#
# shellcheck disable=SC2034 # variables are for the tests
set -euo pipefail

SELFTESTS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
TOP=$(cd "$SELFTESTS/../.." && pwd)
EGRESSCTL=${EGRESSCTL:-$TOP/build/egressctl}
TMP=$(mktemp -d)
HOST4=192.0.2.2 HOST6=2001:db8:2::2
BANK4=203.0.113.1 BANK6=2001:db8:b::1
POOL4=198.51.100.0/28 POOL6=2001:db8:e::/64
export LC_ALL=C
PATIENCE=60		# seconds; a debug kernel is slow
SLOW=1			# by this are spans of time longer on it
[ -z "${EGRESS_SLOW:-}" ] || PATIENCE=600 SLOW=5

PIDS=() SPACES=() SYSCTLS=()

fail() {
	echo "FAILED at $(basename "${BASH_SOURCE[-1]}"):${BASH_LINENO[-2]}: $*" >&2
	exit 1
}

skip() {
	echo "$*"
	exit 4
}

# is WHAT WANTED GOT
is() {
	[ "$2" = "$3" ] || fail "$1: wanted '$2', got '$3'"
	echo "ok: $1: $3"
}

# like WHAT REGEX GOT
like() {
	[[ $3 =~ $2 ]] || fail "$1: '$3' is not like '$2'"
	echo "ok: $1: $3"
}

# differ WHAT THIS THAT
differ() {
	[ "$2" != "$3" ] || fail "$1: '$2' again"
	echo "ok: $1: not $3"
}

# within WHAT FIRST LAST NUMBER
within() {
	if [ "$4" -lt "$2" ] || [ "$4" -gt "$3" ]; then
		fail "$1: $4 is not in $2-$3"
	fi
}

# uptime_s: seconds that no change of the clock touches.
uptime_s() {
	local up
	read -r up _ < /proc/uptime
	echo "${up%.*}"
}

# until_ok WHAT COMMAND...: try until it succeeds, ten seconds long.
until_ok() {
	local what=$1 end
	end=$(($(uptime_s) + PATIENCE / 6))
	shift
	until "$@"; do
		[ "$(uptime_s)" -lt "$end" ] || fail "$what: not within $((PATIENCE / 6)) s"
		sleep 0.05
	done
	echo "ok: $what"
}

in_ns() {
	local ns=$1
	shift
	${EXEC:-} nsenter --net="/run/netns/$ns" -- "$@"
}
h() { in_ns h "$@"; }
o() { in_ns o "$@"; }
b() { in_ns b "$@"; }
m1() { in_ns m1 "$@"; }
m2() { in_ns m2 "$@"; }
eg() { "$EGRESSCTL" -n h "$@"; }

# refused STATUS REGEX COMMAND...: it fails with that status and a message like
# that. STATUS is a regex, too.
refused() {
	local status=$1 regex=$2 rc=0 said
	shift 2
	said=$("$@" 2>&1 >/dev/null) || rc=$?
	[[ $rc =~ ^$status$ ]] || fail "$*: wanted exit status $status, got $rc: $said"
	like "$*" "$regex" "$said"
}

# background COMMAND...: a program that lives no longer than the test. It is the
# program that is killed then, not a shell around it.
background() {
	EXEC='exec' "$@" &
	PIDS+=($!)
}

# cleanup [STATUS]
cleanup() {
	local rc=${1:-$?} ns
	trap - EXIT
	for ns in "${PIDS[@]}"; do
		kill "$ns" 2>/dev/null || true
	done
	wait
	for ns in "${SPACES[@]}"; do
		[ ! -e "/run/netns/$ns" ] || echo "netns del $ns"
	done | ip -batch - || rc=1
	[ ${#SYSCTLS[@]} -eq 0 ] || sysctl -qw "${SYSCTLS[@]}" || rc=1
	rm -rf "$TMP"
	exit "$rc"
}
trap cleanup EXIT

# machine_wide NAME VALUE: a sysctl that all namespaces share, until the test ends.
machine_wide() {
	SYSCTLS=("$1=$(sysctl -n "$1")" "${SYSCTLS[@]}")
	sysctl -qw "$1=$2"
}

# The module that was built for this kernel, or the installed one.
load_module() {
	[ ! -d /sys/module/egress ] || return 0
	local ko
	ko=$TOP/build/$(uname -r)/egress.ko
	if [ -e "$ko" ]; then
		modprobe -a nf_conntrack nf_nat nf_reject_ipv4 nf_reject_ipv6
		insmod "$ko"
	else
		modprobe egress
	fi
}

# To start a program costs an emulated machine more than what the program does: what
# is to be made is collected here, and done by one ip for cables and namespaces, and by
# one for each namespace. Within `together` it is done at the end of that.
declare -A INSIDE=()
OUTSIDE='' TOGETHER=''

# inside NAMESPACE LINE...: ip does that in there, after what it had to do before.
inside() {
	local lines
	printf -v lines '%s\n' "${@:2}"
	INSIDE[$1]+=$lines
}

made() {
	local ns lines
	[ -z "$TOGETHER" ] || return 0
	lines=$OUTSIDE OUTSIDE=''
	[ -z "$lines" ] || ip -batch - <<<"$lines"
	for ns in "${!INSIDE[@]}"; do
		ip -n "$ns" -batch - <<<"${INSIDE[$ns]}"
	done
	INSIDE=()
}

together() {
	TOGETHER=1
	"$@"
	TOGETHER=''
	made
}

new_ns() {
	local ns
	SPACES+=("$@")
	for ns; do
		OUTSIDE+="netns add $ns"$'\n'
		inside "$ns" "link set lo up"
	done
	made
}

# link NS DEV ADDRS NS DEV ADDRS: a cable, with addresses at both ends. Where
# the kernel would make up a link-local address and probe for it, it has one.
link() {
	OUTSIDE+="link add name $2 netns $1 type veth peer name $5 netns $4"$'\n'
	link_end "$1" "$2" "$3"
	link_end "$4" "$5" "$6"
	made
}

link_end() {
	local addr
	inside "$1" "link set dev $2 addrgenmode none"
	for addr in $3; do
		case $addr in
		*:*) inside "$1" "addr add $addr dev $2 nodad" ;;
		*) inside "$1" "addr add $addr dev $2" ;;
		esac
	done
	inside "$1" "link set dev $2 up"
}

# machine_ns HOST N: the namespace mN, connected to the host.
machine_ns() { together a_machine "$@"; }
a_machine() {
	new_ns "m$2"
	link "$1" "m$2" "10.0.0.254/32 fe80::1/64" "m$2" eth0 "10.0.0.$2/32 fd00::$2/128 fe80::2/64"
	inside "m$2" "route add 10.0.0.254 dev eth0" "route add default via 10.0.0.254" \
		"route add default via fe80::1 dev eth0"
	inside "$1" "route add 10.0.0.$2 dev m$2" "route add fd00::$2 dev m$2"
}

# host_ns HOST ADDR4 ADDR6 GATEWAY4 GATEWAY6: a host at the router.
host_ns() {
	together a_host "$@"
	is_host "$1"
}
a_host() {
	new_ns "$1"
	link "$1" up "$2 $3 fe80::3/64" o "$1" "$4/${2#*/} $5/${3#*/} fe80::4/64"
	inside "$1" "route add default via $4" "route add default via $5"
}
is_host() {
	in_ns "$1" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 \
		net.netfilter.nf_conntrack_udp_timeout=$((30 * SLOW))
	in_ns "$1" nft -f - <<-END
	table inet host {
		chain postrouting {
			type nat hook postrouting priority srcnat
			oifname "up" ip saddr 10.0.0.0/8 masquerade
			oifname "up" ip6 saddr fd00::/8 masquerade
		}
	}
	END
}

net() {
	[ "$(id -u)" = 0 ] || skip "needs root"
	load_module
	together a_net "$1"
	o sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 \
		net.ipv4.icmp_ratelimit=0 net.ipv4.icmp_msgs_per_sec=100000 net.ipv6.icmp.ratelimit=0
	is_host h
	coproc FLOWS { exec /usr/bin/python3 -I "$SELFTESTS/flows.py"; }
	PIDS+=("$FLOWS_PID")
	exec {FLOWS_IN}>&"${FLOWS[1]}" {FLOWS_OUT}<&"${FLOWS[0]}"
	serve b 7 203.0.113.{1..4} 2001:db8:b::{1..4}
}
a_net() {
	local i
	new_ns o b
	a_host h $HOST4/25 $HOST6/64 192.0.2.1 2001:db8:2::1
	link o b "203.0.113.254/24 2001:db8:b::fe/64 fe80::1/64" \
		b o "203.0.113.1/24 203.0.113.2/24 203.0.113.3/24 203.0.113.4/24
		2001:db8:b::1/64 2001:db8:b::2/64 2001:db8:b::3/64 2001:db8:b::4/64 fe80::2/64"
	inside b "route add default via 203.0.113.254" "route add default via 2001:db8:b::fe"
	inside o "route add 198.51.100.0/24 dev h" "route add 2001:db8:e::/48 dev h"
	for ((i = 1; i <= $1; i++)); do
		a_machine h "$i"
	done
}

# flows COMMAND...: have flows.py do it; the answer is in REPLY.
flows() {
	echo "$*" >&"$FLOWS_IN"
	read -rt "$PATIENCE" -u "$FLOWS_OUT" REPLY || fail "flows.py gave no answer: $*"
	[[ $REPLY != error:* ]] || fail "flows.py: $REPLY"
}
serve() { flows serve "$@"; }
ask() { flows ask "$@"; echo "$REPLY"; }
keep() { flows keep "$@"; echo "$REPLY"; }
again() { flows again "$1"; echo "$REPLY"; }
many() { flows many "$@"; echo "$REPLY"; }
same() { flows same "$1"; echo "$REPLY"; }
end() { flows end "$1"; }

# stream NAME COUNT: UDP flows that go on for two seconds are streams to conntrack, and
# are not ended for others when they are silent.
stream() {
	sleep 2.1
	is "$1 streams" "$2" "$(same "$1")"
}
part() { flows part "$@"; echo "$REPLY"; }
heard() { flows heard; echo "$REPLY"; }

# pool: the pool of region ord, claimed on the uplink.
pool() { eg pool add ord $POOL4 $POOL6 dev up; }

# add N [OPTION]...: the machine mN of app shop in region ord, as in namespace mN.
add() {
	eg machine add "m$1" --app shop --region ord --addr "10.0.0.$1" --addr "fd00::$1" "${@:2}"
}

# allocate [OPTION]...: a pair for app shop in ord; its addresses are in V4 and V6.
allocate() {
	local made
	made=$(eg -j allocate --app shop --region ord "$@")
	V4=$(of v4 "$made") V6=$(of v6 "$made")
}

# value KEY JSON: a value of an object, as jq would say it but without a process, which
# reads its own library first, at the cost of ten others. It is in VALUE.
value() {
	[[ $2 =~ \"$1\":\ ?\"?([^\",}]*) ]] || fail "no '$1' in $2"
	VALUE=${BASH_REMATCH[1]}
}
of() {
	value "$@"
	echo "$VALUE"
}

# values KEY JSON: of all objects that have it and where it is not null, one a line.
values() {
	local rest=$2
	while [[ $rest =~ \"$1\":\ ?\"?([^\",}]*)(.*) ]]; do
		rest=${BASH_REMATCH[2]}
		[ "${BASH_REMATCH[1]}" = null ] || echo "${BASH_REMATCH[1]}"
	done
}

# lease MACHINE: its address pair and ports, in V4, V6, SLOT, FIRST and LAST.
lease() {
	local got
	got=$(eg -j machine show "$1")
	V4=$(of egress-v4 "$got") V6=$(of egress-v6 "$got") SLOT=$(of slot "$got") LAST=$(of ports "$got")
	[ "$SLOT" != null ] || fail "$1 has no lease"
	FIRST=${LAST%-*} LAST=${LAST#*-}
}

# waits MACHINE: it has no lease.
waits() {
	is "$1 waits" true "$(of waiting "$(eg -j machine show "$1")")"
}

# under WHAT ADDR SEEN: the far end saw that address.
under() {
	is "$1" "$2" "${3% *}"
}

# leased MACHINE SEEN: the far end saw the machine's address, a port of its block.
leased() {
	local addr port
	read -r addr port <<<"$2"
	lease "$1"
	case $addr in
	*:*) is "$1's IPv6" "$V6" "$addr" ;;
	*) is "$1's IPv4" "$V4" "$addr" ;;
	esac
	within "$1's port" "$FIRST" "$LAST" "$port"
}

# stat NAME: a counter of the namespace.
stat() { of "$1" "$(eg -j stats)"; }

# none_left NAME: of connections, or destinations, none is counted.
none_left() { [ "$(stat "$1")" = 0 ]; }

# balanced: each connection that was opened is closed or live.
balanced() { until_ok "opened is closed and live" balances; }
balances() {
	local all
	all=$(eg -j stats)
	[ "$(of opened "$all")" = $(($(of closed "$all") + $(of connections "$all"))) ]
}

# forgotten NAME: conntrack forgets all there is, and none is counted any more. What
# was still being closed comes again, and is taken up anew: so it forgets that, too.
forgotten() { until_ok "no $1 left" forget "$1"; }
forget() { h conntrack -F 2>/dev/null && none_left "$1"; }

# charged: bytes in objects that are charged to somebody, which all of ours are.
charged() {
	local cache
	sleep 0.5
	for cache in /sys/kernel/slab/kmalloc-cg-*/shrink; do
		echo 1 > "$cache"
	done
	awk '/^kmalloc-cg-/ { sum += $2 * $4 } END { print sum }' /proc/slabinfo
}

# memory_is_back BEFORE AFTER: what was charged. What RCU frees may take seconds to be back.
# KASAN keeps for a time what is freed, and kmemleak says what is lost there.
memory_is_back() {
	local after=$2 i
	[ ! -e /sys/kernel/debug/kmemleak ] || return 0
	for ((i = 0; i < 10 && after - $1 >= 262144; i++)); do
		after=$(charged)
	done
	echo "ok: $1 bytes before, $after after"
	[ $((after - $1)) -lt 262144 ] || fail "memory is not back: $1 bytes before, $after after"
}

# seen NAME: what a counter of the router's table `seen` has counted.
seen() { o nft list counter inet seen "$1" | awk '/packets/ { print $2 }'; }

# listed REGEX COMMAND...: how many lines of what it prints are like that; something
# else than a number if it fails.
listed() {
	local regex=$1 all
	shift
	all=$("$@" 2>/dev/null) || { echo "failed: $*"; return; }
	awk -v regex="$regex" '$0 ~ regex { n++ } END { print n + 0 }' <<<"$all"
}

# ynl ARG...: the kernel tree's netlink tool in h. The static checks have held the
# specification against its schema.
start_ynl() {
	coproc YNL {
		EXEC='exec' h /usr/bin/python3 -I "$SELFTESTS/ynl.py" \
			"$("$TOP/tests/linux_source")/tools/net/ynl/cli.py" "$TOP/uapi/egress.yaml" "$TMP/ynl"
	}
	PIDS+=("$YNL_PID")
	exec {YNL_IN}>&"${YNL[1]}" {YNL_OUT}<&"${YNL[0]}"
}
ynl() {
	local status
	printf '%q ' --output-json "$@" >&"$YNL_IN"
	echo >&"$YNL_IN"
	read -rt "$PATIENCE" -u "$YNL_OUT" status || fail "ynl gave no answer: $*"
	cat "$TMP/ynl"
	return "$status"
}

# settled: no slot lingers, so that none becomes free now, which is a change.
settled() { until_ok "no slot lingers" no_slot_lingers; }
no_slot_lingers() { [[ $(eg -j lease list --brief) != *lingering* ]]; }

# pairs: the addresses of all pairs, IPv4 first, one a line.
pairs() { eg -j list | jq -r '.[].ip'; }

# crowd FROM TO [OPTION]...: machines cFROM to cTO, which are all in namespace m1
# and have one address each (`at N`).
at() { echo "10.1.$(($1 / 250)).$(($1 % 250 + 1))"; }

crowd() {
	local i
	[ -n "$(ip -n h route show 10.1.0.0/16)" ] || many_in_m1
	for ((i = $1; i <= $2; i++)); do
		echo "machine add c$i --app shop --region ord --addr $(at "$i") ${*:3}"
	done | eg -b - >/dev/null
}

# many_in_m1: m1 has all of 10.1.0.0/16 and fd00:1::/64, too.
many_in_m1() {
	ip -n h route add 10.1.0.0/16 dev m1
	ip -n h route add fd00:1::/64 via fe80::2 dev m1
	ip -n m1 route add local 10.1.0.0/16 dev lo
	ip -n m1 route add local fd00:1::/64 dev lo
}

# runs PID NAME: it does still; what it said is in TMP/NAME.err.
runs() { kill -0 "$1" 2>/dev/null || fail "$2 has ended: $(tail -n 20 "$TMP/$2.err")"; }

# web [PORT]...: nginx in the bank, on port 80 and these, which answers as port 7 does,
# and sends what is in TMP for /slow/NAME, 256 KiB a second.
web() {
	cat > "$TMP/nginx.conf" <<-END
	daemon off;
	master_process off;
	pid $TMP/nginx.pid;
	worker_rlimit_nofile 16384;
	events { worker_connections 8192; }
	http {
		log_format seen "\$remote_addr \$remote_port";
		access_log $TMP/access.log seen;
		client_header_timeout 1h;
		server {
			$(printf 'listen %s; ' 80 '[::]:80' "$@" "${@/#/[::]:}")
			location /slow/ { alias $TMP/; limit_rate 256k; }
			location / { return 200 "\$remote_addr \$remote_port\n"; }
		}
	}
	END
	background b nginx -e "$TMP/error.log" -c "$TMP/nginx.conf"
	until_ok "nginx listens" b bash -c "</dev/tcp/$BANK4/80"
}

# capture NS FILE ARG...: tcpdump in the namespace, which sees all from now on, a line
# each: not what it thinks of a payload by its port.
capture() {
	background in_ns "$1" tcpdump -nlUq -s 192 -B 8192 "${@:3}" >> "$TMP/$2" 2> "$TMP/$2.err"
	until_ok "tcpdump listens" grep -q listening "$TMP/$2.err"
}

# shows FILE REGEX: has it been captured?
shows() { grep -qE "$2" "$TMP/$1"; }

# resolves ADDR: does the router's kernel, asking anew, get an answer?
resolves() {
	local state
	ip -n o neigh flush to "$1"
	flows ask o udp "$1" wait=0.01
	for ((i = 0; i < 100; i++)); do
		state=$(ip -n o neigh show to "$1" dev h)
		case $state in
		*lladdr*) return 0 ;;
		*FAILED*) return 1 ;;
		esac
		sleep 0.05
	done
	fail "$1 neither resolves nor fails: $state"
}

# listen FILE: from now on each event is a line of JSON in the file.
listen() {
	# Reading the specification takes Python seconds.
	local source PATIENCE=$((3 * PATIENCE))
	source=$("$TOP/tests/linux_source")
	background h "$SELFTESTS/events.py" "$source" "$TOP/uapi/egress.yaml" \
		> "$TMP/$1" 2> "$TMP/$1.err"
	until_ok "somebody listens" grep -q listening "$TMP/$1.err"
}
