#!/usr/bin/python3
"""Runs each policy of mm with each workload in QEMU under deterministic time, and compares them.

The runs are a workflow of Snakemake, which this program configures and watches.
"""

import argparse
import collections
import fcntl
import json
import os
import re
import shutil
import selectors
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
sys.dont_write_bytecode = True
import matrix  # noqa: E402

STATUS_USAGE = 2
BAR = 24
WIDTH = 80  # of a terminal that does not say
TICK = 1.0  # seconds
LOG_LINES = 15
QUIET_EVERY = 10  # seconds between lines where there is no terminal

# What Snakemake prints (7 and 8).
TOTAL = re.compile(r"run\s+(\d+)\b")
BEGIN = re.compile(r"(?:Group )?Job (\d+): (.+)")
FINISH = re.compile(r"Finished job(?:id)?:? (\d+)")
RUN_NAME = re.compile(r"(\S+) (\S+) (\S+) (\d+) (\S+)\Z")


class Parser(argparse.ArgumentParser):
    """A parser whose complaint is one line."""

    def error(self, message):
        self.exit(STATUS_USAGE, f"tenure: lab: {message}\n")


def parse(arguments):
    parser = Parser(prog="lab", description=__doc__, allow_abbrev=False)
    parser.add_argument("--mm", metavar="A,B,...")
    parser.add_argument("--workload", metavar="X,Y,...")
    parser.add_argument("--memory", default="128M", metavar="SIZE,...")
    parser.add_argument("--quota", default="100", metavar="PERCENT,...")
    parser.add_argument("--watermark", default=matrix.DEFAULT, metavar="LOW:HIGH,...")
    parser.add_argument("--jobs", metavar="N")
    parser.add_argument("--out", metavar="DIR")
    parser.add_argument("--profile", metavar="DIR")
    parser.add_argument("--build", default=os.path.join(matrix.ROOT, "build"))
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--check", action="store_true", help="only look at the values")
    options = parser.parse_args(arguments)
    if options.jobs is not None and not re.fullmatch(r"[1-9]\d{0,3}", options.jobs):
        parser.error(f"--jobs {options.jobs}: not a number of jobs")
    if options.profile is not None and not os.path.isfile(
        os.path.join(options.profile, "config.yaml")
    ):
        parser.error(f"--profile {options.profile}: no folder with a config.yaml (docs/lab.md)")
    if options.markdown and (options.mm or options.workload):
        parser.error("--markdown: the documents have the default policies and workloads")
    try:
        options.config = configure(options)
    except matrix.Wrong as wrong:
        parser.error(str(wrong))
    return options


def output_of(command, otherwise):
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    except OSError:
        return otherwise
    return done.stdout.strip() if done.returncode == 0 else otherwise


def versions():
    """What the report says of the ground it stands on."""
    commit = output_of(
        ["git", "-C", matrix.ROOT, "describe", "--always", "--dirty"], "no repository"
    )
    emulator = output_of(["qemu-system-riscv64", "--version"], "unknown").partition("\n")[0]
    number = re.search(r"version (\S+)", emulator)
    return {"commit": commit, "qemu": f"QEMU {number[1] if number else emulator}"}


def configure(options):
    """The workflow's configuration; raises matrix.Wrong. With --check nothing is built yet."""
    workloads = matrix.read_workloads()
    config = {
        "build": os.path.abspath(options.build),
        "strip": "riscv64-unknown-elf-strip",
        "memory": matrix.read_memory(options.memory),
        "quota": matrix.read_quota(options.quota),
        "marks": matrix.read_marks(options.watermark),
    }
    usual = [name for name, workload in workloads.items() if not workload.named_only]
    config["workload"] = usual
    if options.workload is not None:
        config["workload"] = matrix.choose(options.workload, list(workloads), "--workload")
    if options.check:
        return config
    policies = matrix.policies_in(config["build"])
    if not policies:
        raise matrix.Wrong(f"{config['build']} has no program mm: build it first (./tenure run)")
    config["mm"] = matrix.usual_policies(policies)
    if options.mm is not None:
        config["mm"] = matrix.choose(options.mm, policies, "--mm")
    config["policies"] = policies
    config["workloads"] = {
        name: {"command": w.command, "stresses": w.stresses} for name, w in workloads.items()
    }
    config.update(versions())
    return config


def write_if_new(path, text):
    """An unchanged file keeps its age, so that nothing is done again for its sake."""
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            if file.read() == text:
                return
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def claim(folder):
    """One lab at a time in a folder; what a killed one left there does not count as one."""
    file = open(os.path.join(folder, ".lock"), "w", encoding="utf-8")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        print(f"tenure: another lab is at work in {folder}; wait, or use --out", file=sys.stderr)
        sys.exit(1)
    return file


