"""What the site's explorer of a two-dimensional latent space shows beside the decoder.

The posteriors of all test images, some of those images as the model saw them, decoder means along
one axis for a page without scripts, and where the model comes from.
"""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from vaemodels import export
from vaemodels.batches import draw
from vaemodels.checkpoints import write_atomically
from vaemodels.config import Kind
from vaemodels.data import Dataset
from vaemodels.errors import ConfigError
from vaemodels.evaluation import posteriors
from vaemodels.hardware import describe
from vaemodels.runs import Run

# Test images of each class that a reader may choose from.
CHOICE = 8
# z of the decoder means that stand on the page itself: on the first axis, within ±2σ of the prior.
STILL = tuple((float(z), 0.0) for z in (-2, -1, 0, 1, 2))


def write(run: Run, folder: Path, command: str = "") -> list[Path]:
    """``decoder.json``, ``decoder.f16`` and ``explorer.json``; their paths.

    Args:
        run: a CVAE with a two-dimensional z.
        folder: where to.
        command: the command line that does it again, for the record.

    Raises:
        ConfigError: a model without classes, or with another number of latent dimensions than 2,
            or of coloured images.
    """
    document = describe_plane(run, run.data().test, command)
    manifest, weights = export.half_precision(run)
    contents = {
        "decoder.json": _line(manifest),
        "decoder.f16": weights,
        "explorer.json": _line(document),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        write_atomically(folder / name, content)
    return [folder / name for name in contents]


def describe_plane(run: Run, data: Dataset, command: str = "") -> dict[str, Any]:
    """The content of ``explorer.json``.

    ``classes`` holds, for each class, the mean of q(z|x, c) for every image of ``data``;
    ``digits`` some of these images (uint8 in base64, as the model saw them: binarized) with
    ``mean`` and ``scale`` of their posterior; ``still`` decoder means (uint8 in base64, a row for
    each class) at ``z``; ``origin`` seed, device, versions, date, command.
    """
    model = run.config.model
    if model.kind is not Kind.CVAE or model.latent != 2 or model.image_shape[0] != 1:
        raise ConfigError(
            f"The explorer shows a CVAE with a 2-D latent space of grey images; {run.folder} holds "
            f"a {model.kind} with {model.latent} latent dimensions and {model.image_shape[0]} "
            "channels. Train one: vaemodels train cvae --latent 2."
        )
    means, scales = posteriors(run.model, data, run.config)
    rows = torch.arange(len(data), device=data.images.device)
    seen, labels, _ = draw(data, rows, run.config.replace(samples=1), 0)
    members = [(labels == c).nonzero()[:, 0] for c in range(len(run.classes))]
    return {
        "schema": 1,
        "classes": [
            {"name": name, "z": _rounded(means[rows])}
            for name, rows in zip(run.classes, members, strict=True)
        ],
        "digits": [
            {
                "class": c,
                "test_image": int(row),
                "mean": _rounded(means[row]),
                "scale": _rounded(scales[row], 4),
                "pixels": _bytes(seen[row]),
            }
            for c, rows in enumerate(members)
            for row in rows[:CHOICE]
        ],
        "still": {
            "z": [list(z) for z in STILL],
            "pixels": [_still(run, c) for c in range(len(run.classes))],
        },
        "origin": {
            "seed": run.config.seed,
            **describe(run.config),
            "date": datetime.now(UTC).isoformat(timespec="seconds"),
            "command": command,
            "dataset": run.config.data.dataset,
            "data_checksum": run.data_checksum,
            "config": run.config.to_json(),
            "epoch": run.position.epoch,
            "validation_elbo": run.position.best_elbo if run.position.best_epoch else None,
        },
    }


def _still(run: Run, c: int) -> str:
    z = torch.tensor(STILL)
    return _bytes(run.decode(z, torch.full((len(z),), c)))


def _rounded(tensor: Tensor, digits: int = 3) -> Any:
    return tensor.double().cpu().numpy().round(digits).tolist()


def _bytes(images: Tensor) -> str:
    levels = images.float().mul(255).round().to(torch.uint8)
    return base64.b64encode(levels.cpu().contiguous().numpy().tobytes()).decode()


def _line(document: dict[str, Any]) -> bytes:
    return (json.dumps(document, separators=(",", ":"), allow_nan=False) + "\n").encode()
