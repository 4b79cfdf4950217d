#!/usr/bin/env python3
"""Tests of the lab's programs on made-up consoles, without QEMU and Snakemake. Prints TAP.

Those of the report's page need matplotlib of the system's Python, and are skipped without it.
"""

import csv
import html.parser
import json
import os
import re
import subprocess
import sys
import tempfile

LAB = os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "..", "lab")
sys.path.insert(0, LAB)
sys.dont_write_bytecode = True
import matrix  # noqa: E402
import results  # noqa: E402
import run as front  # noqa: E402

PYTHON = "/usr/bin/python3"
RUN = matrix.Run("mm", "hello", "128M", "100", matrix.DEFAULT)

NUMBERS = {
    "timebase": 10000000, "ticks": 40000, "instructions": 4000000, "work": 3000000,
    "requests": 20, "faults": 30, "signals": 2, "refusals": 0, "shortages": 4, "paid": 40,
    "refills": 3, "stocked": 24, "reclaims": 2, "returned": 9, "given": 70, "taken": 60,
    "settled": 5000, "waits": 52, "waits-checked": 0, "waits-wrong": 0, "trace-step": 128,
}  # fmt: skip
LEVELS = {"held": (24, 90, 2400000), "used": (20, 60, 1600000), "idle": (4, 30, 800000),
          "aside": (0, 0, 0)}  # fmt: skip


def console(policy="watermarks", status=0, **changed):
    """What mm prints, as far as the lab reads it; changed: other numbers."""
    numbers = dict(NUMBERS)
    for level, (least, peak, integral) in LEVELS.items():
        numbers.update({f"{level}-at-start": least, f"{level}-least": least,
                        f"{level}-peak": peak, f"{level}-integral": integral,
                        f"{level}-at-end": least})  # fmt: skip
    for kind, count in (("spawn", 0), ("map", 5), ("fault", 30), ("end", 1)):
        for i, key in enumerate(("count", "sum", "median", "p99", "worst")):
            numbers[f"{kind}-{key}"] = count * (1000 + i) if i else count
    numbers.update(changed)
    lines = ["tenure: Sv57, 128 MiB, 1 harts, first server mm", f"lab: policy {policy}"]
    lines += [f"lab: {key} {value}" for key, value in numbers.items()]
    lines += ["lab: at 0 24 20 0", "lab: at 1280 90 60 7", "lab: end"]
    lines += ["audit: 32768 frames agree", f"tenure: shutdown, status {status}"]
    return "\n".join(lines) + "\n"


def refuses(function, *arguments):
    try:
        function(*arguments)
    except (matrix.Wrong, results.Broken) as wrong:
        return str(wrong)
    return None


# --- tests: each returns None, or what is wrong ------------------------------------------------


def test_numbers():
    result = results.parse(RUN, console())
    wanted = [
        (result.status, 0), (result.policy, "watermarks"), (result.milliseconds, 4.0),
        (result.mean("held"), 60.0), (result.mean("idle"), 20.0), (result.operations, 50),
        (result.per_operation, 60000.0), (result.transfers, 9), (result.moved, 130),
        (result.latency("spawn", "p99"), None), (result.latency("map", "median"), 5 * 1002),
        (result.points, [(0.0, 24, 20, 0), (0.128, 90, 60, 7)]), (result.complaints, []),
    ]  # fmt: skip
    return [pair for pair in wanted if pair[0] != pair[1]] or None


def test_nothing_happened():
    result = results.parse(RUN, console(ticks=0, requests=0, faults=0))
    return None if (result.mean("held"), result.per_operation) == (0.0, 0.0) else result


def test_broken_consoles():
    good = console()
    for cut in ("lab: end\n", "tenure: shutdown, status 0\n", "lab: policy watermarks\n"):
        if not refuses(results.parse, RUN, good.replace(cut, "")):
            return f"accepted without {cut!r}"
    return refuses(results.parse, RUN, good)


def test_complaints():
    text = "       wild │ a child ended: it read 0x0 (null)\n       tide │ FAILED: spawn\n"
    text += "  hello: no │ FAILEDLY\naudit: frame 0x1: ledger user\n"
    found = results.parse(RUN, text + console(status=1)).complaints
    text = console().replace("audit: 32768 frames agree\n", "")
    found += results.parse(RUN, text).complaints
    wanted = ["wild │ a child ended: it read 0x0 (null)", "tide │ FAILED: spawn",
              "audit: frame 0x1: ledger user", "the audit did not agree"]  # fmt: skip
    return None if [line for line in found if "FAILEDLY" not in line] == wanted else found


