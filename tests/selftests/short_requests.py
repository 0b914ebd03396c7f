#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
#
# Short HTTP requests, a connection each.
#
#   short_requests.py client|server COUNT AT-ONCE ADDR
#
# client, server: who closes first. Prints ok=N refused=N failed=N.

import concurrent.futures
import os
import socket
import sys

# A SYN has been sent three times by then.
WAIT = 30 if os.environ.get("EGRESS_SLOW") else 4


def request(closer, addr):
    keep = "close" if closer == "server" else "keep-alive"
    ask = f"GET / HTTP/1.1\r\nHost: bank\r\nConnection: {keep}\r\n\r\n".encode()
    try:
        with socket.create_connection((addr, 80), WAIT) as sock:
            sock.sendall(ask)
            data = sock.recv(4096)
            while closer == "server" and (more := sock.recv(4096)):
                data += more
    except ConnectionRefusedError:
        return "refused"
    except OSError:
        return "failed"
    return "ok" if data.startswith(b"HTTP/1.1 200") else "failed"


def main():
    closer, count, at_once, addr = sys.argv[1:]
    with concurrent.futures.ThreadPoolExecutor(int(at_once)) as pool:
        came = list(pool.map(lambda _: request(closer, addr), range(int(count))))
    print(*(f"{word}={came.count(word)}" for word in ("ok", "refused", "failed")))


main()
