#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Run a command up to a certain point and kill it there.

It is stopped at the beginning and at the end of each system call, as a debugger
would. At the STOP-th time it is killed; or, with MICROSECONDS, let go and killed
that much later, in the midst of what it is doing then. Prints how many stops
there were.

usage: kill_at.py STOP MICROSECONDS COMMAND...
"""

import ctypes
import os
import signal
import sys
import time

TRACEME, CONT, SYSCALL = 0, 7, 24  # linux/ptrace.h

libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p]


def ptrace(request, pid):
    if libc.ptrace(request, pid, None, None) < 0:
        raise OSError(ctypes.get_errno(), 'ptrace')


def main():
    last, delay, command = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    pid = os.fork()
    if not pid:
        ptrace(TRACEME, 0)
        os.execv(command[0], command)
    os.waitpid(pid, 0)
    stops = 0
    while stops < last:
        ptrace(SYSCALL, pid)
        _, status = os.waitpid(pid, 0)
        if not os.WIFSTOPPED(status):
            break
        stops += 1
    else:
        if delay:
            ptrace(CONT, pid)
            time.sleep(delay / 1e6)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    print(stops)


if __name__ == '__main__':
    main()
