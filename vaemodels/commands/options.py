"""Command-line options that stand for parameters of the configuration."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from vaemodels.config import PRESETS, Binarization, Device, Objective, Observation, Precision

PARAMETERS: dict[str, dict[str, Any]] = {
    "dataset": {"flag": "--data", "help": "digits, mnist, fashion-mnist or FILE.npz"},
    "folder": {"flag": "--data-dir", "metavar": "DIR", "help": "where the data's files are"},
    "epochs": {"type": int, "help": "passes over the training images"},
    "batch": {"type": int, "help": "images per step, over all processes"},
    "learning_rate": {"type": float, "help": "of Adam, before it decays"},
    "decay": {"type": float, "help": "share of the steps in which it falls to zero"},
    "clip": {"type": float, "help": "largest norm of the gradient (0: any)"},
    "patience": {"type": int, "help": "epochs without a better validation ELBO (0: never stop)"},
    "validation": {"type": float, "help": "share of the training images held out"},
    "latent": {"type": int, "help": "dimension of z"},
    "channels": {"type": int, "nargs": "+", "help": "channels of each convolutional level"},
    "blocks": {"type": int, "help": "residual blocks per level"},
    "hidden": {"type": int, "help": "width of the fully connected layer"},
    "subpixel": {"type": int, "help": "levels that the decoder's last convolution undoes"},
    "observation": {"choices": [*Observation], "help": "family of p(x|z)"},
    "sigma": {"type": float, "help": "standard deviation of the Gaussian with fixed σ"},
    "binarization": {"choices": [*Binarization], "help": "what becomes of grey levels"},
    "bound": {"choices": [*Objective], "help": "ELBO, or importance-weighted bound"},
    "samples": {"type": int, "help": "samples of z per image"},
    "beta": {"type": float, "help": "weight of the KL term"},
    "warmup_epochs": {"type": float, "help": "epochs over which that weight grows from 0"},
    "free_bits": {"type": float, "help": "nats per dimension of z that the KL may keep"},
    "seed": {"type": int, "help": "of everything random"},
}
MACHINE: dict[str, dict[str, Any]] = {
    "device": {"choices": [*Device], "help": "where to compute"},
    "precision": {"choices": [*Precision], "help": "auto: bfloat16 where the hardware has it"},
    "threads": {"type": int, "help": "CPU threads (0: one per free core)"},
}


def add_parameters(
    parser: argparse._ActionsContainer, parameters: dict[str, dict[str, Any]]
) -> None:
    """An option for each parameter; only those that were given end up in the arguments."""
    for name, about in parameters.items():
        settings = dict(about)
        default = _default(name)
        if default is not None and name in PARAMETERS and "help" in settings:
            settings["help"] += f" [{default}]"
        flag = settings.pop("flag", f"--{name.replace('_', '-')}")
        if "choices" in settings:
            settings["choices"] = [str(choice) for choice in settings["choices"]]
        elif "metavar" not in settings and "type" in settings:
            settings["metavar"] = "N" if settings["type"] is int else "X"
        parser.add_argument(flag, dest=name, default=argparse.SUPPRESS, **settings)


def _default(name: str) -> str | None:
    """What the small preset has for a parameter, as one would type it."""
    found = _flat(PRESETS["small"].to_json())[name]
    return " ".join(map(str, found)) if isinstance(found, list) else found


def _flat(plain: dict[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in plain.items():
        flat |= _flat(value) if isinstance(value, dict) else {name: value}
    return flat


def given(arguments: argparse.Namespace) -> dict[str, Any]:
    """The parameters that were given on the command line, as ``Config.replace`` takes them."""
    found: dict[str, Any] = {}
    for name in (*PARAMETERS, *MACHINE):
        if name in arguments:
            found[name] = getattr(arguments, name)
    return found


def add_folder(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder_of_run", metavar="DIR", type=Path, help="run folder")