class Progress:
    """One line that follows the runs, on a terminal; elsewhere a line now and then."""

    def __init__(self, total):
        self.total, self.left, self.done = total, 0, 0
        self.begun = {}  # job number: what runs
        self.start = self.told = time.monotonic()
        self.live = sys.stderr.isatty()
        self.errors = []
        self.last = collections.deque(maxlen=LOG_LINES)

    def take(self, line):
        """A line of Snakemake's."""
        total, begin, finish = TOTAL.match(line), BEGIN.match(line), FINISH.search(line)
        if total:
            self.left = int(total[1])
            self.done = self.total - self.left
        elif begin:
            self.begun[begin[1]] = begin[2]
        elif finish and finish[1] in self.begun:
            self.done += bool(RUN_NAME.match(self.begun.pop(finish[1])))
        else:
            self.keep_error(line)
            return
        self.show()

    def keep_error(self, line):
        """measure.py's complaints; the rest is Snakemake's own."""
        self.last.append(line)
        if line.startswith(("lab: ", "| ")):
            self.errors.append(line)

    def names(self):
        names = []
        for text in self.begun.values():
            found = RUN_NAME.match(text)
            names.append(f"{found[2]} with {found[1]}" if found else text)
        return ", ".join(names)

    def show(self):
        now = time.monotonic()
        text = f"{self.done}/{self.total} runs, {now - self.start:.0f} s"
        if self.live:
            full = BAR * self.done // max(self.total, 1)
            text = f"tenure: lab ▕{'█' * full}{'░' * (BAR - full)}▏ {text}  {self.names()}"
            width = os.get_terminal_size(sys.stderr.fileno()).columns or WIDTH
            print(f"\r\033[K{text[: width - 1]}", end="", file=sys.stderr, flush=True)
        elif now - self.told >= QUIET_EVERY:
            self.told = now
            print(f"tenure: lab: {text}  {self.names()}", file=sys.stderr, flush=True)

    def close(self, good):
        if self.live:
            print("\r\033[K", end="", file=sys.stderr)
        seconds = time.monotonic() - self.start
        if good:
            new = self.left and f"{self.left} of them new" or "all there already"
            print(f"tenure: lab: {self.total} runs, {new}, {seconds:.0f} s", file=sys.stderr)


def command_of(options, out):
    command = ["snakemake", "--snakefile", os.path.join(matrix.HERE, "Snakefile")]
    command += ["--directory", out, "--configfile", os.path.join(out, "config.json")]
    command += ["--nolock", "--rerun-incomplete", "--keep-going", "--nocolor"]
    if options.profile:
        command += ["--profile", os.path.abspath(options.profile)]
    if options.jobs or not options.profile:
        command += ["--jobs" if options.profile else "--cores", options.jobs or "all"]
    return command


def follow(process, log, progress):
    """Hands Snakemake's lines on as they come; in between, time goes on all the same."""
    rest = b""
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while True:
            if not selector.select(TICK):
                progress.show()
                continue
            data = os.read(process.stdout.fileno(), 65536)
            if not data:
                return
            log.write(data)
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                progress.take(line.decode("utf-8", "replace").rstrip())


def watch(command, progress, log_path):
    """Runs Snakemake; its status, with what it printed in a log."""
    with open(log_path, "wb") as log, subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    ) as process:
        try:
            follow(process, log, progress)
            return process.wait()
        except KeyboardInterrupt:
            os.killpg(process.pid, signal.SIGINT)
            log.write(process.stdout.read())
            process.wait()
            raise


def text_of(*parts):
    with open(os.path.join(*parts), encoding="utf-8") as file:
        return file.read()


def show_results(out):
    text = text_of(out, "report.txt")
    print(text, end="")
    for name in ("report.html", "report.csv"):
        print(f"  {os.path.relpath(os.path.join(out, name))}")
    return 1 if "! status" in text else 0


DOCUMENTS = os.path.join(matrix.ROOT, "docs")
BLOCK = re.compile(r"(<!-- lab -->\n).*?(<!-- /lab -->)", re.DOTALL)
SAMPLE = "tide"  # the workload that the documents show by itself


def write_block(name, block):
    """What stands between the two marks of a document."""
    text = text_of(DOCUMENTS, name)
    with open(os.path.join(DOCUMENTS, name), "w", encoding="utf-8") as file:
        file.write(BLOCK.sub(lambda found: f"{found[1]}\n{block}\n{found[2]}", text))


def console_sample(out):
    """The report's head and the rows of one workload, as the terminal shows them."""
    head, *groups = text_of(out, "report.txt").split("\n\n")
    rows = next(group for group in groups if group.split()[0] == SAMPLE)
    files = "  build/lab/report.html\n  build/lab/report.csv"
    return f"```\n$ ./tenure lab --workload {SAMPLE}\n{head}\n\n{rows}\n\n{files}\n```\n"


def write_documents(out):
    """The tables and the picture that docs/ has of the default lab."""
    write_block("policies.md", text_of(out, "report.md"))
    write_block("lab.md", console_sample(out))
    picture = os.path.join(DOCUMENTS, "images", f"lab-{SAMPLE}.svg")
    shutil.copyfile(os.path.join(out, "figures", SAMPLE + ".svg"), picture)


def main():
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    options = parse(sys.argv[1:])
    if options.check:
        return 0
    out = os.path.abspath(options.out or os.path.join(options.build, "lab"))
    os.makedirs(out, exist_ok=True)
    held = claim(out)
    write_if_new(os.path.join(out, "config.json"), json.dumps(options.config, indent=2) + "\n")
    progress = Progress(len(matrix.all_runs(options.config)))
    log_path = os.path.join(out, "snakemake.log")
    try:
        status = watch(command_of(options, out), progress, log_path)
    except KeyboardInterrupt:
        progress.close(False)
        print("tenure: lab: interrupted; what is done stays, the same command goes on", file=sys.stderr)
        return 130
    progress.close(status == 0)
    held.close()
    if status == 0 and options.markdown:
        write_documents(out)
    if status == 0:
        return show_results(out)
    print("\n".join(progress.errors or progress.last), file=sys.stderr)
    print(f"tenure: lab: not every run was measured; Snakemake's log: {log_path}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
