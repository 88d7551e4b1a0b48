"""Arrays → a figure: what the true posterior looks like under the Gaussian that stands for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from vaemodels.figures import ACCENT, SECOND, STYLE, Images, show

SHARES = (0.5, 0.9, 0.99)
ENDS = (0.001, 0.999)


@dataclass(frozen=True, kw_only=True)
class PosteriorPanel:
    """A true posterior p(z|x) on a grid over a 2-D z, and the Gaussian q(z|x) over it.

    Attributes:
        name: what the image shows.
        image: (C, H, W).
        axes: points of z₁ and of z₂.
        mass: of p(z|x) in each cell, (points of z₁, points of z₂), adding up to 1.
        mean: of q, (2,).
        scale: standard deviations of q, (2,).
        gap: KL[q(z|x) ‖ p(z|x)] in nats.
    """

    name: str
    image: Images
    axes: tuple[NDArray[np.floating], NDArray[np.floating]]
    mass: NDArray[np.floating]
    mean: NDArray[np.floating]
    scale: NDArray[np.floating]
    gap: float


def posteriors(panels: Sequence[PosteriorPanel], columns: int = 3) -> Figure:
    """Regions that hold 50, 90 and 99 % of p(z|x), and the ellipses that hold as much of q(z|x)."""
    rows = -(-len(panels) // columns)
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(7.2, 2.55 * rows + 0.4), layout="constrained")
        grid = figure.subplots(rows, columns, squeeze=False)
        for axes in grid.flat[len(panels) :]:
            axes.set_axis_off()
        for axes, panel in zip(grid.flat, panels, strict=False):
            _posterior(axes, panel)
        figure.suptitle(
            "The true posterior (filled) under the Gaussian q (dashed): 50, 90, 99 % of each",
            fontsize=11.0,
            x=0.01,
            ha="left",
        )
    return figure


def densest(mass: NDArray[np.floating], shares: Sequence[float]) -> list[float]:
    """Thresholds t so that the cells with mass > t hold these shares of all mass together."""
    falling = np.sort(mass.ravel())[::-1]
    held = np.cumsum(falling)
    last = len(held) - 1
    return [float(falling[min(int(np.searchsorted(held, s)), last)]) for s in shares]


def _posterior(axes: Axes, panel: PosteriorPanel) -> None:
    first, second = panel.axes
    levels = densest(panel.mass, SHARES[::-1])
    if levels[0] < levels[1] < levels[2] < float(panel.mass.max()):
        edges = [*levels, float(panel.mass.max())]
        for low, alpha in zip(edges[:-1], (0.25, 0.5, 0.85), strict=True):
            axes.contourf(
                first, second, panel.mass.T, levels=[low, edges[-1]], colors=[ACCENT], alpha=alpha
            )
    turn = np.linspace(0, 2 * np.pi, 200)
    for share in SHARES:
        # A 2-D Gaussian holds 1 − exp(−r²/2) of its mass within r standard deviations.
        radius = np.sqrt(-2 * np.log(1 - share))
        axes.plot(
            panel.mean[0] + radius * panel.scale[0] * np.cos(turn),
            panel.mean[1] + radius * panel.scale[1] * np.sin(turn),
            color=SECOND,
            linestyle="--",
            linewidth=1.0,
        )
    inset = axes.inset_axes((0.78, 0.78, 0.22, 0.22))
    show(inset, np.moveaxis(panel.image, 0, -1), len(panel.image))
    inset.set_axis_off()
    axes.set_xlim(*_shown(first, panel.mass.sum(axis=1), panel.mean[0], panel.scale[0]))
    axes.set_ylim(*_shown(second, panel.mass.sum(axis=0), panel.mean[1], panel.scale[1]))
    axes.tick_params(labelsize=7, length=2)
    axes.set_title(f"{panel.name}: gap {panel.gap:.2f} nats", fontsize=9.0)


def _shown(
    points: NDArray[np.floating], mass: NDArray[np.floating], mean: float, scale: float
) -> tuple[float, float]:
    """The range that holds all but a thousandth of p(z|x) at each end, and q to ±3.5 σ; and room
    after it, so that the image in the corner covers nothing.
    """
    held = np.cumsum(mass)
    low, high = (points[np.searchsorted(held, share).clip(0, len(held) - 1)] for share in ENDS)
    low, high = float(min(low, mean - 3.5 * scale)), float(max(high, mean + 3.5 * scale))
    return low, high + 0.22 * (high - low)
