"""What tools/bounds measures: every boot of the plain kernel that there is, each a Run.

The benches, the programs under each policy, chaos, the QEMU tests as Meson lists them, and the
conformance cases. A test of the checked kernel runs on the plain one, which is the one measured.
"""

import dataclasses
import fnmatch
import importlib.machinery
import importlib.util
import json
import os
import sys

import qemu

ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
ICOUNT = "shift=0,sleep=off"
CLOCK = ["-rtc", "base=2026-01-01,clock=vm"]  # the clock device has the guest's time, too
TICK_NONE = "tick=1000000000"
POLICIES = ("mm", "mm-exact", "mm-untyped")
CHAOS_RIGHTS = ("all", "dropped")
CHAOS_SEED = 101  # of the first run; the others count on
CHAOS_CALLS = 250_000  # of each run
CONFORM_SERVERS = {"mm": "full", "mm-min": "core"}  # the start lists run under every policy
LEFT_OUT = (
    "untyped-patience",  # a minute and a half of programs that wait for each other
    "conform-mm-all-sv*",  # short-mm-sv39 and so on
    "conform-mm-all-long",  # as `./tenure run`
    "conform-mm-chaos-[23]000",  # as conform-mm-chaos-1000: 20 seconds each
)
OWN_MACHINE = ("--name", "--timeout", "--log")  # what of a test's arguments is not its machine
NO_ENTRY = 2  # status of a boot that fails: no program ever ran


@dataclasses.dataclass
class Run:
    """A boot, the status that it should end with, and how long it may take."""

    name: str
    group: str
    machine: qemu.Machine
    status: int = 0
    seconds: int = 60  # what is known of its time: the longest begin first
    quick: bool = False

    def identity(self):
        """Equal for runs that are the same but for what the plain kernel ignores."""
        words = [w for text in self.machine.append for w in text.split()
                 if not w.startswith("invariants=")]
        return repr(dataclasses.replace(self.machine, append=sorted(words)))


def machine(files, initrd, mm, paging=None, memory="128M", append=()):
    return qemu.Machine(kernel=files.kernel, initrd=initrd, memory=memory, mm=mm, paging=paging,
                        append=list(append), icount=ICOUNT, extra=list(CLOCK))


@dataclasses.dataclass
class Files:
    """What a build folder has."""

    build: str

    def __post_init__(self):
        self.kernel = os.path.join(self.build, "arch/riscv64/tenure.img")
        self.elf = os.path.join(self.build, "arch/riscv64/tenure.elf")
        self.guests = os.path.join(self.build, "initrd.cpio")
        self.system = os.path.join(self.build, "apps/system.cpio")
        self.plugin = os.path.join(self.build, "tests/bounds/entries.so")

    def missing(self):
        return [p for p in (self.kernel, self.elf, self.guests, self.system, self.plugin)
                if not os.path.isfile(p)]


def bench_runs(files):
    for paging in qemu.PAGING_MODES:
        for name, words, memory in (("bench", [], "256M"), ("bench-entries", ["bench=entries"], "4G")):
            yield Run(f"{name}-{paging}", "bench",
                      machine(files, files.guests, "bench", paging, memory, [TICK_NONE] + words),
                      seconds=10, quick=True)


def program_runs(files):
    """The list of `./tenure run` itself is not among them: the same programs with more rounds."""
    for mm in POLICIES:
        for paging in qemu.PAGING_MODES:
            yield Run(f"short-{mm}-{paging}", "programs",
                      machine(files, files.system, mm, paging, append=["start=short"]), seconds=60,
                      quick=(mm, paging) in (("mm", "sv57"), ("mm-exact", "sv39")))
        yield Run(f"short-{mm}-4g", "programs",
                  machine(files, files.system, mm, memory="4G", append=["start=short"]), seconds=60)
    yield Run("retype-mm-untyped", "programs",
              machine(files, files.system, "mm-untyped", append=["workload=retype"]), seconds=20)


