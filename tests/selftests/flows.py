#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
#
# Real connections between namespaces, as many as a test wants, out of one
# process. Reads one command a line and answers each with one line. "ADDR PORT"
# in an answer is what the far end saw as its peer.
#
#   serve NS PORT[/PROTO] ADDR...  answer there (TCP and UDP), with the peer's name
#   ask NS PROTO DST [OPT]...      one connection: ADDR PORT, or what went wrong
#   keep NAME NS PROTO DST [OPT]...   the same, and let it stand
#   again NAME                     ask over what stands
#   end NAME                       close what stands (the client closes first)
#   part NAME COUNT                close COUNT of what stands, and see the far end do so
#   tos NAME TOS                   mark what is sent from now on
#   many NAME COUNT NS PROTO DST [OPT]...   COUNT connections that stand:
#                                  ok=N WHAT=N... addrs=ADDR,... ports=LOW-HIGH distinct=N
#   same NAME                      of those that answered, how many still do, as the same
#   raw NS DST PROTO COUNT [ADDR]  packets of an IP protocol, from that address
#   heard                          the peers servers have heard from since last asked
#
# PROTO: tcp udp sctp ping (a ping's port is its echo id)
# OPT: port=N (7 if not given) port=N-N (in turn) sport=N from=ADDR wait=SECONDS
# What can go wrong: refused reset unreachable prohibited too-big timeout no-memory

import ctypes
import errno
import os
import resource
import selectors
import socket
import sys
import threading
import time

LIBC = ctypes.CDLL(None, use_errno=True)
PROTOS = {
    "tcp": (socket.SOCK_STREAM, socket.IPPROTO_TCP),
    "udp": (socket.SOCK_DGRAM, socket.IPPROTO_UDP),
    "sctp": (socket.SOCK_STREAM, socket.IPPROTO_SCTP),
    "ping": (socket.SOCK_DGRAM, socket.IPPROTO_ICMP),
}
ECHO = {socket.AF_INET: 8, socket.AF_INET6: 128}
WORDS = {
    errno.ECONNREFUSED: "refused",
    errno.ECONNRESET: "reset",
    errno.EPIPE: "reset",
    errno.EHOSTUNREACH: "unreachable",
    errno.ENETUNREACH: "unreachable",
    errno.EACCES: "prohibited",
    errno.EPERM: "prohibited",
    errno.EMSGSIZE: "too-big",
    errno.ETIMEDOUT: "timeout",
    errno.ENOMEM: "no-memory",
    errno.ENOBUFS: "no-memory",
}
SO_RCVBUFFORCE = 33
SLOW = 10 if os.environ.get("EGRESS_SLOW") else 1     # on a debug kernel
WAIT = 4.0 * SLOW       # and a second for every
PER_SECOND = 50 / SLOW
FILES = 1 << 16


class Inside:
    """The calling thread is in the namespace."""

    def __init__(self, netns):
        self.path = f"/run/netns/{netns}"

    def __enter__(self):
        self.home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        fd = os.open(self.path, os.O_RDONLY)
        self.enter(fd)
        os.close(fd)

    def __exit__(self, *exc):
        self.enter(self.home)
        os.close(self.home)

    @staticmethod
    def enter(fd):
        if LIBC.setns(fd, 0x40000000):
            raise OSError(ctypes.get_errno(), "setns")


def new_socket(netns, proto, addr):
    family = socket.AF_INET6 if ":" in addr else socket.AF_INET
    kind, number = PROTOS[proto]
    if proto == "ping" and family == socket.AF_INET6:
        number = socket.IPPROTO_ICMPV6
    with Inside(netns):
        sock = socket.socket(family, kind, number)
    sock.setblocking(False)
    return sock


class Server(threading.Thread):
    def __init__(self):
        super().__init__(daemon=True)
        self.events = selectors.DefaultSelector()
        self.peers = set()

    def listen(self, netns, port, addr, proto):
        sock = new_socket(netns, proto, addr)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if ":" in addr:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.bind((addr, port))
        stream = PROTOS[proto][0] == socket.SOCK_STREAM
        if stream:
            sock.listen(4096)
        else:
            sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 4 << 20)
        self.events.register(sock, selectors.EVENT_READ, self.accept if stream else self.datagram)

    def run(self):
        while True:
            for key, _ in self.events.select():
                try:
                    key.data(key.fileobj)
                except BlockingIOError:
                    pass
                except OSError:
                    if key.data == self.stream:
                        self.events.unregister(key.fileobj)
                        key.fileobj.close()

    def name(self, peer):
        self.peers.add(peer[0])
        return f"{peer[0]} {peer[1]}\n".encode()

    def accept(self, sock):
        conn, peer = sock.accept()
        self.peers.add(peer[0])
        conn.setblocking(False)
        self.events.register(conn, selectors.EVENT_READ, self.stream)

    def stream(self, conn):
        if not conn.recv(4096):
            raise ConnectionResetError
        conn.send(self.name(conn.getpeername()))

    def datagram(self, sock):
        _, peer = sock.recvfrom(4096)
        sock.sendto(self.name(peer), peer)


