"""The decoder in plain JavaScript against torch, in Node: every kind of layer, and what ships."""

from __future__ import annotations

import base64
import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from vaemodels import export, runs
from vaemodels.config import Binarization, Config, Kind, ModelConfig, Observation
from vaemodels.models import build
from vaemodels.runs import Run
from vaetheory.presentation.katex import node_executable

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "docs" / "results" / "explorer"
# What half-precision weights may cost; measured: 4.2e-4 for the shipped model.
TOLERANCE = 1e-3
SHAPES: dict[str, dict[str, Any]] = {
    "plain": {},
    "residual, three levels, colour": {
        "image_shape": (3, 16, 8),
        "channels": (4, 6, 8),
        "blocks": 1,
    },
    "unconditional, one level": {"kind": Kind.VAE, "channels": (5,)},
    "gaussian": {"observation": Observation.GAUSSIAN, "binarization": Binarization.NONE},
}


def decoded(
    manifest: dict[str, Any],
    weights: bytes,
    z: Any,
    classes: list[int],
    halves: tuple[int, ...] = (),
) -> dict[str, Any]:
    """What docs/assets/decoder.js makes of the exported files."""
    request = {
        "manifest": manifest,
        "weights": base64.b64encode(weights).decode(),
        "z": z,
        "classes": classes,
        "halves": halves,
    }
    answer = subprocess.run(
        [node_executable(), str(Path(__file__).with_name("decode.cjs"))],
        input=json.dumps(request),
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


@pytest.mark.parametrize("name", SHAPES)
def test_models_of_every_kind_of_layer(name: str, tmp_path: Path) -> None:
    shape = ModelConfig(kind=Kind.CVAE, image_shape=(1, 12, 8), classes=3, latent=2, hidden=9)
    config = Config(model=shape).replace(**{"channels": (4, 6), **SHAPES[name]})
    model = build(config.model, seed=2)
    generator = torch.Generator().manual_seed(0)
    for parameter in model.parameters():
        # Residual branches start at zero, where a mistake in them would not be seen.
        parameter.data += 0.05 * torch.randn(parameter.shape, generator=generator)
    run = Run(
        folder=tmp_path,
        config=config,
        model=model.requires_grad_(False),
        classes=("0", "1", "2"),
        position=runs.Position(),
        data_checksum="",
    )
    manifest, weights = export.half_precision(run)
    z, c = run.prior_samples(9, seed=3), torch.arange(9) % 3
    images = decoded(manifest, weights, z.tolist(), c.tolist())["images"]
    expected = run.decode(z, c).flatten(1).numpy()
    np.testing.assert_allclose(np.array(images), expected, rtol=0, atol=TOLERANCE)


def test_the_shipped_decoder() -> None:
    """Against the images that torch made of the weights in full precision."""
    manifest = json.loads((SHIPPED / "decoder.json").read_text())
    weights = (SHIPPED / "decoder.f16").read_bytes()
    assert len(weights) <= 1_000_000
    check = manifest["check"]
    images = np.array(decoded(manifest, weights, check["z"], check["class"])["images"])
    assert sorted(check["class"]) == list(range(10))
    np.testing.assert_allclose(images, np.array(check["image"]), rtol=0, atol=TOLERANCE)
    # A class that is mistaken for the next is seen.
    moved = [(c + 1) % 10 for c in check["class"]]
    other = np.array(decoded(manifest, weights, check["z"], moved)["images"])
    assert np.abs(other - images).max(axis=1).min() > 100 * TOLERANCE


def test_half_precision_numbers() -> None:
    """Every exponent, subnormal numbers, both signs, infinity."""
    bits = np.concatenate((np.arange(0, 0x7C01, 7), np.arange(0x8000, 0xFC01, 31))).astype("<u2")
    manifest: dict[str, Any] = {
        "latent": 1, "classes": [], "image_shape": [1, 1, 1], "layers": []
    }  # fmt: skip
    found = decoded(manifest, b"", [], [], tuple(bits.tolist()))["halves"]
    expected = bits.view("<f2").astype(float)
    finite = np.isfinite(expected)
    np.testing.assert_array_equal(np.array(found, float)[finite], expected[finite])
