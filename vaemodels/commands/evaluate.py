"""``vaemodels evaluate DIR``: what a trained model is worth on images that it has not seen."""

from __future__ import annotations

import argparse
import json
import math
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch
from rich.progress import Progress

from vaemodels import runs
from vaemodels.checkpoints import write_atomically
from vaemodels.commands.options import MACHINE, add_folder, add_parameters, given
from vaemodels.commands.output import add_json, print_json, print_table, stderr
from vaemodels.conditioning import Conditioning, conditioning
from vaemodels.distributed import is_leading_process, world
from vaemodels.errors import ConfigError
from vaemodels.evaluation import Evaluation, evaluate
from vaemodels.hardware import describe
from vaemodels.records import record
from vaemodels.runs import Run


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_folder(parser)
    parser.add_argument(
        "--importance-samples",
        type=int,
        default=200,
        metavar="K",
        help="samples of z for each image (default: 200)",
    )
    parser.add_argument("--split", choices=("test", "validation", "train"), default="test")
    parser.add_argument("--first", type=int, metavar="N", help="only the first N images")
    parser.add_argument("--checkpoint", choices=("best.pt", "checkpoint.pt"), default=None)
    parameters: dict[str, dict[str, Any]] = {
        "folder": {"flag": "--data-dir", "metavar": "DIR", "help": "where the data's files are"},
        "seed": {"type": int, "help": "of binarization and samples (default: the run's)"},
    }
    add_parameters(parser, {**parameters, **MACHINE})
    parser.add_argument(
        "--no-classifier", action="store_true", help="leave out what a classifier has to say"
    )
    parser.add_argument(
        "--record",
        type=Path,
        metavar="FILE",
        help="write what it takes to get these numbers again: commands, settings, training, result",
    )
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    console = stderr()
    loaded = runs.load(arguments.folder_of_run, arguments.checkpoint, **given(arguments))
    splits = loaded.data()
    data = getattr(splits, arguments.split)
    if arguments.first is not None:
        if not 1 <= arguments.first <= len(data):
            raise ConfigError(f"--first must lie in 1 … {len(data)}, got {arguments.first}.")
        data = data.take(torch.arange(arguments.first))
    started = time.monotonic()
    with world(loaded.config.device) as members:
        mine = len(range(members.rank, len(data), members.size))
        with Progress(console=console, disable=not console.is_terminal) as progress:
            task = progress.add_task("importance samples", total=mine)
            result = evaluate(
                loaded.model,
                data.to(loaded.device),
                loaded.config,
                arguments.importance_samples,
                members,
                lambda images: progress.advance(task, images),
            )
    if not is_leading_process():
        return 0
    about_class = None
    if len(loaded.classes) > 1 and not arguments.no_classifier:
        about_class = conditioning(
            loaded.model, splits.train.to(loaded.device), data.to(loaded.device), loaded.config
        )
    document: dict[str, Any] = {
        "schema": 1,
        "run": str(loaded.folder),
        "split": arguments.split,
        **result.to_json(),
        **(about_class.to_json() if about_class is not None else {}),
        "seed": loaded.config.seed,
        "epoch": loaded.position.epoch,
        "seconds": round(time.monotonic() - started, 2),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "hardware": describe(loaded.config),
    }
    if arguments.split == "test":
        document["test_evaluations"] = loaded.count_test_evaluation(result)
    write_atomically(
        loaded.folder / f"evaluation_{arguments.split}.json",
        (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode(),
    )
    if arguments.record is not None:
        content = json.dumps(record(loaded, document), indent=2, ensure_ascii=False) + "\n"
        write_atomically(arguments.record, content.encode())
    if result.warning is not None:
        console.print(f"Warning: {result.warning}")
    if arguments.json:
        print_json(document)
    else:
        _print(loaded, arguments.split, result, about_class)
    return 0


def _print(loaded: Run, split: str, result: Evaluation, about_class: Conditioning | None) -> None:
    terms, aggregate = result.terms, result.aggregate
    latent = loaded.config.model.latent
    rows = [
        ("ELBO", f"{terms.elbo:.2f}", "reconstruction − KL"),
        ("reconstruction", f"{terms.reconstruction:.2f}", "E[log p(x|z)]"),
        ("KL", f"{terms.kl:.2f}", "KL[q(z|x) ‖ p(z)]"),
        (
            "log p(x)",
            f"{result.log_likelihood:.2f}",
            f"importance-weighted, {result.importance_samples} samples (a lower bound)",
        ),
        ("active units", f"{result.active_units}", f"of {latent}"),
        (
            "I(x; z)",
            f"≥ {aggregate.mutual_information:.2f}",
            f"from {aggregate.images} images, so at most {math.log(aggregate.images):.2f}",
        ),
        ("KL[q(z) ‖ p(z)]", f"≤ {aggregate.marginal_kl:.2f}", "0 if q(z) is the prior"),
    ]
    if about_class is not None:
        rows += _about_class(about_class)
    print_table(
        f"{loaded.folder}: {terms.n} {split} images, {result.binarization} binarization, "
        "nats per image",
        rows,
    )


def _about_class(found: Conditioning) -> list[tuple[str, str, str]]:
    rows = []
    if found.conditional_accuracy is not None:
        rows.append(
            (
                "samples of the right class",
                f"{found.conditional_accuracy:.1%}",
                f"by a classifier that is right on {found.classifier_accuracy:.1%} of real images",
            )
        )
    probe = f"by a linear classifier of z (chance: {found.chance:.1%})"
    return [*rows, ("class read from z", f"{found.probe_accuracy:.1%}", probe)]
