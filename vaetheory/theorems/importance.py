"""The evidence as an average (eq. 2), and the importance-weighted bound that interpolates from
the ELBO to log p(x).
"""

from __future__ import annotations

from fractions import Fraction

from vaetheory.derivation import Derivation, Step
from vaetheory.language.expressions import Expression, Product, Sum, to_expression
from vaetheory.language.notation import E, integral, log
from vaetheory.language.statements import Relation, Statement
from vaetheory.language.variables import Variable
from vaetheory.theorems.symbols import ELBO, p, q, x, z
from vaetheory.theorems.theorem import EXACT, MONTE_CARLO, PROOF, QUADRATURE, Mistake, Theorem

_LAW = q(z | x)
_BURDA = "Burda, Grosse & Salakhutdinov (2016), Importance weighted autoencoders."
_EQ, _MORE, _LESS = Relation.EQUAL, Relation.AT_LEAST, Relation.AT_MOST


def _evidence(right: Expression) -> Statement:
    return Statement(p(x), _EQ, right)


evidence_prior = Theorem(
    name="evidence-prior-average",
    title="The evidence is the average likelihood under the prior",
    question="eq. 2",
    statement=_evidence(E(p(z), p(x | z))),
    derivation=Derivation(
        p(x),
        (
            Step(integral(p(x, z), z), "marginalization"),
            Step(integral(p(x | z) * p(z), z), "product-rule"),
            Step(E(p(z), p(x | z)), "expectation"),
        ),
    ),
    answer=(
        r"$p(x)=\int p(x\mid z)\,p(z)\,dz=\mathbb{E}_{p(z)}[p(x\mid z)]$. The average can be "
        r"estimated without bias by drawing $z$ from the prior, but in high dimension "
        r"nearly every such $z$ explains $x$ not at all: the average is carried by the few that "
        r"do, and an estimate that has not met them is far too small."
    ),
    reference="Kingma & Welling (2014), §2.1; Owen (2013), Monte Carlo theory, methods and "
    "examples, ch. 9.",
    mistakes=(
        Mistake(
            "posterior-average",
            _evidence(E(_LAW, p(x | z))),
            "The likelihood is averaged over q without dividing by it.",
        ),
        Mistake(
            "prior-forgotten",
            _evidence(integral(p(x | z), z)),
            "The prior is forgotten: the likelihood does not integrate to anything over z.",
        ),
        Mistake("joint-average", _evidence(E(p(z), p(x, z))), "The prior is counted twice."),
        Mistake(
            "reversed-conditional",
            _evidence(E(p(z), p(z | x))),
            "The posterior stands where the likelihood belongs.",
        ),
    ),
)

evidence_importance = Theorem(
    name="evidence-importance-sampling",
    title="Importance weights average to the evidence",
    question="eq. 2",
    statement=_evidence(E(_LAW, p(x | z) * p(z) / _LAW)),
    derivation=Derivation(
        p(x),
        (
            Step(integral(p(x, z), z), "marginalization"),
            Step(integral(p(x | z) * p(z), z), "product-rule"),
            Step(
                E(_LAW, p(x | z) * p(z) / _LAW),
                "change-of-measure",
                note="q(z | x) must be positive wherever the joint is.",
            ),
        ),
    ),
    answer=(
        r"Draw $z$ where it matters, from $q(z\mid x)$, and correct with the weight $p(z)/q(z\mid "
        r"x)$: still unbiased, and of zero variance when $q$ is the true posterior."
    ),
    reference=_BURDA,
    kinds=(PROOF, EXACT, QUADRATURE),
    mistakes=(
        Mistake(
            "no-correction", _evidence(E(_LAW, p(x | z))), "The weight p(z)/q(z|x) is forgotten."
        ),
        Mistake(
            "weight-turned",
            _evidence(E(_LAW, p(x | z) * _LAW / p(z))),
            "The weight is turned round.",
        ),
        Mistake(
            "prior-not-divided",
            _evidence(E(_LAW, p(x | z) * p(z))),
            "The division by q is forgotten.",
        ),
        Mistake(
            "posterior-weight",
            _evidence(E(_LAW, p(x | z) * p(z | x) / _LAW)),
            "The true posterior stands where the prior belongs.",
        ),
    ),
)


def copies(count: int) -> tuple[Variable, ...]:
    """z₁ … z_count: independent draws of the one slot z."""
    return tuple(z[i] for i in range(1, count + 1))


def weight(latent: Variable) -> Expression:
    """w = p(x, z)/q(z | x)."""
    return p(x, latent) / q(latent | x)


def law(latents: tuple[Variable, ...]) -> Expression:
    """∏ q(z_k | x)."""
    return Product(tuple(q(v | x) for v in latents)) if len(latents) > 1 else q(latents[0] | x)


def mean_weight(latents: tuple[Variable, ...]) -> Expression:
    """(1/K) Σ w_k."""
    total: Expression = Sum(tuple(weight(v) for v in latents))
    return (
        to_expression(Fraction(1, len(latents))) * total if len(latents) > 1 else weight(latents[0])
    )