def test_columns():
    names = [name for name, _ in results.columns()]
    result = results.parse(RUN, console())
    values = {name: str(function(result)) for name, function in results.columns()}
    wanted = {"mm": "mm", "workload": "hello", "ms": "4.0000", "held_mean": "60.000",
              "idle_peak": "30", "work_per_operation": "60000.00", "given": "70",
              "fault_p99": str(30 * 1003), "settled": "5000"}  # fmt: skip
    if len(names) != len(set(names)):
        return names
    return {key: values[key] for key in wanted if values[key] != wanted[key]} or None


def test_values():
    good = [
        (matrix.read_memory, "64M,128M,64M", ["64M", "128M"]),
        (matrix.read_quota, "50,100", ["50", "100"]),
        (matrix.read_marks, "2:8,default,0:0", ["2:8", "default", "0:0"]),
    ]
    for function, text, wanted in good:
        if function(text) != wanted:
            return text
    bad = [
        (matrix.read_memory, "64M,"), (matrix.read_memory, "64X"), (matrix.read_memory, "0"),
        (matrix.read_quota, "0"), (matrix.read_quota, "1001"), (matrix.read_quota, "-5"),
        (matrix.read_quota, "50 "), (matrix.read_marks, "8:2"), (matrix.read_marks, "8"),
        (matrix.read_marks, ""), (matrix.read_marks, "1:2:3"),
    ]  # fmt: skip
    return [text for function, text in bad if not refuses(function, text)] or None


def test_choice():
    if matrix.choose("b,a,b", ["a", "b"], "--mm") != ["b", "a"]:
        return "order"
    wrong = refuses(matrix.choose, "a,x", ["a", "b"], "--mm")
    return None if wrong == "--mm x: not there; there are: a, b" else wrong


def test_workloads():
    """Each program of the table is an app, and each start list can be made."""
    apps = os.path.join(LAB, "..", "apps")
    for name, workload in matrix.read_workloads().items():
        for program in workload.programs() or ():
            if not os.path.isfile(os.path.join(apps, program + ".c")):
                return f"{name}: no program {program}"
        for line in workload.start_list().splitlines():
            if line and not line.startswith("#") and len(line.split()) < 4:
                return f"{name}: start list: {line}"
    with tempfile.NamedTemporaryFile("w", encoding="utf-8") as file:
        file.write("name | command\nx | y\n")
        file.flush()
        return None if refuses(matrix.read_workloads, file.name) else "a bad table was read"


def test_runs():
    config = {"mm": ["a", "b"], "workload": ["w"], "memory": ["64M"], "quota": ["50", "100"],
              "marks": ["2:8"]}  # fmt: skip
    runs = matrix.all_runs(config)
    paths = [run.path for run in runs]
    if len(set(paths)) != 4 or paths[0] != "runs/a/w/64M_50_2-8.txt":
        return paths
    words = matrix.boot_arguments("50", "2:8"), matrix.boot_arguments("100", "default")
    return None if words == (["lab=1", "quota=50", "low=2", "high=8"], ["lab=1"]) else words


def test_progress():
    progress = front.Progress(5)
    progress.live = False
    for line in (
        "Job stats:", "job       count    min threads", "report    1    1", "run       3    1",
        "total     4    1", "Job 7: mm tide 128M 100 default", "Job 8: mm-exact tide 128M 100 2-8",
        "Finished job 8.", "Job 9: report", "Finished job 9.", "Job 10: mm hello 64M 50 default",
        "Finished job 10.", "lab: mm: time-out",
    ):  # fmt: skip
        progress.take(line)
    found = (progress.done, progress.left, progress.names(), progress.errors)
    return None if found == (4, 3, "tide with mm", ["lab: mm: time-out"]) else found


# --- the report --------------------------------------------------------------------------------


