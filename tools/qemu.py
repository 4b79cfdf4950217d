"""Boots Tenure under QEMU and finds out how it ended.

Used by tools/run, tools/qemu-test, tools/bench and others. A boot's status comes from two witnesses that
must agree: QEMU's exit status (the sifive_test device of the virt machine) and the kernel's last
console line `tenure: shutdown, status N`.
"""

import argparse
import collections
import dataclasses
import os
import re
import selectors
import shlex
import signal
import socket
import subprocess
import time

QEMU = "qemu-system-riscv64"

STATUS_BROKEN = 70  # no orderly end, or the two witnesses disagree
STATUS_TIMEOUT = 71
STATUS_USAGE = 2

PAGING_MODES = ("sv39", "sv48", "sv57")
SIZE = re.compile(r"[1-9][0-9]*[KMGT]?\Z")
FINAL_LINE = re.compile(r"tenure: shutdown, status (\d+)\s*\Z")

TAIL_LINES = 40
LINE_LIMIT = 65536
GRACE_SECONDS = 3  # between SIGTERM and SIGKILL


@dataclasses.dataclass
class Machine:
    """What to boot, and on what."""

    kernel: str
    initrd: str | None = None
    memory: str = "128M"
    mm: str | None = None
    paging: str | None = None
    append: list = dataclasses.field(default_factory=list)  # more boot arguments
    cpu: str | None = None
    machine: list = dataclasses.field(default_factory=list)  # more of -machine, e.g. aclint=on
    icount: str | None = None
    dtb: str | None = None
    gdb_port: int | None = None  # wait for a debugger on this port
    plugin: str | None = None  # FILE,ARGUMENT=VALUE,...
    extra: list = dataclasses.field(default_factory=list)  # QEMU arguments as they are

    def boot_arguments(self):
        """The kernel's command line."""
        words = []
        if self.mm:
            words.append("mm=" + self.mm)
        if self.paging:
            words.append("paging=" + self.paging)
        return " ".join(words + self.append)

    def command(self):
        """QEMU's command line. RAM is not reserved: a guest may have more than the host."""
        command = [QEMU, "-machine", ",".join(["virt", "memory-backend=ram"] + self.machine)]
        command += ["-object", f"memory-backend-ram,id=ram,size={self.memory},reserve=off"]
        command += ["-m", self.memory, "-bios", "default", "-kernel", self.kernel]
        command += ["-display", "none", "-monitor", "none", "-serial", "stdio", "-no-reboot"]
        for option, value in (
            ("-initrd", self.initrd),
            ("-append", self.boot_arguments()),
            ("-cpu", self.cpu),
            ("-icount", self.icount),
            ("-dtb", self.dtb),
            ("-plugin", self.plugin),
        ):
            if value:
                command += [option, value]
        if self.gdb_port:
            command += ["-S", "-gdb", f"tcp:127.0.0.1:{self.gdb_port}"]
        return command + self.extra


@dataclasses.dataclass
class Outcome:
    """How a boot ended: status is 0 only for an orderly end with status 0."""

    status: int
    reason: str
    seconds: float
    tail: list  # the last console lines


class _Interrupted(Exception):
    pass


def _raise_interrupted(number, _frame):
    raise _Interrupted(number)


class _Console:
    """Cuts the console's bytes into lines and keeps what the verdict needs."""

    def __init__(self, on_line):
        self.on_line = on_line
        self.rest = b""
        self.tail = collections.deque(maxlen=TAIL_LINES)
        self.final = None  # N of the kernel's last line

    def feed(self, data):
        *lines, self.rest = (self.rest + data).split(b"\n")
        for line in lines:
            self._take(line)
        if len(self.rest) > LINE_LIMIT:
            self.close()

    def close(self):
        if self.rest:
            self._take(self.rest)
            self.rest = b""

    def _take(self, raw):
        line = raw.decode("utf-8", "replace").rstrip("\r")
        self.tail.append(line)
        found = FINAL_LINE.search(line)
        if found:
            self.final = int(found.group(1))
        if self.on_line:
            self.on_line(line)


