#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
#
# Messages of the family "egress", byte by byte.
#
#   raw_netlink.py HEADER parts COMMAND ATTRIBUTE PROGRAM [ARG]...
#       Read the first part of a dump, run a program, and read the other parts: 1,000 at
#       most. Says how the dump ended, and how many of its messages have the attribute.
#   raw_netlink.py HEADER whole COMMAND ATTRIBUTE NUMBER
#       Ask for the object of that number. Says how many messages it took, how many of them
#       had NLM_F_MULTI, and what came last.
#   raw_netlink.py HEADER blame COMMAND ATTRIBUTE ADDR...
#       Send a request with these IPv4 addresses, as attributes of that kind. Says which of
#       them, counted from 0, the refusal is about.
#   raw_netlink.py HEADER lengths COMMAND ATTRIBUTE NUMBER
#       Ask for the object of that number, and for a list of it, with the number in 0 to 12
#       bytes. Says which lengths were taken, and which of the others were refused in
#       another way than by naming the attribute.
#   raw_netlink.py HEADER remove COMMAND ATTRIBUTE < NAMES
#       Have the objects of these names removed and echoed, and read nothing before that is
#       done. Says how many were told, how many were not, and how it ended.
#   raw_netlink.py HEADER refused COMMAND ATTRIBUTE PROCESSES COUNT
#       Have so many processes ask so often each, at the same time, for objects of names that
#       only they use and that are not there. Each request has to be acknowledged once, with
#       a sentence that has its own name. Says how many were not.
#   raw_netlink.py HEADER between COMMAND ATTRIBUTE
#       Says "ready". At the next event, before anything else that wants the processor, have
#       that done, with the attribute as a flag. Says how it ended.

import multiprocessing
import os
import re
import socket
import struct
import subprocess
import sys

REQUEST, MULTI, ACK, ECHO, DUMP, DUMP_INTR = 0x1, 0x2, 0x4, 0x8, 0x300, 0x10     # NLM_F_*
ERROR, DONE = 2, 3                              # NLMSG_*
GENERIC, CONTROL, GETFAMILY = 16, 16, 3         # NETLINK_GENERIC, GENL_ID_CTRL
FAMILY_ID, FAMILY_NAME, GROUPS, GROUP_ID = 1, 2, 7, 2     # CTRL_ATTR_*
NESTED, ERROR_MSG, ERROR_OFFSET = 0x8000, 1, 2  # NLA_F_NESTED, NLMSGERR_ATTR_*
SOL_NETLINK, JOIN, CAP_ACK, EXT_ACK = 270, 1, 10, 11      # NETLINK_*
SO_RCVBUFFORCE = 33


def number(header, name):
    """What the enum that has this name gives it."""
    for body in re.findall(r"enum[^{]*\{([^}]*)\}", header):
        value = -1
        for entry in re.sub(r"/\*.*?\*/", "", body, flags=re.S).split(","):
            words = re.split(r"\s*=\s*", entry.strip())
            value = int(words[1], 0) if len(words) > 1 and words[1].isdigit() else value + 1
            if words[0] == name:
                return value
    sys.exit(f"no {name} in the header")


def attrs(data):
    while len(data) >= 4:
        length, kind = struct.unpack_from("=HH", data)
        yield kind & 0x3fff, data[4:length]
        data = data[(length + 3) & ~3:]


def messages(data):
    while data:
        length, kind, flags = struct.unpack_from("=IHH", data)
        yield kind, flags, data[16:length]
        data = data[(length + 3) & ~3:]


def request(sock, family, flags, command, payload=b""):
    sock.send(struct.pack("=IHHIIBBH", 20 + len(payload), family, flags, 1, 0, command, 1, 0) + payload)


def open_family(events=False):
    sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, GENERIC)
    sock.bind((0, 0))
    request(sock, CONTROL, REQUEST, GETFAMILY, struct.pack("=HH8s", 11, FAMILY_NAME, b"egress\0"))
    _, _, body = next(messages(sock.recv(65536)))
    family = dict(attrs(body[4:]))
    if events:
        (_, group), = attrs(family[GROUPS])
        sock.setsockopt(SOL_NETLINK, JOIN, struct.unpack("=I", dict(attrs(group))[GROUP_ID])[0])
    return sock, struct.unpack("=H", family[FAMILY_ID])[0]


def parts(command, attribute, *program):
    sock, family = open_family()
    request(sock, family, REQUEST | DUMP, command)
    found, interrupted, end = 0, False, ""
    for part in range(1000):
        for kind, flags, body in messages(sock.recv(1 << 20)):
            interrupted |= bool(flags & DUMP_INTR)
            if kind in (ERROR, DONE):
                end = "done" if not struct.unpack_from("=i", body)[0] else "error"
            elif any(kind == attribute for kind, _ in attrs(body[4:])):
                found += 1
        if end:
            break
        if not part:
            subprocess.run(program, check=True, stdout=subprocess.DEVNULL)
    print(end or "does not end", "interrupted" if interrupted else "whole", found)