class Flow:
    def __init__(self, netns, proto, dst, port=7, sport=0, source=None):
        self.answer = self.first = None
        self.sock = new_socket(netns, proto, dst)
        if sport and proto == "tcp":
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if sport or source:
            any_addr = "::" if ":" in dst else "0.0.0.0"
            self.sock.bind((source or any_addr, sport))
        self.to = (dst, port)
        self.ping = proto == "ping"

    def connect(self):
        try:
            self.sock.connect(self.to)
        except BlockingIOError:
            pass

    def ready(self, asked):
        """Ask, then read. True when there is an answer."""
        if not asked:
            err = self.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if err:
                raise OSError(err, os.strerror(err))
            self.sock.send(bytes([ECHO[self.sock.family]]) + bytes(7) if self.ping else b"?\n")
            return False
        data = self.sock.recv(4096)
        if self.ping:
            self.answer = f"{self.to[0]} {self.sock.getsockname()[1]}"
            return True
        self.answer = data.decode().strip() or "reset"
        return True


def converse(flows, wait, connect=False):
    """Have every flow ask once, all at the same time."""
    events = selectors.DefaultSelector()
    waiting = 0
    for flow in flows:
        flow.answer = "timeout"
        try:
            if connect:
                flow.connect()
            events.register(flow.sock, selectors.EVENT_WRITE, flow)
            waiting += 1
        except OSError as e:
            flow.answer = WORDS.get(e.errno, errno.errorcode[e.errno])
    end = time.monotonic() + wait
    while waiting and time.monotonic() < end:
        for key, mask in events.select(end - time.monotonic()):
            flow = key.data
            try:
                if not flow.ready(asked=not mask & selectors.EVENT_WRITE):
                    events.modify(flow.sock, selectors.EVENT_READ, flow)
                    continue
            except BlockingIOError:
                continue
            except OSError as e:
                flow.answer = WORDS.get(e.errno, errno.errorcode[e.errno])
            events.unregister(flow.sock)
            waiting -= 1
    events.close()
    for flow in flows:
        flow.first = flow.first or flow.answer


def options(words, wait):
    opts = {}
    ports = [7]
    for word in words:
        key, value = word.split("=", 1)
        if key == "wait":
            wait = float(value)
        elif key == "port":
            first, _, last = value.partition("-")
            ports = range(int(first), int(last or first) + 1)
        elif key == "sport":
            opts[key] = int(value)
        elif key == "from":
            opts["source"] = value
        else:
            raise ValueError(f"unknown option {key}")
    return opts, ports, wait


class Commands:
    def __init__(self):
        self.server = Server()
        self.server.start()
        self.kept = {}

    def serve(self, netns, port, *addrs):
        port, _, only = port.partition("/")
        for addr in addrs:
            for proto in [only] if only else ["tcp", "udp"]:
                self.server.listen(netns, int(port), addr, proto)
        return "serving"

    def open(self, count, netns, proto, dst, *words):
        opts, ports, wait = options(words, WAIT + count / PER_SECOND)
        flows = [Flow(netns, proto, dst, ports[i % len(ports)], **opts) for i in range(count)]
        converse(flows, wait, connect=True)
        return flows

    def ask(self, *words):
        flow, = self.open(1, *words)
        flow.sock.close()
        return flow.answer

    def keep(self, name, *words):
        self.kept[name] = self.open(1, *words)
        return self.kept[name][0].answer

    def many(self, name, count, *words):
        self.kept[name] = flows = self.open(int(count), *words)
        ok = [flow.answer.split() for flow in flows if " " in flow.answer]
        bad = [flow.answer for flow in flows if " " not in flow.answer]
        line = [f"ok={len(ok)}"] + [f"{word}={bad.count(word)}" for word in sorted(set(bad))]
        if ok:
            ports = [int(port) for _, port in ok]
            line.append("addrs=" + ",".join(sorted({addr for addr, _ in ok})))
            line.append(f"ports={min(ports)}-{max(ports)} distinct={len(set(ports))}")
        return " ".join(line)

    def again(self, name):
        converse(self.kept[name], WAIT)
        return self.kept[name][0].answer

    def same(self, name):
        flows = [flow for flow in self.kept[name] if " " in flow.first]
        converse(flows, WAIT + len(flows) / PER_SECOND)
        return str(sum(flow.answer == flow.first for flow in flows))

    def end(self, name):
        for flow in self.kept.pop(name):
            flow.sock.close()
        return "ended"

    def part(self, name, count):
        standing = [flow for flow in self.kept[name] if " " in flow.first]
        gone = standing[:int(count)]
        for flow in gone:
            flow.sock.shutdown(socket.SHUT_WR)
        for flow in gone:
            flow.sock.settimeout(WAIT)
            while flow.sock.recv(4096):
                pass
            flow.sock.close()
            self.kept[name].remove(flow)
        return f"{len(gone)} of {len(standing)} closed"

    def tos(self, name, tos):
        for flow in self.kept[name]:
            flow.sock.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, int(tos))
        return "marked"

    def raw(self, netns, dst, proto, count, src=""):
        family = socket.AF_INET6 if ":" in dst else socket.AF_INET
        with Inside(netns):
            sock = socket.socket(family, socket.SOCK_RAW, int(proto))
        sock.bind((src, 0))
        for _ in range(int(count)):
            sock.sendto(bytes(64), (dst, 0))
        sock.close()
        return "sent"

    def heard(self):
        peers, self.server.peers = self.server.peers, set()
        return " ".join(sorted(peers)) or "nobody"


def main():
    files = max(FILES, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    commands = Commands()
    for line in sys.stdin:
        verb, *words = line.split()
        try:
            answer = getattr(commands, verb)(*words)
        except Exception as e:
            answer = f"error: {line.strip()}: {e!r}"
        print(answer, flush=True)


main()
