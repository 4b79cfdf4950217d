#!/usr/bin/python3
"""Writes the lab's report.html, report.csv and report.txt from the consoles of its runs.

Needs Debian's python3-matplotlib, hence the system's own Python.
"""

import csv
import html
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
sys.dont_write_bytecode = True
import matrix  # noqa: E402
import page  # noqa: E402
import plots  # noqa: E402
import results  # noqa: E402

SHOWN, SHOWN_LINES = 5, 3  # runs that did not end well, and lines of each

SET_ASIDE = "held and set aside, mean"

# title, function of a Result; in all of these less is better
SUMMARY = (
    ("held, mean", lambda r: r.mean("held")),
    ("idle, mean", lambda r: r.mean("idle")),
    (SET_ASIDE, lambda r: r.claimed),
    ("gives and reclaims", lambda r: r.transfers),
    ("frames moved", lambda r: r.moved),
    ("instructions per operation", lambda r: r.per_operation),
)
COST = (
    ("instructions per operation", lambda r: r.per_operation),
    ("gives and reclaims", lambda r: r.transfers),
    ("spawn, p99, instructions", lambda r: r.latency("spawn", "p99")),
    ("fault, p99, instructions", lambda r: r.latency("fault", "p99")),
)
# axis, title; where its usual value is among those swept, the other plots are of that
USUAL = {"memory": "128M", "quota": "100", "marks": matrix.DEFAULT}
SWEPT = (("memory", "RAM"), ("quota", "quota, percent"), ("marks", "watermarks"))
SWEEP_MEASURES = (
    ("held frames, mean", lambda r: r.mean("held")),
    ("instructions per operation", lambda r: r.per_operation),
    ("gives and reclaims", lambda r: r.transfers),
)


def latencies(kind):
    return [
        (f"{kind}, {name}", lambda r, which=which: r.latency(kind, which))
        for name, which in (("median", "median"), ("p99", "p99"), ("worst", "worst"))
    ]


def details():
    """(title, function) of each row of a workload's table."""
    rows = []
    for level in results.LEVELS:
        name = "set aside" if level == "aside" else level
        rows.append((f"{name}, mean", lambda r, level=level: r.mean(level)))
        rows.append((f"{name}, peak", lambda r, level=level: r.numbers[level + "-peak"]))
    rows += [
        ("ENOMEM answers", lambda r: r.numbers["shortages"]),
        ("refills unasked", lambda r: r.numbers["refills"]),
        ("reclaims", lambda r: r.numbers["reclaims"]),
        ("frames given", lambda r: r.numbers["given"]),
        ("frames taken back", lambda r: r.numbers["taken"]),
        ("operations", lambda r: r.operations),
        ("instructions, all", lambda r: r.numbers["instructions"]),
        ("instructions of mm", lambda r: r.numbers["work"]),
        ("instructions per operation", lambda r: r.per_operation),
    ]
    for kind in results.LATENCIES:
        rows += latencies(kind)
    rows.append(("giving all back at the end", lambda r: r.numbers["settled"]))
    return rows


class Lab:
    """A configuration with its results."""

    def __init__(self, config, folder):
        self.config = config
        self.runs = matrix.all_runs(config)
        self.results = {run: results.read(run, os.path.join(folder, run.path)) for run in self.runs}
        self.index_of = {name: i for i, name in enumerate(config["policies"])}
        self.base = {
            axis: usual if usual in config[axis] else config[axis][0]
            for axis, usual in USUAL.items()
        }

    def at(self, workload, mm, **changed):
        point = {**self.base, **changed}
        return self.results[matrix.Run(mm, workload, **point)]

    def row(self, workload):
        """One result a policy, where nothing is swept."""
        return [self.at(workload, mm) for mm in self.config["mm"]]

    def bad(self):
        """Hostile programs are ended with a line each, and the run is a good one: mm knows."""
        return [result for result in self.results.values() if result.status != 0]


def write_csv(lab, path):
    columns = results.columns()
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(name for name, _ in columns)
        for result in lab.results.values():
            writer.writerow(function(result) for _, function in columns)


# --- the terminal ------------------------------------------------------------------------------

def plain(value):
    return plots.number(value, apart="")


TERMINAL = (
    ("held", lambda r: plain(r.mean("held"))),
    ("peak", lambda r: plain(r.numbers["held-peak"])),
    ("used", lambda r: plain(r.mean("used"))),
    ("idle", lambda r: plain(r.mean("idle"))),
    ("aside", lambda r: plain(r.mean("aside"))),
    ("ENOMEM", lambda r: plain(r.numbers["shortages"])),
    ("moves", lambda r: plain(r.transfers)),
    ("frames", lambda r: plain(r.moved)),
    ("instr/op", lambda r: plain(r.per_operation)),
    ("spawn p99", lambda r: plain(r.latency("spawn", "p99"))),
    ("fault p99", lambda r: plain(r.latency("fault", "p99"))),
)


