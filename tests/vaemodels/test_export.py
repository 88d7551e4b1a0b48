"""What is exported computes what torch computes."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from vaemodels import export, runs
from vaemodels.config import Binarization, Config, Kind, Observation
from vaemodels.errors import ConfigError, MissingExtraError
from vaemodels.layers import layers
from vaemodels.models import build
from vaemodels.runs import Run

SHAPES: dict[str, dict[str, Any]] = {
    "plain": {},
    "residual, three levels, colour": {
        "image_shape": (3, 16, 8),
        "channels": (4, 6, 8),
        "blocks": 1,
    },
    "two levels at once": {"channels": (4, 6), "subpixel": 2},
    "unconditional": {"kind": Kind.VAE},
    "gaussian": {"observation": Observation.GAUSSIAN, "binarization": Binarization.NONE},
}


@pytest.fixture(params=SHAPES)
def run(request: pytest.FixtureRequest, config: Config, tmp_path: Path) -> Run:
    config = config.replace(**SHAPES[request.param])
    model = build(config.model, seed=2)
    generator = torch.Generator().manual_seed(0)
    for parameter in model.parameters():
        # Residual branches start at zero, where a mistake in them would not be seen.
        parameter.data += 0.05 * torch.randn(parameter.shape, generator=generator)
    return Run(
        folder=tmp_path,
        config=config,
        model=model.requires_grad_(False),
        classes=("0", "1", "2"),
        position=runs.Position(),
        data_checksum="",
    )


def one_hot(run: Run, c: Tensor) -> dict[str, np.ndarray]:
    if run.config.model.kind is Kind.VAE:
        return {}
    return {"class": nn.functional.one_hot(c, 3).float().numpy()}


def evaluate(content: bytes, inputs: dict[str, np.ndarray]) -> list[np.ndarray]:
    import onnx
    from onnx.reference import ReferenceEvaluator

    found: list[np.ndarray] = ReferenceEvaluator(onnx.load_from_string(content)).run(None, inputs)
    return found


def test_the_onnx_decoder(run: Run) -> None:
    c = torch.tensor([0, 1, 2, 1])
    z = run.prior_samples(4)
    (mean,) = evaluate(export.decoder_onnx(run), {"z": z.numpy(), **one_hot(run, c)})
    np.testing.assert_allclose(mean, run.decode(z, c).numpy(), rtol=1e-4, atol=1e-5)


def test_the_onnx_encoder(run: Run) -> None:
    c = torch.tensor([0, 1, 2])
    x = torch.rand(3, *run.config.model.image_shape)
    found = evaluate(export.encoder_onnx(run), {"x": x.numpy(), **one_hot(run, c)})
    for array, expected in zip(found, run.encode(x, c), strict=True):
        np.testing.assert_allclose(array, expected.numpy(), rtol=1e-4, atol=1e-5)


def read(manifest: dict[str, Any], weights: bytes) -> nn.Module:
    """The decoder as someone who has only the two files would read it."""
    numbers = torch.from_numpy(np.frombuffer(weights, "<f2").astype(np.float32))

    def tensor(entry: dict[str, Any]) -> Tensor:
        size = int(np.prod(entry["shape"]))
        return numbers[entry["offset"] : entry["offset"] + size].view(entry["shape"])

    class Plain(nn.Module):
        def __init__(self, entries: list[dict[str, Any]]) -> None:
            super().__init__()
            self.entries = entries

        def forward(self, x: Tensor) -> Tensor:
            for entry in self.entries:
                x = self.apply_layer(entry, x)
            return x

        def apply_layer(self, entry: dict[str, Any], x: Tensor) -> Tensor:
            f = nn.functional
            match entry["op"]:
                case "linear":
                    return f.linear(x, tensor(entry["weight"]), tensor(entry["bias"]))
                case "conv" | "conv_transpose":
                    function = f.conv2d if entry["op"] == "conv" else f.conv_transpose2d
                    weight, bias = tensor(entry["weight"]), tensor(entry["bias"])
                    return function(
                        x, weight, bias, stride=entry["stride"], padding=entry["padding"]
                    )
                case "silu":
                    return f.silu(x)
                case "sigmoid":
                    return x.sigmoid()
                case "reshape":
                    return x.view(-1, *entry["shape"])
                case "pixel_shuffle":
                    return f.pixel_shuffle(x, entry["factor"])
                case "residual":
                    return x + Plain(entry["inner"])(x)
            raise AssertionError(entry)

    return Plain(manifest["layers"])


def test_the_half_precision_decoder(run: Run) -> None:
    manifest, weights = export.half_precision(run)
    manifest = json.loads(json.dumps(manifest))
    check = manifest["check"]
    inputs = torch.tensor(check["z"])
    if manifest["classes"]:
        inputs = torch.cat((inputs, nn.functional.one_hot(torch.tensor(check["class"]), 3)), 1)
    images = read(manifest, weights)(inputs).flatten(1)
    torch.testing.assert_close(images, torch.tensor(check["image"]), rtol=0, atol=1e-3)


def test_a_lost_weight_would_be_noticed(run: Run) -> None:
    manifest, weights = export.half_precision(run)
    damaged = bytearray(weights)
    first = manifest["layers"][0]["weight"]
    start = 2 * first["offset"]
    damaged[start : start + 2 * int(np.prod(first["shape"]))] = bytes(
        2 * int(np.prod(first["shape"]))
    )
    inputs = torch.tensor(manifest["check"]["z"])
    width = first["shape"][1]
    inputs = torch.cat((inputs, torch.ones(len(inputs), width - inputs.shape[1])), 1)
    good, bad = (read(manifest, bytes(w))(inputs) for w in (weights, damaged))
    assert float((good - bad).abs().max()) > 1e-3


def test_the_files(run: Run, tmp_path: Path) -> None:
    paths = export.write(run, tmp_path / "export")
    names = ["decoder.onnx", "encoder.onnx", "decoder.json", "decoder.f16"]
    assert [path.name for path in paths] == names
    again = export.write(run, tmp_path / "again")
    for one, two in zip(paths, again, strict=True):
        assert one.read_bytes() == two.read_bytes()


def test_the_small_decoder_fits_the_site() -> None:
    """At most 1 MB of half-precision weights for the explorer."""
    from vaemodels.config import preset

    decoder = build(preset("small", "cvae").model).decoder
    assert 2 * sum(parameter.numel() for parameter in decoder.parameters()) < 1_000_000


def test_what_cannot_be_exported_is_said(config: Config, tmp_path: Path) -> None:
    grey = config.replace(
        observation=Observation.CONTINUOUS_BERNOULLI, binarization=Binarization.NONE
    )
    run = Run(
        folder=tmp_path,
        config=grey,
        model=build(grey.model),
        classes=("0", "1", "2"),
        position=runs.Position(),
        data_checksum="",
    )
    with pytest.raises(ConfigError, match="continuous Bernoulli likelihood cannot be exported"):
        export.decoder_onnx(run)
    with pytest.raises(TypeError, match="BatchNorm2d cannot be written as plain layers"):
        layers(nn.BatchNorm2d(3))


def test_without_onnx_it_says_what_to_install(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(MissingExtraError, match="pip install"):
        export.decoder_onnx(run)
