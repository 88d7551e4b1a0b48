"""Markdown fragments about the demo's training runs, from the files that `vaemodels train` leaves.

A fragment gives the command, the last epoch's figures and every drawing; where there is no run yet
it says so, and how to make one.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import page_figures
from demo_runs import RUNS, DemoRun

# The order in which they are shown.
CAPTIONS = {
    "class_grid": "Rows: classes. Columns: one z each, so that a column keeps its style.",
    "manifold": "Decoder means over the 2-D latent space, at equal steps of probability.",
    "reconstructions": "Held-out images, and below each its reconstruction.",
    "samples": "Decoder means at draws from the prior.",
    "latent": "Posterior means of held-out images, coloured by class.",
    "posteriors": "The true posterior of held-out images (filled), the Gaussian q(z|x) over it "
    "(dashed), and the gap KL[q(z|x) ‖ p(z|x)] between log p(x) and the ELBO, by quadrature.",
    "curves": "The ELBO and its two terms over the epochs, in nats per image.",
}
ROWS = {
    "validation_elbo": "ELBO, validation images (nats per image)",
    "validation_reconstruction": "reconstruction term",
    "validation_kl": "KL term",
    "epoch": "epochs",
}


def metrics(folder: Path) -> list[dict[str, Any]]:
    """One dictionary for each epoch."""
    text = (folder / "metrics.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def fragment(run: DemoRun, runs: Path) -> str:
    """The Markdown about one run, or about its absence."""
    folder = run.folder(runs)
    drawings = {path.stem: path for path in sorted((folder / "figures").glob("*.svg"))}
    if not drawings:
        return (
            '!!! note "Not trained yet"\n\n'
            f"    This page's figures come from `runs/{folder.name}`, which `make demo` writes."
        )
    last = metrics(folder)[-1]
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    table = [f"| {title} | {last[key]:.5g} |" for key, title in ROWS.items() if key in last]
    origin = f"Seed {config['seed']}, {config['hardware']['device']}, <code>{run.shown}</code>."
    unknown = sorted(drawings.keys() - CAPTIONS.keys())
    if unknown:
        raise SystemExit(f"no caption for {', '.join(unknown)}: add it to CAPTIONS")
    shown = [
        page_figures.inline(drawings[name], f"{caption} {origin}")
        for name, caption in CAPTIONS.items()
        if name in drawings
    ]
    head = ["| after the last epoch | value |", "|---|---:|"]
    return "\n\n".join(["\n".join(head + table), *shown])


def write(runs: Path, fragments: Path) -> None:
    """A fragment for each run into the folder `fragments`."""
    fragments.mkdir(parents=True, exist_ok=True)
    for run in RUNS:
        text = fragment(run, runs)
        (fragments / f"run-{run.model}.md").write_text(text + "\n", encoding="utf-8")
