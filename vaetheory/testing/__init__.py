"""For the tests of your own code: is my function the derived formula, is my line true?

Needs Hypothesis. ``assert_implements`` runs a function on random parameters against a formula that
``vaetheory`` has derived and checked, and names the mistake when it knows it::

    import torch
    from vaetheory.testing import assert_implements

    def my_kl(mu, log_var):
        return 0.5 * (mu**2 + log_var.exp() - 1 - log_var).sum()

    def my_loss(x, logits):
        return torch.nn.functional.binary_cross_entropy_with_logits(logits, x, reduction="sum")

    def test_my_loss():
        assert_implements(
            "gaussian-kl", my_kl, arguments=("mean", "log_variance"), convert=torch.tensor,
            rtol=1e-5
        )
        assert_implements(
            "bce", my_loss, arguments=("target", "logits"), convert=torch.tensor, rtol=1e-5
        )

``FORMULAS`` lists what it knows: divergences and entropies of Gaussians (diagonal, full covariance)
and of every family with a closed form, negative log-likelihoods (``bce``, ``gaussian-nll``, …), the
two terms of the ELBO and the importance-weighted bound. ``assert_holds`` and ``assert_refuted`` do
the same for statements, and the strategies draw worlds, Gaussians and expressions for
property-based tests.
"""

from __future__ import annotations

from vaetheory.testing.arguments import Argument
from vaetheory.testing.formulas import FORMULAS, Formula
from vaetheory.testing.implements import assert_implements
from vaetheory.testing.statements import (
    KINDS,
    SYMBOLIC,
    assert_holds,
    assert_refuted,
    evidence_for,
)
from vaetheory.testing.strategies import DiagonalGaussian, expressions, gaussians, worlds

__all__ = [
    "FORMULAS",
    "KINDS",
    "SYMBOLIC",
    "Argument",
    "DiagonalGaussian",
    "Formula",
    "assert_holds",
    "assert_implements",
    "assert_refuted",
    "evidence_for",
    "expressions",
    "gaussians",
    "worlds",
]