def _end(process):
    """Stops QEMU, politely at first."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _pump(process, console, on_data, deadline):
    """Reads the console until it closes. False: the deadline passed first."""
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while True:
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                return False
            if not selector.select(left):
                continue
            data = os.read(process.stdout.fileno(), 65536)
            if not data:
                return True
            if on_data:
                on_data(data)
            console.feed(data)


def _verdict(code, final):
    """Status and reason, from QEMU's exit code and the kernel's last line."""
    if code < 0:
        return STATUS_BROKEN, f"QEMU was killed by {signal.Signals(-code).name}"
    if final is None:
        return STATUS_BROKEN, f"no orderly shutdown (QEMU ended with {code})"
    if code == final & 0xFF and (code != 0 or final == 0):
        return code, f"status {final}"
    if code == 0:  # reset through firmware loses the code: the line has it
        return final & 0xFF or 1, f"status {final}"
    return STATUS_BROKEN, f"the kernel said status {final}, QEMU ended with {code}"


def boot(machine, timeout=None, on_line=None, on_data=None):
    """Boots and waits for the end, at most `timeout` seconds; returns an Outcome.

    `on_line(text)` gets each console line, `on_data(bytes)` the console as it comes. QEMU never
    outlives this call, not even when a signal ends it.
    """
    start = time.monotonic()
    console = _Console(on_line)
    try:
        process = subprocess.Popen(
            machine.command(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
    except OSError as error:
        return Outcome(STATUS_BROKEN, f"cannot start {QEMU}: {error.strerror}", 0.0, [])

    old = {s: signal.signal(s, _raise_interrupted) for s in (signal.SIGTERM, signal.SIGINT)}
    try:
        deadline = None if timeout is None else start + timeout
        ended = _pump(process, console, on_data, deadline)
        if ended:
            process.wait(GRACE_SECONDS)  # the console is closed: QEMU is about to exit
            console.close()
            status, reason = _verdict(process.returncode, console.final)
        else:
            status, reason = STATUS_TIMEOUT, f"time-out after {timeout:g} s"
    except subprocess.TimeoutExpired:
        status, reason = STATUS_TIMEOUT, "QEMU closed its console but did not end"
    except _Interrupted as signalled:
        status, reason = 128 + signalled.args[0], "interrupted"
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)
        _end(process)
        process.stdout.close()
    console.close()
    return Outcome(status, reason, time.monotonic() - start, list(console.tail))


def free_port():
    """A TCP port of this host that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def initrd_names(path):
    """The names in a cpio archive (newc), or None if the file is not a whole one."""
    names = []
    with open(path, "rb") as archive:
        data = archive.read()
    at = 0
    while data[at : at + 6] in (b"070701", b"070702") and len(data) >= at + 110:
        try:
            size, length = (int(data[at + o : at + o + 8], 16) for o in (54, 94))
        except ValueError:
            return None
        name = data[at + 110 : at + 110 + length - 1].decode("utf-8", "replace")
        if name == "TRAILER!!!":
            return names
        names.append(name)
        at = (at + 110 + length + 3) & ~3
        at = (at + size + 3) & ~3
    return None


class Parser(argparse.ArgumentParser):
    """A parser whose complaint is one line."""

    def __init__(self, **options):
        super().__init__(allow_abbrev=False, **options)

    def error(self, message):
        self.exit(STATUS_USAGE, f"{self.prog}: {message}\n")


class Screen:
    """Shows a console as it comes, without the firmware's banner at its start.

    What stands between the marks of "synchronized output" is shown at once, so that a table that
    is drawn anew does not flicker on terminals that do not know these marks.
    """

    BEGIN = b"\033[?2026h"
    END = b"\033[?2026l"
    FIRST = b"OpenSBI v"
    LAST = b"Boot HART MEDELEG"  # begins the banner's last line
    LIMIT = 8192  # no banner is longer

    def __init__(self, out):
        self.out = out
        self.held = b""
        self.past = False

    def feed(self, data):
        self.held += data
        if self.past or self._pass_banner():
            self.out.write(self._whole())
            self.out.flush()

    def close(self):
        """Shows what was held back and had no end."""
        self.out.write(self.held)
        self.out.flush()

    def _pass_banner(self):
        """True once it is known where the banner ends; what is held begins behind it."""
        start = self.held.lstrip()
        if len(start) >= len(self.FIRST) and not start.startswith(self.FIRST):
            at = 0
        elif self.LAST in self.held:
            at = self.held.find(b"\n", self.held.index(self.LAST)) + 1
            if at == 0:
                return False
        elif len(self.held) > self.LIMIT:
            at = 0
        else:
            return False
        self.past = True
        self.held = self.held[at:]
        return True

    def _whole(self):
        """What is held, up to a mark that begins and has not ended."""
        at = self.held.rfind(self.BEGIN)
        if at < 0 or self.END in self.held[at:] or len(self.held) - at > LINE_LIMIT:
            at = len(self.held)
        shown, self.held = self.held[:at], self.held[at:]
        return shown


def add_machine_arguments(parser):
    """The options that describe a Machine, the same in every tool."""
    parser.add_argument("--kernel", required=True, metavar="FILE", help="kernel image")
    parser.add_argument("--initrd", metavar="FILE", help="boot image: a cpio archive of programs")
    parser.add_argument("--mm", metavar="NAME", help="first program (kernel's default: mm)")
    parser.add_argument("--paging", choices=PAGING_MODES, help="default: the most the hart has")
    parser.add_argument("--memory", default="128M", metavar="SIZE", help="default: 128M")
    parser.add_argument(
        "--append", action="append", default=[], metavar="ARGS", help="more boot arguments"
    )
    parser.add_argument("--cpu", help="QEMU CPU model and properties")
    parser.add_argument(
        "--machine-arg", action="append", default=[], metavar="ARG", help="more of -machine"
    )
    parser.add_argument("--icount", metavar="SPEC", help="deterministic time, e.g. shift=0")
    parser.add_argument("--dtb", metavar="FILE", help="device tree to use in place of QEMU's")
    parser.add_argument(
        "--qemu-arg", action="append", default=[], metavar="ARG", help="passed to QEMU as it is"
    )


def machine_from(parser, options):
    """Builds the Machine that the options describe; ends with one line if they are wrong."""
    if not SIZE.match(options.memory):
        parser.error(f"--memory {options.memory}: not a size such as 128M or 8G")
    for path in (options.kernel, options.initrd, options.dtb):
        if path and not os.path.isfile(path):
            parser.error(f"no such file: {path}")
    return Machine(
        kernel=options.kernel,
        initrd=options.initrd,
        memory=options.memory,
        mm=options.mm,
        paging=options.paging,
        append=options.append,
        cpu=options.cpu,
        machine=options.machine_arg,
        icount=options.icount,
        dtb=options.dtb,
        extra=options.qemu_arg,
    )


def shell_line(machine):
    """The command as a line that a shell understands."""
    return shlex.join(machine.command())
