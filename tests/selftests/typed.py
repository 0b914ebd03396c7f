#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
#
# Runs a command on a terminal of its own, where somebody types a line as soon as
# there is a question; prints what it says, and exits as it does.
#
# usage: typed.py LINE COMMAND...

import os
import pty
import sys

line = sys.argv[1]
pid, terminal = pty.fork()
if not pid:
    os.execvp(sys.argv[2], sys.argv[2:])
said = b""
asked = False
while True:
    try:
        part = os.read(terminal, 4096)
    except OSError:     # it has ended
        break
    if not part:
        break
    said += part
    if not asked and said.endswith(b"[y/N] "):
        asked = True
        os.write(terminal, line.encode() + b"\n")
sys.stdout.buffer.write(said)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
