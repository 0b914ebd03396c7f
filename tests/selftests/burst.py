#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
#
# Sends as soon as anything can be sent. Reads lines of "SOURCE DEST" pairs, any
# number on each; says "down" as soon as the device is down, then sends UDP for each
# pair to port 7 without a pause, from a port of its own each time, until there is an
# answer for each; says those, in that order.
#
#   burst.py DEV

import fcntl
import os
import socket
import struct
import sys

SIOCGIFFLAGS = 0x8913
IFF_UP = 1


def is_up(sock, dev):
    request = struct.pack("16sh14x", dev.encode(), 0)
    return struct.unpack("16sh14x", fcntl.ioctl(sock, SIOCGIFFLAGS, request))[1] & IFF_UP


class Flow:
    def __init__(self, source, dest):
        self.source, self.dest = source, dest
        self.family = socket.AF_INET6 if ":" in dest else socket.AF_INET
        self.sent = []
        self.answer = None

    def send(self):
        sock = socket.socket(self.family, socket.SOCK_DGRAM)
        try:
            sock.bind((self.source, 0))
            sock.sendto(b"?", (self.dest, 7))
            self.sent.append(sock)
        except OSError:
            sock.close()
            os.sched_yield()    # to those who bring the link up

    def listen(self):
        for sock in self.sent:
            try:
                self.answer = sock.recv(64, socket.MSG_DONTWAIT).decode().strip()
            except BlockingIOError:
                pass

    def end(self):
        for sock in self.sent:
            sock.close()


def main():
    control = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for line in sys.stdin:
        while is_up(control, sys.argv[1]):
            os.sched_yield()
        print("down", flush=True)
        words = line.split()
        flows = [Flow(*pair) for pair in zip(words[::2], words[1::2])]
        while not all(flow.answer for flow in flows):
            for flow in flows:
                if not flow.answer:
                    flow.send()
                    flow.listen()
        print(*(flow.answer for flow in flows), flush=True)
        for flow in flows:
            flow.end()


main()
