"""Markdown fragments about the demo's training runs, from the files that `vaemodels train` leaves.

A fragment shows the command, the last line of the metrics and every figure; where there is no run
yet it says so, and how to make one. Figures are set into the page itself and take its colours.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

MODELS = ("vae", "cvae")
CAPTIONS = {
    "curves": "The two terms of the ELBO over the epochs, training and test, in nats per image.",
    "reconstructions": "Test images above, their reconstructions below.",
    "samples": "Decoder means at draws from the prior.",
    "manifold": "Decoder means over the 2-D latent space, at equal steps of probability.",
    "class_grid": "Rows: classes. Columns: one z each, so that a column keeps its style.",
}


def read_metrics(run: Path) -> list[dict[str, Any]]:
    """One dictionary for each epoch."""
    text = (run / "metrics.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def inline_svg(path: Path) -> str:
    """The drawing without its XML head, on one line a tag, as Markdown's raw HTML takes it."""
    text = path.read_text(encoding="utf-8")
    return re.sub(r"\n\s*\n", "\n", text[text.index("<svg") :].strip())


def figure(path: Path, assets: Path) -> str:
    """A figure element: SVG inline, anything else as an image that is copied into `assets`."""
    caption = CAPTIONS.get(path.stem, path.stem.replace("_", " ").capitalize() + ".")
    if path.suffix == ".svg":
        picture = inline_svg(path)
    else:
        assets.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, assets)
        picture = f'<img src="../../assets/{assets.name}/{path.name}" alt="{caption}">'
    return f"<figure>\n{picture}\n<figcaption>{caption}</figcaption>\n</figure>"


def fragment(model: str, run: Path, assets: Path) -> str:
    """The Markdown about one run, or about its absence."""
    if not (run / "metrics.jsonl").is_file():
        return (
            '!!! note "Not trained yet"\n\n'
            f"    This page's figures come from `runs/{run.name}`, which `make demo` writes."
        )
    last = read_metrics(run)[-1]
    rows = [f"| {key.replace('_', ' ')} | {value:.4g} |" for key, value in last.items()
            if isinstance(value, int | float)]  # fmt: skip
    head = "| last epoch | |\n|---|---|"
    pictures = [figure(path, assets) for path in sorted((run / "figures").iterdir())]
    return "\n\n".join(["\n".join([head, *rows]), *pictures])


def write(runs: Path, fragments: Path) -> None:
    """A fragment for each model into the folder `fragments`."""
    fragments.mkdir(parents=True, exist_ok=True)
    for model in MODELS:
        name = f"demo-{model}"
        text = fragment(model, runs / name, fragments.parent / "assets" / name)
        (fragments / f"run-{model}.md").write_text(text + "\n", encoding="utf-8")
