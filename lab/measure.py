#!/usr/bin/env python3
"""Boots one policy with one workload under deterministic time and keeps the console.

The console is kept whatever became of the programs, as long as mm came to its end and printed what
it measured. Otherwise nothing is written, and the status is not 0.
"""

import os
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "tools"))
sys.dont_write_bytecode = True
import qemu  # noqa: E402

ICOUNT = "shift=0,sleep=off"
LAST_LINE = "lab: end"
BANNER = "Boot HART "


def complain(options, outcome, why):
    name = os.path.splitext(options.output)[0].removeprefix("runs/")
    lines = list(outcome.tail)
    while any(BANNER in line for line in lines):  # the firmware's
        lines.pop(0)
    print(f"lab: {name}: {why}; its last lines:", file=sys.stderr)
    for line in lines[-15:]:
        print(f"| {line}", file=sys.stderr)
    return outcome.status or qemu.STATUS_BROKEN


def main():
    parser = qemu.Parser(prog="measure", description=__doc__)
    qemu.add_machine_arguments(parser)
    parser.add_argument("--timeout", type=float, default=300, metavar="S", help="default: 300")
    parser.add_argument("--output", required=True, metavar="FILE", help="where the console goes")
    options = parser.parse_args()
    machine = qemu.machine_from(parser, options)
    machine.icount = ICOUNT
    lines = []
    outcome = qemu.boot(machine, timeout=options.timeout, on_line=lines.append)
    if not any(qemu.FINAL_LINE.search(line) for line in lines):
        return complain(options, outcome, outcome.reason)
    if LAST_LINE not in lines:
        return complain(options, outcome, "the program printed no measures (does it know lab=1?)")
    with open(options.output + ".new", "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    os.replace(options.output + ".new", options.output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
