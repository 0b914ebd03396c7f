#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Join the multicast group of the family "egress", and say "joined" or why not."""

import socket
import struct

NETLINK_GENERIC, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP = 16, 270, 1
GENL_ID_CTRL, CTRL_CMD_GETFAMILY, NLM_F_REQUEST = 16, 3, 1
CTRL_ATTR_FAMILY_NAME, CTRL_ATTR_MCAST_GROUPS, CTRL_ATTR_MCAST_GRP_ID = 2, 7, 2


def attributes(data):
    """Type and payload of each."""
    while data:
        size, kind = struct.unpack_from('=HH', data)
        yield kind & 0x3fff, data[4:size]
        data = data[(size + 3) & ~3:]


def group_of(sock, family):
    name = family.encode() + b'\0'
    name += bytes(-len(name) % 4)
    attr = struct.pack('=HH', 4 + len(family) + 1, CTRL_ATTR_FAMILY_NAME) + name
    sock.send(struct.pack('=IHHIIBBH', 20 + len(attr), GENL_ID_CTRL, NLM_F_REQUEST, 1, 0,
                          CTRL_CMD_GETFAMILY, 1, 0) + attr)
    (_, group), = attributes(dict(attributes(sock.recv(65536)[20:]))[CTRL_ATTR_MCAST_GROUPS])
    return struct.unpack('=I', dict(attributes(group))[CTRL_ATTR_MCAST_GRP_ID])[0]


def main():
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_GENERIC) as sock:
        group = group_of(sock, 'egress')
        try:
            sock.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group)
        except OSError as error:
            print(error.strerror)
        else:
            print('joined')


main()
