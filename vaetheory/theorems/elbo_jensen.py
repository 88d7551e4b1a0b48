"""The ELBO by Jensen's inequality, and Gibbs' inequality, on which the other way to it rests."""

from __future__ import annotations

from vaetheory.derivation import Derivation, Step
from vaetheory.language.expressions import Expression, to_expression
from vaetheory.language.notation import KL, E, H, integral, log
from vaetheory.language.statements import Relation, Statement
from vaetheory.theorems.symbols import ELBO, p, q, x, z
from vaetheory.theorems.theorem import Mistake, Theorem

_LAW = q(z | x)
_WEIGHT = p(x, z) / _LAW
_ABOVE = Relation.AT_LEAST


def _bound(right: Expression, relation: Relation = _ABOVE) -> Statement:
    return Statement(log(p(x)), relation, right)


elbo_jensen = Theorem(
    name="elbo-jensen",
    title="The ELBO by Jensen's inequality",
    question="1.1.2",
    statement=_bound(ELBO),
    derivation=Derivation(
        log(p(x)),
        (
            Step(log(integral(p(x, z), z)), "marginalization"),
            Step(
                log(integral(_LAW * _WEIGHT, z)),
                "rearrangement",
                note="Multiply and divide by q(z | x).",
            ),
            Step(log(E(_LAW, _WEIGHT)), "expectation"),
            Step(E(_LAW, log(_WEIGHT)), "jensen", _ABOVE, "The logarithm is concave."),
            Step(
                ELBO,
                "elbo-definition",
                note="Short, but it does not say how large the gap is; 1.1.1 does.",
            ),
        ),
    ),
    answer=(
        r"Write $p(x)=\int p(x,z)\,dz$ as $\mathbb{E}_{q(z\mid x)}[p(x,z)/q(z\mid x)]$ and move "
        r"the concave logarithm inside: "
        r"$\log p(x)\ge\mathbb{E}_{q(z\mid x)}[\log p(x,z)-\log q(z\mid x)]$. Equality holds "
        r"exactly when the ratio does not depend on $z$, that is when "
        r"$q(z\mid x)=p(z\mid x)$. This way is shorter than 1.1.1, but hides what the gap is."
    ),
    reference="Jordan, Ghahramani, Jaakkola & Saul (1999), §4.",
    equality="exactly when p(x, z)/q(z|x) is constant in z, that is q(z|x) = p(z|x)",
    mistakes=(
        Mistake(
            "jensen-reversed",
            _bound(ELBO, Relation.AT_MOST),
            "Jensen's inequality is used as for a convex function.",
        ),
        Mistake(
            "jensen-as-equality",
            _bound(ELBO, Relation.EQUAL),
            "The logarithm is moved inside the expectation as if it were linear.",
        ),
        Mistake(
            "prior-lost",
            _bound(E(_LAW, log(p(x | z) / _LAW))),
            "The joint becomes the likelihood on the way; the prior is lost.",
        ),
        Mistake(
            "weights-forgotten",
            _bound(log(E(_LAW, p(x, z))), Relation.EQUAL),
            "An integral is taken for an average under q, and q is not divided by: the weight is "
            "p/q.",
        ),
        Mistake(
            "log-of-elbo",
            _bound(log(E(_LAW, _WEIGHT)) + KL(_LAW, p(z | x))),
            "The gap is added to log p(x) itself.",
        ),
    ),
)


def _gibbs(left: Expression, relation: Relation, right: Expression) -> Statement:
    return Statement(left, relation, right)


_Q, _P, _ZERO = q(z), p(z), to_expression(0)

