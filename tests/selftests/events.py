#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Print the events of the family "egress" as they come, a JSON object a line.

Says "listening" on standard error as soon as nothing is missed any more.

usage: events.py LINUX-SOURCE SPECIFICATION
"""

import json
import select
import socket
import sys

sys.path.append(f'{sys.argv[1]}/tools/net/ynl')
# pylint: disable=import-error,wrong-import-position
from lib import YnlFamily

SO_RCVBUFFORCE = 33


def main():
    family = YnlFamily(sys.argv[2], schema='')
    # Python is slower than a kernel that tells of a hundred machines at once.
    family.sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 16 << 20)
    family.ntf_subscribe('events')
    print('listening', file=sys.stderr, flush=True)
    while True:
        select.select([family.sock], [], [])
        family.check_ntf()
        for event in family.async_msg_queue:
            print(json.dumps({'event': event['name'].removesuffix('-ntf'), **event['msg']},
                             default=bytes.hex))
        sys.stdout.flush()
        family.async_msg_queue.clear()


if __name__ == '__main__':
    main()
