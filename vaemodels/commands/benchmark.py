"""``vaemodels benchmark``: how fast training is on this device, and what each trick is worth."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from rich.progress import Progress
from rich.table import Table

from vaemodels import benchmark, hardware
from vaemodels import data as datasets
from vaemodels.checkpoints import write_atomically
from vaemodels.commands.options import MACHINE, add_parameters, given
from vaemodels.commands.output import add_json, print_json, setting, stderr, stdout
from vaemodels.config import Kind, preset
from vaemodels.errors import ConfigError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rounds", type=int, default=15, metavar="N", help="default: 15")
    parser.add_argument("--steps", type=int, default=10, metavar="N", help="per round")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the JSON document there")
    parameters: dict[str, dict[str, Any]] = {
        "batch": {"type": int, "help": "images per step (default: 128)"},
        "channels": {"type": int, "nargs": "+", "help": "channels of each level"},
    }
    add_parameters(parser, {**parameters, **MACHINE})
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    if arguments.rounds < 1 or arguments.steps < 1:
        raise ConfigError("--rounds and --steps must be at least 1.")
    console = stderr()
    # One thread unless asked for more: what a thread does is what can be compared.
    changes = {"batch": 128, "threads": 1, **given(arguments)}
    config = hardware.resolve(preset("small", Kind.CVAE).replace(**changes))
    console.print(setting(config))
    train = datasets.load(config.data).train
    with Progress(console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("benchmark", total=None)
        document = benchmark.measure(
            config,
            train,
            arguments.rounds,
            arguments.steps,
            lambda name: progress.update(task, description=name),
        )
    if arguments.out is not None:
        content = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
        write_atomically(arguments.out, content.encode())
    if arguments.json:
        print_json(document)
    else:
        _print(document)
    return 0


def _print(document: dict[str, Any]) -> None:
    table = Table(
        title=f"batch {document['batch']}, {document['flops_per_image'] / 1e6:.1f} MFLOP per image",
        title_justify="left",
        box=None,
        pad_edge=False,
    )
    # The names wrap, the numbers never: the widest line fits in 80 columns.
    table.add_column("loop", max_width=30)
    for name in ("images/s", "ratio", "range", "GFLOP/s", "of peak"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in document["rows"]:
        low, high = row["ratio_range"]
        table.add_row(
            row["name"],
            f"{row['images_per_second']:,.0f}",
            f"{row['ratio']:.2f}",
            f"{low:.2f}–{high:.2f}",
            f"{row['flops_per_second'] / 1e9:.1f}",
            f"{row['share_of_matrix_peak']:.1%}",
        )
    stdout().print(table)
    for name, value in document["importance_weighted"].items():
        precision = name.removeprefix("microseconds_per_sample_")
        stdout().print(f"importance-weighted evaluation, {precision}: {value:.2f} µs per sample")