def bound(count: int) -> Expression:
    """L_K = E[log (1/K) Σ w_k]."""
    latents = copies(count)
    return E(law(latents), log(mean_weight(latents)), over=latents)


_Z1, _Z2, _Z3 = copies(3)
_PAIR, _TRIPLE = (_Z1, _Z2), (_Z1, _Z2, _Z3)

iw_bound = Theorem(
    name="importance-weighted-bound",
    title="The importance-weighted bound lies below the log evidence",
    question="",
    statement=Statement(log(p(x)), _MORE, bound(3)),
    derivation=Derivation(
        log(p(x)),
        (
            Step(
                log(E(law(_TRIPLE), mean_weight(_TRIPLE), over=_TRIPLE)),
                "unbiased-average",
                note="Each weight averages to p(x), and so does their mean.",
            ),
            Step(bound(3), "jensen", _MORE),
        ),
    ),
    answer=(
        r"The mean of $K$ importance weights is an unbiased estimate of $p(x)$; the logarithm of "
        r"an unbiased estimate is, on average, too small (Jensen). "
        r"So $\mathcal L_K=\mathbb{E}\big[\log\frac1K\sum_k w_k\big]\le\log p(x)$; $K=1$ is the "
        r"ELBO. Shown here for $K=3$; the steps are the same for every $K$ (checked for $K\le 5$)."
    ),
    reference=_BURDA,
    kinds=(PROOF, EXACT, MONTE_CARLO),
    equality="exactly when the weights are constant, that is q(z|x) = p(z|x)",
    mistakes=(
        Mistake("upper-bound", Statement(log(p(x)), _LESS, bound(3)), "The direction is turned."),
        Mistake(
            "sum-for-mean",
            Statement(
                log(p(x)), _MORE, E(law(_TRIPLE), log(3 * mean_weight(_TRIPLE)), over=_TRIPLE)
            ),
            "The factor 1/K is forgotten.",
        ),
        Mistake(
            "equality",
            Statement(log(p(x)), _EQ, bound(3)),
            "Unbiased weights do not give an unbiased logarithm.",
        ),
        Mistake(
            "below-elbo",
            Statement(ELBO, _MORE, bound(3)),
            "More samples make the bound tighter, not looser.",
        ),
    ),
)

iw_monotone = Theorem(
    name="importance-weighted-monotone",
    title="More samples never loosen the importance-weighted bound",
    question="",
    statement=Statement(bound(3), _MORE, bound(2)),
    derivation=Derivation(
        bound(3),
        (
            Step(
                E(
                    law(_TRIPLE),
                    log(
                        Sum(
                            tuple(
                                mean_weight(pair) for pair in ((_Z1, _Z2), (_Z1, _Z3), (_Z2, _Z3))
                            )
                        )
                        / 3
                    ),
                    over=_TRIPLE,
                ),
                "algebra",
                note="The mean of three weights is the mean of the three means of two.",
            ),
            Step(
                E(
                    law(_TRIPLE),
                    Sum(
                        tuple(
                            log(mean_weight(pair)) for pair in ((_Z1, _Z2), (_Z1, _Z3), (_Z2, _Z3))
                        )
                    )
                    / 3,
                    over=_TRIPLE,
                ),
                "jensen-mean",
                _MORE,
                "The logarithm of a mean is at least the mean of the logarithms.",
            ),
            Step(
                Sum(
                    tuple(
                        E(law(pair), log(mean_weight(pair)), over=pair)
                        for pair in ((_Z1, _Z2), (_Z1, _Z3), (_Z2, _Z3))
                    )
                )
                / 3,
                "unused-draws",
                note="Each term uses two of the three draws; the third integrates to one.",
            ),
            Step(
                bound(2),
                "rearrangement",
                note="The three expectations are one, up to the names of the draws.",
            ),
        ),
    ),
    answer=(
        r"The mean of $K+1$ weights is the average, over which weight is left out, of means of "
        r"$K$ weights. By Jensen, the logarithm of this average is at least "
        r"the average of the logarithms, and each of those has expectation $\mathcal L_K$. So "
        r"$\mathcal L_K\le\mathcal L_{K+1}\le\log p(x)$. Shown for $K=2$; checked for $K\le4$."
    ),
    reference=_BURDA + " Theorem 1.",
    kinds=(PROOF, EXACT, MONTE_CARLO),
    equality="exactly when the weights are constant",
    mistakes=(
        Mistake("reversed", Statement(bound(3), _LESS, bound(2)), "The direction is turned."),
        Mistake(
            "no-gain",
            Statement(bound(3), _EQ, bound(2)),
            "The bound is called independent of the number of samples.",
        ),
        Mistake(
            "same-as-elbo",
            Statement(bound(2), _EQ, ELBO),
            "Two samples are taken for an average of two ELBOs, whose logarithm is inside.",
        ),
        Mistake(
            "beyond-evidence",
            Statement(bound(3), _MORE, log(p(x))),
            "Enough samples are thought to pass log p(x).",
        ),
    ),
)
