"""What the lab can run: programs `mm*` of the build, workloads of the table beside this file, and
the values that a sweep may take. Shared by run.py, the Snakefile and report.py.
"""

import dataclasses
import itertools
import os
import re

HERE = os.path.dirname(os.path.realpath(__file__))
ROOT = os.path.dirname(HERE)
TABLE = os.path.join(HERE, "workloads")
COLUMNS = 5
PRIORITY = 10  # of a workload's first process
DEFAULT = "default"  # watermarks: those that the policy itself has

SIZE = re.compile(r"[1-9][0-9]*[KMGT]?\Z")
PERCENT = re.compile(r"[1-9][0-9]{0,3}\Z")
PERCENT_MOST = 1000
MARKS = re.compile(r"(\d{1,6}):(\d{1,6})\Z")


class Wrong(Exception):
    """What the user asked for is not there, or makes no sense: one line that says so."""


@dataclasses.dataclass(frozen=True)
class Workload:
    name: str
    command: str
    pool: str
    user: str
    needs: tuple
    stresses: str
    named_only: bool

    @property
    def list_name(self):
        """The start list that it is, or None."""
        return self.command[1:] if self.command.startswith("@") else None

    def programs(self):
        """Those that its boot image needs; None: all there are."""
        if self.list_name:
            return None
        return (self.command.split()[0],) + self.needs

    def start_list(self):
        """The text of the boot image's file `start`."""
        if self.list_name:
            with open(os.path.join(ROOT, "apps", self.list_name), encoding="utf-8") as file:
                return file.read()
        name, _, arguments = self.command.partition(" ")
        return f"{name} {self.pool} {self.user} {PRIORITY} {arguments}".rstrip() + "\n"


def read_workloads(path=TABLE):
    """The table's lines by name, in its order."""
    result = {}
    with open(path, encoding="utf-8") as file:
        lines = [line for line in file if line.strip() and not line.startswith("#")]
    for line in lines[1:]:
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) != COLUMNS:
            raise Wrong(f"{path}: {COLUMNS} columns wanted: {line.strip()}")
        name, command, quotas, needs, stresses = cells
        pool, user = quotas.split() if quotas else ("", "")
        plain = name.strip("[]")
        result[plain] = Workload(
            plain, command, pool, user, tuple(needs.split()), stresses, name != plain
        )
    return result


def is_elf(path):
    with open(path, "rb") as file:
        return file.read(4) == b"\x7fELF"


def programs_in(folder):
    """Names of the executables of a folder of the build."""
    if not os.path.isdir(folder):
        return []
    paths = ((name, os.path.join(folder, name)) for name in sorted(os.listdir(folder)))
    return [name for name, path in paths if os.path.isfile(path) and is_elf(path)]


def policies_in(build):
    """The programs made of mm's sources, one a policy; mm itself first."""
    names = programs_in(os.path.join(build, "servers", "mm"))
    return sorted(names, key=lambda name: (name != "mm", name))


def usual_policies(names):
    """Those that are compared when nobody says which: not the one to begin one's own with."""
    return [name for name in names if name != "mm-template"]


def choose(text, known, option):
    """The names of a comma-separated list, each of which must exist; in the order given."""
    chosen = list(dict.fromkeys(text.split(",")))
    for name in chosen:
        if name not in known:
            raise Wrong(f"{option} {name}: not there; there are: {', '.join(known)}")
    return chosen


def read_values(text, option, good, example):
    values = list(dict.fromkeys(text.split(",")))
    for value in values:
        if not good(value):
            raise Wrong(f"{option} {value}: not {example}")
    return values


def read_memory(text):
    return read_values(text, "--memory", SIZE.match, "a size such as 64M or 1G")


def is_percent(value):
    return PERCENT.match(value) and int(value) <= PERCENT_MOST


def read_quota(text):
    return read_values(text, "--quota", is_percent, f"a percentage from 1 to {PERCENT_MOST}")


def is_marks(value):
    found = MARKS.match(value)
    return value == DEFAULT or (found and int(found[1]) <= int(found[2]))


def read_marks(text):
    return read_values(
        text, "--watermark", is_marks, f"LOW:HIGH in frames, LOW <= HIGH, such as 4:16, or {DEFAULT}"
    )


@dataclasses.dataclass(frozen=True)
class Run:
    mm: str
    workload: str
    memory: str
    quota: str
    marks: str

    @property
    def path(self):
        """Of its console, below the lab's folder."""
        return f"runs/{self.mm}/{self.workload}/{self.point}.txt"

    @property
    def point(self):
        return f"{self.memory}_{self.quota}_{self.marks.replace(':', '-')}"


def all_runs(config):
    """Every run of a configuration, in the order of the report."""
    axes = (config[key] for key in ("workload", "mm", "memory", "quota", "marks"))
    return [
        Run(mm, workload, memory, quota, marks)
        for workload, mm, memory, quota, marks in itertools.product(*axes)
    ]


def boot_arguments(quota, marks):
    words = ["lab=1"]
    if quota != "100":
        words.append("quota=" + quota)
    if marks != DEFAULT:
        words += ["low={}".format(marks.split(":")[0]), "high={}".format(marks.split(":")[1])]
    return words
