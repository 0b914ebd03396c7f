#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
#
# A client that never rests: one HTTP request after the other, each from the next
# source address of those in the file LIVE ("IPV4 IPV6" lines, replaced as one likes) to
# the destination of that family. Writes "SOURCE PEER PORT" to LOG for each, as the
# far end saw it, or "SOURCE failed WHY". Ends when LIVE is empty.
# EGRESS_PAUSE: seconds between them.
#
#   requests.py LIVE LOG DEST4 DEST6

import itertools
import os
import socket
import sys
import time

# The others want the processor, too.
PAUSE = float(os.environ.get("EGRESS_PAUSE", 0.01))


def request(source, dest):
    try:
        with socket.create_connection((dest, 80), 60, (source, 0)) as conn:
            conn.sendall(b"GET / HTTP/1.0\r\n\r\n")
            answer = conn.makefile().read()
    except OSError as e:
        return f"failed {e}"
    head, _, text = answer.partition("\n\n")
    return text.strip() if " 200 " in head else f"failed {answer!r}"


def main():
    live, log, *dests = sys.argv[1:]
    with open(log, "a") as out:
        for n in itertools.count():
            with open(live) as lines:
                machines = lines.read().splitlines()
            if not machines:
                break
            sources = machines[n // 2 % len(machines)].split()
            print(sources[n % 2], request(sources[n % 2], dests[n % 2]), file=out, flush=True)
            time.sleep(PAUSE)


main()
