"""Methods that run the model that they belong to, and what only the file around a loss says."""

from __future__ import annotations

from pathlib import Path

import pytest

import vaetheory.audit
from vaetheory.audit.loading import load

HEAD = """
import math
import torch
import torch.nn.functional as F
from torch import nn
from torch.distributions import Bernoulli, Normal
"""

MODEL = """
class VAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc = nn.Linear(12, 8)
        self.dec = nn.Linear(4, 12)

    def forward(self, x):
        mu, s = self.enc(x).chunk(2, dim=1)
        z = mu + {std} * torch.randn_like(mu)
        return {out}, mu, s

    def loss(self, x):
        x_hat, mu, s = self(x)
        rec = F.{rec}(x_hat, x, reduction="sum")
        return (rec - 0.5 * (1 + s - mu**2 - s.exp()).sum()) / len(x)
"""
LOGITS = {"out": "self.dec(z)", "rec": "binary_cross_entropy_with_logits"}

CASES = {
    "right": (MODEL.format(std="(0.5 * s).exp()", **LOGITS), "negative ELBO", None),
    "the sampler takes log σ² for σ": (
        MODEL.format(std="F.softplus(s)", **LOGITS),
        "wrong",
        "sampler-scale",
    ),
    "the sampler forgets the half": (
        MODEL.format(std="s.exp()", **LOGITS),
        "wrong",
        "sampler-scale",
    ),
    "a sigmoid before logits": (
        MODEL.format(
            std="(0.5 * s).exp()",
            out="torch.sigmoid(self.dec(z))",
            rec="binary_cross_entropy_with_logits",
        ),
        "wrong",
        "logits-as-probabilities",
    ),
    "drawn and left": (
        """
class VAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc, self.to_mu, self.to_s = nn.Linear(12, 8), nn.Linear(8, 4), nn.Linear(8, 4)
        self.decoder = nn.Linear(4, 12)

    def loss(self, x):
        h = self.enc(x)
        mu, logvar = self.to_mu(h), self.to_s(h)
        z = self.sample(mu, logvar)
        x_logits = self.decoder(mu)
        nll = F.binary_cross_entropy_with_logits(x_logits, x, reduction="none").sum(1)
        return (nll + 0.5 * (mu.pow(2) + logvar.exp() - 1 - logvar).sum(1)).mean()

    def sample(self, mu, logvar):
        return mu + torch.randn_like(mu) * torch.exp(0.5 * logvar)
""",
        "wrong",
        "no-sampling",
    ),
    "importance weights": (
        """
class VAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc, self.dec = nn.Linear(12, 8), nn.Linear(4, 12)

    def loss(self, x):
        mu, logvar = self.enc(x).chunk(2, -1)
        q = Normal(mu, (0.5 * logvar).exp())
        z = q.rsample((5,))
        log_w = Bernoulli(logits=self.dec(z)).log_prob(x).sum(-1)
        log_w = log_w + Normal(0.0, 1.0).log_prob(z).sum(-1) - q.log_prob(z).sum(-1)
        return -(torch.logsumexp(log_w, dim=0) - math.log(5)).mean()
""",
        "undecided",
        "undecided",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_method_is_judged_with_its_model(name: str, tmp_path: Path) -> None:
    code, verdict, found = CASES[name]
    path = tmp_path / "model.py"
    path.write_text(HEAD + code, encoding="utf-8")
    report = vaetheory.audit.audit(load(f"{path}:VAE.loss").function)
    assert report.verdict == verdict, report.findings
    assert found is None or found in {one.name for one in report.findings}


KL = "0.5 * (mu**2 + logvar.exp() - 1 - logvar)"
CROSS_ENTROPY = "-(x * torch.log(x_hat + eps) + (1 - x) * torch.log(1 - x_hat + eps))"


@pytest.mark.parametrize("eps", ["1e-12", "1e-9", "1e-8", "1e-7", "1e-6"])
@pytest.mark.parametrize("where", ["argument", "global", "inside"])
def test_what_keeps_a_logarithm_from_zero_is_no_weight(
    eps: str, where: str, tmp_path: Path
) -> None:
    argument, outside, inside = "", "", ""
    match where:
        case "argument":
            argument = f", eps={eps}"
        case "global":
            outside = f"eps = {eps}\n"
        case _:
            inside = f"    eps = {eps}\n"
    path = tmp_path / "loss.py"
    path.write_text(
        f"{HEAD}\n{outside}def loss(x_hat, x, mu, logvar{argument}):\n{inside}"
        f"    rec = {CROSS_ENTROPY}\n    return (rec.sum(1) + ({KL}).sum(1)).mean()\n",
        encoding="utf-8",
    )
    report = vaetheory.audit.audit(load(f"{path}:loss").function)
    assert (report.verdict, report.beta, report.findings) == ("negative ELBO", 1, [])


def test_channels_last_where_the_file_says_so(tmp_path: Path) -> None:
    path = tmp_path / "loss.py"
    path.write_text(
        f"{HEAD}\nSHAPE = (64, 64, 3)\ndef loss(x, x_hat, mu, logvar):\n"
        '    rec = F.binary_cross_entropy(x_hat, x, reduction="none").mean(dim=-1)\n'
        f"    return rec.sum(dim=(1, 2)).mean() + ({KL}).sum(1).mean()\n",
        encoding="utf-8",
    )
    report = vaetheory.audit.audit(load(f"{path}:loss").function)
    assert (report.verdict, report.beta) == ("beta objective", "C")


def test_a_schedule_that_is_a_property(tmp_path: Path) -> None:
    path = tmp_path / "loss.py"
    path.write_text(
        f"{HEAD}\nclass Loss(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.slope = 3.0\n    @property\n    def weight(self):\n"
        "        return 2 * self.slope\n    def forward(self, x_hat, x, mu, logvar):\n"
        f"        rec = 0.5 * ((x - x_hat) ** 2).sum(1)\n"
        f"        return (rec + self.weight * ({KL}).sum(1)).mean()\n",
        encoding="utf-8",
    )
    report = vaetheory.audit.audit(load(f"{path}:Loss.forward").function)
    assert (report.verdict, report.beta) == ("beta objective", 6)
