"""Bounds of other orders: Rényi's with α = ½ between the ELBO and log p(x), and the χ upper
bound.
"""

from __future__ import annotations

from vaetheory.derivation import Derivation, Step
from vaetheory.language.expressions import Expression
from vaetheory.language.notation import HALF, E, integral, log
from vaetheory.language.statements import Relation, Statement
from vaetheory.theorems.symbols import ELBO, p, q, x, z
from vaetheory.theorems.theorem import EXACT, PROOF, QUADRATURE, Mistake, Theorem

_LAW = q(z | x)
_WEIGHT = p(x, z) / _LAW
_ROOT = _WEIGHT**HALF
_HALF_BOUND = 2 * log(E(_LAW, _ROOT))
_CUBO = HALF * log(E(_LAW, _WEIGHT**2))
_MORE, _LESS, _EQ = Relation.AT_LEAST, Relation.AT_MOST, Relation.EQUAL
_LI = "Li & Turner (2016), Rényi divergence variational inference."


def _claim(left: Expression, relation: Relation, right: Expression) -> Statement:
    return Statement(left, relation, right)


renyi_elbo = Theorem(
    name="renyi-bound-above-elbo",
    title="The Rényi bound of order ½ is at least the ELBO",
    question="",
    statement=_claim(_HALF_BOUND, _MORE, ELBO),
    derivation=Derivation(
        _HALF_BOUND,
        (
            Step(2 * E(_LAW, log(_ROOT)), "jensen", _MORE),
            Step(2 * E(_LAW, HALF * log(_WEIGHT)), "log-of-power"),
            Step(E(_LAW, log(_WEIGHT)), "linearity"),
            Step(ELBO, "elbo-definition"),
        ),
    ),
    answer=(
        r"$\mathcal L_\alpha=\frac1{1-\alpha}\log\mathbb{E}_q[w^{1-\alpha}]$ with "
        r"$w=p(x,z)/q(z\mid x)$ goes from $\log p(x)$ at $\alpha=0$ to the ELBO as $\alpha\to1$. "
        r"At $\alpha=\frac12$ it is $2\log\mathbb{E}_q[\sqrt w]$, and Jensen's inequality puts it "
        r"above the ELBO."
    ),
    reference=_LI,
    equality="exactly when q(z|x) = p(z|x)",
    mistakes=(
        Mistake("reversed", _claim(_HALF_BOUND, _LESS, ELBO), "The direction is turned."),
        Mistake(
            "factor-lost",
            _claim(log(E(_LAW, _ROOT)), _EQ, ELBO),
            "The factor 1/(1 − α) = 2 is lost.",
        ),
        Mistake("equal", _claim(_HALF_BOUND, _EQ, ELBO), "The order is thought not to matter."),
        Mistake(
            "root-outside",
            _claim(_HALF_BOUND, _EQ, log(p(x))),
            "The root is moved out of the expectation.",
        ),
    ),
)

renyi_evidence = Theorem(
    name="renyi-bound-below-evidence",
    title="The Rényi bound of order ½ is at most the log evidence",
    question="",
    statement=_claim(log(p(x)), _MORE, _HALF_BOUND),
    derivation=Derivation(
        log(p(x)),
        (
            Step(log(integral(p(x, z), z)), "marginalization"),
            Step(log(E(_LAW, _WEIGHT)), "expectation"),
            Step(
                _HALF_BOUND,
                "power-mean",
                _MORE,
                "With f = √w: the mean of f² is at least the square of the mean of f.",
            ),
        ),
    ),
    answer=(
        r"$\big(\mathbb{E}_q[\sqrt w]\big)^2\le\mathbb{E}_q[w]=p(x)$ because the variance of "
        r"$\sqrt w$ is not negative. Together with the bound above, "
        r"$\mathrm{ELBO}\le\mathcal L_{1/2}\le\log p(x)$."
    ),
    reference=_LI,
    equality="exactly when q(z|x) = p(z|x)",
    mistakes=(
        Mistake("reversed", _claim(log(p(x)), _LESS, _HALF_BOUND), "The direction is turned."),
        Mistake(
            "equal",
            _claim(log(p(x)), _EQ, _HALF_BOUND),
            "The square is moved into the expectation.",
        ),
        Mistake(
            "joint-root",
            _claim(log(p(x)), _EQ, 2 * log(E(_LAW, p(x, z) ** HALF))),
            "The root of the joint is taken without dividing by q.",
        ),
        Mistake(
            "one-for-two", _claim(log(p(x)), _EQ, log(E(_LAW, _ROOT))), "The factor 2 is lost."
        ),
    ),
)

chi_upper = Theorem(
    name="chi-upper-bound",
    title="The χ upper bound",
    question="",
    statement=_claim(_CUBO, _MORE, log(p(x))),
    derivation=Derivation(
        _CUBO,
        (
            Step(log(E(_LAW, _WEIGHT)), "power-mean", _MORE, "With f = w."),
            Step(log(integral(p(x, z), z)), "expectation"),
            Step(log(p(x)), "marginalization"),
        ),
    ),
    answer=(
        r"$\mathbb{E}_q[w^2]\ge(\mathbb{E}_q[w])^2=p(x)^2$, so "
        r"$\frac12\log\mathbb{E}_q[w^2]\ge\log p(x)$: an upper bound whose expectation is under "
        r"$q$, so it can be "
        r"estimated; its estimate has a heavy tail, because squared weights are averaged."
    ),
    kinds=(PROOF, EXACT, QUADRATURE),
    reference="Dieng, Tran, Ranganath, Paisley & Blei (2017), Variational inference via χ upper "
    "bound minimization.",
    equality="exactly when q(z|x) = p(z|x)",
    mistakes=(
        Mistake(
            "reversed", _claim(_CUBO, _LESS, log(p(x))), "It is taken for another lower bound."
        ),
        Mistake(
            "half-lost",
            _claim(2 * _CUBO, _EQ, log(p(x))),
            "The root of the second moment is forgotten.",
        ),
        Mistake(
            "equal", _claim(_CUBO, _EQ, log(p(x))), "The square is moved out of the expectation."
        ),
        Mistake(
            "below-elbo",
            _claim(_CUBO, _LESS, ELBO),
            "The upper bound is placed below the lower one.",
        ),
    ),
)
