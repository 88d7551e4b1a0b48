"""Every finding's fix is a line of code: put where it belongs, it makes the finding go away.

The wrong losses are the examples of the site's page. A row says how a reader puts the line into the
example; a finding without a row stands in `IN_WORDS` with the reason why no line can be put.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import nn

import vaetheory.audit
from tests.vaetheory.audit.test_page import MODEL, SECTIONS
from vaetheory.audit.findings import KINDS
from vaetheory.audit.loading import load

# The whole objective is set anew: the line takes the place of the last `return`.
_ANEW = {None: "{fix}\n    return loss"}
_BCE = 'F.binary_cross_entropy(recon_x, x, reduction="sum")'
_SAMPLED = {None: "{fix}\n        return z"}

EDITS: dict[str, Mapping[str | None, str]] = {
    **dict.fromkeys(
        ("hidden-beta", "kl-sign", "reconstruction-sign", "elbo-as-loss", "missing-kl",
         "missing-reconstruction", "free-bits", "capacity", "nonlinear-kl", "broadcast",
         "literal-size", "no-gradient", "not-a-tensor"),
        _ANEW,
    ),
    "extra-term": {None: "{fix}\n    return vae_loss"},
    "missing-term": {None: "{fix}\n    return bce + kl"},
    "kl-coefficients": {None: "{fix}\n    return " + _BCE + " + kl"},
    "kl-scale": {None: "{fix}\n    return bce + kl"},
    "reversed-kl": {None: "{fix}\n    return " + _BCE + " + kl"},
    "swapped-mean-and-scale": {None: "{fix}\n    return bce + kl"},
    "gradient": {None: "{fix}\n    return " + _BCE + " + kl"},
    "clamped-scale": {r"logvar = .*": "{fix}"},
    "swapped-bce": {r"bce = .*": "{fix}", "return bce": "return rec"},
    "half-bce": {r"nll = .*": "{fix}", "return nll": "return rec"},
    "unequal-bce": {r"bce = .*": "{fix}", "return bce": "return rec"},
    "logits-as-probabilities": {r"bce = .*": "{fix}", "return bce": "return rec"},
    "norm-not-squared": {r"return .*": "{fix}\n    return rec + kl"},
    "scale-term": {r"nll = .*": "{fix}", "return nll": "return rec"},
    "clamped-reconstruction": {r"mse = .*": "{fix}", "return mse": "return rec"},
    "target-changed": {r"bce = .*": "{fix}", "return bce": "return rec"},
    "infinite-edge": {r"bce = .*": "{fix}", "return bce": "return rec"},
    "every-pair": {r"mse = .*": "{fix}", "return mse": "return rec"},
    # The method is called `forward`, and what was a counter is the new argument.
    "hidden-state": {
        r"def forward\(self, recon_x, x, mu, logvar\):": "{forward}",
        r"        self.calls \+= 1\n": "", "self.calls": "step",
    },
    "random-bias": {
        r"    z = ": "    {fix}\n    z = ", r"torch.randn_like\(mu\).clamp\(-1, 1\)": "eps",
    },
    "sampler-scale": _SAMPLED,
    "sampler-mean": _SAMPLED,
    "sampler-noise": _SAMPLED,
    "no-sampling": _SAMPLED,
    "biased-reconstruction": {
        r"return self.decode\(mu\), mu, logvar, self.sample\(mu, logvar\)":
            "z = self.sample(mu, logvar) if self.training else mu\n        {fix}\n"
            "        return x_hat, mu, logvar, z",
    },
    "evaluation-noise": {r"(z = self.sample\(mu, logvar\))": "\\1\n        {fix}"},
    "output-range": {
        r"return 4 \* self.decoder\(z\)":
            "x_hat = 4 * self.decoder(z)\n        {fix}\n        return x_hat",
    },
}  # fmt: skip

IN_WORDS = {
    "condition-unused": "the first layer that takes c must become wider, which is another line",
    "undecided": "nothing was found to be wrong",
}
# Right after the fix, but with a weight that the loss declares or that the line leaves.
_STILL_WEIGHTED = {"hidden-state"}


def _source(name: str) -> str:
    body = dict(SECTIONS)[name]
    (code,) = re.findall(r"```python\n(.*?)```", body, flags=re.S)
    assert MODEL is not None
    head = "import torch\nimport torch.nn.functional as F\nfrom torch import nn\n\n"
    return head + (MODEL.group(1) if "model = " in code else "") + code


def _audited(path: Path, source: str) -> Any:
    path.write_text(source, encoding="utf-8")
    torch.manual_seed(0)
    space: dict[str, Any] = {"torch": torch, "F": F, "nn": nn, "__name__": "fixed"}
    exec(compile(source, str(path), "exec"), space)
    return vaetheory.audit.audit(space["loss"] if "loss" in space else space["model"])


def _edited(source: str, edits: Mapping[str | None, str], fix: str) -> str:
    """The source with the line put in, as the row says."""
    for old, new in edits.items():
        new = new.replace("{forward}", fix.partition("  #")[0].replace(
            "def loss(...", "def forward(self, recon_x, x, mu, logvar"))  # fmt: skip
        new = new.replace("{fix}", fix.replace("\\", "\\\\"))
        pattern = r"return (?!.*return ).*" if old is None else old
        last = list(re.finditer(pattern, source))[-1:]
        assert last, f"{pattern!r} is not in\n{source}"
        if old == "self.calls":
            source = source.replace(old, new)
        else:
            (match,) = last
            source = source[: match.start()] + match.expand(new) + source[match.end() :]
    return source


def test_every_finding_has_a_row_or_a_reason() -> None:
    assert sorted([*EDITS, *IN_WORDS]) == sorted(KINDS)


@pytest.mark.parametrize("name", EDITS)
def test_the_line_mends_the_example(name: str, tmp_path: Path) -> None:
    source = _source(name)
    before = _audited(tmp_path / "before.py", source)
    (fix,) = {finding.fix for finding in before.findings if finding.name == name}
    after = _audited(tmp_path / "after.py", _edited(source, EDITS[name], fix))
    assert [finding.name for finding in after.findings] == [], (fix, after.findings)
    assert after.exit_code == 0
    expected = {"beta objective"} if name in _STILL_WEIGHTED else {"negative ELBO"}
    assert after.verdict.value in expected, (fix, after.verdict)


# The same in other libraries, and with other names: (file, finding, what is written there).
_OTHERS = (
    ("kl-sign", """
        import numpy as np

        def loss(y, t, m, std):
            nll = -np.sum(t * np.log(y + 1e-8) + (1 - t) * np.log(1 - y + 1e-8))
            return nll + 0.5 * np.sum(1 + 2 * np.log(std) - m**2 - std**2)
     """),
    ("hidden-beta", """
        import numpy as np

        def loss(x_hat, x, mu, log_sigma, beta=2.0):
            kl = 0.5 * np.mean(mu**2 + np.exp(2 * log_sigma) - 2 * log_sigma - 1)
            return np.mean((x - x_hat) ** 2) + beta * kl
     """),
    ("kl-scale", """
        import torch

        def loss(recon, x, z_mean, z_sigma):
            kl = 0.5 * torch.sum(z_mean**2 + z_sigma**2 - z_sigma - 1)
            return 0.5 * ((recon - x) ** 2).sum() + kl
     """),
    ("hidden-beta", """
        import torch

        def loss(recon, image, mu, logvar):
            rec = ((recon - image) ** 2).flatten(1).mean(1)
            return rec - 0.5 * (1 + logvar - mu**2 - logvar.exp()).sum(1)
     """),
    ("scale-term", """
        import torch

        def loss(x, x_mean, x_std, mu, logvar):
            rec = (torch.log(x_std) + (x - x_mean) ** 2 / (2 * x_std)).sum()
            return rec - 0.5 * (1 + logvar - mu**2 - logvar.exp()).sum()
     """),
    ("reversed-kl", """
        import torch

        def loss(x_hat, x, mu, logvar, mu_p, logvar_p):
            quotient = (logvar_p.exp() + (mu - mu_p) ** 2) / logvar.exp()
            kl = 0.5 * (logvar - logvar_p + quotient - 1).sum()
            return ((x_hat - x) ** 2).sum() + kl
     """),
    ("kl-scale", """
        import torch

        def loss(x_hat, x, z, mu, logvar):
            log_q = -0.5 * (logvar + (z - mu) ** 2).sum() / 1
            return ((x_hat - x) ** 2).sum() + log_q + 0.5 * (z**2).sum()
     """),
)  # fmt: skip


@pytest.mark.parametrize(("name", "code"), _OTHERS, ids=[f"{n}-{i}" for i, (n, _) in
                                                        enumerate(_OTHERS)])  # fmt: skip
def test_the_line_speaks_the_language_of_the_function(name: str, code: str, tmp_path: Path) -> None:
    source = "\n".join(line[8:] for line in code.splitlines())
    path = tmp_path / "losses.py"
    path.write_text(source, encoding="utf-8")
    before = vaetheory.audit.audit(load(f"{path}:loss").function)
    (fix,) = {finding.fix for finding in before.findings if finding.name == name}
    left, _, right = fix.partition(" = ")
    old = {"loss": r"return .*", "kl": r"    kl = .*", "rec": r"    rec = .*"}[left]
    new = f"return {right}" if left == "loss" else f"    {fix}"
    if left == "kl" and "kl = " not in source:
        old, new = r"return .*", f"{fix}\n    return ((x_hat - x) ** 2).sum() + kl"
    changed, count = re.subn(old, new.replace("\\", "\\\\"), source)
    assert count == 1
    path.write_text(changed, encoding="utf-8")
    after = vaetheory.audit.audit(load(f"{path}:loss").function)
    assert (after.findings, after.exit_code) == ([], 0), fix
    assert after.verdict.value == ("beta objective" if "beta" in source else "negative ELBO"), fix
