"""The evidence upper bound: log p(x) from above, with the expectation under the true posterior."""

from __future__ import annotations

from vaetheory.derivation import Derivation, Step
from vaetheory.language.expressions import Expression
from vaetheory.language.notation import KL, E, log
from vaetheory.language.statements import Relation, Statement
from vaetheory.theorems.symbols import ELBO, p, q, x, z
from vaetheory.theorems.theorem import Mistake, Theorem

_LAW, _TRUE = q(z | x), p(z | x)
_EUBO = E(_TRUE, log(p(x, z) / _LAW))
_GAP = KL(_TRUE, _LAW)
_REFERENCE = (
    "Dieng, Tran, Ranganath, Paisley & Blei (2017), Variational inference via χ upper bound "
    "minimization; Ji & Shen (2019)."
)


def _identity(right: Expression) -> Statement:
    return Statement(_EUBO, Relation.EQUAL, right)


eubo_identity = Theorem(
    name="eubo-identity",
    title="The evidence upper bound is the log evidence plus the other KL divergence",
    question="",
    statement=_identity(log(p(x)) + _GAP),
    derivation=Derivation(
        _EUBO,
        (
            Step(
                E(_TRUE, log(p(x) * _TRUE / _LAW)), "product-rule", note="p(x, z) = p(x) p(z | x)."
            ),
            Step(E(_TRUE, log(p(x)) + log(_TRUE / _LAW)), "log-of-product"),
            Step(
                log(p(x)) + E(_TRUE, log(_TRUE / _LAW)),
                "constant-out",
                note="log p(x) does not depend on z.",
            ),
            Step(log(p(x)) + _GAP, "kl-definition"),
        ),
    ),
    answer=(
        r"Averaging the same log ratio under the true posterior instead of under $q$ gives $\log "
        r"p(x)+\mathrm{KL}[p(z\mid x)\,\|\,q(z\mid x)]$: an upper bound, with the "
        r"divergence the other way round. It needs samples of the true posterior, so it is used "
        r"to check, not to train."
    ),
    reference=_REFERENCE,
    mistakes=(
        Mistake(
            "kl-turned",
            _identity(log(p(x)) + KL(_LAW, _TRUE)),
            "Here the expectation is under the posterior, so the posterior stands first.",
        ),
        Mistake(
            "sign",
            _identity(log(p(x)) - _GAP),
            "The sign of the divergence is that of the lower bound.",
        ),
        Mistake(
            "elbo-plus-gap",
            _identity(ELBO + _GAP),
            "ELBO + KL is log p(x); the upper bound lies above it.",
        ),
        Mistake("no-gap", _identity(log(p(x))), "The bound is called tight for any q."),
    ),
)


def _sandwich(left: Expression, relation: Relation, right: Expression) -> Statement:
    return Statement(left, relation, right)


sandwich = Theorem(
    name="sandwich",
    title="The log evidence lies between the lower and the upper bound",
    question="",
    statement=_sandwich(ELBO, Relation.AT_MOST, _EUBO),
    derivation=Derivation(
        ELBO,
        (
            Step(log(p(x)), "theorem:elbo-bound", Relation.AT_MOST),
            Step(log(p(x)) + _GAP, "kl-nonnegative", Relation.AT_MOST),
            Step(_EUBO, "theorem:eubo-identity"),
        ),
    ),
    answer=(
        r"$\mathrm{ELBO}\le\log p(x)\le\mathrm{EUBO}$, and the width of the sandwich is "
        r"$\mathrm{KL}[q\,\|\,p]+\mathrm{KL}[p\,\|\,q]$, the symmetrised divergence "
        r"between $q(z\mid x)$ and the true posterior: where both bounds agree, $q$ is the "
        r"posterior."
    ),
    reference=_REFERENCE
    + " Grosse, Ghahramani & Adams (2015), Sandwiching the marginal likelihood.",
    equality="exactly when q(z|x) = p(z|x) for almost every z",
    mistakes=(
        Mistake(
            "reversed",
            _sandwich(_EUBO, Relation.AT_MOST, ELBO),
            "Upper and lower bound are swapped.",
        ),
        Mistake(
            "equal",
            _sandwich(ELBO, Relation.EQUAL, _EUBO),
            "The two expectations are under different densities.",
        ),
        Mistake(
            "eubo-below",
            _sandwich(_EUBO, Relation.AT_MOST, log(p(x))),
            "The upper bound is used as a lower bound.",
        ),
        Mistake(
            "prior-average",
            _sandwich(E(p(z), log(p(x, z) / _LAW)), Relation.AT_LEAST, log(p(x))),
            "The expectation under the prior is no bound.",
        ),
    ),
)