def chaos_runs(files):
    """A run ends with status 0 if all calls were made and what was built could be taken back."""
    seed = CHAOS_SEED
    for rights in CHAOS_RIGHTS:
        for paging in qemu.PAGING_MODES:
            words = [f"calls={CHAOS_CALLS}", f"seed={seed}", f"rights={rights}", "tick=20"]
            yield Run(f"chaos-{rights}-{seed}-{paging}", "chaos",
                      machine(files, files.guests, "chaos", paging, append=words), seconds=60)
            seed += 1


# --- the QEMU tests --------------------------------------------------------------------------

def machine_arguments():
    """A parser for what tools/qemu-test is told of the machine and its end."""
    parser = qemu.Parser(prog="bounds")
    qemu.add_machine_arguments(parser)
    parser.add_argument("--expect-status", type=int, default=0)
    for option in OWN_MACHINE:
        parser.add_argument(option)
    return parser


def in_build(files, argument):
    """Meson names files of the build folder from there."""
    path = os.path.join(files.build, argument)
    return path if os.path.isfile(path) else argument


def run_of_test(files, name, group, arguments, seconds):
    """The Run for a command line of tools/qemu-test."""
    parser = machine_arguments()
    options, _ = parser.parse_known_args([in_build(files, a) for a in arguments])
    options.kernel, options.icount = files.kernel, ICOUNT
    made = qemu.machine_from(parser, options)
    made.extra = made.extra + CLOCK
    return Run(name, group, made, options.expect_status, seconds)


QUICK_TESTS = ("calls-sv39", "ipc-sv48", "pools-sv39", "pools-sv57", "tour-ticks", "chaos-sv57",
               "interrupts-sv57", "deadlines-sv39", "fault-read-null")


def test_runs(files):
    """Those of Meson's QEMU tests that boot one machine and let a program run."""
    path = os.path.join(files.build, "meson-info/intro-tests.json")
    with open(path, encoding="utf-8") as file:
        tests = json.load(file)
    for test in tests:
        command = test["cmd"]
        if os.path.basename(command[0]) != "qemu-test":
            continue
        run = run_of_test(files, test["name"], "tests", command[1:], test["timeout"] - 30)
        run.quick = run.name in QUICK_TESTS
        if run.status != NO_ENTRY:
            yield run


QUICK_CASES = (("mm", "greedy-ended-tables"), ("mm-min", "supply-sv48"))


def load_conform():
    """tools/conform as a module."""
    path = os.path.join(ROOT, "tools/conform")
    loader = importlib.machinery.SourceFileLoader("conform", path)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("conform", loader))
    loader.exec_module(module)
    return module


def conform_runs(files):
    conform = load_conform()
    contents, cases = conform.read_cases()
    servers = conform.built_servers(files.build)
    for mm, level in CONFORM_SERVERS.items():
        if mm not in servers:
            sys.exit(f"bounds: {mm} is not built: ninja -C {files.build}")
        mine = [c for c in cases if level == "full" or c.level == "core"]
        place, images = conform.prepare_images(servers[mm], contents, files.build,
                                               {c.image or c.level for c in mine})
        for case in mine:
            log = os.path.join(place, case.name + ".log")
            command = conform.test_command(case, files.kernel, images[case.image or case.level], log)
            run = run_of_test(files, f"conform-{mm}-{case.name}", "conform", command[1:],
                              case.seconds)
            run.quick = (mm, case.name) in QUICK_CASES
            yield run


def left_out(run):
    return any(fnmatch.fnmatch(run.name, pattern) for pattern in LEFT_OUT)


def all_runs(files):
    """Each once, in the order of the groups."""
    runs, seen = [], set()
    for make in (bench_runs, program_runs, chaos_runs, test_runs, conform_runs):
        for run in make(files):
            identity = run.identity()
            if identity not in seen and not left_out(run):
                seen.add(identity)
                runs.append(run)
    names = {run.name for run in runs}
    if len(names) != len(runs):
        sys.exit("bounds: two runs have one name")
    return runs
