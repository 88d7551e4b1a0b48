"""1.1.1: log p(x) = ELBO + KL[q(z|x) ‖ p(z|x)]."""

from __future__ import annotations

from vaetheory.derivation import Derivation, Step
from vaetheory.language.notation import KL, E, integral, log
from vaetheory.language.statements import Relation, Statement
from vaetheory.theorems.symbols import ELBO, p, q, x, z
from vaetheory.theorems.theorem import Mistake, Theorem

_GAP = KL(q(z | x), p(z | x))
_RATIO = log(p(x, z) / q(z | x))


def _claim(right, relation=Relation.EQUAL) -> Statement:  # type: ignore[no-untyped-def]
    return Statement(log(p(x)), relation, right)


elbo_identity = Theorem(
    name="elbo-identity",
    title="The log evidence is the ELBO plus a KL divergence",
    question="1.1.1",
    statement=_claim(ELBO + _GAP),
    derivation=Derivation(
        log(p(x)),
        (
            Step(
                integral(q(z | x) * log(p(x)), z),
                "normalization",
                note="log p(x) does not depend on z, so averaging it over any density of z "
                "changes nothing.",
            ),
            Step(
                integral(q(z | x) * log(p(x, z) / p(z | x)), z),
                "product-rule",
                note="p(x, z) = p(z | x) p(x), solved for p(x).",
            ),
            Step(
                integral(q(z | x) * log(p(x, z) / q(z | x) * (q(z | x) / p(z | x))), z),
                "rearrangement",
                note="Multiply and divide by q(z | x): this is the one idea of the derivation.",
            ),
            Step(integral(q(z | x) * (_RATIO + log(q(z | x) / p(z | x))), z), "log-of-product"),
            Step(
                integral(q(z | x) * _RATIO, z) + integral(q(z | x) * log(q(z | x) / p(z | x)), z),
                "linearity",
            ),
            Step(E(q(z | x), _RATIO) + E(q(z | x), log(q(z | x) / p(z | x))), "expectation"),
            Step(E(q(z | x), _RATIO) + _GAP, "kl-definition"),
            Step(ELBO + _GAP, "elbo-definition"),
        ),
    ),
    answer=(
        r"Because $q(z\mid x)$ integrates to one, $\log p(x)=\int q(z\mid x)\log p(x)\,dz$. "
        r"Writing "
        r"$p(x)=p(x,z)/p(z\mid x)$ and multiplying and dividing by $q(z\mid x)$ inside the "
        r"logarithm splits it into two "
        r"expectations: $\mathbb{E}_{q(z\mid x)}[\log p(x,z)-\log q(z\mid x)]$, which is the ELBO "
        r"and can be computed, and "
        r"$\mathrm{KL}[q(z\mid x)\,\|\,p(z\mid x)]$, which cannot, because the true posterior is "
        r"unknown. The identity holds "
        r"for *every* density $q$ that is positive where $p(z\mid x)$ is; nothing about $q$ being "
        r"a good approximation is used."
    ),
    reference="Jordan, Ghahramani, Jaakkola & Saul (1999), An introduction to variational methods "
    "for graphical models; "
    "Kingma & Welling (2014), Auto-encoding variational Bayes, eq. (1).",
    mistakes=(
        Mistake(
            "kl-turned",
            _claim(ELBO + KL(p(z | x), q(z | x))),
            "The KL divergence is not symmetric; the expectation is under q, so q stands first.",
        ),
        Mistake(
            "sign-of-kl",
            _claim(ELBO - _GAP),
            "A sign is lost when log p(z|x) − log q(z|x) is named a KL divergence.",
        ),
        Mistake(
            "prior-for-posterior",
            _claim(ELBO + KL(q(z | x), p(z))),
            "The gap is the distance to the posterior p(z|x); the prior p(z) stands in the other "
            "decomposition.",
        ),
        Mistake(
            "gap-dropped",
            _claim(ELBO),
            "The bound is written with = although q is not the posterior.",
        ),
        Mistake(
            "likelihood-for-joint",
            _claim(E(q(z | x), log(p(x | z) / q(z | x))) + _GAP),
            "p(x|z) is written where the joint p(x, z) belongs: the prior is lost.",
        ),
        Mistake(
            "log-outside",
            _claim(log(E(q(z | x), p(x, z) / q(z | x))) + _GAP),
            "The logarithm is moved out of the expectation; that is log p(x) itself, and adding "
            "the gap counts it twice.",
        ),
    ),
)
