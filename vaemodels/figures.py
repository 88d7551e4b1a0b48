"""Arrays → figures. Knows no model.

Every figure is saved as SVG (transparent, in the colours of the page that shows it) and as PNG, the
same bytes for the same arrays. Images are drawn as ink on paper, each tile with a hairline of space
around it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

ACCENT = "#3451b2"
SECOND = "#c2410c"
INK = "#1f2328"
QUIET = "#6b7280"
RULE = "#d7dae0"
GAP = 2
# Colours that a page may set anew where it shows the SVG inline: its light and its dark.
VARIABLES = {
    INK: "--md-default-fg-color",
    QUIET: "--md-default-fg-color--light",
    RULE: "--line",
    ACCENT: "--md-accent-fg-color",
    SECOND: "--refuted",
}

STYLE: dict[Any, Any] = {
    "font.family": "sans-serif",
    "font.size": 10.0,
    "axes.edgecolor": RULE,
    "axes.labelcolor": QUIET,
    "axes.titlesize": 11.0,
    "axes.titlelocation": "left",
    "axes.titlecolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "text.color": INK,
    "lines.linewidth": 1.8,
    "svg.hashsalt": "vaemodels",
    "svg.fonttype": "path",
}

Images = NDArray[np.floating]


def save(figure: Figure, folder: Path, name: str) -> list[Path]:
    """Write ``name.svg`` and ``name.png`` into ``folder``; return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{name}.svg", folder / f"{name}.png"]
    drawn = StringIO()
    with mpl.rc_context(STYLE):
        figure.savefig(drawn, format="svg", transparent=True, metadata={"Date": None})
        figure.savefig(paths[1], dpi=200, metadata={"Software": None})
    text = drawn.getvalue()
    for colour, variable in VARIABLES.items():
        text = text.replace(colour, f"var({variable}, {colour})")
    paths[0].write_text(text, encoding="utf-8")
    return paths


def curves(history: Sequence[Mapping[str, float]]) -> Figure:
    """Learning curves: the ELBO, and its two terms, in nats per image, against epochs.

    Args:
        history: the lines of ``metrics.jsonl``.
    """
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(9.6, 3.4), layout="constrained")
        left, middle, right = figure.subplots(1, 3)
        panels = (
            (left, "elbo", "ELBO"),
            (middle, "reconstruction", "Reconstruction  E[log p(x|z)]"),
            (right, "kl", "KL  KL[q(z|x) ‖ p(z)]"),
        )
        for axes, term, title in panels:
            axes.set_title(title)
            axes.set_xlabel("epoch")
            axes.xaxis.get_major_locator().set_params(integer=True)
            axes.grid(axis="y", color=RULE, linewidth=0.6)
            for split, colour in (("train", ACCENT), ("validation", SECOND)):
                _curve(axes, history, f"{split}_{term}", split, colour)
            _zoom(axes, history, term)
        left.set_ylabel("nats per image")
        left.legend(frameon=False, labelcolor="linecolor", handlelength=0, loc="lower right")
    return figure


def reconstructions(originals: Images, reconstructed: Images) -> Figure:
    """Pairs of rows: what the model saw, and the mean of p(x|z) at a sample of z ~ q(z|x).

    Args:
        originals: (N, channels, height, width) in [0, 1]; shown ten in a row.
        reconstructed: the same shape.
    """
    columns = min(10, len(originals))
    rows = len(originals) // columns
    used = rows * columns
    shape = (rows, columns, *originals.shape[1:])
    pairs = np.stack([part[:used].reshape(shape) for part in (originals, reconstructed)], axis=1)
    labels = ["image", "reconstruction"] * rows
    return _grid(
        pairs.reshape(2 * rows, columns, *originals.shape[1:]),
        "Held-out images and their reconstructions",
        row_labels=labels,
        rows_per_block=2,
    )


def samples(images: Images, columns: int = 10) -> Figure:
    """Images drawn from the model: means of p(x|z) at z ~ p(z), (N, channels, height, width)."""
    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    padded = np.full((rows * columns, *images.shape[1:]), np.nan)
    padded[: len(images)] = images
    return _grid(
        padded.reshape(rows, columns, *images.shape[1:]), "Samples  z ~ p(z), mean of p(x|z)"
    )


def class_grid(images: Images, classes: Sequence[str], temperature: float = 1.0) -> Figure:
    """Rows are classes, each column is one z ("style"), held fixed.

    Args:
        images: (classes, columns, channels, height, width) in [0, 1].
        classes: names of the rows.
        temperature: standard deviation of z, named in the title where it is not the prior's.
    """
    drawn_from = "" if temperature == 1 else f", z ~ N(0, {temperature:g}² I)"
    return _grid(
        images,
        f"One class for each row, one z for each column{drawn_from}",
        row_labels=classes,
        column_labels=[f"z{_subscript(number + 1)}" for number in range(images.shape[1])],
    )


