"""One line of code, two meanings: sums over the last dimension of vectors and of images."""

from __future__ import annotations

import textwrap
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.distributions import Independent, Normal

import vaetheory.audit
from vaetheory.audit.loading import load


def kl(mu: Tensor, logvar: Tensor) -> Tensor:
    return -0.5 * (1 + logvar - mu**2 - logvar.exp()).sum(1)


def test_a_sum_over_three_dimensions_is_read_on_images() -> None:
    def loss(recon: Tensor, x: Tensor, mu: Tensor, logvar: Tensor) -> Tensor:
        log_px = Independent(Normal(recon, torch.ones_like(recon)), recon.ndim - 1).log_prob(x)
        return (kl(mu, logvar) - log_px).mean()

    def images(recon: Tensor, x: Tensor, mu: Tensor, logvar: Tensor) -> Tensor:
        log_px = Independent(Normal(recon[None], torch.ones_like(recon[None])), 3).log_prob(x)
        return (kl(mu, logvar) - log_px).mean()

    assert vaetheory.audit.audit(loss).beta == 1
    report = vaetheory.audit.audit(images)
    assert (report.verdict.value, report.beta, report.findings) == ("negative ELBO", 1, [])
    assert report.assumed[-1].startswith("for x of shape [B, D] it computes something else")


def test_both_meanings_are_said() -> None:
    def loss(recon: Tensor, x: Tensor, mu: Tensor, logvar: Tensor) -> Tensor:
        squares = F.mse_loss(recon, x, reduction="none").sum(-1)
        return squares.mean() + kl(mu, logvar).mean()

    report = vaetheory.audit.audit(loss)
    assert (report.verdict.value, report.beta) == ("negative ELBO", 1)
    assert report.assumed[-1] == (
        "for x of shape [B, C, H, W] it computes something else: beta objective, β = C·H"
    )


def test_beside_convolutions_x_is_an_image(tmp_path: Path) -> None:
    path = tmp_path / "convolutional.py"
    path.write_text(
        textwrap.dedent(
            """
            import torch
            import torch.nn.functional as F
            from torch import nn

            class Encoder(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.layer = nn.Conv2d(1, 8, 3)

            def loss(recon, x, mu, logvar):
                kl = -0.5 * (1 + logvar - mu**2 - logvar.exp()).sum(1).mean()
                return F.mse_loss(recon, x, reduction="none").sum(-1).mean() + kl
            """
        ),
        encoding="utf-8",
    )
    report = vaetheory.audit.audit(load(f"{path}:loss").function)
    assert (report.verdict.value, report.beta) == ("beta objective", "C·H")
    assert {finding.name for finding in report.findings} == {"hidden-beta"}


def test_weights_that_are_equal_by_default_are_said() -> None:
    def loss(
        recon: Tensor, x: Tensor, mu1: Tensor, logvar1: Tensor, mu2: Tensor, logvar2: Tensor,
        alpha: float = 1.0, beta: float = 1.0,
    ) -> Tensor:  # fmt: skip
        both = alpha * kl(mu1, logvar1).sum() + beta * kl(mu2, logvar2).sum()
        return F.mse_loss(recon, x, reduction="sum") + both

    report = vaetheory.audit.audit(loss)
    assert (report.verdict.value, report.beta) == ("negative ELBO", 1)
    assert any(said.startswith("with another alpha, beta") for said in report.assumed)
