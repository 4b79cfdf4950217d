"""What tools/bounds writes into the documents: a table and a picture."""

import html
import os

ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
PAGE = os.path.join(ROOT, "docs/assurance.md")
PICTURE = os.path.join(ROOT, "docs/images/bounds.svg")
BEGIN, END = "<!-- bounds: begin -->", "<!-- bounds: end -->"

# --- the table -------------------------------------------------------------------------------


def table(report):
    lines = ["| call or cause | entries | mean | longest | in run |", "| --- | ---: | ---: | ---: | --- |"]
    for row in report.rows:
        mean = row["instructions"] // row["entries"]
        lines.append(f"| {row['name']} | {row['entries']:,} | {mean:,} | {row['stretch']:,} | "
                     f"`{row['run']}` |")
    return lines


def steps_table(report):
    lines = ["| call | restarted | most work in one call | in entries | steps | longest step | "
             "way out | longest entry, nothing pending | in run |",
             "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |"]
    for row in report.waits():
        work = row["largest"]
        if work["instructions"]:
            lines.append(f"| {row['name']} | {row['restarts']:,} | {work['instructions']:,} | "
                         f"{work['entries']:,} | {work['looks'] + 1:,} | {row['stretch']:,} | "
                         f"{row['tail']:,} | {row['entry']:,} | `{work['run']}` |")
    return lines


def text(report):
    totals = report.totals()
    longest = report.rows[0]
    lines = [
        f"{len(report.results)} boots, {totals['entries']:,} entries, "
        f"{totals['instructions']:,} instructions of the kernel. The longest entry: "
        f"**{longest['stretch']:,}** instructions, `{longest['name']}` in `{longest['run']}`. "
        f"The bound: {report.bound:,}.", "",
        *steps_table(report), "", *table(report)]
    return "\n".join(lines)


def write_page(report):
    with open(PAGE, encoding="utf-8") as file:
        old = file.read()
    head, begin, rest = old.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise SystemExit(f"bounds: {PAGE}: no marks {BEGIN} and {END}")
    with open(PAGE, "w", encoding="utf-8") as file:
        file.write(f"{head}{begin}\n{text(report)}\n{end}{tail}")


# --- the picture -----------------------------------------------------------------------------

WIDTH, LEFT, RIGHT, TOP, STEP, BAR = 900, 230, 90, 66, 20, 13
GRID = 4000
LABEL = 50  # a number behind a bar needs so much

STYLE = """
text { font: 13px system-ui, "Segoe UI", "DejaVu Sans", sans-serif; fill: #1f2937; }
.h { font-weight: 700; font-size: 16px; }
.n { fill: #4b5563; font-size: 12px; }
.in { fill: #ffffff; font-size: 12px; }
.page { fill: #ffffff; }
.grid { stroke: #e5e7eb; }
.call { fill: #3b82f6; }
.cause { fill: #16a34a; }
.bound { stroke: #dc2626; stroke-width: 2; stroke-dasharray: 6 3; }
.over { fill: #dc2626; font-weight: 600; }
@media (prefers-color-scheme: dark) {
text { fill: #e5e7eb; }
.n { fill: #9ca3af; }
.page { fill: #111827; }
.grid { stroke: #374151; }
.over { fill: #f87171; }
}
"""


def place(value, bound):
    """Where a number of instructions stands on the axis, which ends a little behind the bound."""
    return LEFT + (WIDTH - LEFT - RIGHT) * value / (bound * 1.02)


def number(value, report, end, y):
    """The text of a bar: behind it, or in it where it would lie on the line of the bound."""
    if end < place(report.bound, max(report.bound, report.rows[0]["stretch"])) - LABEL:
        return f'<text class="n" x="{end + 6:.1f}" y="{y}">{value:,}</text>'
    return f'<text class="in" x="{end - 6:.1f}" y="{y}" text-anchor="end">{value:,}</text>'


def picture(report):
    rows, bound = report.rows, max(report.bound, report.rows[0]["stretch"])
    height = TOP + STEP * len(rows) + 34
    bottom = TOP + STEP * len(rows)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
        f'height="{height}" role="img" aria-labelledby="title desc">',
        '<title id="title">The longest kernel entry of each call and cause</title>',
        f'<desc id="desc">Bars of instructions, by call; the longest is {rows[0]["name"]} with '
        f'{rows[0]["stretch"]:,}. A line marks the bound of {report.bound:,}.</desc>',
        f"<style>{STYLE}</style>",
        f'<rect class="page" width="{WIDTH}" height="{height}"/>',
        '<text class="h" x="16" y="28">The longest entry of each call (blue) and other cause '
        "(green)</text>",
        '<text class="n" x="16" y="46">instructions in which interrupts are not seen</text>',
    ]
    for value in range(0, bound, GRID):
        x = place(value, bound)
        out.append(f'<line class="grid" x1="{x:.1f}" y1="{TOP - 6}" x2="{x:.1f}" y2="{bottom}"/>')
        out.append(f'<text class="n" x="{x:.1f}" y="{bottom + 18}" text-anchor="middle">{value:,}</text>')
    for i, row in enumerate(rows):
        y = TOP + STEP * i
        kind = "call" if row["kind"] == "call" else "cause"
        end = place(row["stretch"], bound)
        out.append(f'<text x="{LEFT - 8}" y="{y + 11}" text-anchor="end">{html.escape(row["name"])}</text>')
        out.append(f'<rect class="{kind}" x="{LEFT}" y="{y}" width="{end - LEFT:.1f}" height="{BAR}"/>')
        out.append(number(row["stretch"], report, end, y + 11))
    x = place(report.bound, bound)
    out.append(f'<line class="bound" x1="{x:.1f}" y1="{TOP - 12}" x2="{x:.1f}" y2="{bottom}"/>')
    out.append(f'<text class="over" x="{x:.1f}" y="{TOP - 18}" text-anchor="middle">bound '
               f"{report.bound:,}</text>")
    out.append("</svg>")
    return "\n".join(out) + "\n"


def write(report):
    write_page(report)
    with open(PICTURE, "w", encoding="utf-8") as file:
        file.write(picture(report))
