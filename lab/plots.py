"""The report's pictures: SVG text that stands in an HTML page. The same results give the same
bytes.

Text and lines that are not data are drawn in two colours of no meaning, which become the page's
own afterwards, so that they suit its light and dark style.
"""

import io
import re

import matplotlib

matplotlib.use("svg")
from matplotlib import pyplot  # noqa: E402
from matplotlib.ticker import MaxNLocator  # noqa: E402

TEXT, GRID = "#010203", "#040506"
PAGE_COLOURS = {TEXT: "currentColor", GRID: "var(--line)"}
ALONE_COLOURS = {TEXT: "#6e7781", GRID: "#afb8c1"}  # to be read on light and on dark

# Okabe and Ito: told apart by colour-blind eyes, too.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")

STYLE = {
    "svg.hashsalt": "tenure",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 9,
    "text.color": TEXT,
    "axes.edgecolor": GRID,
    "axes.labelcolor": TEXT,
    "axes.titlecolor": TEXT,
    "axes.titlesize": 9,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "xtick.color": GRID,
    "ytick.color": GRID,
    "xtick.labelcolor": TEXT,
    "ytick.labelcolor": TEXT,
    "legend.frameon": False,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "lines.solid_joinstyle": "miter",
}


def colour(index):
    return COLOURS[index % len(COLOURS)]


def number(value, apart="\u202f"):
    """For people: three digits at least, thousands apart."""
    if value is None:
        return "–"
    if value != int(value) and value < 100:
        return f"{value:.1f}"
    return f"{value:,.0f}".replace(",", apart)


def svg_of(figure, label, colours=None):
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    pyplot.close(figure)
    svg = text.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r'(<svg [^>]*?) width="[^"]*"', r"\1", svg, count=1)
    svg = re.sub(r'(<svg [^>]*?) height="[^"]*"', r"\1", svg, count=1)
    svg = svg.replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1)
    for drawn, own in (colours or PAGE_COLOURS).items():
        svg = svg.replace(drawn, own)
    return svg


def with_aside(held, _used, aside):
    return held + aside


# what, of (held, used, set aside); the line's style and width
TIME_LINES = (
    (lambda held, used, aside: held, "-", 1.5),
    (lambda held, used, aside: used, (0, (3, 2)), 0.9),
    (with_aside, (0, (1, 1.5)), 1.3),
)


def over_time(results, index_of, label, alone=False):
    """Held (solid) and used (dashed) kernel frames, a colour a policy; with what is set aside
    (dotted), where there is such. Alone: with a legend, for a file of its own."""
    with matplotlib.rc_context(STYLE):
        figure, axes = pyplot.subplots(figsize=(6.4, 3.9), layout="constrained")
        for result in results:
            if alone:
                axes.plot([], [], color=colour(index_of[result.run.mm]), label=result.run.mm)
            times = [point[0] for point in result.points] + [result.milliseconds]
            shade = colour(index_of[result.run.mm])
            for value_of, style, width in TIME_LINES:
                values = [value_of(*point[1:]) for point in result.points]
                values.append(values[-1])
                if value_of is with_aside and not result.numbers["aside-peak"]:
                    continue
                axes.step(times, values, where="post", color=shade, linestyle=style,
                          linewidth=width)
        axes.set_xlim(0, max(result.milliseconds for result in results))
        axes.set_ylim(0, None)
        axes.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
        axes.set_xlabel("ms of the machine's clock")
        dotted = any(result.numbers["aside-peak"] for result in results)
        axes.set_title("kernel frames: held (—), used (- -)"
                       + (", and set aside (···)" if dotted else ""))
        if alone:
            axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=len(results), fontsize=8,
                        borderaxespad=0.3, handlelength=1.2, columnspacing=1.2)
        return svg_of(figure, label, ALONE_COLOURS if alone else PAGE_COLOURS)


def bars(results, index_of, measures, label):
    """For each measure (title, function) a bar a policy, with its value."""
    names = [result.run.mm for result in results]
    with matplotlib.rc_context(STYLE):
        height = 0.45 + 0.2 * len(names)
        figure, all_axes = pyplot.subplots(
            len(measures), 1, figsize=(4.3, height * len(measures)), layout="constrained"
        )
        for axes, (title, value_of) in zip(all_axes, measures):
            values = [value_of(result) for result in results]
            most = max((value or 0 for value in values), default=0) or 1
            places = range(len(names))[::-1]
            axes.barh(places, [value or 0 for value in values], height=0.66,
                      color=[colour(index_of[name]) for name in names])
            for place, value in zip(places, values):
                axes.annotate(number(value), (value or 0, place), xytext=(4, 0),
                              textcoords="offset points", va="center")
            axes.set_yticks(list(places), names)
            axes.set_xlim(0, most * 1.25)
            axes.set_title(title)
            axes.grid(False)
            axes.xaxis.set_visible(False)
            axes.spines["bottom"].set_visible(False)
            axes.tick_params(axis="y", length=0)
        return svg_of(figure, label)


def sweep(points, series, index_of, title, label):
    """Over the values of a swept parameter, a line a policy. series: mm -> values or None."""
    with matplotlib.rc_context(STYLE):
        figure, axes = pyplot.subplots(figsize=(4.3, 2.5), layout="constrained")
        for mm, values in series.items():
            axes.plot(range(len(points)), [float("nan") if v is None else v for v in values],
                      color=colour(index_of[mm]), marker="o", markersize=4, linewidth=1.5)
        axes.set_xticks(range(len(points)), points)
        axes.set_ylim(0, None)
        axes.yaxis.set_major_locator(MaxNLocator(nbins=5))
        axes.set_title(title)
        return svg_of(figure, label)
