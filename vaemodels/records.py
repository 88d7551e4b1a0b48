"""The record of a result: all that it takes to get the number again, without a machine's paths."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

from vaemodels.config import PRESETS, Config
from vaemodels.runs import Run
from vaemodels.training import CONFIG

# What stands for a folder or file of the reader's own.
PLACE = "DIR"
# Given by the data, or written as the name of the model.
IMPLIED = {"kind", "image_shape", "classes", "dataset", "folder"}


def training_command(config: Config) -> str:
    """The command line that trains this run again: what differs from the small preset.

    Folders are written ``DIR``, whatever they are called here.
    """
    name = config.data.dataset
    words = ["vaemodels", "train", str(config.model.kind)]
    words += ["--data", Path(name).name if name.endswith(".npz") else name]
    if config.data.folder is not None:
        words += ["--data-dir", PLACE]
    for parameter, value in _entries(config.to_json()).items():
        if parameter in IMPLIED or value == _entries(PRESETS["small"].to_json())[parameter]:
            continue
        words.append(f"--{parameter.replace('_', '-')}")
        words += [str(item) for item in value] if isinstance(value, list) else [str(value)]
    return shlex.join(words)


def record(run: Run, evaluation: dict[str, Any]) -> dict[str, Any]:
    """The document that ``evaluate --record`` writes.

    Args:
        run: the evaluated run.
        evaluation: the document that ``evaluate --json`` prints.
    """
    config = run.config.to_json()
    if config["data"]["folder"] is not None:
        config["data"]["folder"] = PLACE
    config["data"]["dataset"] = Path(config["data"]["dataset"]).name
    metrics = run.metrics
    samples = evaluation["importance_samples"]
    trained_on = json.loads((run.folder / CONFIG).read_text(encoding="utf-8"))["hardware"]
    return {
        "schema": 1,
        "data": config["data"]["dataset"],
        "model": config["model"]["kind"],
        "commands": [
            f"{training_command(run.config)} --out RUN",
            f"vaemodels evaluate RUN --importance-samples {samples}",
        ],
        "config": config,
        "data_checksum": run.data_checksum,
        "parameters": sum(parameter.numel() for parameter in run.model.parameters()),
        "training": {
            "epochs": len(metrics),
            "best_epoch": run.position.best_epoch or None,
            "best_validation_elbo": run.position.best_elbo,
            "seconds": round(sum(line["seconds"] for line in metrics)),
            "hardware": trained_on,
        },
        "evaluation": {name: value for name, value in evaluation.items() if name != "run"},
    }


def _entries(plain: dict[str, Any]) -> dict[str, Any]:
    """Every entry of a configuration by its own name, without the parts that hold them."""
    flat: dict[str, Any] = {}
    for name, value in plain.items():
        flat |= _entries(value) if isinstance(value, dict) else {name: value}
    return flat
