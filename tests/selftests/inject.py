#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
#
# Packets no socket would send at that moment, from where it is run.
#
#   inject.py tcp SRC SPORT DST DPORT FLAGS SEQ   one segment; FLAGS of SARF
#   inject.py udp DST DPORT COUNT [SIZE]          datagrams, a source port each

import socket
import struct
import sys

FLAGS = {"F": 0x01, "S": 0x02, "R": 0x04, "A": 0x10}


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def tcp(src, sport, dst, dport, flags, seq):
    family = socket.AF_INET6 if ":" in dst else socket.AF_INET
    bits = sum(FLAGS[flag] for flag in flags)
    ack = 1 if bits & FLAGS["A"] else 0
    head = struct.pack("!HHIIBBH", int(sport), int(dport), int(seq), ack, 5 << 4, bits, 512)
    pseudo = socket.inet_pton(family, src) + socket.inet_pton(family, dst)
    pseudo += struct.pack("!II", len(head) + 4, socket.IPPROTO_TCP)
    head += struct.pack("!HH", checksum(pseudo + head + bytes(4)), 0)
    with socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_TCP) as sock:
        sock.bind((src, 0))
        sock.sendto(head, (dst, 0))


def udp(dst, dport, count, size=4):
    family = socket.AF_INET6 if ":" in dst else socket.AF_INET
    for _ in range(int(count)):
        with socket.socket(family, socket.SOCK_DGRAM) as sock:
            sock.sendto(bytes(int(size)), (dst, int(dport)))


{"tcp": tcp, "udp": udp}[sys.argv[1]](*sys.argv[2:])
