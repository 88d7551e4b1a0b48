"""The latent plane of a CVAE: prior, encoded test digits, one posterior, decoded digits.

`make touch` writes the files that this reads: `explorer.json`, `decoder.json`, `decoder.f16` and
`speed.json` in docs/results/explorer.
"""

from __future__ import annotations

import base64
import math
from html import escape
from pathlib import Path
from typing import Any

from vaetheory.presentation.touch.parts import data, dots, number, picture, read, tiled

FOLDER = "explorer"
AGAIN = "make touch"
# The drawing: SIZE wide and high, z = 0 in the middle, SCALE a unit of z.
SIZE, SCALE = 400, 52
# Shares of the prior's mass inside its contours: the disc of radius √(−2 log(1 − share)).
SHARES = (0.5, 0.9, 0.99)
POSTERIOR_SHARES = (0.5, 0.9)
CHOSEN = 3


def place(z: tuple[float, float] | list[float]) -> tuple[float, float]:
    """Where z stands in the drawing."""
    return SIZE / 2 + SCALE * z[0], SIZE / 2 - SCALE * z[1]


def radius(share: float) -> float:
    """Of the disc around the mean of N(0, I₂) that holds this share of its mass.

    >>> round(radius(0.99), 3)
    3.035
    """
    return math.sqrt(-2 * math.log1p(-share))


def markup(results: Path) -> str:
    """The whole widget, as it stands without a script."""
    folder = results / FOLDER
    document = read(folder / "explorer.json", AGAIN)
    height, width = read(folder / "decoder.json", AGAIN)["image_shape"][1:]
    names = [entry["name"] for entry in document["classes"]]
    start = min(CHOSEN, len(names) - 1)
    digit = next(digit for digit in document["digits"] if digit["class"] == start)
    rows = [base64.b64decode(pixels) for pixels in document["still"]["pixels"]]
    values = {
        "classes": names,
        "chosen": start,
        "size": SIZE,
        "scale": SCALE,
        "radii": [round(radius(share), 4) for share in POSTERIOR_SHARES],
        "still": [[*map(float, z)] for z in document["still"]["z"]],
        "shape": [height, width],
    }
    return (
        f'<div class="touch explorer" data-widget="explorer" data-values="{data(values)}">\n'
        f"{_plane(document, start, digit)}\n{_still(document, rows, width, height)}\n"
        f"{_caption(folder, document)}\n</div>"
    )


def _plane(document: dict[str, Any], start: int, digit: dict[str, Any]) -> str:
    middle = SIZE / 2
    contours = "".join(
        f'<circle cx="{middle:g}" cy="{middle:g}" r="{SCALE * radius(share):.1f}"/>'
        f'<text x="{middle:g}" y="{middle - SCALE * radius(share) - 4:.1f}">{share:.0%}</text>'
        for share in SHARES
    ).replace("%<", " %<")
    classes = "".join(
        f'<path class="class-{k}{" chosen" if k == start else ""}" '
        f'd="{dots(map(place, entry["z"]))}"/>'
        for k, entry in enumerate(document["classes"])
    )
    x, y = place(digit["mean"])
    ellipses = "".join(
        f'<ellipse cx="{x:.1f}" cy="{y:.1f}" rx="{SCALE * radius(share) * digit["scale"][0]:.2f}" '
        f'ry="{SCALE * radius(share) * digit["scale"][1]:.2f}"/>'
        for share in POSTERIOR_SHARES
    )
    beside = x + SCALE * radius(POSTERIOR_SHARES[-1]) * digit["scale"][0] + 4
    total = sum(len(entry["z"]) for entry in document["classes"])
    label = (
        f"The latent plane: contours of the prior, the posterior means of {total} test digits, and "
        "the posterior of one of them"
    )
    return (
        f'<svg class="explorer-plane" viewBox="0 0 {SIZE} {SIZE}" role="img" aria-label="{label}">'
        f'<g class="axes"><path d="M0 {middle:g}H{SIZE}M{middle:g} 0V{SIZE}"/>'
        f'<text x="{SIZE - 6}" y="{middle + 16:g}">z₁</text>'
        f'<text x="{middle + 14:g}" y="14">z₂</text></g>'
        f'<g class="points">{classes}</g><g class="prior">{contours}</g>'
        f'<g class="posterior">{ellipses}<text x="{beside:.1f}" y="{y + 4:.1f}">q</text></g></svg>'
    )


def _still(document: dict[str, Any], rows: list[bytes], width: int, height: int) -> str:
    levels, across = tiled(rows, width, height)
    first = [number(z[0], 0) for z in document["still"]["z"]]
    return (
        '<div class="touch-still"><figure>'
        f'<img class="ink" src="{picture(levels, across)}" width="{across}" '
        f'height="{len(levels) // across}" alt="Decoder means for each class at five points of the '
        'first axis"/><figcaption>Decoder means, a row for each class, at '
        f"z₁ = {', '.join(first)} and z₂ = 0. With JavaScript, z can be dragged through the plane."
        "</figcaption></figure></div>"
    )


def _caption(folder: Path, document: dict[str, Any]) -> str:
    origin = document["origin"]
    total = sum(len(entry["z"]) for entry in document["classes"])
    elbo = origin["validation_elbo"]
    score = f", validation ELBO {number(elbo, 1)} nats" if elbo is not None else ""
    parts = [
        f"A CVAE with a two-dimensional z, trained for {origin['epoch']} epochs on the "
        f"{escape(origin['dataset'])} that the package ships{score}. Dots: means of q(z|x, c) of "
        f"{total:,} test digits, coloured by class, the chosen class in full. Circles: the parts "
        "of the prior that hold 50, 90 and 99 % of it. Ellipses: 50 and 90 % of the posterior of "
        f"one digit. Seed {origin['seed']}, {escape(origin['device'])}, torch {origin['torch']}, "
        f"{origin['date'][:10]}; <code>{AGAIN}</code> makes it anew."
    ]
    speed = folder / "speed.json"
    if speed.is_file():
        parts.append(_measured(read(speed, AGAIN)))
    return f'<p class="touch-caption">{" ".join(parts)}</p>'


def _measured(speed: dict[str, Any]) -> str:
    return (
        f"Decoding takes {speed['median_ms']:.1f} ms an image (median of {speed['images']:,}, "
        f"{escape(speed['browser'])}, {escape(speed['device'])}, {speed['date'][:10]}) and differs "
        f"from torch by at most {speed['largest_difference']:.1g}."
    )
