"""Gumbel-softmax samples on the simplex at a temperature τ, and what τ does to the gradient.

softmax((log π + g) / τ), g of independent standard Gumbel numbers (Jang et al. 2017; Maddison et
al. 2017). The samples are drawn here with a fixed seed, and in the reader's browser; bias and
variance of the gradient come from the experiment's result file.
"""

from __future__ import annotations

import math
import random
from html import escape
from pathlib import Path
from statistics import median
from typing import Any

from vaetheory.presentation import experiments
from vaetheory.presentation.touch.axes import Axis, frame
from vaetheory.presentation.touch.parts import data, dots, number

EXPERIMENT = "discrete-latents"
ESTIMATOR = "Gumbel-softmax"
PROBABILITIES = (0.6, 0.3, 0.1)
SHOWN = (0.1, 1.0, 10.0)
COUNT = 300
SEED = 0
# Corners of the simplex in a drawing 200 wide and 190 high.
CORNERS = ((100.0, 18.0), (14.0, 167.0), (186.0, 167.0))
X = Axis("log", 0.05, 60.0, 46, 430)
Y = Axis("log", 0.001, 1000.0, 186, 30)
X_TICKS = [(v, f"{v:g}") for v in (0.1, 0.3, 1.0, 3.0, 10.0)]
Y_TICKS = [(0.001, "0.001"), (0.1, "0.1"), (10.0, "10"), (1000.0, "1,000")]


def sample(draw: random.Random, temperature: float) -> list[float]:
    """One Gumbel-softmax vector with the class probabilities of the page.

    >>> round(sum(sample(random.Random(0), 0.5)), 12)
    1.0
    """
    scaled = [(math.log(p) - math.log(draw.expovariate(1.0))) / temperature for p in PROBABILITIES]
    most = max(scaled)
    weights = [math.exp(value - most) for value in scaled]
    return [weight / sum(weights) for weight in weights]


def place(vector: list[float]) -> tuple[float, float]:
    """Where a vector of the simplex stands in its triangle."""
    x, y = (sum(w * corner[k] for w, corner in zip(vector, CORNERS, strict=True)) for k in (0, 1))
    return x, y


def markup(results: Path) -> str:
    """The whole widget, as it stands without a script."""
    document = experiments.read(results / "experiments", EXPERIMENT)
    found = document["data"]
    lines = {
        key: [median(models) for models in found[key][ESTIMATOR]]
        for key in ("squared_bias", "variance")
    }
    temperatures = found["temperatures"]
    values = {
        "probabilities": PROBABILITIES,
        "corners": CORNERS,
        "seed": SEED,
        "temperatures": temperatures,
        **lines,
        "x": X.plain(),
        "y": Y.plain(),
    }
    models = len(found["variance"][ESTIMATOR][0])
    caption = (
        f"Above: class probabilities {', '.join(f'{p:g}' for p in PROBABILITIES)}. Below: the "
        "gradient's squared bias and its variance, in units of the exact gradient's squared "
        f"length, medians over {models} VAEs (faint dots: the single ones, where they are "
        "positive), from "
        f"<code>{escape(document['command'])}</code>, seed {document['seed']}, "
        f"{escape(document['device'])}, torch {document['versions']['torch']}, "
        f"{document['date'][:10]}."
    )
    triangles = "".join(_triangle(temperature) for temperature in SHOWN)
    return (
        f'<div class="touch gumbel" data-widget="gumbel" data-values="{data(values)}">\n'
        f'<div class="touch-still gumbel-still">{triangles}</div>\n'
        f"{_chart(temperatures, lines, found)}\n"
        f'<p class="touch-caption">{caption}</p>\n</div>'
    )


def _triangle(temperature: float) -> str:
    draw = random.Random(SEED)
    places = dots(place(sample(draw, temperature)) for _ in range(COUNT))
    edge = "L".join(f"{x:g} {y:g}" for x, y in CORNERS)
    return (
        f'<svg viewBox="0 0 200 190" role="img" aria-label="{COUNT} samples at temperature '
        f'{temperature:g} on the simplex of three classes"><path class="edge" d="M{edge}Z"/>'
        f'<path class="samples" d="{places}"/>'
        f'<text x="100" y="186">τ = {number(temperature, 1)}</text></svg>'
    )


def _chart(temperatures: list[float], lines: dict[str, list[float]], found: dict[str, Any]) -> str:
    marks = []
    for key, name in (("squared_bias", "squared bias"), ("variance", "variance")):
        places = [(X.at(t), Y.at(value)) for t, value in zip(temperatures, lines[key], strict=True)]
        single = dots(
            (X.at(t), Y.at(value))
            for t, models in zip(temperatures, found[key][ESTIMATOR], strict=True)
            for value in models
            if value > 0
        )
        line = "L".join(f"{x:g} {y:g}" for x, y in places)
        x, y = places[-1]
        marks.append(
            f'<g class="{key.replace("_", "-")}"><path class="single" d="{single}"/>'
            f'<path class="curve" d="M{line}"/><path class="stops" d="{dots(places)}"/>'
            f'<text x="{x + 9:g}" y="{y + 4:g}">{name}</text></g>'
        )
    label = "Squared bias and variance of Gumbel-softmax gradients against the temperature"
    return (
        f'<svg class="chart gumbel-chart" viewBox="0 0 440 224" role="img" aria-label="{label}">'
        + frame(X, Y, X_TICKS, Y_TICKS, ("temperature τ", "× squared length of the gradient"))
        + "".join(marks)
        + "</svg>"
    )
