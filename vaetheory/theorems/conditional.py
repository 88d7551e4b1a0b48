"""2.2: the ELBO of the conditional VAE, with the class c on both sides."""

from __future__ import annotations

from vaetheory.derivation import Derivation, Step
from vaetheory.language.assumptions import SameDensity
from vaetheory.language.expressions import Expression
from vaetheory.language.notation import KL, E, elbo, integral, log
from vaetheory.language.statements import Relation, Statement
from vaetheory.theorems.symbols import c, p, q, x, z
from vaetheory.theorems.theorem import Mistake, Theorem

_LAW = q(z | (x, c))
_ELBO = elbo(_LAW, p(x, z | c))
_TRUE = p(z | (x, c))
_GAP = KL(_LAW, _TRUE)
_RATIO = log(p(x, z | c) / _LAW)
_SOHN = (
    "Sohn, Lee & Yan (2015), Learning structured output representation using deep conditional"
    " generative models."
)
_EQ, _MORE, _LESS = Relation.EQUAL, Relation.AT_LEAST, Relation.AT_MOST


def _identity(right: Expression) -> Statement:
    return Statement(log(p(x | c)), _EQ, right)


cvae_identity = Theorem(
    name="cvae-identity",
    title="The conditional log evidence is the conditional ELBO plus a KL divergence",
    question="2.2",
    statement=_identity(_ELBO + _GAP),
    derivation=Derivation(
        log(p(x | c)),
        (
            Step(integral(_LAW * log(p(x | c)), z), "normalization"),
            Step(integral(_LAW * log(p(x, z | c) / _TRUE), z), "product-rule"),
            Step(integral(_LAW * log(p(x, z | c) / _LAW * (_LAW / _TRUE)), z), "rearrangement"),
            Step(integral(_LAW * (_RATIO + log(_LAW / _TRUE)), z), "log-of-product"),
            Step(integral(_LAW * _RATIO, z) + integral(_LAW * log(_LAW / _TRUE), z), "linearity"),
            Step(E(_LAW, _RATIO) + E(_LAW, log(_LAW / _TRUE)), "expectation"),
            Step(E(_LAW, _RATIO) + _GAP, "kl-definition"),
            Step(_ELBO + _GAP, "elbo-definition"),
        ),
    ),
    answer=(
        r"Everything of 1.1.1 holds with $c$ given: $\log p(x\mid c)=\mathrm{ELBO}(x\mid "
        r"c)+\mathrm{KL}[q(z\mid x,c)\,\|\,p(z\mid x,c)]$. The class is an input of the encoder "
        r"*and* of the "
        r"decoder; leave it out of one and the bound is still a bound, but of a different model."
    ),
    reference=_SOHN,
    mistakes=(
        Mistake(
            "class-lost-in-gap",
            _identity(_ELBO + KL(_LAW, p(z | x))),
            "The class is left out of the posterior.",
        ),
        Mistake("kl-turned", _identity(_ELBO + KL(_TRUE, _LAW)), "The divergence is turned round."),
        Mistake(
            "unconditional",
            Statement(log(p(x)), _EQ, _ELBO + _GAP),
            "p(x) is written for p(x|c): the class is given, not averaged out.",
        ),
        Mistake("gap-dropped", _identity(_ELBO), "The bound is written with =."),
    ),
)

_INDEPENDENT = (SameDensity(p(z | c), p(z)),)
_RECONSTRUCTION = E(_LAW, log(p(x | (z, c))))
_TO_PRIOR = KL(_LAW, p(z))


def _bound(right: Expression, relation: Relation = _MORE) -> Statement:
    return Statement(log(p(x | c)), relation, right, _INDEPENDENT)


cvae_bound = Theorem(
    name="cvae-bound",
    title="The objective of the conditional VAE",
    question="2.2",
    statement=_bound(_RECONSTRUCTION - _TO_PRIOR),
    derivation=Derivation(
        log(p(x | c)),
        (
            Step(_ELBO + _GAP, "theorem:cvae-identity"),
            Step(_ELBO, "kl-nonnegative", _MORE),
            Step(E(_LAW, _RATIO), "elbo-definition"),
            Step(E(_LAW, log(p(x | (z, c)) * p(z | c) / _LAW)), "product-rule"),
            Step(
                E(_LAW, log(p(x | (z, c)) * p(z) / _LAW)),
                "same-density",
                note="The prior does not depend on the class: p(z | c) = p(z).",
            ),
            Step(E(_LAW, log(p(x | (z, c))) - log(_LAW / p(z))), "log-of-product"),
            Step(_RECONSTRUCTION - E(_LAW, log(_LAW / p(z))), "linearity"),
            Step(_RECONSTRUCTION - _TO_PRIOR, "kl-definition"),
        ),
        _INDEPENDENT,
    ),
    answer=(
        r"$\log p(x\mid c)\ge\mathbb{E}_{q(z\mid x,c)}[\log p(x\mid z,c)]-\mathrm{KL}[q(z\mid "
        r"x,c)\,\|\,p(z)]$. That the prior is the same for every class, $p(z\mid c)=p(z)$, is an "
        r"*assumption* about the model, and a useful one: $z$ then has no reason to carry the "
        r"class, so that one $z$ shown with different $c$ is one style in different digits."
    ),
    reference=_SOHN,
    equality="exactly when q(z|x, c) = p(z|x, c) for almost every z",
    mistakes=(
        Mistake(
            "class-not-in-decoder",
            _bound(E(_LAW, log(p(x | z))) - _TO_PRIOR),
            "The decoder does not see the class; that bounds another model's likelihood.",
        ),
        Mistake("reversed", _bound(_RECONSTRUCTION - _TO_PRIOR, _LESS), "The direction is turned."),
        Mistake("kl-added", _bound(_RECONSTRUCTION + _TO_PRIOR), "The KL divergence is added."),
        Mistake("equality", _bound(_RECONSTRUCTION - _TO_PRIOR, _EQ), "= is written for a bound."),
    ),
)
