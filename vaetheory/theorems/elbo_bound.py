"""1.1.2: log p(x) ≥ ELBO, strictly unless q(z|x) = p(z|x), and with equality there."""

from __future__ import annotations

from vaetheory.derivation import Derivation, Step
from vaetheory.language.assumptions import Different, SameDensity
from vaetheory.language.notation import KL, E, integral, log
from vaetheory.language.statements import Relation, Statement
from vaetheory.theorems.symbols import ELBO, p, q, x, z
from vaetheory.theorems.theorem import Mistake, Theorem

_GAP = KL(q(z | x), p(z | x))
_REFERENCE = (
    "Jordan et al. (1999); Blei, Kucukelbir & McAuliffe (2017), Variational inference: a "
    "review for statisticians, §2.2."
)
_DIFFERENT = (Different(q(z | x), p(z | x)),)
_SAME = (SameDensity(q(z | x), p(z | x)),)
_RATIO = E(q(z | x), log(p(x, z) / q(z | x)))

_identity = Step(ELBO + _GAP, "theorem:elbo-identity")

elbo_bound = Theorem(
    name="elbo-bound",
    title="The ELBO is a lower bound of the log evidence",
    question="1.1.2",
    statement=Statement(log(p(x)), Relation.AT_LEAST, ELBO),
    derivation=Derivation(log(p(x)), (_identity, Step(ELBO, "kl-nonnegative", Relation.AT_LEAST))),
    answer=(
        r"By 1.1.1, $\log p(x)-\mathrm{ELBO}=\mathrm{KL}[q(z\mid x)\,\|\,p(z\mid x)]$, and a KL "
        r"divergence is never negative "
        r"(Gibbs' inequality: Jensen's inequality for the concave logarithm). So $\log "
        r"p(x)\ge\mathrm{ELBO}$ for every $q$. A KL "
        r"divergence is zero only when its two densities agree almost everywhere, so equality "
        r"holds exactly when "
        r"$q(z\mid x)=p(z\mid x)$ for almost every $z$. Maximising the ELBO over $q$ therefore "
        r"does two things at once: it tightens the "
        r"bound and pulls $q(z\mid x)$ towards the true posterior."
    ),
    reference=_REFERENCE,
    equality="exactly when q(z|x) = p(z|x) for almost every z",
    mistakes=(
        Mistake(
            "bound-reversed",
            Statement(log(p(x)), Relation.AT_MOST, ELBO),
            "The direction is turned: the evidence lower bound lies below the log evidence.",
        ),
        Mistake(
            "equality-for-bound",
            Statement(log(p(x)), Relation.EQUAL, ELBO),
            "= is written for a bound that is tight only at the true posterior.",
        ),
        Mistake(
            "reconstruction-only",
            Statement(E(q(z | x), log(p(x | z))), Relation.AT_MOST, ELBO),
            "The KL to the prior is dropped as if it were negative: it is subtracted, so what is "
            "left is above the ELBO.",
        ),
        Mistake(
            "bound-with-plus",
            Statement(log(p(x)), Relation.AT_LEAST, ELBO + _GAP + _GAP),
            "The gap is added once too often: log p(x) is already ELBO + KL.",
        ),
        Mistake(
            "kl-to-prior-added",
            Statement(
                log(p(x)), Relation.AT_LEAST, E(q(z | x), log(p(x | z))) + KL(q(z | x), p(z))
            ),
            "The KL divergence to the prior is added where it is subtracted.",
        ),
    ),
)

elbo_strict = Theorem(
    name="elbo-strict",
    title="The bound is strict unless q is the posterior",
    question="1.1.2",
    statement=Statement(log(p(x)), Relation.GREATER, ELBO, _DIFFERENT),
    derivation=Derivation(
        log(p(x)), (_identity, Step(ELBO, "kl-nonnegative", Relation.GREATER)), _DIFFERENT
    ),
    answer=(
        r"When $q(z\mid x)$ and $p(z\mid x)$ differ on a set of positive probability, the "
        r"divergence between them is positive, and "
        r"$\log p(x)>\mathrm{ELBO}$."
    ),
    reference=_REFERENCE,
    equality="never",
    mistakes=(
        Mistake(
            "still-equal",
            Statement(log(p(x)), Relation.EQUAL, ELBO, _DIFFERENT),
            "The bound is called tight for any q; it is tight only at the posterior.",
        ),
        Mistake(
            "strictly-below",
            Statement(log(p(x)), Relation.LESS, ELBO, _DIFFERENT),
            "The direction is turned.",
        ),
        Mistake(
            "gap-kept",
            Statement(log(p(x)), Relation.GREATER, ELBO + _GAP, _DIFFERENT),
            "Strictness is claimed where nothing was dropped: ELBO + KL is log p(x) itself.",
        ),
        Mistake(
            "below-reconstruction",
            Statement(E(q(z | x), log(p(x | z))), Relation.LESS, ELBO, _DIFFERENT),
            "The reconstruction term alone is taken for a lower bound of the ELBO.",
        ),
    ),
)

elbo_tight = Theorem(
    name="elbo-tight",
    title="At the posterior, the bound is the log evidence",
    question="1.1.2",
    statement=Statement(ELBO, Relation.EQUAL, log(p(x)), _SAME),
    derivation=Derivation(
        ELBO,
        (
            Step(_RATIO, "elbo-definition"),
            Step(
                E(p(z | x), log(p(x, z) / p(z | x))),
                "same-density",
                note="Here q(z | x) = p(z | x) is used.",
            ),
            Step(
                E(p(z | x), log(p(x))),
                "product-rule",
                note="p(x, z) / p(z | x) = p(x), whatever z is.",
            ),
            Step(log(p(x)), "normalization"),
        ),
        _SAME,
    ),
    answer=(
        r"If $q(z\mid x)=p(z\mid x)$, the ratio $p(x,z)/q(z\mid x)$ is $p(x)$ for every $z$: the "
        r"expectation is of a constant, and the ELBO is "
        r"$\log p(x)$."
    ),
    reference=_REFERENCE,
    mistakes=(
        Mistake(
            "zero-elbo",
            Statement(ELBO, Relation.EQUAL, log(p(x)) - log(p(x)), _SAME),
            "The ELBO is confused with the gap: the gap is zero at the posterior, the ELBO is log "
            "p(x).",
        ),
        Mistake(
            "without-log", Statement(ELBO, Relation.EQUAL, p(x), _SAME), "A logarithm is lost."
        ),
        Mistake(
            "prior-matched",
            Statement(ELBO, Relation.EQUAL, log(p(x)), (SameDensity(q(z | x), p(z)),)),
            "Matching the prior is taken for matching the posterior; the prior is the collapsed "
            "solution.",
        ),
        Mistake(
            "expected-likelihood",
            Statement(ELBO, Relation.EQUAL, E(q(z | x), log(p(x | z))), _SAME),
            "The KL to the prior is dropped although q is the posterior, not the prior.",
        ),
        Mistake(
            "marginal-of-joint",
            Statement(ELBO, Relation.EQUAL, log(integral(p(x, z) * q(z | x), z)), _SAME),
            "The joint is averaged over the posterior instead of being integrated over z.",
        ),
    ),
)
