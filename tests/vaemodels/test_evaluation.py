"""Evaluation against the truth: a linear model whose log p(x) is known exactly."""

from __future__ import annotations

import pytest
import torch

from vaemodels import evaluation
from vaemodels.config import Binarization, Config, Observation, Precision
from vaemodels.data import Dataset, Splits
from vaemodels.distributed import World
from vaemodels.errors import ConfigError
from vaemodels.evaluation import evaluate, log_likelihood, mean_squared_error, mean_terms
from vaemodels.linear import LinearVAE, principal_components
from vaemodels.models import build
from vaemodels.random import Stream, normal


@pytest.fixture
def linear(config: Config) -> tuple[LinearVAE, Dataset, Config]:
    """A linear model away from its optimum, so that its posterior is not the true one."""
    rows = torch.arange(60)
    x = normal(0, Stream.PIXELS, 0, rows, 6, torch.float64).view(60, 1, 1, 6)
    x[..., 1] += 2 * x[..., 0]
    model = principal_components(x, 2)
    with torch.no_grad():
        model.log_scale += 0.4
        model.encoder *= 0.9
    data = Dataset(images=x, labels=rows * 0, indices=rows, classes=("0",))
    grey = config.replace(
        observation=Observation.GAUSSIAN,
        binarization=Binarization.NONE,
        precision=Precision.FLOAT64,
    )
    return model, data, grey


def test_the_log_likelihood_converges_to_the_truth(
    linear: tuple[LinearVAE, Dataset, Config],
) -> None:
    model, data, config = linear
    with torch.no_grad():
        truth = float(model.log_evidence(data.images).mean())
    found = {k: log_likelihood(model, data, config, k, World()) for k in (1, 10, 6400)}
    elbo = mean_terms(model, data, config, World()).elbo
    assert elbo < truth - 0.05
    assert abs(found[1] - elbo) < 0.5
    assert found[1] < found[10] < truth + 0.02
    assert found[6400] == pytest.approx(truth, abs=5e-3)


def test_it_does_not_depend_on_the_batch(
    linear: tuple[LinearVAE, Dataset, Config], monkeypatch: pytest.MonkeyPatch
) -> None:
    model, data, config = linear
    one = log_likelihood(model, data, config, 100, World())
    monkeypatch.setitem(evaluation.DECODED_TOGETHER, "cpu", 64)
    assert log_likelihood(model, data, config, 100, World()) == pytest.approx(one, rel=1e-12)
    whole = mean_terms(model, data, config, World())
    parts = mean_terms(model, data, config, World(), batch=7)
    assert parts.elbo == pytest.approx(whole.elbo, rel=1e-12)


def test_more_samples_extend_fewer(linear: tuple[LinearVAE, Dataset, Config]) -> None:
    """The first 64 samples of 128 are the 64 samples: nothing is drawn anew."""
    model, data, config = linear
    one = data.take(torch.arange(1))
    values = [log_likelihood(model, one, config, k, World()) for k in (64, 65, 128)]
    assert values[0] != values[1] != values[2]
    assert abs(values[0] - values[1]) < 0.5


def test_progress_is_told_for_every_image(linear: tuple[LinearVAE, Dataset, Config]) -> None:
    model, data, config = linear
    seen: list[int] = []
    log_likelihood(model, data, config, 2, World(), seen.append)
    assert sum(seen) == 60


def test_the_mean_squared_error_is_the_optimal_variance(config: Config, splits: Splits) -> None:
    grey = config.replace(observation=Observation.GAUSSIAN, binarization=Binarization.NONE)
    model = build(grey.model)
    error = float(mean_squared_error(model, splits.test, grey, World()))
    best = mean_terms(model, splits.test, grey.replace(), World()).reconstruction
    values = {}
    for factor in (0.9, 1.0, 1.1):
        model.observation.sigma.fill_(factor * error**0.5)  # type: ignore[operator, union-attr]
        values[factor] = mean_terms(model, splits.test, grey, World()).reconstruction
    assert max(values, key=lambda factor: values[factor]) == 1.0
    assert values[1.0] > best


def test_evaluate_says_it_all(config: Config, splits: Splits) -> None:
    result = evaluate(build(config.model), splits.test, config, 5, World())
    document = result.to_json()
    assert document["rate"] == document["kl"]
    assert document["distortion"] == -document["reconstruction"]
    assert len(document["kl_per_dimension"]) == 2
    assert document["n"] == 20
    aggregate = document["aggregate_posterior"]
    total = aggregate["mutual_information"] + aggregate["marginal_kl"]
    assert aggregate["images"] == 20
    assert total == pytest.approx(document["kl"], abs=2.0)


def test_nothing_to_evaluate_is_refused(config: Config, splits: Splits) -> None:
    model = build(config.model)
    with pytest.raises(ConfigError, match="got 0 and 20"):
        evaluate(model, splits.test, config, 0, World())
    nothing = splits.test.take(torch.arange(0))
    with pytest.raises(ConfigError, match="got 5 and 0"):
        evaluate(model, nothing, config, 5, World())
