#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
#
# Hold every packet of NFQUEUE 0 for so many seconds, then let it go on.
#
#   held.py SECONDS

import collections
import select
import socket
import struct
import sys
import time

NETLINK_NETFILTER = 12
QUEUE = 3                                       # NFNL_SUBSYS_QUEUE
PACKET, VERDICT, CONFIG = 0, 1, 2               # NFQNL_MSG_*
CFG_CMD, CFG_PARAMS = 1, 2                      # NFQA_CFG_*
PACKET_HDR, VERDICT_HDR = 1, 2                  # NFQA_*
BIND, COPY_META = 1, 1                          # NFQNL_CFG_CMD_BIND, NFQNL_COPY_META
NF_ACCEPT = 1
REQUEST_ACK, REQUEST = 5, 1                     # NLM_F_*


def attr(kind, data):
    return struct.pack("=HH", 4 + len(data), kind) + data + bytes(-len(data) % 4)


def message(kind, flags, *attrs):
    body = struct.pack("!BBH", socket.AF_UNSPEC, 0, 0) + b"".join(attrs)
    return struct.pack("=IHHII", 16 + len(body), QUEUE << 8 | kind, flags, 0, 0) + body


def attrs_of(data):
    while len(data) >= 4:
        length, kind = struct.unpack_from("=HH", data)
        yield kind & 0x3fff, data[4:length]
        data = data[(length + 3) & ~3:]


def configure(sock, *attrs):
    sock.send(message(CONFIG, REQUEST_ACK, *attrs))
    error, = struct.unpack_from("=i", sock.recv(65536), 16)
    if error:
        raise OSError(-error, "NFQUEUE 0")


seconds = float(sys.argv[1])
held = collections.deque()
with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER) as sock:
    sock.bind((0, 0))
    configure(sock, attr(CFG_CMD, struct.pack("!BBH", BIND, 0, socket.AF_UNSPEC)))
    configure(sock, attr(CFG_PARAMS, struct.pack("!IB", 0, COPY_META)))
    print("ready", flush=True)
    while True:
        wait = max(0, held[0][0] - time.monotonic()) if held else None
        if select.select([sock], [], [], wait)[0]:
            data = sock.recv(65536)
            while data:
                length, = struct.unpack_from("=I", data)
                for kind, value in attrs_of(data[20:length]):
                    if kind == PACKET_HDR:
                        held.append((time.monotonic() + seconds, value[:4]))
                data = data[(length + 3) & ~3:]
        while held and held[0][0] <= time.monotonic():
            verdict = struct.pack("!I", NF_ACCEPT) + held.popleft()[1]
            sock.send(message(VERDICT, REQUEST, attr(VERDICT_HDR, verdict)))
