#!/usr/bin/env python3
"""Tests of tools/qemu-test and tools/run against a QEMU that is a shell script. Prints TAP."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import tempfile
import termios

TOOLS = os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "..", "tools")
LAST = "echo 'tenure: shutdown, status {0}'; exit {1}"
HASTY = ["--timeout", "1"]
GOOD = LAST.format(0, 0)

# name, the machine's script, arguments of qemu-test, its status, a pattern in its output
QEMU_TEST = [
    ("orderly end", GOOD, [], 0, "ok 1 - boot"),
    ("carriage returns", "printf 'tenure: shutdown, status 0\\r\\n'", [], 0, "ok 1 - boot"),
    ("no final newline", "printf 'tenure: shutdown, status 0'", [], 0, "ok 1 - boot"),
    ("status not expected", LAST.format(3, 3), [], 1, "status 3; expected status 0"),
    ("status expected", LAST.format(3, 3), ["--expect-status", "3"], 0, "ok 1 - boot"),
    ("status lost by firmware", LAST.format(3, 0), ["--expect-status", "3"], 0, "ok 1 - boot"),
    ("status 256 is not 0", LAST.format(256, 0), [], 1, "status 256; expected"),
    ("witnesses disagree", LAST.format(0, 3), [], 1, "QEMU ended with 3"),
    ("no last line", "exit 0", [], 1, "no orderly shutdown"),
    ("killed", "kill -SEGV $$", [], 1, "killed by SIGSEGV"),
    ("hangs", "exec sleep 60", HASTY, 1, "time-out after 1 s"),
    ("hangs after its last line", "(" + GOOD + "); exec sleep 60", HASTY, 1, "time-out after 1 s"),
    ("prints for ever", "exec yes", HASTY, 1, "time-out after 1 s"),
    ("expected seen", "echo abc 12; " + GOOD, ["--expect", "c \\d+"], 0, "ok 1 - boot"),
    ("expected not seen", "echo abc; " + GOOD, ["--expect", "c \\d+"], 1, "never seen: c"),
    ("unwanted seen", "echo panic; " + GOOD, ["--reject", "panic"], 1, "unwanted line: panic"),
    ("tap", "echo 1..1; echo noise; echo ok 1 - a; " + GOOD, ["--tap"], 0, "1..1\nok 1 - a\n"),
    ("tap, plan at the end", "echo ok 1; echo 1..1; " + GOOD, ["--tap"], 0, "ok 1\n1..1\n"),
    ("tap, no plan", "echo ok 1; " + GOOD, ["--tap"], 1, "Bail out! no plan"),
    ("tap, empty plan", "echo 1..0; " + GOOD, ["--tap"], 1, "Bail out! an empty plan"),
    ("tap, short", "echo 1..2; echo ok 1; " + GOOD, ["--tap"], 1, "1 results, 2 planned"),
    ("tap, not ok", "echo 1..1; echo not ok 1; " + GOOD, ["--tap"], 1, "not ok 1"),
    ("tap, misnumbered", "echo 1..1; echo ok 2; " + GOOD, ["--tap"], 1, "numbered 2"),
    ("tap, bad status", "echo 1..1; echo ok 1; " + LAST.format(1, 1), ["--tap"], 1, "Bail out!"),
    ("tap, hangs", "echo 1..1; echo ok 1; exec sleep 60", HASTY + ["--tap"], 1, "Bail out! time"),
    ("no such kernel", GOOD, ["--kernel", "nowhere"], 2, "no such file: nowhere"),
    ("bad memory", GOOD, ["--memory", "-1"], 2, "--memory"),
    ("bad pattern", GOOD, ["--expect", "("], 2, "no regular expression"),
]

# name, the machine's script, arguments of run, its status, a pattern in its output
RUN = [
    ("run: status of the guest", LAST.format(7, 7), [], 7, "status 7"),
    ("run: no orderly end", "echo hi", [], 70, "no orderly shutdown"),
    ("run: time-out", "exec sleep 60", HASTY, 71, "time-out"),
    ("run: banner hidden", "echo OpenSBI v1; echo Boot HART MEDELEG; " + GOOD, [], 0, r"\Atenure:"),
    ("run: half a banner is shown", "echo OpenSBI v1; exit 1", [], 70, "OpenSBI v1"),
    ("run: arguments for QEMU", 'echo "$@"; ' + GOOD, ["--", "-smp", "2"], 0, "-smp 2"),
    (
        "run: boot arguments",
        'echo "$@"; ' + GOOD,
        ["--mm", "x", "--paging", "sv39", "--append", "a=b"],
        0,
        "mm=x paging=sv39 a=b",
    ),
    ("run: no live view in a file", 'echo "$@"; ' + GOOD, [], 0, r"(?s)\A(?!.*view=)"),
    ("run: half a drawing is shown", r"printf '\033[?2026h half'; exit 1", [], 70, "half"),
]

# the same on a terminal: columns, lines, TERM, arguments of run, a pattern in its output
TERMINALS = [
    ("terminal: live view", 80, 24, "xterm", [], "view=live"),
    ("terminal: too narrow", 79, 24, "xterm", [], r"(?s)\A(?!.*view=)"),
    ("terminal: too low", 80, 23, "xterm", [], r"(?s)\A(?!.*view=)"),
    ("terminal: dumb", 80, 24, "dumb", [], r"(?s)\A(?!.*view=)"),
    ("terminal: told otherwise", 80, 24, "xterm", ["--append", "view=plain"], r"(?s)view=plain(?!.*view=live)"),
]


def prepare(folder, tool, script):
    """Makes a machine of our own; returns the command that runs a tool, and its environment."""
    machine = os.path.join(folder, "qemu-system-riscv64")
    with open(machine, "w", encoding="utf-8") as file:
        file.write("#!/bin/sh\n" + script + "\n")
    os.chmod(machine, 0o755)
    kernel = os.path.join(folder, "kernel.img")
    with open(kernel, "wb"):
        pass
    command = [sys.executable, os.path.join(TOOLS, tool), "--kernel", kernel]
    return command, {**os.environ, "PATH": folder + ":" + os.environ["PATH"]}


def attempt(folder, tool, script, arguments):
    """Runs a tool; returns its status and all it printed."""
    command, environment = prepare(folder, tool, script)
    done = subprocess.run(
        command + arguments,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=30,
        check=False,
    )
    return done.returncode, done.stdout


def attempt_on_terminal(folder, columns, lines, term, arguments):
    """Runs run on a terminal; the machine prints its arguments."""
    command, environment = prepare(folder, "run", 'echo "$@"; ' + GOOD)
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
    with subprocess.Popen(
        command + arguments,
        env={**environment, "TERM": term},
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=subprocess.STDOUT,
    ) as process:
        os.close(theirs)
        output = b""
        try:
            while data := os.read(ours, 4096):
                output += data
        except OSError:  # how Linux says that the other end is closed
            pass
        os.close(ours)
        return process.wait(30), output.decode()


def report(number, name, result, status, pattern):
    """Prints one result; returns whether it is good."""
    found, output = result
    good = found == status and re.search(pattern, output) is not None
    print(f"{'ok' if good else 'not ok'} {number} - {name}", flush=True)
    if not good:
        print(f"# status {found}, expected {status} and /{pattern}/ in {output!r}")
    return good


def main():
    cases = [("qemu-test", *case) for case in QEMU_TEST] + [("run", *case) for case in RUN]
    failed = 0
    print(f"1..{len(cases) + len(TERMINALS)}")
    with tempfile.TemporaryDirectory() as folder:
        for number, (tool, name, script, arguments, status, pattern) in enumerate(cases, 1):
            if tool == "qemu-test":
                arguments = ["--timeout", "20"] + arguments
            result = attempt(folder, tool, script, arguments)
            failed += not report(number, name, result, status, pattern)
        for number, (name, *terminal, pattern) in enumerate(TERMINALS, len(cases) + 1):
            result = attempt_on_terminal(folder, *terminal)
            failed += not report(number, name, result, 0, pattern)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
