"""The best fixed variance of a Gaussian decoder is the mean squared error."""

from __future__ import annotations

from vaetheory.derivation import Derivation, Step
from vaetheory.language.expressions import Expression, Value
from vaetheory.language.notation import log
from vaetheory.language.statements import Relation, Statement
from vaetheory.language.variables import Reals, Variable
from vaetheory.theorems.symbols import D, sigma, value
from vaetheory.theorems.theorem import CLOSED_FORM, EXACT, PROOF, Mistake, Theorem

_V = value(sigma) ** 2
_D = value(D)
# the summed squared error Σ_d (x_d − x̂_d)², any positive number
_S = Value(Variable("S", Reals(positive=True)))
_LOSS = _D / 2 * log(_V) + _S / (2 * _V)
_BEST = _D / 2 * log(_S / _D) + _D / 2
_T = _S / (_D * _V)


def _claim(relation: Relation, right: Expression) -> Statement:
    return Statement(_LOSS, relation, right)


optimal_sigma = Theorem(
    name="optimal-decoder-variance",
    title="The best variance of a Gaussian decoder is the mean squared error",
    question="1.3.2",
    statement=_claim(Relation.AT_LEAST, _BEST),
    derivation=Derivation(
        _LOSS,
        (
            Step(
                _D / 2 * log(_V) + _D / 2 * _T,
                "rearrangement",
                note="t = S/(D σ²) is the mean squared error in units of the variance.",
            ),
            Step(
                _D / 2 * log(_V) + _D / 2 * (1 + log(_T)),
                "log-tangent",
                Relation.AT_LEAST,
                "t ≥ 1 + log t, with equality at t = 1, that is σ² = S/D.",
            ),
            Step(_D / 2 * log(_V) + _D / 2 * (1 + log(_S / _D) - log(_V)), "log-of-product"),
            Step(_BEST, "algebra"),
        ),
    ),
    answer=(
        r"With the summed squared error $S=\sum_d(x_d-\hat x_d)^2$ held fixed, $\frac "
        r"D2\log\sigma^2+\frac{S}{2\sigma^2}$ is smallest at $\sigma^2=S/D$, the mean squared "
        r"error, where it is "
        r"$\frac D2\log\frac SD+\frac D2$. So the scale of a Gaussian decoder need not be "
        r"guessed: put the optimal variance in, and the loss becomes $\frac D2\log\mathrm{MSE}$ "
        r"plus a constant."
    ),
    reference="Rybkin, Daniilidis & Levine (2021), Simple and effective VAE training with "
    "calibrated decoders.",
    equality="exactly at σ² = S/D",
    kinds=(PROOF, CLOSED_FORM, EXACT),
    mistakes=(
        Mistake("reversed", _claim(Relation.AT_MOST, _BEST), "The minimum is taken for a maximum."),
        Mistake(
            "sum-for-mean",
            _claim(Relation.AT_LEAST, _D / 2 * log(_S) + _D / 2),
            "The variance is set to the summed error instead of the mean.",
        ),
        Mistake(
            "equal",
            _claim(Relation.EQUAL, _BEST),
            "The loss equals its minimum only at the best variance.",
        ),
        Mistake(
            "half-lost", _claim(Relation.AT_LEAST, _D * log(_S / _D) + _D), "The factor ½ is lost."
        ),
    ),
)
