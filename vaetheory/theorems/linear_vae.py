"""A linear VAE is probabilistic PCA: at the exact posterior its bound is its log likelihood."""

from __future__ import annotations

from vaetheory.derivation import Derivation, Step
from vaetheory.language.distributions import normal
from vaetheory.language.expressions import Expression
from vaetheory.language.notation import E, integral, log
from vaetheory.language.statements import Relation, Statement
from vaetheory.language.variables import Reals, Variable
from vaetheory.theorems.symbols import sigma, value
from vaetheory.theorems.symbols import x_real as x
from vaetheory.theorems.symbols import z_real as z
from vaetheory.theorems.theorem import EXACT, MONTE_CARLO, QUADRATURE, Mistake, Theorem

_W, _S, _X, _Z = value(Variable("w", Reals())), value(sigma), value(x), value(z)
_TOTAL = _W**2 + _S**2
_PRIOR = normal(z, 0, 1)
_LIKELIHOOD = normal(x, _W * _Z, _S**2)
_EVIDENCE = normal(x, 0, _TOTAL)
_POSTERIOR = normal(z, _W * _X / _TOTAL, _S**2 / _TOTAL)
_REFERENCE = (
    "Tipping & Bishop (1999), Probabilistic principal component analysis; Lucas, Tucker, "
    "Grosse & Norouzi (2019), Don't blame the ELBO!"
)
_KINDS = (EXACT, QUADRATURE, MONTE_CARLO)
_MARGINAL = integral(_LIKELIHOOD * _PRIOR, z)
_BOUND = E(_POSTERIOR, log(_LIKELIHOOD * _PRIOR / _POSTERIOR))


def _marginal(right: Expression) -> Statement:
    return Statement(_MARGINAL, Relation.EQUAL, right)


ppca_marginal = Theorem(
    name="ppca-evidence",
    title="The evidence of a linear VAE",
    question="",
    statement=_marginal(_EVIDENCE),
    derivation=Derivation(
        _MARGINAL,
        (
            Step(
                integral(_EVIDENCE * _POSTERIOR, z),
                "gaussian-product",
                note="Complete the square in z.",
            ),
            Step(_EVIDENCE, "normalization", note="The posterior integrates to one."),
        ),
    ),
    answer=(
        r"With a linear decoder, $x=wz+\sigma\epsilon$ is normal with mean $0$ and variance "
        r"$w^2+\sigma^2$ (in more dimensions $WW^\top+\sigma^2 I$): probabilistic PCA. It is one "
        r"of the "
        r"few models whose $\log p(x)$ is known, and so the ground truth for everything that "
        r"estimates it. Shown for one dimension."
    ),
    reference=_REFERENCE,
    kinds=_KINDS,
    mistakes=(
        Mistake(
            "noise-forgotten",
            _marginal(normal(x, 0, _W**2)),
            "The variance of the noise is forgotten.",
        ),
        Mistake(
            "scales-added",
            _marginal(normal(x, 0, (_W + _S) ** 2)),
            "Standard deviations are added instead of variances.",
        ),
        Mistake(
            "weight-not-squared",
            _marginal(normal(x, 0, _W**4 + _S**2)),
            "The weight enters the variance squared.",
        ),
        Mistake(
            "prior-forgotten",
            _marginal(normal(x, 0, _S**2)),
            "The latent's contribution to the variance is forgotten.",
        ),
    ),
)


def _bound(right: Expression, left: Expression = _BOUND) -> Statement:
    return Statement(left, Relation.EQUAL, right)


_WIDE = normal(z, _W * _X / _TOTAL, 2 * _S**2 / _TOTAL)

linear_vae = Theorem(
    name="linear-vae-tight",
    title="The ELBO of a linear VAE at its exact posterior is the log evidence",
    question="",
    statement=_bound(log(_EVIDENCE)),
    derivation=Derivation(
        _BOUND,
        (
            Step(E(_POSTERIOR, log(_EVIDENCE * _POSTERIOR / _POSTERIOR)), "gaussian-product"),
            Step(
                E(_POSTERIOR, log(_EVIDENCE)),
                "rearrangement",
                note="The posterior cancels: the ratio does not depend on z.",
            ),
            Step(log(_EVIDENCE), "normalization"),
        ),
    ),
    answer=(
        r"The posterior of a linear Gaussian model is Gaussian, $\mathcal N\big(\tfrac{w "
        r"x}{w^2+\sigma^2},\tfrac{\sigma^2}{w^2+\sigma^2}\big)$, so a Gaussian $q$ can reach it "
        r"and the bound is tight. "
        r"`vaemodels` uses this: a linear VAE trained from scratch must arrive at the closed-form "
        r"optimum of probabilistic PCA."
    ),
    reference=_REFERENCE,
    kinds=_KINDS,
    mistakes=(
        Mistake(
            "likelihood-scale",
            _bound(log(_LIKELIHOOD), left=_BOUND),
            "The likelihood at one z is written for the evidence.",
        ),
        Mistake(
            "wrong-posterior-variance",
            _bound(log(_EVIDENCE), left=E(_WIDE, log(_LIKELIHOOD * _PRIOR / _WIDE))),
            "The posterior's variance is doubled: the bound is no longer tight.",
        ),
        Mistake(
            "prior-as-q",
            _bound(log(_EVIDENCE), left=E(_PRIOR, log(_LIKELIHOOD))),
            "The posterior is taken to be the prior.",
        ),
        Mistake("without-log", _bound(_EVIDENCE), "The logarithm is lost."),
    ),
)
