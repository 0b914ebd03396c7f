#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# 100,000 prefixes, a thousand for each of a hundred pairs: added in seconds,
# shown with the memory they take, and each destination still finds its pair.
. "$(dirname "$0")/lib.sh"

from4() { local seen; seen=$(ask m1 tcp "$1"); echo "${seen% *}"; }

net 1
eg pool add ord 198.51.100.0/24 dev up >/dev/null
allocate --v4 198.51.100.250
add 1
/usr/bin/python3 -I - > "$TMP/batch" <<-END
	for pair in range(100):
	    prefixes = [f"{20 + n // 65536}.{n // 256 % 256}.{n % 256}.0/24"
	                for n in range(pair, 99900, 100)]
	    prefixes.append(f"203.0.113.{pair % 8 * 16 + pair // 8}/32")
	    print(f"allocate --app shop --region ord --v4 198.51.100.{pair + 1} --to {','.join(prefixes)}")
END
begin=${EPOCHREALTIME/.}
eg -b "$TMP/batch" >/dev/null 2>"$TMP/err"
took=$(((${EPOCHREALTIME/.} - begin) / 1000))
echo "ok: added in $took ms"
within "milliseconds" 1 $((PATIENCE * 1000 / 6)) "$took"
is "prefixes" 100000 "$(stat prefixes)"
within "bytes" 1000000 16000000 "$(stat memory)"

# 203.0.113.N is the pair's with N = pair % 8 * 16 + pair / 8.
is "203.0.113.1" 198.51.100.9 "$(from4 203.0.113.1)"
is "203.0.113.2" 198.51.100.17 "$(from4 203.0.113.2)"
is "203.0.113.3" 198.51.100.25 "$(from4 203.0.113.3)"
is "a lease of each pair" 101 "$(eg -j lease list | jq '[.[] | select(.machine == "m1")] | length')"
eg release 198.51.100.9
is "back to the rest" 198.51.100.250 "$(from4 203.0.113.1)"
is "prefixes" 99000 "$(stat prefixes)"
is "each is read back" 99000 "$(eg -j list | jq '[.[].to | length] | add')"
