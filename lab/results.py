"""Reads the consoles of the lab's runs: what mm printed in lines that begin with `lab: `."""

import dataclasses
import re

NUMBER = re.compile(r"lab: ([a-z0-9-]+) (\d+)\Z")
POINT = re.compile(r"lab: at (\d+) (\d+) (\d+) (\d+)\Z")
POLICY = re.compile(r"lab: policy (\S+)\Z")
FINAL = re.compile(r"tenure: shutdown, status (\d+)")
AUDIT = re.compile(r"audit: \d+ frames agree")
COMPLAINT = re.compile(r"│ (?:FAILED:|ended|a child ended|not started)|audit: (?!\d+ frames agree)")

LEVELS = ("held", "used", "idle", "aside")
LATENCIES = ("spawn", "map", "fault", "end")


class Broken(Exception):
    """A console that is not one of a run that came to its end."""


@dataclasses.dataclass
class Result:
    """One run. Times are in milliseconds of the machine's clock, costs in instructions."""

    run: object  # a matrix.Run
    policy: str
    status: int
    numbers: dict  # as mm printed them
    points: list  # (ms, held, used, set aside), each valid until the next
    complaints: list

    @property
    def milliseconds(self):
        return self.ms(self.numbers["ticks"])

    def ms(self, ticks):
        return ticks * 1000 / self.numbers["timebase"]

    def mean(self, level):
        ticks = self.numbers["ticks"]
        return self.numbers[level + "-integral"] / ticks if ticks else 0.0

    @property
    def claimed(self):
        """Frames that nobody else can have: held, and set aside; the mean."""
        return self.mean("held") + self.mean("aside")

    @property
    def operations(self):
        return self.numbers["requests"] + self.numbers["faults"]

    @property
    def per_operation(self):
        return self.numbers["work"] / self.operations if self.operations else 0.0

    @property
    def transfers(self):
        return self.numbers["shortages"] + self.numbers["refills"] + self.numbers["reclaims"]

    @property
    def moved(self):
        return self.numbers["given"] + self.numbers["taken"]

    def latency(self, kind, which):
        """None where there was nothing to time."""
        return self.numbers[f"{kind}-{which}"] if self.numbers[kind + "-count"] else None


def parse(run, text):
    numbers, points, policy, status, complete = {}, [], None, None, False
    complaints = []
    for line in text.splitlines():
        if found := POINT.match(line):
            points.append(tuple(int(value) for value in found.groups()))
        elif found := NUMBER.match(line):
            numbers[found[1]] = int(found[2])
        elif found := POLICY.match(line):
            policy = found[1]
        elif line == "lab: end":
            complete = True
        elif found := FINAL.search(line):
            status = int(found[1])
        elif COMPLAINT.search(line):
            complaints.append(line.strip())
    if not complete or status is None or policy is None or not points:
        raise Broken(f"{run.path}: not the console of a run that came to its end")
    if not AUDIT.search(text):
        complaints.append("the audit did not agree")
    result = Result(run, policy, status, numbers, [], complaints)
    result.points = [(result.ms(at), *frames) for at, *frames in points]
    return result


def read(run, path):
    with open(path, encoding="utf-8") as file:
        return parse(run, file.read())


def columns():
    """(name, function of a Result) of each column of report.csv, in order."""
    result = [
        ("mm", lambda r: r.run.mm),
        ("policy", lambda r: r.policy),
        ("workload", lambda r: r.run.workload),
        ("memory", lambda r: r.run.memory),
        ("quota_percent", lambda r: r.run.quota),
        ("watermark", lambda r: r.run.marks),
        ("status", lambda r: r.status),
        ("ms", lambda r: f"{r.milliseconds:.4f}"),
    ]
    for level in LEVELS:
        result.append((level + "_mean", lambda r, level=level: f"{r.mean(level):.3f}"))
        result.append((level + "_peak", lambda r, level=level: r.numbers[level + "-peak"]))
    plain = {
        "held_at_end": "held-at-end",
        "used_at_start": "used-at-start",
        "refusals": "refusals",
        "enomem": "shortages",
        "enomem_frames": "paid",
        "refills": "refills",
        "refill_frames": "stocked",
        "reclaims": "reclaims",
        "reclaim_frames": "returned",
        "given": "given",
        "taken": "taken",
        "requests": "requests",
        "faults": "faults",
        "signals": "signals",
        "instructions": "instructions",
        "work": "work",
    }
    for name, key in plain.items():
        result.append((name, lambda r, key=key: r.numbers[key]))
    result.append(("work_per_operation", lambda r: f"{r.per_operation:.2f}"))
    for kind in LATENCIES:
        for which in ("count", "median", "p99", "worst"):
            result.append(
                (f"{kind}_{which}", lambda r, key=f"{kind}-{which}": r.numbers[key])
            )
    result.append(("settled", lambda r: r.numbers["settled"]))
    result.append(("waits", lambda r: r.numbers["waits"]))
    return result