def setting_of(lab, run):
    """What tells this run from others of its workload and policy."""
    return [getattr(run, axis) for axis, _ in SWEPT if len(lab.config[axis]) > 1]


def write_text(lab, path):
    swept = [title for axis, title in SWEPT if len(lab.config[axis]) > 1]
    rows = [["workload", "mm"] + swept + [title for title, _ in TERMINAL] + [""]]
    for run, result in lab.results.items():
        rows.append([run.workload, run.mm] + setting_of(lab, run))
        rows[-1] += [function(result) for _, function in TERMINAL]
        rows[-1].append(f"! status {result.status}" if result.status else "")
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    left = 2 + len(swept)
    with open(path, "w", encoding="utf-8") as file:
        before = None
        for row in rows:
            if before not in (None, row[0]):
                file.write("\n")
            cells = [
                cell.ljust(width) if i < left else cell.rjust(width)
                for i, (cell, width) in enumerate(zip(row, widths))
            ]
            if before == row[0]:
                cells[0] = " " * widths[0]
            before = row[0]
            file.write(("  " + "  ".join(cells)).rstrip() + "\n")
        file.write("\n")
        write_troubles(lab, file)


MARKDOWN = (
    ("held", lambda r: r.mean("held")),
    ("of these idle", lambda r: r.mean("idle")),
    ("set aside", lambda r: r.mean("aside")),
    ("gives and reclaims", lambda r: r.transfers),
    ("frames moved", lambda r: r.moved),
    ("instructions an operation", lambda r: r.per_operation),
    ("a fault, p99", lambda r: r.latency("fault", "p99")),
)


def write_markdown(lab, path):
    """The table of docs/policies.md."""
    titles = " | ".join(title for title, _ in MARKDOWN)
    lines = [f"| workload | program | {titles} |", "| --- | --- |" + " ---: |" * len(MARKDOWN)]
    for workload in lab.config["workload"]:
        for i, result in enumerate(lab.row(workload)):
            values = [plots.number(function(result), apart=" ") for _, function in MARKDOWN]
            name = f"`{workload}`" if i == 0 else ""
            lines.append(f"| {name} | `{result.run.mm}` | " + " | ".join(values) + " |")
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def setting(run):
    return f"{run.memory}, quota {run.quota} %, watermarks {run.marks}"


def write_troubles(lab, file):
    bad = lab.bad()
    for result in bad[:SHOWN]:
        run = result.run
        file.write(f"  ! {run.workload} with {run.mm} ({setting(run)}): status {result.status}\n")
        file.writelines(f"      {line}\n" for line in result.complaints[:SHOWN_LINES])
    if len(bad) > SHOWN:
        file.write(f"  ! and {len(bad) - SHOWN} more; all are in report.html\n")
    if bad:
        file.write("\n")


# --- the page ----------------------------------------------------------------------------------


def best_of(values):
    known = [value for value in values if value is not None]
    return min(known) if known and min(known) != max(known) else None


def cells(values):
    best = best_of(values)
    return "".join(
        f'<td{" class=best" if value is not None and value == best else ""}>{plots.number(value)}</td>'
        for value in values
    )


def heads(lab):
    return "".join(
        f'<th scope=col><i style="background:{plots.colour(lab.index_of[mm])}"></i>{html.escape(mm)}</th>'
        for mm in lab.config["mm"]
    )


def summary_table(lab):
    lines = [f"<table class=summary><thead><tr><th>{heads(lab)}</tr></thead>"]
    columns = 1 + len(lab.config["mm"])
    for workload in lab.config["workload"]:
        row, name = lab.row(workload), html.escape(workload)
        lines.append(f'<tbody><tr><th scope=rowgroup colspan={columns}><a href="#{name}">{name}</a>')
        for title, function in SUMMARY:
            values = [function(result) for result in row]
            if title == SET_ASIDE and not any(result.numbers["aside-peak"] for result in row):
                continue  # the same as what is held
            lines.append(f"<tr><th scope=row>{title}</th>{cells(values)}</tr>")
        lines.append("</tbody>")
    return "\n".join(lines + ["</table>"])


def detail_table(lab, row):
    lines = [f"<table><thead><tr><th>{heads(lab)}</tr></thead><tbody>"]
    for title, function in details():
        values = [function(result) for result in row]
        if any(value is not None for value in values):
            lines.append(f"<tr><th scope=row>{title}</th>{cells(values)}</tr>")
    return "\n".join(lines + ["</tbody></table>"])