def manifold(images: Images, quantiles: Sequence[float]) -> Figure:
    """The 2-D latent manifold: the mean of p(x|z) over a grid of z at equal steps of probability.

    Args:
        images: (side, side, channels, height, width); row 0 has the largest z₂.
        quantiles: z at the grid's ticks, ascending: the prior's quantiles.
    """
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(7.0, 7.2), layout="constrained")
        axes = figure.subplots()
        show(axes, tile(images, gap=0), images.shape[2])
        side, _, _, height, width = images.shape
        ticks = np.linspace(0, side - 1, 5).round().astype(int)
        labels = [f"{quantiles[tick]:.1f}".replace("-", "−") for tick in ticks]
        axes.set_xticks([(tick + 0.5) * width - 0.5 for tick in ticks], labels)
        axes.set_yticks([(side - tick - 0.5) * height - 0.5 for tick in ticks], labels)
        axes.set_xlabel("z₁")
        axes.set_ylabel("z₂", rotation=0)
        axes.tick_params(length=0)
        axes.set_title("The latent plane, decoded at equal steps of the prior's probability")
    return figure


def latent_scatter(
    means: NDArray[np.floating], labels: NDArray[np.integer], classes: Sequence[str]
) -> Figure:
    """Posterior means of a 2-D latent space, (N, 2), coloured by class."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(7.0, 6.4), layout="constrained")
        axes = figure.subplots()
        size = float(np.clip(8000 / len(means), 4, 16))
        colours = mpl.colormaps["tab10" if len(classes) <= 10 else "tab20"]
        for label, name in enumerate(classes):
            points = means[labels == label]
            if not len(points):
                continue
            colour = colours(label % colours.N)
            axes.scatter(
                points[:, 0],
                points[:, 1],
                s=size,
                color=colour,
                alpha=0.7,
                linewidths=0,
                label=name,
            )
        for radius in (1.0, 2.0):
            turn = np.linspace(0, 2 * np.pi, 200)
            axes.plot(radius * np.cos(turn), radius * np.sin(turn), color=QUIET, linewidth=0.7)
        axes.set_aspect("equal")
        axes.set_xlabel("z₁")
        axes.set_ylabel("z₂", rotation=0)
        axes.set_title("Where q(z|x) puts held-out images  (circles: prior at 1 and 2 σ)")
        axes.legend(frameon=False, markerscale=2, loc="center left", bbox_to_anchor=(1.0, 0.5))
    return figure


def _curve(
    axes: Axes, history: Sequence[Mapping[str, float]], key: str, name: str, colour: str
) -> None:
    points = [(line["epoch"], line[key]) for line in history if key in line]
    if points:
        axes.plot(*zip(*points, strict=True), color=colour, label=name)


def _zoom(axes: Axes, history: Sequence[Mapping[str, float]], term: str) -> None:
    """Leave the plunge of the first epochs out of the picture, so that the rest can be read."""
    late = history[len(history) // 10 :]
    keys = (f"train_{term}", f"validation_{term}")
    values = [line[key] for line in late for key in keys if key in line]
    low, high = min(values), max(values)
    margin = 0.06 * (high - low) or 1.0
    axes.set_ylim(low - margin, high + margin)


def _grid(
    images: Images,
    title: str,
    row_labels: Sequence[str] | None = None,
    column_labels: Sequence[str] | None = None,
    rows_per_block: int = 1,
) -> Figure:
    """Tiles (rows, columns, channels, height, width) as one picture; NaN tiles stay empty."""
    rows, columns, channels, height, width = images.shape
    picture = tile(images, GAP)
    scale = 6.6 / picture.shape[1]
    side = 1.2 if row_labels else 0.2
    with mpl.rc_context(STYLE):
        size = (6.6 + side, picture.shape[0] * scale + 0.7)
        figure = Figure(figsize=size, layout="constrained")
        axes = figure.subplots()
        show(axes, picture, channels)
        axes.set_title(title, pad=22 if column_labels else 8)
        axes.set_xticks([])
        axes.set_yticks([])
        if column_labels:
            axes.xaxis.tick_top()
            axes.set_xticks([(i + 0.5) * (width + GAP) for i in range(columns)], column_labels)
        if row_labels:
            axes.set_yticks([(i + 0.5) * (height + GAP) for i in range(rows)], row_labels)
            axes.tick_params(labelsize=11 if rows_per_block == 1 else 8, labelcolor=INK)
        axes.tick_params(length=0)
    return figure


def tile(images: Images, gap: int) -> Images:
    """One picture (height, width, channels) of all tiles, ``gap`` empty pixels around each."""
    rows, columns, channels, height, width = images.shape
    picture = np.full(
        (rows * (height + gap) + gap, columns * (width + gap) + gap, channels), np.nan
    )
    for row in range(rows):
        for column in range(columns):
            top, left = gap + row * (height + gap), gap + column * (width + gap)
            tile = np.moveaxis(images[row, column], 0, -1)
            picture[top : top + height, left : left + width] = tile
    return picture


def show(axes: Axes, picture: Images, channels: int) -> None:
    """Grey images as ink on paper, colour images as they are, empty places transparent."""
    ink = ~np.isnan(picture).any(axis=-1, keepdims=True)
    levels = np.clip(np.nan_to_num(picture), 0.0, 1.0)
    colours = 1.0 - np.repeat(levels, 3, axis=-1) if channels == 1 else levels
    opaque = np.concatenate((colours, ink), axis=-1)
    axes.imshow((opaque * 255).round().astype(np.uint8), interpolation="nearest")
    for spine in axes.spines.values():
        spine.set_visible(False)


def _subscript(number: int) -> str:
    return "".join(chr(0x2080 + int(digit)) for digit in str(number))
