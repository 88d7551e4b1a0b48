"""Every parameter of a run, once: frozen dataclasses, validated when they are made.

A ``Config`` is what ``config.json`` holds. Two runs with equal configs on the same device and the
same number of threads end in the same bytes.
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from vaemodels.errors import ConfigError


class Kind(StrEnum):
    """Which model: unconditional, or conditional on the class."""

    VAE = "vae"
    CVAE = "cvae"


class Observation(StrEnum):
    """Family of the likelihood p(x|z)."""

    BERNOULLI = "bernoulli"
    CONTINUOUS_BERNOULLI = "continuous-bernoulli"
    GAUSSIAN = "gaussian"
    GAUSSIAN_LEARNED = "gaussian-learned"
    GAUSSIAN_OPTIMAL = "gaussian-optimal"


class Binarization(StrEnum):
    """What becomes of grey levels: drawn anew at every step, cut at ½, or kept."""

    DYNAMIC = "dynamic"
    THRESHOLD = "threshold"
    NONE = "none"


class Objective(StrEnum):
    """What is maximized: the (β-)ELBO, or the importance-weighted bound."""

    ELBO = "elbo"
    IMPORTANCE_WEIGHTED = "iw"


class Precision(StrEnum):
    """Arithmetic of the forward and backward pass; parameters are never below float32."""

    AUTO = "auto"
    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"
    FLOAT64 = "float64"


class Device(StrEnum):
    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"


# An entry that came later: configurations written before have not got it, and mean its default.
_LATER = {"later": True}


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise ConfigError(message)


@dataclass(frozen=True, kw_only=True)
class ModelConfig:
    """Shape of the model.

    Attributes:
        kind: VAE or CVAE.
        image_shape: (channels, height, width), channels 1 or 3.
        classes: number of classes C; the CVAE sees the class one-hot.
        latent: dimension K of z.
        channels: channels of each convolutional level; each level halves height and width.
        blocks: residual blocks per level.
        hidden: width of the fully connected layer.
        subpixel: levels that the decoder's last convolution, a sub-pixel one, undoes at once: with
            2, it works at a quarter of the height and width, and decodes in about a third of
            the time.
        observation: family of p(x|z).
        sigma: standard deviation of the Gaussian with fixed σ, in units of the data.
    """

    kind: Kind = Kind.VAE
    image_shape: tuple[int, int, int] = (1, 28, 28)
    classes: int = 10
    latent: int = 20
    channels: tuple[int, ...] = (16, 32)
    blocks: int = 0
    hidden: int = 256
    subpixel: int = field(default=1, metadata=_LATER)
    observation: Observation = Observation.BERNOULLI
    sigma: float = 0.1

    def __post_init__(self) -> None:
        image_channels, height, width = self.image_shape
        stride = 2 ** len(self.channels)
        _require(image_channels in (1, 3), f"Images have 1 or 3 channels, not {image_channels}.")
        _require(len(self.channels) >= 1, "At least one convolutional level is needed.")
        _require(
            height > 0 and width > 0 and height % stride == 0 and width % stride == 0,
            f"{len(self.channels)} levels halve the image as often, so height and width must be "
            f"multiples of {stride}; got {height}×{width}. Pad the images or use fewer levels "
            "(--channels).",
        )
        for name in ("classes", "latent", "hidden"):
            value = getattr(self, name)
            _require(value >= 1, f"{name} must be at least 1, got {value}.")
        _require(min(self.channels) >= 1, f"channels must be positive, got {self.channels}.")
        _require(self.blocks >= 0, f"blocks must not be negative, got {self.blocks}.")
        _require(
            1 <= self.subpixel <= len(self.channels),
            f"subpixel must lie in 1 … {len(self.channels)}, the number of levels, got "
            f"{self.subpixel}.",
        )
        _require(
            self.kind is Kind.VAE or self.classes >= 2,
            "A CVAE needs labels with at least 2 classes.",
        )
        _require(
            math.isfinite(self.sigma) and self.sigma > 0, f"sigma must be > 0, got {self.sigma}."
        )


@dataclass(frozen=True, kw_only=True)
class ObjectiveConfig:
    """What is maximized.

    Attributes:
        bound: the ELBO or the importance-weighted bound.
        samples: samples of z per image (K of the bound).
        beta: weight of the KL term (Higgins et al. 2017); 1 is the ELBO.
        warmup_epochs: epochs over which the weight grows linearly from 0 to ``beta``
            (Bowman et al. 2016).
        free_bits: nats per latent dimension, averaged over the batch, below which the KL is not
            pushed (Kingma et al. 2016).
    """

    bound: Objective = Objective.ELBO
    samples: int = 1
    beta: float = 1.0
    warmup_epochs: float = 0.0
    free_bits: float = 0.0

    def __post_init__(self) -> None:
        _require(self.samples >= 1, f"samples must be at least 1, got {self.samples}.")
        for name in ("beta", "warmup_epochs", "free_bits"):
            value = getattr(self, name)
            _require(
                math.isfinite(value) and value >= 0, f"{name} must be finite and ≥ 0, got {value}."
            )
        plain = self.beta == 1 and self.warmup_epochs == 0 and self.free_bits == 0
        _require(
            self.bound is Objective.ELBO or plain,
            "The importance-weighted bound has no separate KL term: beta, warmup_epochs and "
            "free_bits do not apply to it.",
        )


@dataclass(frozen=True, kw_only=True)
class OptimizationConfig:
    """How it is maximized: Adam, a constant learning rate, then a linear decay to zero.

    Attributes:
        epochs: passes over the training images.
        batch: images per step, over all processes.
        learning_rate: of Adam.
        decay: share of the steps, at the end, over which the learning rate falls to zero.
        clip: largest norm of the gradient (0: not clipped).
        patience: epochs without a better validation ELBO before training stops (0: never).
    """

    epochs: int = 20
    batch: int = 64
    learning_rate: float = 2e-3
    decay: float = 0.5
    clip: float = 0.0
    patience: int = 0

    def __post_init__(self) -> None:
        _require(self.epochs >= 1, f"epochs must be at least 1, got {self.epochs}.")
        _require(self.batch >= 1, f"batch must be at least 1, got {self.batch}.")
        _require(
            math.isfinite(self.learning_rate) and self.learning_rate > 0,
            f"learning_rate must be > 0, got {self.learning_rate}.",
        )
        _require(0 <= self.decay <= 1, f"decay must lie in [0, 1], got {self.decay}.")
        _require(self.clip >= 0, f"clip must not be negative, got {self.clip}.")
        _require(self.patience >= 0, f"patience must not be negative, got {self.patience}.")


@dataclass(frozen=True, kw_only=True)
class DataConfig:
    """What is learned from.

    Attributes:
        dataset: ``digits``, ``mnist``, ``fashion-mnist`` or the path of an ``.npz`` file.
        folder: ``--data-dir``, or ``None``.
        binarization: what becomes of grey levels.
        validation: share of the training images that is held out for validation.
    """

    dataset: str = "digits"
    folder: str | None = None
    binarization: Binarization = Binarization.DYNAMIC
    validation: float = 0.05

    def __post_init__(self) -> None:
        _require(0 <= self.validation < 1, f"validation must lie in [0, 1), got {self.validation}.")


@dataclass(frozen=True, kw_only=True)
class Config:
    """One run. ``threads`` 0 and ``auto`` are resolved when training starts."""

    model: ModelConfig = field(default_factory=ModelConfig)
    objective: ObjectiveConfig = field(default_factory=ObjectiveConfig)
    optimization: OptimizationConfig = field(default_factory=OptimizationConfig)
    data: DataConfig = field(default_factory=DataConfig)
    seed: int = 0
    device: Device = Device.AUTO
    precision: Precision = Precision.AUTO
    threads: int = 0

    def __post_init__(self) -> None:
        _require(0 <= self.seed < 2**63, f"seed must lie in [0, 2⁶³), got {self.seed}.")
        _require(self.threads >= 0, f"threads must not be negative, got {self.threads}.")
        binary = self.data.binarization is not Binarization.NONE
        _require(
            not binary or self.model.observation is Observation.BERNOULLI,
            f"A {self.model.observation} likelihood describes grey levels: use it with "
            "--binarization none.",
        )

    def to_json(self) -> dict[str, Any]:
        """Plain dictionary, as ``config.json`` holds it."""
        plain: dict[str, Any] = json.loads(json.dumps(dataclasses.asdict(self)))
        return plain

    @staticmethod
    def from_json(plain: Mapping[str, Any]) -> Config:
        """The inverse of ``to_json``.

        Raises:
            ConfigError: an unknown or missing entry, or a value of the wrong type.
        """
        return _read(Config, plain, "config")

    def replace(self, **changes: Any) -> Config:
        """A copy with some entries changed, wherever they belong: ``replace(epochs=5, latent=2)``.

        Enumerations may be given by their values: ``replace(observation="gaussian")``.

        Raises:
            ConfigError: a name that no part of the configuration has, or a value of a wrong type.
        """
        parts = {
            part: {item.name for item in dataclasses.fields(getattr(self, part))}
            for part in ("model", "objective", "optimization", "data")
        }
        top = {item.name for item in dataclasses.fields(self)} - parts.keys()
        nested: dict[str, dict[str, Any]] = {part: {} for part in parts}
        plain: dict[str, Any] = {}
        for name, value in changes.items():
            owners = [part for part, names in parts.items() if name in names]
            if name in top:
                plain[name] = _value(get_type_hints(Config)[name], value, name)
            elif len(owners) == 1:
                hints = get_type_hints(type(getattr(self, owners[0])))
                nested[owners[0]][name] = _value(hints[name], value, name)
            else:
                raise ConfigError(
                    f"There is no parameter {name!r}; there are "
                    f"{', '.join(sorted(top.union(*parts.values())))}."
                )
        for part, values in nested.items():
            if values:
                plain[part] = dataclasses.replace(getattr(self, part), **values)
        return dataclasses.replace(self, **plain)


Record = TypeVar("Record")


def _read(record: type[Record], plain: Any, where: str) -> Record:
    if not isinstance(plain, Mapping):
        raise ConfigError(f"{where} must be an object, got {plain!r}.")
    hints = get_type_hints(record)
    if unknown := sorted(set(plain) - set(hints)):
        raise ConfigError(f"{where} has unknown entries {unknown}; it knows {sorted(hints)}.")
    later = {
        item.name
        for item in dataclasses.fields(record)  # type: ignore[arg-type]
        if item.metadata.get("later")
    }
    if missing := sorted(set(hints) - later - set(plain)):
        raise ConfigError(f"{where} lacks the entries {missing}.")
    return record(**{name: _value(hints[name], plain[name], f"{where}.{name}") for name in plain})


def _value(hint: Any, plain: Any, where: str) -> Any:
    if dataclasses.is_dataclass(hint):
        return _read(hint, plain, where)  # type: ignore[arg-type]
    if get_origin(hint) in (Union, UnionType):
        if plain is None:
            return None
        (hint,) = (option for option in get_args(hint) if option is not type(None))
    if get_origin(hint) is tuple:
        if not isinstance(plain, list | tuple) or not all(type(item) is int for item in plain):
            raise ConfigError(f"{where} must be a list of whole numbers, got {plain!r}.")
        return tuple(plain)
    if issubclass(hint, StrEnum):
        try:
            return hint(plain)
        except ValueError:
            raise ConfigError(f"{where} must be one of {[*hint]}, got {plain!r}.") from None
    if hint is float and type(plain) is int:
        return float(plain)
    if type(plain) is not hint:
        raise ConfigError(f"{where} must be of type {hint.__name__}, got {plain!r}.")
    return plain


PRESETS = {
    "small": Config(),
    "large": Config(
        model=ModelConfig(latent=40, channels=(64, 128), blocks=2, hidden=512),
        optimization=OptimizationConfig(epochs=200, batch=128, learning_rate=1e-3, patience=30),
    ),
}


def preset(name: str, kind: Kind | str) -> Config:
    """The named preset for a VAE or a CVAE.

    Raises:
        ConfigError: no preset or model of that name.
    """
    if name not in PRESETS:
        raise ConfigError(f"There is no preset {name!r}; there are {', '.join(PRESETS)}.")
    if kind not in [*Kind]:
        raise ConfigError(f"There is no model {kind!r}; there are {', '.join(Kind)}.")
    return PRESETS[name].replace(kind=Kind(kind))
