"""Whole models: the sampler's σ against the KL's, evaluation, the condition, each fault planted."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import vaetheory.audit
from vaetheory.audit.report import Report


class Model(nn.Module):
    """A small VAE; the sampler is a parameter of the test."""

    def __init__(self, sampler: Callable[[Tensor, Tensor], Tensor], always: bool = False) -> None:
        super().__init__()
        self.encoder = nn.Linear(12, 8)
        self.decoder_layer = nn.Linear(4, 12)
        self.sampler = sampler
        self.always = always

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        mu, logvar = self.encoder(x).chunk(2, dim=1)
        z = self.sampler(mu, logvar) if self.training or self.always else mu
        return torch.sigmoid(self.decoder_layer(z)), mu, logvar

    def loss_function(self, recon: Tensor, x: Tensor, mu: Tensor, logvar: Tensor) -> Tensor:
        bce = F.binary_cross_entropy(recon, x, reduction="sum")
        return bce - 0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp())


class Conditional(nn.Module):
    """A conditional VAE that gives c to the encoder, the decoder, or both."""

    def __init__(self, encode: bool, decode: bool) -> None:
        super().__init__()
        self.uses = (encode, decode)
        self.encoder = nn.Linear(12 + 3, 8)
        self.decoder = nn.Linear(4 + 3, 12)

    def decode(self, z: Tensor, c: Tensor) -> Tensor:
        return torch.sigmoid(self.decoder(torch.cat([z, c if self.uses[1] else 0 * c], 1)))

    def forward(self, x: Tensor, c: Tensor) -> dict[str, Tensor]:
        h = self.encoder(torch.cat([x, c if self.uses[0] else 0 * c], 1))
        mu, logvar = h.chunk(2, dim=1)
        z = right(mu, logvar) if self.training else mu
        return {"recon": self.decode(z, c), "mu": mu, "logvar": logvar, "z": z}

    def loss(self, out: dict[str, Tensor], x: Tensor) -> Tensor:
        bce = F.binary_cross_entropy(out["recon"], x, reduction="sum")
        return bce - 0.5 * torch.sum(1 + out["logvar"] - out["mu"] ** 2 - out["logvar"].exp())


def right(mu: Tensor, logvar: Tensor) -> Tensor:
    return mu + torch.exp(0.5 * logvar) * torch.randn_like(mu)


def names(report: Report) -> set[str]:
    return {finding.name for finding in report.findings}


SAMPLERS = {
    "right": (right, set[str](), "negative ELBO"),
    "variance for sigma": (
        lambda mu, logvar: mu + logvar.exp() * torch.randn_like(mu),
        {"sampler-scale"}, "wrong",
    ),
    "log variance for sigma": (
        lambda mu, logvar: mu + logvar * torch.randn_like(mu), {"sampler-scale"}, "wrong",
    ),
    "uniform noise": (
        lambda mu, logvar: mu + torch.exp(0.5 * logvar) * torch.rand_like(mu),
        {"sampler-noise"}, "wrong",
    ),
    "no noise": (lambda mu, logvar: mu, {"no-sampling"}, "wrong"),
    "shifted": (
        lambda mu, logvar: 2 * mu + torch.exp(0.5 * logvar) * torch.randn_like(mu),
        {"sampler-mean"}, "wrong",
    ),
}  # fmt: skip


@pytest.mark.parametrize("key", SAMPLERS)
def test_samplers(key: str) -> None:
    torch.manual_seed(0)
    sampler, findings, verdict = SAMPLERS[key]
    report = vaetheory.audit.audit(Model(sampler))
    assert (names(report), report.verdict.value) == (findings, verdict), report.findings


def test_evaluation_that_still_samples_is_noticed() -> None:
    torch.manual_seed(0)
    report = vaetheory.audit.audit(Model(right, always=True))
    assert names(report) == {"evaluation-noise"}
    assert report.exit_code == 0


@pytest.mark.parametrize(
    ("encode", "decode", "findings"),
    [(True, True, set()), (False, True, {"condition-unused"}), (True, False, {"condition-unused"})],
)
def test_the_condition_must_reach_both_sides(
    encode: bool, decode: bool, findings: set[str]
) -> None:
    torch.manual_seed(0)
    x, c = torch.rand(5, 12), F.one_hot(torch.tensor([0, 1, 2, 1, 0]), 3).float()
    report = vaetheory.audit.audit(Conditional(encode, decode), example=x, condition=c)
    assert names(report) == findings, report.findings


class Decodes(Model):
    """Samples z, then decodes z, or μ in its place."""

    def __init__(self, decodes_mean: bool) -> None:
        super().__init__(right)
        self.decodes_mean = decodes_mean

    def decode(self, z: Tensor) -> Tensor:
        return torch.sigmoid(4 * self.decoder_layer(z))

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        mu, logvar = self.encoder(x).chunk(2, dim=1)
        z = self.sampler(mu, logvar)
        recon = self.decode(mu if self.decodes_mean or not self.training else z)
        return recon, mu, logvar, z


@pytest.mark.parametrize("decodes_mean", [False, True])
def test_the_training_loss_must_decode_what_it_samples(decodes_mean: bool) -> None:
    torch.manual_seed(0)
    report = vaetheory.audit.audit(Decodes(decodes_mean))
    assert names(report) == ({"biased-reconstruction"} if decodes_mean else set())
    assert report.verdict.value == ("wrong" if decodes_mean else "negative ELBO")
    assert decodes_mean or any("is unbiased" in line for line in report.assumed)


def test_encoder_sampler_and_decoder_as_parts() -> None:
    torch.manual_seed(0)
    model = Model(right)
    report = vaetheory.audit.audit(
        encoder=lambda x: model.encoder(x).chunk(2, dim=1),
        sampler=lambda mu, logvar: mu + logvar.exp() * torch.randn_like(mu),
        decoder=lambda z: torch.sigmoid(model.decoder_layer(z)),
        loss=model.loss_function,
        example=torch.rand(4, 12),
    )
    assert names(report) == {"sampler-scale"}


def test_a_model_without_a_loss_is_undecided() -> None:
    report = vaetheory.audit.audit(nn.Sequential(nn.Linear(6, 6)))
    assert report.verdict.value == "undecided"


class Logits(Model):
    """Gives logits, or probabilities, to a loss that reads logits, or probabilities."""

    def __init__(self, squashes: bool, reads_logits: bool) -> None:
        super().__init__(right)
        self.squashes, self.reads_logits = squashes, reads_logits

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        mu, logvar = self.encoder(x).chunk(2, dim=1)
        logits = self.decoder_layer(self.sampler(mu, logvar) if self.training else mu)
        return torch.sigmoid(logits) if self.squashes else logits, mu, logvar

    def loss_function(self, recon: Tensor, x: Tensor, mu: Tensor, logvar: Tensor) -> Tensor:
        if self.reads_logits:
            bce = F.binary_cross_entropy_with_logits(recon, x, reduction="sum")
        else:
            bce = F.binary_cross_entropy(recon, x, reduction="sum")
        return bce - 0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp())


@pytest.mark.parametrize(
    ("squashes", "reads_logits", "findings"),
    [
        (True, False, set()),
        (False, True, set()),
        (True, True, {"logits-as-probabilities"}),
        (False, False, {"output-range"}),
    ],
)
def test_what_the_decoder_gives_is_what_the_loss_reads(
    squashes: bool, reads_logits: bool, findings: set[str]
) -> None:
    torch.manual_seed(0)
    model = Logits(squashes, reads_logits)
    before = [parameter.detach().clone() for parameter in model.parameters()]
    assert names(vaetheory.audit.audit(model)) == findings
    assert all(torch.equal(a, b) for a, b in zip(before, model.parameters(), strict=True))


class Labelled(nn.Module):
    """A conditional VAE that takes labels, makes them one-hot itself, and returns no z."""

    def __init__(self, encode: bool, decode: bool) -> None:
        super().__init__()
        self.uses = (encode, decode)
        self.encoder_layer = nn.Linear(12 + 3, 8)
        self.decoder_layer = nn.Linear(4 + 3, 12)

    def encode(self, x: Tensor, c: Tensor) -> tuple[Tensor, ...]:
        h = self.encoder_layer(torch.cat([x, c if self.uses[0] else 0 * c], 1))
        return h.chunk(2, dim=1)

    def forward(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        c = F.one_hot(y, 3).to(x.dtype)
        mu, logvar = self.encode(x, c)
        z = right(mu, logvar) if self.training else mu
        logits = self.decoder_layer(torch.cat([z, c if self.uses[1] else 0 * c], 1))
        return torch.sigmoid(logits), mu, logvar

    def loss(self, recon: Tensor, x: Tensor, mu: Tensor, logvar: Tensor) -> Tensor:
        bce = F.binary_cross_entropy(recon, x, reduction="sum")
        return bce - 0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp())


@pytest.mark.parametrize(
    ("encode", "decode", "findings"),
    [(True, True, set()), (False, True, {"condition-unused"}), (True, False, {"condition-unused"})],
)
def test_labels_are_guessed_and_followed_to_both_sides(
    encode: bool, decode: bool, findings: set[str]
) -> None:
    torch.manual_seed(0)
    report = vaetheory.audit.audit(Labelled(encode, decode))
    assert names(report) == findings, report.findings
    assert "z is drawn with the σ of s read as log σ²" in report.assumed


class WithStep(Model):
    """A module whose objective is in its training step."""

    loss_function = None  # type: ignore[assignment]

    def training_step(self, batch: tuple[Tensor, Tensor], batch_idx: int) -> Tensor:
        x, _ = batch
        recon, mu, logvar = self(x)
        bce = F.binary_cross_entropy(recon, x, reduction="sum")
        return bce - 0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp())


@pytest.mark.parametrize("key", ["right", "variance for sigma"])
def test_a_training_step_is_held_against_the_sampler(key: str) -> None:
    torch.manual_seed(0)
    sampler, findings, verdict = SAMPLERS[key]
    report = vaetheory.audit.audit(WithStep(sampler))
    assert (names(report), report.verdict.value) == (findings, verdict), report.findings


class GivesItsLoss(Model):
    """forward gives the loss itself, beside its parts."""

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:  # type: ignore[override]
        mu, logvar = self.encoder(x).chunk(2, dim=1)
        recon = torch.sigmoid(self.decoder_layer(right(mu, logvar)))
        bce = F.binary_cross_entropy(recon, x, reduction="sum")
        kl = -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp())
        loss = bce + kl
        return loss, bce, kl

    loss_function = None  # type: ignore[assignment]


def test_a_forward_that_gives_the_loss() -> None:
    report = vaetheory.audit.audit(GivesItsLoss(right))
    assert (report.verdict.value, report.beta) == ("negative ELBO", 1), report.findings