def section(lab, workload):
    row = lab.row(workload)
    about = lab.config["workloads"][workload]
    name = html.escape(workload)
    measures = [m for m in COST if any(m[1](result) is not None for result in row)]
    return page.SECTION.format(
        name=name,
        command=html.escape(about["command"].replace("@", "the start list ")),
        stresses=html.escape(about["stresses"]),
        over_time=plots.over_time(row, lab.index_of, f"{name}: kernel frames over time"),
        bars=plots.bars(row, lab.index_of, measures, f"{name}: cost"),
        details=detail_table(lab, row),
    )


def sweep_plots(lab, workload, axis, title):
    points = lab.config[axis]
    figures = []
    for what, function in SWEEP_MEASURES:
        series = {
            mm: [function(lab.at(workload, mm, **{axis: point})) for point in points]
            for mm in lab.config["mm"]
        }
        label = f"{html.escape(workload)}: {what} over {title}"
        figures.append(plots.sweep(points, series, lab.index_of, f"{what}, by {title}", label))
    return "".join(f"<figure>{figure}</figure>" for figure in figures)


def sweeps(lab):
    parts = []
    for axis, title in SWEPT:
        if len(lab.config[axis]) < 2:
            continue
        fixed = [f"{name} {lab.base[a]}" for a, name in SWEPT if a != axis]
        parts.append(f"<h2>By {title}</h2><p class=about>{html.escape(', '.join(fixed))}</p>")
        for workload in lab.config["workload"]:
            parts.append(f"<h3>{html.escape(workload)}</h3><div class=three>")
            parts.append(sweep_plots(lab, workload, axis, title) + "</div>")
    return "\n".join(parts)


def troubles(lab):
    bad = lab.bad()
    if not bad:
        return ""
    items = []
    for result in bad:
        run = result.run
        text = f"{run.workload} with {run.mm} ({setting(run)}): status {result.status}"
        lines = "".join(
            f"<br><code>{html.escape(line)}</code>" for line in result.complaints[:SHOWN_LINES]
        )
        items.append(f"<li>{html.escape(text)}{lines}</li>")
    title = f"{len(bad)} of {len(lab.runs)} runs did not end well"
    return f"<details class=bad><summary>{title}</summary><ul>{''.join(items)}</ul></details>"


def legend(lab):
    names = {result.run.mm: result.policy for result in lab.results.values()}
    return "".join(
        f'<span><i style="background:{plots.colour(lab.index_of[mm])}"></i>'
        f"{html.escape(mm)} <small>{html.escape(policy)}</small></span>"
        for mm, policy in names.items()
    )


def write_figures(lab, folder):
    """Each workload's plot over time as a file, for documents."""
    os.makedirs(folder, exist_ok=True)
    for workload in lab.config["workload"]:
        label = html.escape(f"{workload}: kernel frames over time")
        svg = plots.over_time(lab.row(workload), lab.index_of, label, alone=True)
        with open(os.path.join(folder, workload + ".svg"), "w", encoding="utf-8") as file:
            file.write(svg)


def write_page(lab, path):
    config = lab.config
    text = page.PAGE.format(
        commit=html.escape(config["commit"]),
        qemu=html.escape(config["qemu"]),
        memory=html.escape(lab.base["memory"]),
        runs=len(lab.runs),
        policies=len(config["mm"]),
        workloads=len(config["workload"]),
        legend=legend(lab),
        summary=summary_table(lab),
        troubles=troubles(lab),
        sections="\n".join(section(lab, workload) for workload in config["workload"]),
        sweeps=sweeps(lab),
        style=page.STYLE,
        notes=page.NOTES,
    )
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def main():
    if len(sys.argv) != 2 or sys.argv[1] in ("-h", "--help"):
        print("usage: report.py CONFIG.JSON   (in the folder of the lab's runs)\n\n" + __doc__)
        return 0 if len(sys.argv) == 2 else 2
    with open(sys.argv[1], encoding="utf-8") as file:
        config = json.load(file)
    folder = os.path.dirname(os.path.abspath(sys.argv[1]))
    try:
        lab = Lab(config, folder)
    except (results.Broken, OSError) as error:
        print(f"lab: {error}", file=sys.stderr)
        return 1
    write_page(lab, os.path.join(folder, "report.html"))
    write_figures(lab, os.path.join(folder, "figures"))
    write_csv(lab, os.path.join(folder, "report.csv"))
    write_text(lab, os.path.join(folder, "report.txt"))
    write_markdown(lab, os.path.join(folder, "report.md"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
