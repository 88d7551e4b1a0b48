"""EM never decreases the log evidence."""

from __future__ import annotations

from vaetheory.derivation import Derivation, Step
from vaetheory.language.expressions import Expression, Letter
from vaetheory.language.notation import KL, E, H, log
from vaetheory.language.statements import Relation, Statement
from vaetheory.theorems.symbols import p, x, z
from vaetheory.theorems.theorem import Mistake, Theorem

_OLD = Letter("p", r"\mathrm{old}")
_LAW = _OLD(z | x)
_GAIN = E(_LAW, log(p(x, z))) - E(_LAW, log(_OLD(x, z)))
_RISE = log(p(x)) - log(_OLD(x))
_GAP = KL(_LAW, p(z | x))


def _claim(relation: Relation, right: Expression) -> Statement:
    return Statement(_RISE, relation, right)


em_monotone = Theorem(
    name="em-never-decreases",
    title="A step of EM never decreases the log evidence",
    question="",
    statement=_claim(Relation.AT_LEAST, _GAIN),
    derivation=Derivation(
        _RISE,
        (
            Step(E(_LAW, log(p(x)) - log(_OLD(x))), "normalization"),
            Step(E(_LAW, log(p(x, z) / p(z | x)) - log(_OLD(x, z) / _LAW)), "product-rule"),
            Step(E(_LAW, log(p(x, z)) - log(_OLD(x, z)) + log(_LAW / p(z | x))), "log-of-product"),
            Step(
                E(_LAW, log(p(x, z))) - E(_LAW, log(_OLD(x, z))) + E(_LAW, log(_LAW / p(z | x))),
                "linearity",
            ),
            Step(_GAIN + _GAP, "kl-definition"),
            Step(_GAIN, "kl-nonnegative", Relation.AT_LEAST),
        ),
    ),
    answer=(
        r"The E-step takes $q(z\mid x)=p_{\mathrm{old}}(z\mid x)$, which makes the bound tight at "
        r"the old parameters; the M-step raises the expected complete log likelihood under it. "
        r"The "
        r"log evidence rises by at least as much: $\log p(x)-\log "
        r"p_{\mathrm{old}}(x)=\text{gain}+\mathrm{KL}[p_{\mathrm{old}}(z\mid x)\,\|\,p(z\mid x)]$."
    ),
    reference="Dempster, Laird & Rubin (1977); Neal & Hinton (1998), A view of the EM algorithm.",
    equality="exactly when the posterior does not change",
    mistakes=(
        Mistake(
            "reversed",
            _claim(Relation.AT_MOST, _GAIN),
            "The direction is turned: the gain is a lower bound of the rise.",
        ),
        Mistake(
            "equal",
            _claim(Relation.EQUAL, _GAIN),
            "The rise is larger by the divergence between the posteriors.",
        ),
        Mistake(
            "new-posterior",
            _claim(Relation.AT_LEAST, E(p(z | x), log(p(x, z))) - E(p(z | x), log(_OLD(x, z)))),
            "The average is taken under the new posterior; then it bounds the rise from above.",
        ),
        Mistake(
            "entropy-added",
            _claim(Relation.EQUAL, _GAIN + H(_LAW)),
            "The entropy of q is added; it cancels in the difference.",
        ),
    ),
)
