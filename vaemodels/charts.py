"""Measurements → figures: curves with their intervals, and strips of images. Knows no experiment.

The SVG takes the colours of the page that it stands in: each colour is written as a variable of the
stylesheet, with the light page's colour to fall back on.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullFormatter, NullLocator

from vaemodels.figures import ACCENT, GAP, INK, QUIET, RULE, SECOND, STYLE, Images, show, tile

THIRD = "#5b4bb7"
FOURTH = "#8a6d00"
COLOURS = (ACCENT, SECOND, THIRD, FOURTH)
MARKERS = ("o", "s", "^", "D")
VARIABLES = {
    INK: "--md-default-fg-color",
    QUIET: "--md-default-fg-color--light",
    RULE: "--line",
    ACCENT: "--md-accent-fg-color",
    SECOND: "--refuted",
    THIRD: "--figure-third",
    FOURTH: "--figure-fourth",
}


@dataclass(frozen=True, kw_only=True)
class Series:
    """Points (x, y), each with an interval where there is one; ``colour`` indexes ``COLOURS``.

    ``line`` joins them by a solid line, a dashed one (theory), or not at all; ``notes`` are words
    beside the points; ``faint`` points are many and small.
    """

    label: str
    x: Sequence[float]
    y: Sequence[float]
    low: Sequence[float] | None = None
    high: Sequence[float] | None = None
    colour: int = 0
    line: str = "-"
    notes: Sequence[str] = ()
    faint: bool = False


@dataclass(frozen=True, kw_only=True)
class Panel:
    """Axes with some series; ``ticks`` names positions on the x axis; ``level`` is a quiet line."""

    title: str
    x: str
    y: str
    series: Sequence[Series]
    log_x: bool = False
    log_y: bool = False
    ticks: Sequence[tuple[float, str]] = ()
    level: float | None = None
    level_label: str = ""
    y_range: tuple[float, float] | None = None
    legend: bool = True


@dataclass(frozen=True, kw_only=True)
class Strip:
    """Rows of images (rows, columns, channels, height, width) with labels."""

    title: str
    images: Images = field(repr=False)
    rows: Sequence[str] = ()
    columns: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Bars:
    """Horizontal bars with intervals, the first on top; ``level`` is a quiet vertical line."""

    title: str
    x: str
    labels: Sequence[str]
    values: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]
    level: float | None = None


Item = Panel | Strip | Bars
Drawing = Figure


def chart(items: Sequence[Item], columns: int = 2) -> Figure:
    """Panels and strips, ``columns`` beside each other; one that is left over takes its row."""
    columns = min(columns, len(items))
    rows = -(-len(items) // columns)
    width = 4.6 * columns if columns > 1 else 6.4
    heights = [
        max(_height(item, width / columns) for item in items[row * columns : (row + 1) * columns])
        for row in range(rows)
    ]
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(width, sum(heights)), layout="constrained")
        grid = figure.add_gridspec(rows, columns, height_ratios=heights)
        for number, item in enumerate(items):
            row, column = divmod(number, columns)
            alone = number == len(items) - 1 and column == 0
            axes = figure.add_subplot(grid[row, :] if alone else grid[row, column])
            if isinstance(item, Panel):
                _panel(axes, item)
            elif isinstance(item, Bars):
                _bars(axes, item)
            else:
                _strip(axes, item)
    return figure


def save(figure: Figure, folder: Path, name: str) -> Path:
    """Write ``name.svg``, coloured by the page's variables, into ``folder``; return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn = StringIO()
    # Text stays text: a tenth of the bytes, in the reader's fonts, and it can be selected.
    style = {**STYLE, "svg.fonttype": "none", "svg.hashsalt": name}
    with mpl.rc_context(style):
        figure.savefig(drawn, format="svg", transparent=True, metadata={"Date": None})
    text = re.sub(r"\s*<metadata>.*?</metadata>", "", drawn.getvalue(), flags=re.DOTALL)
    # Several drawings stand on one page: only identifiers that are used may stay.
    used = set(re.findall(r"#([\w-]+)", text))
    text = re.sub(r' id="([\w-]+)"', lambda m: m[0] if m[1] in used else "", text)
    for colour, variable in VARIABLES.items():
        text = text.replace(colour, f"var({variable}, {colour})")
    path = folder / f"{name}.svg"
    path.write_text(text, encoding="utf-8")
    return path


