#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
#
# usage: ynl.py CLI SPEC OUTPUT
#
# Runs the kernel tree's own netlink tool, tools/net/ynl/cli.py, with the arguments of each
# line that comes in, quoted as for a shell. What the tool prints is in the file OUTPUT
# when the answer comes, which is its exit status. To import the libraries and to read the
# specification takes an emulated machine seconds: that is done once, and each run is
# a fork.

import os
import runpy
import shlex
import sys

import yaml

cli, spec, output = sys.argv[1:]
sys.path[0] = os.path.dirname(cli)
with open(spec, encoding="utf-8") as file:
    content = yaml.safe_load(file)
yaml.safe_load = lambda stream: content
import lib  # noqa: E402 of the tool

for line in sys.stdin:
    child = os.fork()
    if not child:
        sys.argv = [cli, "--spec", spec, "--no-schema"] + shlex.split(line)
        with open(output, "w", encoding="utf-8") as file:
            os.dup2(file.fileno(), 1)
        runpy.run_path(cli, run_name="__main__")
        sys.exit(0)
    _, status = os.waitpid(child, 0)
    print(os.waitstatus_to_exitcode(status), flush=True)
