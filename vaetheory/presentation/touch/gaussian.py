"""KL[N(μ, σ²) ‖ N(0, 1)]: both densities and the closed form at one μ and σ."""

from __future__ import annotations

import math
from pathlib import Path

from vaetheory.presentation.touch.axes import Axis, frame
from vaetheory.presentation.touch.parts import data, number

MU, SIGMA = 1.0, 0.5
X = Axis("linear", -5.0, 5.0, 6, 434)
Y = Axis("linear", 0.0, 0.9, 158, 16)


def density(z: float, mu: float, sigma: float) -> float:
    """N(z; μ, σ²)."""
    return math.exp(-0.5 * ((z - mu) / sigma) ** 2) / (sigma * math.sqrt(2 * math.pi))


def divergence(mu: float, sigma: float) -> float:
    """½ (μ² + σ² − 1 − log σ²) nats.

    >>> divergence(0.0, 1.0)
    0.0
    """
    return 0.5 * (mu**2 + sigma**2 - 1 - math.log(sigma**2))


def markup(results: Path) -> str:
    """The whole widget, as it stands without a script; it needs no result file."""
    ticks = [(float(z), number(z, 0)) for z in range(-4, 5, 2)]
    values = {"mu": MU, "sigma": SIGMA, "x": X.plain(), "y": Y.plain()}
    return (
        f'<div class="touch gaussian" data-widget="gaussian-kl" data-values="{data(values)}">\n'
        '<svg class="chart gaussian-densities" viewBox="0 0 440 192" role="img" '
        'aria-label="The densities of q and of the standard normal p">'
        + frame(X, Y, ticks, [(0.0, "")], ("z", ""))
        + f'<path class="curve-p" d="{_curve(0.0, 1.0)}"/>'
        + f'<path class="curve-q" d="{_curve(MU, SIGMA)}"/>'
        + f'<text class="name-p" x="{X.at(-1.2)}" y="{Y.at(density(-1.2, 0, 1)) - 6}">p(z)</text>'
        + f'<text class="name-q" x="{X.at(MU)}" y="{Y.at(density(MU, MU, SIGMA)) - 7}">q(z)</text>'
        + "</svg>\n"
        + f'<p class="touch-still">At μ = {number(MU, 0)} and σ = {number(SIGMA, 1)} the closed '
        + f"form gives {number(divergence(MU, SIGMA), 3)} nats. With JavaScript, both can be "
        + "moved, and a Monte Carlo estimate runs beside the closed form.</p>\n</div>"
    )


def _curve(mu: float, sigma: float, points: int = 200) -> str:
    places = []
    for k in range(points + 1):
        z = X.low + (X.high - X.low) * k / points
        places.append(f"{X.at(z):.1f} {Y.at(density(z, mu, sigma)):.1f}")
    return f"M{'L'.join(places)}"