def _height(item: Item, width: float) -> float:
    if isinstance(item, Panel):
        return 3.3
    if isinstance(item, Bars):
        return 0.8 + 0.3 * len(item.labels)
    rows, columns, _, height, across = item.images.shape
    return float((width - 0.8) * rows * (height + GAP) / (columns * (across + GAP)) + 0.6)


def _panel(axes: Axes, panel: Panel) -> None:
    axes.set_title(panel.title)
    axes.set_xlabel(panel.x)
    axes.set_ylabel(panel.y)
    axes.grid(axis="y", color=RULE, linewidth=0.6)
    if panel.log_x:
        axes.set_xscale("log")
    if panel.log_y:
        axes.set_yscale("log")
    axes.minorticks_off()
    for series in panel.series:
        _draw(axes, series)
    if panel.level is not None:
        axes.axhline(panel.level, color=QUIET, linewidth=1.0, linestyle=":")
        if panel.level_label:
            axes.annotate(
                panel.level_label,
                (1.0, panel.level),
                xycoords=("axes fraction", "data"),
                ha="right",
                va="bottom",
                color=QUIET,
                fontsize=8,
            )
    if panel.y_range is not None:
        axes.set_ylim(*panel.y_range)
    if panel.ticks:
        axes.xaxis.set_major_locator(FixedLocator([position for position, _ in panel.ticks]))
        axes.set_xticklabels([name for _, name in panel.ticks])
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_minor_formatter(NullFormatter())
    if panel.legend and any(series.label for series in panel.series):
        axes.legend(frameon=False, fontsize=8, handlelength=1.6)


def _bars(axes: Axes, bars: Bars) -> None:
    axes.set_title(bars.title)
    axes.set_xlabel(bars.x)
    axes.grid(axis="x", color=RULE, linewidth=0.6)
    places = range(len(bars.labels))
    values = np.asarray(bars.values)
    spread = np.clip(np.stack((values - bars.low, np.asarray(bars.high) - values)), 0, None)
    axes.barh(places, values, height=0.6, color=ACCENT, alpha=0.75)
    axes.errorbar(values, places, xerr=spread, color=INK, linestyle="", elinewidth=1.0, capsize=2.5)
    if bars.level is not None:
        axes.axvline(bars.level, color=QUIET, linewidth=1.0, linestyle=":")
    axes.set_yticks(places, bars.labels)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(bars.labels) - 0.4, -0.6)


def _draw(axes: Axes, series: Series) -> None:
    colour = COLOURS[series.colour]
    for number, (x, height, note) in enumerate(zip(series.x, series.y, series.notes, strict=False)):
        # on both sides of the curve in turn, so that the notes of near points stay apart; above at
        # its end, where left of it the axis has its numbers
        above = number % 2 == 0 or number == len(series.notes) - 1
        axes.annotate(
            note,
            (x, height),
            (5, 5) if above else (-5, -5),
            textcoords="offset points",
            ha="left" if above else "right",
            va="bottom" if above else "top",
            color=QUIET,
            fontsize=8,
        )
    if series.low is not None and series.high is not None:
        y = np.asarray(series.y)
        spread = np.stack((y - np.asarray(series.low), np.asarray(series.high) - y))
        axes.errorbar(
            series.x,
            y,
            yerr=np.clip(spread, 0, None),
            color=colour,
            linestyle=series.line,
            marker=MARKERS[series.colour],
            markersize=4,
            linewidth=1.4,
            capsize=2.5,
            elinewidth=1.0,
            label=series.label,
        )
        return
    theory = series.line == "--"
    axes.plot(
        series.x,
        series.y,
        color=colour,
        linestyle=series.line,
        marker="" if theory else MARKERS[series.colour],
        markersize=2 if series.faint else 5,
        markeredgewidth=0,
        alpha=0.45 if series.faint else 1.0,
        linewidth=1.2 if theory else 1.4,
        label=series.label,
    )


def _strip(axes: Axes, strip: Strip) -> None:
    rows, columns, channels, height, width = strip.images.shape
    show(axes, tile(strip.images, GAP), channels)
    axes.set_title(strip.title, pad=18 if strip.columns else 6)
    axes.set_xticks([])
    axes.set_yticks([])
    if strip.columns:
        axes.xaxis.tick_top()
        axes.set_xticks([(i + 0.5) * (width + GAP) for i in range(columns)], strip.columns)
    if strip.rows:
        axes.set_yticks([(i + 0.5) * (height + GAP) for i in range(rows)], strip.rows)
    axes.tick_params(length=0, labelsize=8)
