"""Files as people have them: missing packages, relative imports, scripts, classes with networks."""

from __future__ import annotations

from pathlib import Path

import pytest

import vaetheory.audit
from vaetheory.audit.loading import LoadError, load
from vaetheory.audit.report import Report

BODY = """
    bce = F.binary_cross_entropy(recon_x, x, reduction="sum")
    return bce - 0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
"""
HEAD = "import torch\nimport torch.nn.functional as F\nfrom torch import nn\n"


def audit(tmp_path: Path, source: str, name: str) -> Report:
    path = tmp_path / "losses.py"
    path.write_text(source, encoding="utf-8")
    loaded = load(f"{path}:{name}")
    report = vaetheory.audit.audit(loaded.function)
    report.assumed = [*loaded.assumed, *report.assumed]
    return report


def test_a_training_script_is_read_without_being_run(tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    source = (
        HEAD + "import no_such_package\n"
        f"open({str(ran)!r}, 'w').close()\n"
        "loader = no_such_package.load()\n"
        "def loss_function(recon_x, x, mu, logvar):" + BODY
    )
    report = audit(tmp_path, source, "loss_function")
    assert report.verdict.value == "negative ELBO"
    assert "only its definitions were run" in report.assumed[0]
    assert not ran.exists()


def test_a_class_whose_base_and_annotations_are_missing(tmp_path: Path) -> None:
    source = HEAD + (
        "from models import BaseVAE\n"
        "from .types_ import *\n"
        "class BetaVAE(BaseVAE):\n"
        "    def __init__(self, in_channels: int, latent_dim: int, dims: List = None,\n"
        "                 beta: float = 4.0):\n"
        "        super().__init__()\n"
        "        self.beta = beta\n"
        "        self.net = nn.Linear(dims[0], latent_dim)\n"
        "    def loss_function(self, *args: Tensor, **kwargs) -> dict:\n"
        "        recons = args[0]\n"
        "        input = args[1]\n"
        "        mu = args[2]\n"
        "        log_var = args[3]\n"
        "        kl = -0.5 * torch.sum(1 + log_var - mu ** 2 - log_var.exp(), dim=1).mean()\n"
        "        loss = F.mse_loss(recons, input) + self.beta * kwargs['M_N'] * kl\n"
        "        return {'loss': loss}\n"
    )
    report = audit(tmp_path, source, "BetaVAE.loss_function")
    assert (report.verdict.value, report.beta) == ("beta objective", "M_N·self.beta·D")
    assert any("β is declared by self.beta = 4" in line for line in report.assumed)


def test_a_configuration_is_filled_with_the_first_choice(tmp_path: Path) -> None:
    source = HEAD + (
        "class VAE(nn.Module):\n"
        "    def __init__(self, config, encoder):\n"
        "        super().__init__()\n"
        "        self.config = config\n"
        "    def loss_function(self, recon_x, x, mu, log_var, z):\n"
        "        if self.config.reconstruction_loss == 'mse':\n"
        "            recon = 0.5 * F.mse_loss(recon_x, x, reduction='none').sum(-1)\n"
        "        kl = -0.5 * torch.sum(1 + log_var - mu.pow(2) - log_var.exp(), dim=-1)\n"
        "        return (recon + kl).mean(dim=0), recon.mean(dim=0), kl.mean(dim=0)\n"
    )
    report = audit(tmp_path, source, "VAE.loss_function")
    assert (report.verdict.value, report.beta) == ("negative ELBO", 1)
    assert "raised TypeError" in report.assumed[0]


def test_relative_imports_inside_a_package(tmp_path: Path) -> None:
    package = tmp_path / "pack"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "parts.py").write_text(HEAD + "WEIGHT = 3.0\n")
    (package / "losses.py").write_text(
        HEAD + "from .parts import WEIGHT\n"
        "def loss(recon_x, x, mu, logvar):\n"
        "    kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())\n"
        "    return F.binary_cross_entropy(recon_x, x, reduction='sum') + WEIGHT * kl\n"
    )
    report = vaetheory.audit.audit(load(f"{package / 'losses.py'}:loss").function)
    assert (report.verdict.value, report.beta) == ("beta objective", "WEIGHT")


def test_what_is_no_function_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "numbers.py"
    path.write_text("BETA = 4\n")
    with pytest.raises(LoadError, match=r"'BETA' in numbers\.py is a int, not"):
        load(f"{path}:BETA")


@pytest.mark.parametrize("decorator", ["torch.compile", "torch.compile()", "torch.jit.script"])
def test_what_would_be_compiled_is_read_as_it_is_written(tmp_path: Path, decorator: str) -> None:
    source = f"{HEAD}@{decorator}\ndef loss(recon_x, x, mu, logvar):{BODY}"
    report = audit(tmp_path, source, "loss")
    assert (report.verdict.value, report.findings) == ("negative ELBO", [])
