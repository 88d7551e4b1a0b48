"""A trained model for other programs: ONNX, and half-precision weights for the site's explorer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from vaemodels.checkpoints import write_atomically
from vaemodels.config import Kind, Observation
from vaemodels.errors import ConfigError, MissingExtraError
from vaemodels.layers import Layer, layers
from vaemodels.models import LEAST_SCALE, SHIFT
from vaemodels.runs import Run

OPSET = 17
IR_VERSION = 9
# Latent vectors whose images stand beside the weights: one for each of the ten digits.
CHECKED = 10


def decoder_layers(run: Run) -> tuple[Layer, ...]:
    """From (z, one-hot class) to the mean of p(x|z, c), (C, H, W).

    Raises:
        ConfigError: a continuous Bernoulli likelihood, whose mean is no such layer.
    """
    observation = run.config.model.observation
    if observation is Observation.CONTINUOUS_BERNOULLI:
        raise ConfigError(
            "The mean of a continuous Bernoulli likelihood cannot be exported: train with "
            "--observation bernoulli, or a Gaussian."
        )
    decoder = run.model.decoder
    silu = Layer(op="silu")
    reshape = Layer(op="reshape", attributes={"shape": list(decoder.first_shape)})
    head = () if observation is not Observation.BERNOULLI else (Layer(op="sigmoid"),)
    first = (*layers(decoder.hidden), silu, *layers(decoder.first), reshape)
    return (*first, *layers(decoder.image), *head)


def write(run: Run, folder: Path) -> list[Path]:
    """``decoder.onnx``, ``encoder.onnx``, ``decoder.json`` and ``decoder.f16``; their paths.

    Raises:
        MissingExtraError: the package ``onnx`` is not installed.
        ConfigError: a likelihood that cannot be exported.
    """
    manifest, weights = half_precision(run)
    contents = {
        "decoder.onnx": decoder_onnx(run),
        "encoder.onnx": encoder_onnx(run),
        "decoder.json": (json.dumps(manifest, indent=1) + "\n").encode(),
        "decoder.f16": weights,
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        write_atomically(folder / name, content)
    return [folder / name for name in contents]


def half_precision(run: Run) -> tuple[dict[str, Any], bytes]:
    """The decoder's layers as a JSON document, and its weights as little-endian float16.

    In the document a weight is ``{"shape": […], "offset": k}``, k counted in numbers from the
    start of the weights. ``check`` holds latent vectors, classes and the images that torch makes of
    them with the weights in full precision.
    """
    chunks: list[NDArray[np.float16]] = []

    def place(array: NDArray[np.float32]) -> dict[str, Any]:
        offset = sum(chunk.size for chunk in chunks)
        chunks.append(array.astype("<f2").ravel())
        return {"shape": list(array.shape), "offset": offset}

    def plain(layer: Layer) -> dict[str, Any]:
        entry: dict[str, Any] = {"op": layer.op, **layer.attributes}
        if layer.weight is not None and layer.bias is not None:
            entry |= {"weight": place(layer.weight), "bias": place(layer.bias)}
        if layer.inner:
            entry["inner"] = [plain(part) for part in layer.inner]
        return entry

    model = run.config.model
    conditional = model.kind is Kind.CVAE
    z = run.prior_samples(CHECKED)
    c = torch.arange(CHECKED) % len(run.classes)
    manifest = {
        "schema": 1,
        "latent": model.latent,
        "classes": list(run.classes) if conditional else [],
        "image_shape": list(model.image_shape),
        "layers": [plain(layer) for layer in decoder_layers(run)],
        "check": {
            "z": z.tolist(),
            "class": c.tolist(),
            "image": run.decode(z, c).flatten(1).double().numpy().round(5).tolist(),
        },
    }
    return manifest, b"".join(chunk.tobytes() for chunk in chunks)


def decoder_onnx(run: Run) -> bytes:
    """ONNX model: ``z`` (N, K) and, for a CVAE, ``class`` (N, classes) one-hot → ``mean``."""
    model = run.config.model
    graph = _Graph()
    latent = graph.input("z", ["N", model.latent])
    x = graph.join(latent, _context(run, graph))
    x = graph.add(decoder_layers(run), x)
    graph.output(x, "mean", ["N", *model.image_shape])
    return graph.finish("decoder")


def encoder_onnx(run: Run) -> bytes:
    """ONNX model: ``x`` (N, C, H, W) and, for a CVAE, ``class`` → ``mean`` and ``scale`` of q."""
    model, encoder = run.config.model, run.model.encoder
    graph = _Graph()
    x = graph.add(layers(encoder.image), graph.input("x", ["N", *model.image_shape]))
    x = graph.join(x, _context(run, graph))
    x = graph.add((*layers(encoder.hidden), Layer(op="silu"), *layers(encoder.outputs)), x)
    halves = graph.constant(np.array([model.latent, model.latent], np.int64))
    mean, raw = graph.node("Split", [x, halves], outputs=2, axis=1)
    (shifted,) = graph.node("Add", [raw, graph.constant(np.array(SHIFT, np.float32))])
    (positive,) = graph.node("Softplus", [shifted])
    (scale,) = graph.node("Add", [positive, graph.constant(np.array(LEAST_SCALE, np.float32))])
    graph.output(mean, "mean", ["N", model.latent])
    graph.output(scale, "scale", ["N", model.latent])
    return graph.finish("encoder")


def _context(run: Run, graph: _Graph) -> str | None:
    if run.config.model.kind is Kind.VAE:
        return None
    return graph.input("class", ["N", len(run.classes)])


class _Graph:
    """An ONNX graph that grows node by node; values go by their names."""

    def __init__(self) -> None:
        try:
            import onnx
        except ImportError as error:
            raise MissingExtraError(
                "Export needs the package onnx: pip install 'vae-answer-sheet[export]'."
            ) from error
        self.onnx = onnx
        self.nodes: list[Any] = []
        self.inputs: list[Any] = []
        self.outputs: list[Any] = []
        self.constants: list[Any] = []

    def input(self, name: str, shape: list[str | int]) -> str:
        self.inputs.append(self._value(name, shape))
        return name

    def output(self, value: str, name: str, shape: list[str | int]) -> None:
        self.nodes.append(self.onnx.helper.make_node("Identity", [value], [name]))
        self.outputs.append(self._value(name, shape))

    def constant(self, array: NDArray[Any]) -> str:
        name = f"constant{len(self.constants)}"
        self.constants.append(self.onnx.numpy_helper.from_array(np.asarray(array), name))
        return name

    def node(self, op: str, inputs: list[str], outputs: int = 1, **attributes: Any) -> list[str]:
        names = [f"{op.lower()}{len(self.nodes)}_{number}" for number in range(outputs)]
        self.nodes.append(self.onnx.helper.make_node(op, inputs, names, **attributes))
        return names

    def join(self, x: str, context: str | None) -> str:
        return x if context is None else self.node("Concat", [x, context], axis=1)[0]

    def add(self, parts: Sequence[Layer], x: str) -> str:
        for layer in parts:
            x = self._layer(layer, x)
        return x

    def _layer(self, layer: Layer, x: str) -> str:
        weights = [
            self.constant(array) for array in (layer.weight, layer.bias) if array is not None
        ]
        match layer.op:
            case "linear":
                return self.node("Gemm", [x, *weights], transB=1)[0]
            case "conv" | "conv_transpose":
                stride, padding = layer.attributes["stride"], layer.attributes["padding"]
                op = "Conv" if layer.op == "conv" else "ConvTranspose"
                settings: dict[str, Any] = {"strides": [stride] * 2, "pads": [padding] * 4}
                return self.node(op, [x, *weights], **settings)[0]
            case "silu":
                return self.node("Mul", [x, self.node("Sigmoid", [x])[0]])[0]
            case "sigmoid":
                return self.node("Sigmoid", [x])[0]
            case "flatten":
                return self.node("Flatten", [x])[0]
            case "reshape":
                shape = np.array([0, *_list(layer.attributes["shape"])], np.int64)
                return self.node("Reshape", [x, self.constant(shape)])[0]
            case "pixel_shuffle":
                factor = layer.attributes["factor"]
                return self.node("DepthToSpace", [x], blocksize=factor, mode="CRD")[0]
            case "residual":
                return self.node("Add", [x, self.add(layer.inner, x)])[0]
        raise ValueError(f"There is no layer {layer.op!r}.")

    def finish(self, name: str) -> bytes:
        """The model's bytes: one file, its weights inside."""
        helper = self.onnx.helper
        graph = helper.make_graph(self.nodes, name, self.inputs, self.outputs, self.constants)
        model = helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", OPSET)],
            ir_version=IR_VERSION,
            producer_name="vaemodels",
        )
        self.onnx.checker.check_model(model, full_check=True)
        content: bytes = model.SerializeToString(deterministic=True)
        return content

    def _value(self, name: str, shape: list[str | int]) -> Any:
        kind = self.onnx.TensorProto.FLOAT
        return self.onnx.helper.make_tensor_value_info(name, kind, shape)


def _list(value: int | list[int]) -> list[int]:
    return value if isinstance(value, list) else [value]