gibbs = Theorem(
    name="gibbs-inequality",
    title="A KL divergence is never negative",
    question="",
    statement=_gibbs(-KL(_Q, _P), Relation.AT_MOST, _ZERO),
    derivation=Derivation(
        -KL(_Q, _P),
        (
            Step(-E(_Q, log(_Q / _P)), "kl-definition"),
            Step(E(_Q, log(_P / _Q)), "log-of-product-linear", note="The sign turns the ratio."),
            Step(log(E(_Q, _P / _Q)), "jensen", Relation.AT_MOST),
            Step(log(integral(_P, z)), "expectation", note="q cancels."),
            Step(_ZERO, "normalization", note="p integrates to one, and log 1 = 0."),
        ),
    ),
    answer=(
        r"$-\mathrm{KL}[q\,\|\,p]=\mathbb{E}_q[\log(p/q)]\le\log\mathbb{E}_q[p/q]=\log\int "
        r"p\,dz=0$ by Jensen's inequality. Equality needs $p/q$ "
        r"to be constant where $q>0$; since both integrate to one, the constant is one."
    ),
    reference="Cover & Thomas (2006), Elements of Information Theory, theorem 2.6.3.",
    equality="exactly when q(z) = p(z) for almost every z",
    mistakes=(
        Mistake(
            "reversed",
            _gibbs(KL(_Q, _P), Relation.AT_MOST, _ZERO),
            "The sign is lost: the divergence is at least zero.",
        ),
        Mistake(
            "always-zero",
            _gibbs(KL(_Q, _P), Relation.EQUAL, _ZERO),
            "It is zero only where the densities agree.",
        ),
        Mistake(
            "symmetric",
            _gibbs(KL(_Q, _P), Relation.EQUAL, KL(_P, _Q)),
            "The divergence is taken for a distance; it is not symmetric.",
        ),
        Mistake(
            "bounded",
            _gibbs(KL(_Q, _P), Relation.AT_MOST, to_expression(1)),
            "It has no upper bound.",
        ),
        Mistake(
            "entropy-bound",
            _gibbs(KL(_Q, _P), Relation.AT_LEAST, H(_Q)),
            "The cross-entropy, not the divergence, is at least the entropy.",
        ),
    ),
)

cross_entropy = Theorem(
    name="cross-entropy",
    title="Cross-entropy is entropy plus KL divergence",
    question="",
    statement=Statement(-E(_Q, log(_P)), Relation.EQUAL, H(_Q) + KL(_Q, _P)),
    derivation=Derivation(
        -E(_Q, log(_P)),
        (
            Step(-E(_Q, log(_Q / (_Q / _P))), "rearrangement"),
            Step(-E(_Q, log(_Q) - log(_Q / _P)), "log-of-product"),
            Step(-E(_Q, log(_Q)) + E(_Q, log(_Q / _P)), "linearity"),
            Step(H(_Q) + E(_Q, log(_Q / _P)), "entropy-definition"),
            Step(H(_Q) + KL(_Q, _P), "kl-definition"),
        ),
    ),
    answer=(
        r"The expected code length with the wrong code $p$ is the shortest possible, "
        r"$\mathrm{H}[q]$, plus the price of being wrong, $\mathrm{KL}[q\,\|\,p]$. With "
        r"$q$ the data, minimising the cross-entropy over the model is minimising the divergence: "
        r"maximum likelihood."
    ),
    reference="Cover & Thomas (2006), theorem 5.4.3.",
    mistakes=(
        Mistake(
            "sign-of-kl",
            Statement(-E(_Q, log(_P)), Relation.EQUAL, H(_Q) - KL(_Q, _P)),
            "The sign of the divergence is lost.",
        ),
        Mistake(
            "kl-turned",
            Statement(-E(_Q, log(_P)), Relation.EQUAL, H(_Q) + KL(_P, _Q)),
            "The divergence is turned round.",
        ),
        Mistake(
            "entropy-of-model",
            Statement(-E(_Q, log(_P)), Relation.EQUAL, H(_P) + KL(_Q, _P)),
            "The entropy is that of the data, not of the model.",
        ),
        Mistake(
            "kl-for-cross-entropy",
            Statement(-E(_Q, log(_P)), Relation.EQUAL, KL(_Q, _P)),
            "Cross-entropy and divergence differ by the entropy, which is a constant only if q is "
            "fixed.",
        ),
    ),
)
