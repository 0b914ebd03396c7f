#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
#
# Sends the packets of a file of the corpus, as they are, to whoever is at the other
# end of the cable. Says how many.
#
#   send.py DEV MAC FILE...

import socket
import sys

ETHERTYPE = {"4": 0x0800, "6": 0x86dd}


def main():
    dev, mac, *files = sys.argv[1:]
    mac = bytes.fromhex(mac.replace(":", ""))
    sent = 0
    with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM) as sock:
        for path in files:
            with open(path, encoding="ascii") as lines:
                for line in lines:
                    version, _, packet = line.rstrip("\n").partition(" ")
                    sock.sendto(bytes.fromhex(packet), (dev, ETHERTYPE[version], 0, 0, mac))
                    sent += 1
    print(sent)


main()
