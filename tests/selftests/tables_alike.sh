#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A table in a pipe is the same as on a terminal with room for it, where libsmartcols
# lays it out, and as that would: with addresses of all forms, empty tables, and a
# thousand rows.
. "$(dirname "$0")/lib.sh"

net 1
pool
eg pool add narrow 198.51.100.128/25 2001:db8:e:1:0:0:1:0/112 slots 3-60 2> /dev/null
eg allocate --app shop --region ord --count 2 2> /dev/null
eg allocate --app a.b:c@d-e --region narrow --count 3 --to 203.0.113.0/24,2001:db8:b::/48 2> /dev/null
eg allocate --app old --region narrow --v4 198.51.100.200 2> /dev/null
{
	echo "machine add one --app shop --region ord --addr 10.0.0.1"
	echo "machine add two --app shop --region ord --addr 10.100.200.255 fd00::2 2001:db8:0:0:1::1"
	echo "machine add x --app shop --region ord --addr 1:0:2:0:0:3:0:0 ::ffff:0:1.2.3.4 1::8 fd00:1:2:3:4:5:6:7 a:b:c:d:0:0:0:0"
	echo "machine add a-name-that-is-as-long-as-one-may-be-and-then-nothing-more-fits --app old --region narrow --addr 10.9.9.9"
	echo "machine add waits --app none --region ord --addr 10.9.9.8"
	for i in {1..1000}; do
		echo "machine add n$i --app a.b:c@d-e --region narrow --addr 10.1.$((i / 200)).$((i % 200 + 1))"
	done
} > "$TMP/machines"
eg -b "$TMP/machines" -atomic > /dev/null 2>&1
like "a connection" $'\n' "$(ask m1 tcp $BANK4)
"

# terminal COLUMNS ARG...: what egressctl writes to a terminal that wide.
terminal() {
	h python3 -I - "$EGRESSCTL" "$@" <<-'END'
		import fcntl, os, pty, struct, sys, termios
		tool, columns, *args = sys.argv[1:]
		pid, terminal = pty.fork()
		if not pid:
		    sys.stdin.readline()    # the window has its size
		    os.execvp("sh", ["sh", "-c", 'exec "$@" 2> /dev/null', "sh", tool, *args])
		attrs = termios.tcgetattr(terminal)
		attrs[3] &= ~termios.ECHO
		termios.tcsetattr(terminal, termios.TCSANOW, attrs)
		fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, int(columns), 0, 0))
		os.write(terminal, b"\n")
		try:
		    while part := os.read(terminal, 65536):
		        os.write(1, part.replace(b"\r", b""))
		except OSError:
		    pass
		os.waitpid(pid, 0)
	END
}

for what in "machine list" "machine list --brief" "machine list --waiting" "machine list --region ord" \
	    "list" "list --app old" "lease list" "lease list --brief" "pool list" "app list" \
	    "stats --app shop" "stats --app shop --brief" "top" "top --app old"; do
	# shellcheck disable=SC2086 # words
	eg $what > "$TMP/pipe" 2> /dev/null
	# shellcheck disable=SC2086
	terminal 1000 $what > "$TMP/terminal"
	cmp "$TMP/pipe" "$TMP/terminal" || fail "$what: in a pipe it is not as on a terminal"
	echo "ok: $what: $(wc -l < "$TMP/pipe") lines"
done
eg machine list > "$TMP/pipe"
is "all are there" 1006 "$(wc -l < "$TMP/pipe")"
like "as inet_ntop writes it" " 1:0:2::3:0:0,::ffff:0:102:304,1::8,fd00:1:2:3:4:5:6:7,a:b:c:d:: " "$(grep '^x ' "$TMP/pipe")"
