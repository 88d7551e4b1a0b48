"""The configuration: what is refused, and that it survives being written and read."""

from __future__ import annotations

import dataclasses
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vaemodels.config import (
    PRESETS,
    Binarization,
    Config,
    DataConfig,
    Kind,
    ModelConfig,
    Objective,
    ObjectiveConfig,
    Observation,
    OptimizationConfig,
    preset,
)
from vaemodels.errors import ConfigError

CONFIGS = st.builds(
    Config,
    model=st.builds(
        ModelConfig,
        kind=st.sampled_from(Kind),
        latent=st.integers(1, 64),
        channels=st.lists(st.integers(1, 64), min_size=1, max_size=2).map(tuple),
        sigma=st.floats(1e-3, 10.0),
    ),
    objective=st.builds(ObjectiveConfig, beta=st.floats(0, 10), free_bits=st.floats(0, 1)),
    optimization=st.builds(OptimizationConfig, epochs=st.integers(1, 10**6)),
    data=st.builds(DataConfig, folder=st.none() | st.text()),
    seed=st.integers(0, 2**63 - 1),
)


@given(CONFIGS)
def test_reading_undoes_writing(config: Config) -> None:
    assert Config.from_json(json.loads(json.dumps(config.to_json()))) == config


def test_an_entry_that_came_later_may_be_missing() -> None:
    plain = Config().to_json()
    del plain["model"]["subpixel"]
    assert Config.from_json(plain) == Config()
    del plain["model"]["blocks"]
    with pytest.raises(ConfigError, match=r"config.model lacks the entries \['blocks'\]"):
        Config.from_json(plain)


def test_a_config_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Config().seed = 1  # type: ignore[misc]


REFUSED = [
    ({"image_shape": (1, 30, 28)}, r"multiples of 4; got 30×28.*--channels"),
    ({"image_shape": (2, 28, 28)}, "1 or 3 channels, not 2"),
    ({"latent": 0}, "latent must be at least 1, got 0"),
    ({"channels": ()}, "At least one convolutional level"),
    ({"channels": (0,)}, "channels must be positive"),
    ({"blocks": -1}, "blocks must not be negative"),
    ({"subpixel": 0}, "subpixel must lie in 1 … 2, the number of levels, got 0"),
    ({"subpixel": 3}, "subpixel must lie in 1 … 2"),
    ({"kind": Kind.CVAE, "classes": 1}, "at least 2 classes"),
    ({"sigma": 0.0}, "sigma must be > 0"),
    ({"sigma": float("nan")}, "sigma must be > 0"),
    ({"samples": 0}, "samples must be at least 1"),
    ({"beta": -1.0}, "beta must be finite and ≥ 0, got -1"),
    ({"beta": float("inf")}, "beta must be finite"),
    ({"warmup_epochs": -1.0}, "warmup_epochs must be finite"),
    ({"free_bits": -0.1}, "free_bits must be finite"),
    ({"bound": Objective.IMPORTANCE_WEIGHTED, "beta": 2.0}, "no separate KL term"),
    ({"epochs": 0}, "epochs must be at least 1"),
    ({"batch": 0}, "batch must be at least 1"),
    ({"learning_rate": 0.0}, "learning_rate must be > 0"),
    ({"decay": 1.5}, r"decay must lie in \[0, 1\]"),
    ({"clip": -1.0}, "clip must not be negative"),
    ({"patience": -1}, "patience must not be negative"),
    ({"validation": 1.0}, r"validation must lie in \[0, 1\)"),
    ({"seed": -1}, "seed must lie in"),
    ({"threads": -1}, "threads must not be negative"),
    ({"observation": Observation.CONTINUOUS_BERNOULLI}, "--binarization none"),
    ({"observation": "gauss"}, "observation must be one of"),
    ({"latent": 2.5}, "latent must be of type int, got 2.5"),
    ({"epoch": 3}, "no parameter 'epoch'; there are .*epochs"),
]


@pytest.mark.parametrize(("changes", "why"), REFUSED)
def test_what_makes_no_sense_is_refused(changes: dict[str, object], why: str) -> None:
    with pytest.raises(ConfigError, match=why):
        Config().replace(**changes)


def test_every_parameter_has_one_owner() -> None:
    """So that ``replace`` and the command line can name a parameter without its part."""
    parts = [ModelConfig, ObjectiveConfig, OptimizationConfig, DataConfig]
    names = [item.name for part in parts for item in dataclasses.fields(part)]
    assert len(names) == len(set(names))


def test_replace_reaches_every_part() -> None:
    changed = Config().replace(latent=3, beta=2.0, epochs=5, dataset="mnist", seed=9)
    assert (changed.model.latent, changed.objective.beta) == (3, 2.0)
    assert (changed.optimization.epochs, changed.data.dataset, changed.seed) == (5, "mnist", 9)
    grey = Config().replace(observation=Observation.GAUSSIAN, binarization=Binarization.NONE)
    assert grey.model.observation is Observation.GAUSSIAN
    by_value = Config().replace(observation="gaussian", binarization="none", channels=[4, 8])
    assert by_value.model.observation is Observation.GAUSSIAN
    assert by_value.data.binarization is Binarization.NONE
    assert by_value.model.channels == (4, 8)


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("kind", Kind)
def test_presets(name: str, kind: Kind) -> None:
    assert preset(name, kind).model.kind is kind


def test_an_unknown_preset_or_model_is_named() -> None:
    with pytest.raises(ConfigError, match=r"no preset 'huge'; there are small, large"):
        preset("huge", Kind.VAE)
    with pytest.raises(ConfigError, match=r"no model 'gan'; there are vae, cvae"):
        preset("small", "gan")


@pytest.mark.parametrize(
    ("place", "value", "why"),
    [
        (("seed",), "one", "config.seed must be of type int, got 'one'"),
        (("model", "latent"), 2.5, "config.model.latent must be of type int"),
        (("model", "kind"), "gan", "config.model.kind must be one of"),
        (("model", "channels"), ["a"], "config.model.channels must be a list of whole numbers"),
        (("model", "colour"), 1, r"config.model has unknown entries \['colour'\]"),
        (("data",), 3, "config.data must be an object, got 3"),
        (("model", "latent"), True, "config.model.latent must be of type int"),
    ],
)
def test_a_damaged_config_is_explained(place: tuple[str, ...], value: object, why: str) -> None:
    plain = Config().to_json()
    target = plain
    for name in place[:-1]:
        target = target[name]
    target[place[-1]] = value
    with pytest.raises(ConfigError, match=why):
        Config.from_json(plain)


def test_a_missing_entry_is_named() -> None:
    plain = Config().to_json()
    del plain["model"]["latent"]
    with pytest.raises(ConfigError, match=r"config.model lacks the entries \['latent'\]"):
        Config.from_json(plain)
