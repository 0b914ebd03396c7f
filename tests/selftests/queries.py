#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
#
# usage: queries.py SERVER RATE COUNT
#
# Ask a resolver COUNT times, no more often than RATE times a second, each time from a
# socket of its own that is closed once the answer is there, as the resolvers of most
# libraries do. Meanwhile three
# clients play media: each sends to the echo server on port 7 every 0.4 s, and begins
# anew every 2.4 s. Prints "answered=N failed=N streams=N moved=N": moved are the streams
# whose port changed on the way, which the server tells.
#
# A stream that this program itself was too late for, with 0.9 s between two packets, is
# not counted.

import selectors
import socket
import struct
import sys
import time

SERVER, RATE, COUNT = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
FAMILY = socket.AF_INET6 if ":" in SERVER else socket.AF_INET
WAIT = 5
QUERY = b"\x04bank\x07example\x00" + struct.pack(">HH", 1, 1)

events = selectors.DefaultSelector()
answered = failed = streams = moved = 0


def client(port):
    sock = socket.socket(FAMILY, socket.SOCK_DGRAM)
    sock.setblocking(False)
    sock.connect((SERVER, port))
    return sock


class Stream:
    def __init__(self, at):
        self.sock = client(7)
        self.next = self.end = at
        self.end += 2.4
        self.last = None
        self.names = set()
        self.late = False
        events.register(self.sock, selectors.EVENT_READ, self)

    def send(self, now):
        self.late |= self.last is not None and now - self.last > 0.9
        self.last = now
        self.next = now + 0.4
        try:
            self.sock.send(b"media\n")
        except OSError as error:
            self.names.add(str(error))

    def read(self):
        try:
            self.names.add(self.sock.recv(4096))
        except OSError as error:
            self.names.add(str(error))

    def finish(self):
        global streams, moved
        events.unregister(self.sock)
        self.sock.close()
        if not self.late:
            streams += 1
            moved += len(self.names) != 1


class Query:
    def __init__(self, n, now):
        global failed
        self.number = n & 0xffff
        self.end = now + WAIT
        self.sock = client(53)
        try:
            self.sock.send(struct.pack(">HHHHHH", self.number, 0x100, 1, 0, 0, 0) + QUERY)
        except OSError:
            failed += 1
            self.sock.close()
            return
        events.register(self.sock, selectors.EVENT_READ, self)
        asked[self] = None

    def read(self):
        try:
            answer = self.sock.recv(4096)
        except OSError:
            answer = b""
        self.over(answer[:2] == struct.pack(">H", self.number))

    def over(self, good):
        global answered, failed
        answered += good
        failed += not good
        events.unregister(self.sock)
        self.sock.close()
        del asked[self]


asked = {}
begin = time.monotonic()
playing = [Stream(begin + i * 0.1) for i in range(3)]
sent = 0
at = begin
while True:
    now = time.monotonic()
    on = sent < COUNT
    if on and now >= at:
        Query(sent, now)
        sent += 1
        # Who is late does not hurry: that would be more than RATE a second.
        at = max(at, now - 0.5 / RATE) + 1 / RATE
        continue
    for query in [q for q in asked if q.end <= now]:
        query.over(False)
    for stream in list(playing):
        if now >= stream.end or not on:
            stream.finish()
            playing.remove(stream)
            if on:
                playing.append(Stream(now))
        elif now >= stream.next:
            stream.send(now)
    if not on and not asked:
        break
    wait = 0.02 if not on else max(0, min(0.05, at - now))
    for key, _ in events.select(wait):
        key.data.read()
print(f"answered={answered} failed={failed} streams={streams} moved={moved}")
