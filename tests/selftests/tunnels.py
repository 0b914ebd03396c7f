#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
#
# Through a proxy, COUNT connections that stand, and one more. Says how many
# stand, and how the proxy answered the one more.
#
#   tunnels.py http|socks PROXY PROXY_PORT COUNT DST PORT

import ipaddress
import resource
import socket
import sys


def read(sock, n):
    data = b""
    while len(data) < n:
        more = sock.recv(n - len(data))
        if not more:
            raise ConnectionResetError
        data += more
    return data


def by_http(sock, dst, port):
    sock.sendall(f"CONNECT {dst}:{port} HTTP/1.1\r\nHost: {dst}\r\n\r\n".encode())
    return int(read(sock, len("HTTP/1.1 200")).split()[1])


def by_socks(sock, dst, port):
    sock.sendall(bytes([5, 1, 0]))
    read(sock, 2)
    sock.sendall(bytes([5, 1, 0, 1]) + ipaddress.ip_address(dst).packed + port.to_bytes(2, "big"))
    return read(sock, 2)[1]


def main():
    kind, proxy, proxy_port, count, dst, port = sys.argv[1:]
    tunnel, fine = {"http": (by_http, 200), "socks": (by_socks, 0)}[kind]
    resource.setrlimit(resource.RLIMIT_NOFILE, (65536, 65536))
    standing = []
    for _ in range(int(count) + 1):
        sock = socket.create_connection((proxy, int(proxy_port)), timeout=60)
        answer = tunnel(sock, dst, int(port))
        if answer != fine:
            break
        standing.append(sock)
    print(len(standing), answer)


main()
