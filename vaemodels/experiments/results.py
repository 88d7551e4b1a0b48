"""Run an experiment and keep what came out: a result file and a figure."""

from __future__ import annotations

import dataclasses
import json
import platform
import re
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import scipy
import torch

from vaemodels.charts import Drawing, chart, save
from vaemodels.checkpoints import write_atomically
from vaemodels.config import Device
from vaemodels.errors import ConfigError
from vaemodels.experiments.claims import Verdict, worst
from vaemodels.experiments.experiment import Experiment, Setting, Size
from vaemodels.hardware import device_name

Document = dict[str, Any]


def run(
    experiment: Experiment[Any], size: Size, setting: Setting, command: str
) -> tuple[Document, Drawing]:
    """The result file's content, and the figure.

    Args:
        experiment: what to run.
        size: how much of it.
        setting: seed, device, data.
        command: the command line that runs it again.
    """
    started, cpu = time.monotonic(), time.process_time()
    sizes = experiment.sizes[size]
    findings = experiment.run(sizes, setting)
    claims = experiment.claims(findings.data)
    verdicts = [claim.verdict() for claim in claims]
    cuda = setting.device.type == "cuda"
    document = {
        "schema": 1,
        "name": experiment.name,
        "question": experiment.question,
        "title": experiment.title,
        "asks": experiment.asks,
        "caption": experiment.caption,
        "verdict": str(worst(verdicts)),
        "claims": [claim.to_json() for claim in claims],
        "size": str(size),
        "sizes": dataclasses.asdict(sizes),
        "seed": setting.seed,
        "device": device_name(Device.CUDA if cuda else Device.CPU),
        "threads": torch.get_num_threads(),
        "versions": {
            "python": platform.python_version(),
            "torch": str(torch.__version__),
            "numpy": np.__version__,
            "scipy": scipy.__version__,
        },
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": command,
        "restated": None,
        "seconds": round(time.monotonic() - started, 1),
        "cpu_seconds": round(time.process_time() - cpu, 1),
        "data": findings.data,
    }
    return document, chart(experiment.draw(findings))


def restate(experiment: Experiment[Any], document: Document) -> Document:
    """Today's claims of a result's numbers, which are not measured again.

    Where a claim is not the one that was made before the measurement, ``restated`` says when: such
    a claim has not been tested on numbers that it was not made from.
    """
    claims = experiment.claims(document["data"])
    said = [claim["expected"] for claim in document["claims"]]
    changed = said != [claim.expected for claim in claims]
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return {
        **document,
        "verdict": str(worst([claim.verdict() for claim in claims])),
        "claims": [claim.to_json() for claim in claims],
        "restated": now if changed else document.get("restated"),
    }


def read(folder: Path, name: str) -> Document:
    """The content of ``NAME.json``.

    Raises:
        ConfigError: there is no such file.
    """
    path = folder / f"{name}.json"
    if not path.is_file():
        raise ConfigError(f"There is no {path}: run vaemodels experiment {name} --out {folder}.")
    document: Document = json.loads(path.read_text(encoding="utf-8"))
    return document


def write(document: Document, figure: Drawing | None, folder: Path) -> Path:
    """Write ``NAME.json``, and a figure as ``NAME.svg``, into ``folder``; return the former."""
    folder.mkdir(parents=True, exist_ok=True)
    if figure is not None:
        save(figure, folder, document["name"])
    path = folder / f"{document['name']}.json"
    text = json.dumps(_rounded(document), ensure_ascii=False, indent=1, allow_nan=False)
    write_atomically(path, (_compact(text) + "\n").encode())
    return path


def exit_code(documents: list[Document]) -> int:
    """0: every claim supported; 1: one is not; 3: one is undecided."""
    found = worst([Verdict(document["verdict"]) for document in documents])
    return {Verdict.SUPPORTED: 0, Verdict.NOT_SUPPORTED: 1, Verdict.UNDECIDED: 3}[found]


def _rounded(value: Any) -> Any:
    """Six significant digits: more would only be noise in the repository."""
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    return value


def _compact(text: str) -> str:
    """Lists of plain numbers on one line."""
    return re.sub(
        r"\[\s+([^\[\]{}\"]*?)\s+\]", lambda found: f"[{' '.join(found[1].split())}]", text
    )
