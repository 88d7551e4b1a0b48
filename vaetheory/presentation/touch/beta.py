"""Rate and distortion of VAEs trained with different weights β, from their result file."""

from __future__ import annotations

import math
from html import escape
from pathlib import Path
from typing import Any

from vaetheory.presentation import experiments
from vaetheory.presentation.touch.axes import Axis, frame
from vaetheory.presentation.touch.parts import data, dots, number

EXPERIMENT = "two-terms"
START = "1"
X = Axis("log1p", 0.0, 3000.0, 34, 430)
Y = Axis("linear", 80.0, 220.0, 206, 30)
X_TICKS = [(float(v), f"{v:,}") for v in (0, 1, 3, 10, 30, 100, 300, 1000)]
Y_TICKS = [(float(v), str(v)) for v in (80, 120, 160, 200)]
# Stops that lie on each other get one name; names closer than this would touch.
SAME, WIDE, HIGH = 4.0, 44.0, 12.0


def markup(results: Path) -> str:
    """The whole widget, as it stands without a script."""
    document = experiments.read(results / "experiments", EXPERIMENT)
    models: dict[str, dict[str, list[float]]] = document["data"]["models"]
    stops = [_stop(name, found) for name, found in models.items()]
    names = [stop["name"] for stop in stops]
    values = {
        "stops": stops,
        "start": names.index(START),
        "x": X.plain(),
        "y": Y.plain(),
        "average": document["data"]["average_image"],
    }
    seeds = len(next(iter(models.values()))["rate"])
    caption = (
        f"Means over {seeds} VAEs for each β, each with a seed of its own (faint dots: the single "
        "ones; in brackets: lowest and highest); nats per test image. The rate's axis is "
        "logarithmic in 1 + rate. From "
        f"<code>{escape(document['command'])}</code>, seed {document['seed']}, "
        f"{escape(document['device'])}, torch {document['versions']['torch']}, "
        f"{document['date'][:10]}."
    )
    return (
        f'<div class="touch beta" data-widget="beta" data-values="{data(values)}">\n'
        f"{_curve(stops, models, document['data']['average_image'])}\n{_table(stops)}\n"
        f'<p class="touch-caption">{caption}</p>\n</div>'
    )


def _stop(name: str, found: dict[str, list[float]]) -> dict[str, Any]:
    def spread(key: str, sign: int = 1) -> list[float]:
        values = [sign * value for value in found[key]]
        return [math.fsum(values) / len(values), min(values), max(values)]

    return {
        "name": name,
        "rate": spread("rate"),
        "distortion": spread("distortion"),
        "loss": spread("elbo", -1),
    }


def title(name: str) -> str:
    """`β = 3`, or what was trained without a β.

    >>> title("3"), title("KL alone")
    ('β = 3', 'KL alone')
    """
    return f"β = {name}" if name.replace(".", "").isdigit() else name


def _curve(
    stops: list[dict[str, Any]], models: dict[str, dict[str, list[float]]], average: float
) -> str:
    places = [(X.at(stop["rate"][0]), Y.at(stop["distortion"][0])) for stop in stops]
    line = "L".join(f"{x:g} {y:g}" for x, y in places)
    single = dots(
        (X.at(rate), Y.at(distortion))
        for found in models.values()
        for rate, distortion in zip(found["rate"], found["distortion"], strict=True)
    )
    labels = _labels([title(stop["name"]) for stop in stops], places)
    label = "Distortion against rate for each weight β: the larger β, the lower the rate"
    return (
        f'<svg class="chart beta-curve" viewBox="0 0 440 244" role="img" aria-label="{label}">'
        + frame(X, Y, X_TICKS, Y_TICKS, ("rate (nats)", "distortion (nats)"))
        + f'<path class="average" d="M{X.start:g} {Y.at(average):g}H{X.end:g}"/>'
        + f'<text class="average-name" x="{X.end:g}" y="{Y.at(average) - 5:g}">'
        + "the average image</text>"
        + f'<path class="single" d="{single}"/><path class="curve" d="M{line}"/>'
        + f'<path class="stops" d="{dots(places)}"/>'
        + f'<g class="labels">{labels}</g></svg>'
    )


def _labels(names: list[str], places: list[tuple[float, float]]) -> str:
    """Each name above its stop, or below where another's stands already."""
    labels: list[str] = []
    taken: list[tuple[float, float]] = []
    for name, (x, y) in zip(names, places, strict=True):
        if any(math.dist((x, y), other) < SAME for other in places[: len(labels)]):
            continue
        above = not any(abs(x - u) < WIDE and abs(y - 7 - v) < HIGH for u, v in taken)
        spot = (x + 5, y - 7) if above else (x + 1, y + 17)
        taken.append(spot)
        labels.append(f'<text x="{spot[0]:g}" y="{spot[1]:g}">{escape(name)}</text>')
    return "".join(labels)


def _table(stops: list[dict[str, Any]]) -> str:
    rows = "".join(
        f'<tr><th scope="row">{escape(title(stop["name"]))}</th>'
        + "".join(f"<td>{number(stop[key][0], 1)}</td>" for key in ("rate", "distortion", "loss"))
        + "</tr>"
        for stop in stops
    )
    return (
        '<table class="touch-still"><thead><tr><th scope="col">weight</th><th scope="col">rate</th>'
        '<th scope="col">distortion</th><th scope="col">−ELBO</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )
