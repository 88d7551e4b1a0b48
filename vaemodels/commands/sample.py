"""``vaemodels sample DIR``: draw images from a trained model."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch

from vaemodels import runs
from vaemodels.commands.figures import matplotlib_is_missing
from vaemodels.commands.options import MACHINE, add_folder, add_parameters, given
from vaemodels.commands.output import add_json, print_json
from vaemodels.config import Kind
from vaemodels.errors import ConfigError, MissingExtraError
from vaemodels.runs import Run


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_folder(parser)
    parser.add_argument("-n", type=int, default=100, metavar="N", help="how many (default: 100)")
    parser.add_argument("--class", dest="label", metavar="NAME", help="of a CVAE (default: all)")
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="FILE.npz for arrays, else FILE.png and FILE.svg (default: DIR/samples)",
    )
    parser.add_argument("--seed", type=int, default=0, help="of the latent samples")
    parser.add_argument(
        "--temperature",
        type=float,
        default=1.0,
        metavar="X",
        help="standard deviation of z (default: 1, the prior's)",
    )
    add_parameters(parser, MACHINE)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    if arguments.n < 1:
        raise ConfigError(f"-n must be at least 1, got {arguments.n}.")
    if not arguments.temperature >= 0:
        raise ConfigError(f"--temperature must not be negative, got {arguments.temperature}.")
    loaded = runs.load(arguments.folder_of_run, **given(arguments))
    classes = _classes(loaded, arguments.label, arguments.n)
    images = loaded.sample(arguments.n, classes, arguments.seed, arguments.temperature)
    out = arguments.out or loaded.folder / "samples"
    paths = _write(images, classes, out)
    if arguments.json:
        print_json(
            {
                "schema": 1,
                "files": [str(path) for path in paths],
                "n": arguments.n,
                "seed": arguments.seed,
                "temperature": arguments.temperature,
            }
        )
    else:
        print("\n".join(str(path) for path in paths))
    return 0


def _classes(loaded: Run, label: str | None, n: int) -> torch.Tensor:
    if label is None:
        return torch.arange(n) % len(loaded.classes)
    if loaded.config.model.kind is not Kind.CVAE:
        raise ConfigError(f"{loaded.folder} holds a VAE, which knows no classes: no --class.")
    if label not in loaded.classes:
        raise ConfigError(f"There is no class {label!r}; there are {', '.join(loaded.classes)}.")
    return torch.full((n,), loaded.classes.index(label))


def _write(images: torch.Tensor, classes: torch.Tensor, out: Path) -> list[Path]:
    if out.suffix == ".npz":
        out.parent.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(out, images=images.numpy(), labels=classes.numpy())
        return [out]
    if missing := matplotlib_is_missing():
        raise MissingExtraError(f"{missing} Or give --out FILE.npz.")
    from vaemodels import figures

    return figures.save(figures.samples(images.numpy()), out.parent, out.stem)