def whole(command, attribute, value):
    sock, family = open_family()
    sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 8 << 20)
    request(sock, family, REQUEST | ACK, command, struct.pack("=HHQ", 12, attribute, int(value)))
    count = multi = 0
    while True:
        for kind, flags, _ in messages(sock.recv(1 << 16)):
            if kind in (ERROR, DONE):
                sock.setblocking(False)
                try:
                    more = "more" if sock.recv(1 << 16) else ""
                except BlockingIOError:
                    more = "nothing"
                print(count, multi, "done" if kind == DONE else "ack", "and then", more)
                return
            count += 1
            multi += bool(flags & MULTI)


def lengths(command, attribute, value):
    taken, unnamed = [], []
    for flags, kind in ((REQUEST | ACK, "do"), (REQUEST | DUMP, "dump")):
        for length in range(13):
            sock, family = open_family()
            sock.setsockopt(SOL_NETLINK, CAP_ACK, 1)
            sock.setsockopt(SOL_NETLINK, EXT_ACK, 1)
            data = struct.pack("=QI", int(value), 0)[:length]
            request(sock, family, flags, command,
                    struct.pack("=HH", 4 + length, attribute) + data + bytes(-length % 4))
            answer, _, body = next(messages(sock.recv(1 << 16)))
            error = struct.unpack_from("=i", body)[0] if answer in (ERROR, DONE) else 0
            # What explains an error follows the number alone in the end of a dump.
            more = dict(attrs(body[4 if answer == DONE else 20:])) if error else {}
            if not error:
                taken.append(f"{kind} {length}")
            elif struct.unpack("=I", more.get(ERROR_OFFSET, bytes(4)))[0] != 20:
                unnamed.append(f"{kind} {length}")
    print("taken:", *taken, "unnamed:", *unnamed)


def blame(command, attribute, *addrs):
    sock, family = open_family()
    sock.setsockopt(SOL_NETLINK, CAP_ACK, 1)
    sock.setsockopt(SOL_NETLINK, EXT_ACK, 1)
    nest = [struct.pack("=HHHH4s", 12, attribute | NESTED, 8, V4, socket.inet_aton(addr)) for addr in addrs]
    request(sock, family, REQUEST | ACK, command, b"".join(nest))
    _, _, body = next(messages(sock.recv(65536)))
    offset = dict(attrs(body[20:]))[ERROR_OFFSET]
    print((struct.unpack("=I", offset)[0] - 20) // 12)


def remove(command, attribute):
    sock, family = open_family()
    sock.setsockopt(SOL_NETLINK, CAP_ACK, 1)
    names = [line.strip().encode() + b"\0" for line in sys.stdin]
    request(sock, family, REQUEST | ACK | ECHO, command, b"".join(
        struct.pack("=HH", 4 + len(name), attribute) + name + bytes(-len(name) % 4) for name in names))
    told = untold = 0
    while True:
        for kind, _, body in messages(sock.recv(1 << 16)):
            if kind == ERROR:
                print(told, untold, "done" if not struct.unpack_from("=i", body)[0] else "error")
                return
            more = dict(attrs(body[4:])).get(UNTOLD)
            told += not more
            untold += struct.unpack("=I", more)[0] if more else 0


def ask_in_vain(command, attribute, name, count):
    """How many of its answers are not as they should be."""
    sock, family = open_family()
    sock.setsockopt(SOL_NETLINK, CAP_ACK, 1)
    sock.setsockopt(SOL_NETLINK, EXT_ACK, 1)
    wrong = 0
    for n in range(count):
        own = f"{name}-{n}-{'x' * (n % 40)}".encode() + b"\0"
        request(sock, family, REQUEST | ACK, command,
                struct.pack("=HH", 4 + len(own), attribute) + own + bytes(-len(own) % 4))
        # A second request would be one answer behind, if the first had two.
        got = list(messages(sock.recv(65536)))
        text = dict(attrs(got[0][2][20:])).get(ERROR_MSG, b"")
        wrong += len(got) != 1 or b"'" + own[:-1] + b"'" not in text
    sock.setblocking(False)
    try:
        sock.recv(65536)
        wrong += 1
    except BlockingIOError:
        pass
    return wrong


def refused(command, attribute, processes, count):
    asks = [(command, attribute, f"p{i}", int(count)) for i in range(int(processes))]
    with multiprocessing.Pool(len(asks)) as pool:
        print(sum(pool.starmap(ask_in_vain, asks, 1)))


def between(command, attribute):
    events, _ = open_family(events=True)
    sock, family = open_family()
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    print("ready", flush=True)
    events.recv(65536)
    request(sock, family, REQUEST | ACK, command, struct.pack("=HH", 4, attribute))
    _, _, body = next(messages(sock.recv(65536)))
    print("error" if struct.unpack_from("=i", body)[0] else "done", flush=True)


with open(sys.argv[1], encoding="ascii") as file:
    text = file.read()
V4, UNTOLD = number(text, "EGRESS_ADDRESS_A_V4"), number(text, "EGRESS_A_UNTOLD")
{"parts": parts, "whole": whole, "blame": blame, "lengths": lengths, "remove": remove, "refused": refused,
 "between": between}[sys.argv[2]](
    number(text, sys.argv[3]), number(text, sys.argv[4]), *sys.argv[5:])
