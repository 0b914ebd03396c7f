#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
#
# Connections that come and go for ever, TCP and UDP in turn, to port 7 of each
# address given. At most STAND of them stand at once. EGRESS_PAUSE: seconds after each.
#
#   load.py STAND ADDR...

import collections
import itertools
import os
import select
import socket
import sys

# For an answer, and the others want the processor, too.
PAUSE = float(os.environ.get("EGRESS_PAUSE", 0.005))


def main():
    standing = collections.deque()
    kinds = itertools.cycle([socket.SOCK_STREAM, socket.SOCK_DGRAM])
    for addr in itertools.cycle(sys.argv[2:]):
        family = socket.AF_INET6 if ":" in addr else socket.AF_INET
        sock = socket.socket(family, next(kinds))
        sock.setblocking(False)
        standing.append(sock)
        try:
            sock.connect((addr, 7))
            sock.send(b"?\n")
        except OSError:
            pass
        select.select([sock], [], [], PAUSE)
        for old in list(standing)[::16]:
            try:
                old.send(b"?\n")
                old.recv(64)
            except OSError:
                pass
        if len(standing) > int(sys.argv[1]):
            standing.popleft().close()


main()