class Page(html.parser.HTMLParser):
    """Addresses and plots of a page, and whether its elements close in order."""

    OPEN = {"meta", "p", "li", "br", "tr", "th", "td", "html", "dt", "dd", "i", "use", "path"}

    def __init__(self):
        super().__init__()
        self.addresses, self.plots, self.stack, self.crossed = [], 0, [], []

    def handle_starttag(self, tag, attrs):
        self.plots += tag == "svg"
        self.addresses += [v for k, v in attrs if k in ("src", "href", "xlink:href") and v]
        if tag not in self.OPEN:
            self.stack.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.addresses += [v for k, v in attrs if k in ("src", "href", "xlink:href") and v]

    def handle_endtag(self, tag):
        if tag not in self.OPEN and (not self.stack or self.stack.pop() != tag):
            self.crossed.append(tag)


def make_report(folder, quota=("100",), status=0):
    config = {
        "mm": ["mm", "mm-b"], "policies": ["mm", "mm-b"], "workload": ["hello", "tide"],
        "memory": ["128M"], "quota": list(quota), "marks": ["default"],
        "workloads": {name: {"command": name, "stresses": "<one> & two"} for name in
                      ("hello", "tide")},
        "commit": "1234567", "qemu": "QEMU 7.2",
    }  # fmt: skip
    for run in matrix.all_runs(config):
        path = os.path.join(folder, run.path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        more = {"work": 6000000, "aside-peak": 5} if run.mm == "mm-b" else {}
        with open(path, "w", encoding="utf-8") as file:
            file.write(console(run.mm, status, **more))
    with open(os.path.join(folder, "config.json"), "w", encoding="utf-8") as file:
        json.dump(config, file)
    done = subprocess.run([PYTHON, os.path.join(LAB, "report.py"), "config.json"], cwd=folder,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)  # fmt: skip
    if done.returncode != 0:
        raise AssertionError(done.stdout)

    def text(name):
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            return file.read()

    return text("report.html"), text("report.csv"), text("report.txt")


def with_reports(*options):
    """Reports, each made in a folder of its own."""
    reports = []
    for option in options:
        with tempfile.TemporaryDirectory() as folder:
            reports.append(make_report(folder, **option))
    return reports


def test_page():
    ((text, _, table),) = with_reports({})
    page = Page()
    page.feed(text)
    foreign = [a for a in page.addresses if not a.startswith("#")]
    foreign += re.findall(r"url\((?!#)[^)]*\)|@import", text)
    if foreign or page.crossed or page.stack:
        return foreign, page.crossed, page.stack
    if page.plots != 4 or "&lt;one&gt; &amp; two" not in text or "#010203" in text:
        return page.plots
    best = re.findall(r"<td class=best>([^<]*)", text)
    if "60\u202f000" not in best or "120\u202f000" in best:
        return best
    return None if "! " not in table else table


def test_report_rows():
    ((_, text, table),) = with_reports({"quota": ("50", "100")})
    rows = list(csv.DictReader(text.splitlines()))
    if len(rows) != 8 or {row["quota_percent"] for row in rows} != {"50", "100"}:
        return rows
    return None if "quota, percent" in table else table


def test_report_same():
    one, two = with_reports({}, {})
    return None if one == two else "two reports of the same runs differ"


def test_report_sweep():
    ((text, _, _),) = with_reports({"quota": ("50", "100")})
    page = Page()
    page.feed(text)
    return None if page.plots == 4 + 2 * 3 and "By quota" in text else page.plots


def test_report_trouble():
    ((text, _, table),) = with_reports({"status": 1})
    good = "did not end well" in text and "! status 1" in table
    return None if good else table


TESTS = [test_numbers, test_nothing_happened, test_broken_consoles, test_complaints, test_columns,
         test_values, test_choice, test_workloads, test_runs, test_progress]  # fmt: skip
REPORT_TESTS = [test_page, test_report_rows, test_report_same, test_report_sweep,
                test_report_trouble]  # fmt: skip


def has_matplotlib():
    command = [PYTHON, "-c", "import matplotlib"]
    return os.path.exists(PYTHON) and subprocess.run(command, stderr=subprocess.DEVNULL).returncode == 0


def main():
    plots = has_matplotlib()
    failed = 0
    print(f"1..{len(TESTS) + len(REPORT_TESTS)}")
    for number, test in enumerate(TESTS + REPORT_TESTS, 1):
        name = test.__name__.removeprefix("test_").replace("_", " ")
        if test in REPORT_TESTS and not plots:
            print(f"ok {number} - {name} # SKIP no python3-matplotlib")
            continue
        wrong = test()
        print(f"{'not ok' if wrong else 'ok'} {number} - {name}", flush=True)
        if wrong:
            failed += 1
            print(f"# {wrong!r}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
