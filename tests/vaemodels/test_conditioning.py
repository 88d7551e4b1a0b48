"""Classifiers that judge a model: right where the truth is known."""

from __future__ import annotations

import pytest
import torch

from vaemodels.classifier import accuracy, image_classifier, probe_accuracy
from vaemodels.conditioning import SAMPLED, conditional_samples, conditioning
from vaemodels.config import Config, Kind
from vaemodels.data import Splits
from vaemodels.models import build
from vaemodels.random import Stream, normal

ROWS = torch.arange(600)
LABELS = ROWS % 3


def test_the_classifier_learns_bright_columns(config: Config, splits: Splits) -> None:
    """The tiny images of a class are bright in its own columns."""
    network = image_classifier(splits.train, config.replace(channels=(4,)))
    before = image_classifier(splits.train, config)
    for one, two in zip(network.parameters(), before.parameters(), strict=True):
        assert torch.equal(one, two)
    assert accuracy(network, splits.test.images, splits.test.labels, config) > 0.8
    wrong = (splits.test.labels + 1) % 3
    assert accuracy(network, splits.test.images, wrong, config) < 0.2


def test_the_probe_reads_what_is_there() -> None:
    noise = normal(0, Stream.LATENT, 0, ROWS, 3)
    told = noise + 6 * torch.nn.functional.one_hot(LABELS, 3)
    assert probe_accuracy(told[:300], LABELS[:300], told[300:], LABELS[300:], 3) > 0.98


def test_the_probe_reads_nothing_in_noise() -> None:
    noise = normal(0, Stream.LATENT, 0, ROWS, 3)
    found = probe_accuracy(noise[:300], LABELS[:300], noise[300:], LABELS[300:], 3)
    # Six standard errors of guessing one of three classes 300 times.
    assert abs(found - 1 / 3) < 6 * (2 / 9 / 300) ** 0.5


@pytest.mark.parametrize("kind", Kind)
def test_the_whole_judgement(config: Config, splits: Splits, kind: Kind) -> None:
    chosen = config.replace(kind=kind)
    found = conditioning(build(chosen.model), splits.train, splits.test, chosen)
    assert found.chance == pytest.approx(7 / 20)
    assert 0 <= found.probe_accuracy <= 1
    if kind is Kind.VAE:
        assert found.conditional_accuracy is None
    else:
        # An untrained decoder draws the same grey for every class.
        assert found.conditional_accuracy == pytest.approx(1 / 3, abs=0.2)


def test_conditional_samples_are_balanced(config: Config, splits: Splits) -> None:
    images, labels = conditional_samples(build(config.model), splits.test, config)
    assert len(images) == SAMPLED
    counts = torch.bincount(labels)
    assert int(counts.max() - counts.min()) <= 1
