"""The KL term averaged over the data, taken apart: information about x, and the misfit of the
aggregate posterior.
"""

from __future__ import annotations

from vaetheory.derivation import Derivation, Step
from vaetheory.language.assumptions import Dag
from vaetheory.language.expressions import Expression, MutualInformation
from vaetheory.language.notation import KL, E, H, elbo, log
from vaetheory.language.statements import Relation, Statement
from vaetheory.language.variables import Variable
from vaetheory.theorems.symbols import p, q, x, z
from vaetheory.theorems.theorem import Mistake, Theorem

_RATE = E(q(x), KL(q(z | x), p(z)))
_INFORMATION = MutualInformation(q, (x,), (z,))
_MISFIT = KL(q(z), p(z))
_EQ, _MORE, _LESS = Relation.EQUAL, Relation.AT_LEAST, Relation.AT_MOST
_HOFFMAN = "Hoffman & Johnson (2016), ELBO surgery."


def _rate(right: Expression, relation: Relation = _EQ) -> Statement:
    return Statement(_RATE, relation, right)


elbo_surgery = Theorem(
    name="aggregate-posterior-surgery",
    title="The average KL term is information plus misfit of the aggregate posterior",
    question="",
    statement=_rate(_INFORMATION + _MISFIT),
    derivation=Derivation(
        _RATE,
        (
            Step(E(q(x), E(q(z | x), log(q(z | x) / p(z)))), "kl-definition"),
            Step(E(q(x, z), log(q(z | x) / p(z))), "iterated-expectation"),
            Step(
                E(q(x, z), log(q(z | x) / q(z) * (q(z) / p(z)))),
                "rearrangement",
                note="Multiply and divide by the aggregate posterior q(z) = E_q(x)[q(z | x)].",
            ),
            Step(E(q(x, z), log(q(z | x) / q(z)) + log(q(z) / p(z))), "log-of-product"),
            Step(E(q(x, z), log(q(z | x) / q(z))) + E(q(x, z), log(q(z) / p(z))), "linearity"),
            Step(E(q(x, z), log(q(z | x) / q(z))) + E(q(z), log(q(z) / p(z))), "marginalization"),
            Step(
                E(q(x, z), log(q(x, z) / (q(x) * q(z)))) + E(q(z), log(q(z) / p(z))), "product-rule"
            ),
            Step(KL(q(x, z), q(x) * q(z), over=(x, z)) + _MISFIT, "kl-definition"),
            Step(_INFORMATION + _MISFIT, "mutual-information-definition"),
        ),
    ),
    answer=(
        r"Averaged over the data $q(x)$, the KL term of the ELBO is "
        r"$\mathrm{I}_q(x;z)+\mathrm{KL}[q(z)\,\|\,p(z)]$: it charges for every nat that $z$ "
        r"tells about $x$, and for "
        r"an aggregate posterior that is not the prior. Driving it to zero makes $z$ useless; the "
        r"second part alone is what makes samples from the prior look like data."
    ),
    reference=_HOFFMAN,
    mistakes=(
        Mistake(
            "information-forgotten",
            _rate(_MISFIT),
            "The average of the divergences is taken for the divergence of the average.",
        ),
        Mistake(
            "misfit-forgotten",
            _rate(_INFORMATION),
            "The aggregate posterior is taken for the prior.",
        ),
        Mistake("sign", _rate(_MISFIT - _INFORMATION), "The sign of the information is lost."),
        Mistake(
            "misfit-turned",
            _rate(_INFORMATION + KL(p(z), q(z))),
            "The divergence of the aggregate posterior is turned round.",
        ),
        Mistake(
            "convexity-reversed",
            _rate(_MISFIT, _LESS),
            "Averaging before the divergence makes it smaller, not larger.",
        ),
    ),
)

_AVERAGE = E(q(x), elbo(q(z | x), p(x, z)))
_RECONSTRUCTION = E(q(x, z), log(p(x | z)))


def _average(right: Expression, relation: Relation = _EQ) -> Statement:
    return Statement(_AVERAGE, relation, right)


_LAW = q(z | x)

elbo_information = Theorem(
    name="elbo-mutual-information",
    title="The average ELBO in terms of mutual information",
    question="",
    statement=_average(_RECONSTRUCTION - _INFORMATION - _MISFIT),
    derivation=Derivation(
        _AVERAGE,
        (
            Step(E(q(x), E(_LAW, log(p(x, z) / _LAW))), "elbo-definition"),
            Step(E(q(x), E(_LAW, log(p(x | z) * p(z) / _LAW))), "product-rule"),
            Step(E(q(x), E(_LAW, log(p(x | z)) - log(_LAW / p(z)))), "log-of-product"),
            Step(E(q(x), E(_LAW, log(p(x | z)))) - E(q(x), E(_LAW, log(_LAW / p(z)))), "linearity"),
            Step(E(q(x), E(_LAW, log(p(x | z)))) - _RATE, "kl-definition"),
            Step(_RECONSTRUCTION - _RATE, "iterated-expectation"),
            Step(_RECONSTRUCTION - _INFORMATION - _MISFIT, "theorem:aggregate-posterior-surgery"),
        ),
    ),
    answer=(
        r"Averaged over the data, the ELBO rewards reconstruction and charges twice: for the "
        r"information $\mathrm{I}_q(x;z)$ that the latent carries, and for an aggregate posterior "
        r"that differs from the prior. The first charge is the one that presses towards collapse."
    ),
    reference=_HOFFMAN,
    mistakes=(
        Mistake(
            "information-added",
            _average(_RECONSTRUCTION + _INFORMATION - _MISFIT),
            "The sign of the information is lost: carrying information costs.",
        ),
        Mistake(
            "information-forgotten",
            _average(_RECONSTRUCTION - _MISFIT),
            "The average KL term is taken for the misfit of the aggregate posterior alone.",
        ),
        Mistake(
            "misfit-forgotten",
            _average(_RECONSTRUCTION - _INFORMATION),
            "The aggregate posterior is taken to be the prior.",
        ),
        Mistake(
            "misfit-turned",
            _average(_RECONSTRUCTION - _INFORMATION - KL(p(z), q(z))),
            "The divergence of the aggregate posterior is turned round.",
        ),
    ),
)

rate_bound = Theorem(
    name="rate-bounds-information",
    title="The rate is at least the information that z carries about x",
    question="1.2.2",
    statement=_rate(_INFORMATION, _MORE),
    derivation=Derivation(
        _RATE,
        (
            Step(_INFORMATION + _MISFIT, "theorem:aggregate-posterior-surgery"),
            Step(_INFORMATION, "kl-nonnegative", _MORE),
        ),
    ),
    answer=(
        r"The rate $R=\mathbb{E}_{q(x)}\mathrm{KL}[q(z\mid x)\,\|\,p(z)]$ bounds from above what "
        r"$z$ can tell about $x$: with the KL term pressed to zero the latent carries nothing. "
        r"The bound is tight when the aggregate posterior is the prior."
    ),
    reference="Alemi, Poole, Fischer, Dillon, Saurous & Murphy (2018), Fixing a broken ELBO.",
    equality="exactly when q(z) = p(z) for almost every z",
    mistakes=(
        Mistake(
            "reversed",
            _rate(_INFORMATION, _LESS),
            "The rate is taken for a lower bound of the information.",
        ),
        Mistake(
            "equal",
            _rate(_INFORMATION),
            "Rate and information differ by the misfit of the aggregate posterior.",
        ),
        Mistake(
            "with-twice-the-misfit",
            _rate(_INFORMATION + 2 * _MISFIT, _MORE),
            "The misfit is counted twice.",
        ),
        Mistake(
            "entropy",
            _rate(H(q(z)), _MORE),
            "The entropy of z bounds the information from above too, but the rate does not bound "
            "the entropy.",
        ),
    ),
)

_DISTORTION = -E(q(x, z), log(p(x | z)))

distortion_bound = Theorem(
    name="distortion-bounds-information",
    title="The information is at least the data's entropy minus the distortion",
    question="1.2.2",
    statement=Statement(_INFORMATION, _MORE, H(q(x)) - _DISTORTION),
    derivation=Derivation(
        _INFORMATION,
        (
            Step(KL(q(x, z), q(x) * q(z), over=(x, z)), "mutual-information-definition"),
            Step(E(q(x, z), log(q(x, z) / (q(x) * q(z)))), "kl-definition"),
            Step(E(q(x, z), log(q(x | z) / q(x))), "product-rule"),
            Step(
                E(q(x, z), log(q(x | z) / p(x | z) * p(x | z) / q(x))),
                "rearrangement",
                note="Multiply and divide by the decoder p(x | z).",
            ),
            Step(
                E(q(x, z), log(q(x | z) / p(x | z)) + log(p(x | z)) - log(q(x))), "log-of-product"
            ),
            Step(
                E(q(x, z), log(q(x | z) / p(x | z)))
                + E(q(x, z), log(p(x | z)))
                - E(q(x, z), log(q(x))),
                "linearity",
            ),
            Step(
                E(q(z), E(q(x | z), log(q(x | z) / p(x | z))))
                + E(q(x, z), log(p(x | z)))
                - E(q(x, z), log(q(x))),
                "iterated-expectation",
            ),
            Step(
                E(q(z), KL(q(x | z), p(x | z))) + E(q(x, z), log(p(x | z))) - E(q(x, z), log(q(x))),
                "kl-definition",
            ),
            Step(
                E(q(x, z), log(p(x | z))) - E(q(x, z), log(q(x))),
                "kl-nonnegative",
                _MORE,
                "The decoder is at best the true conditional q(x | z).",
            ),
            Step(E(q(x, z), log(p(x | z))) - E(q(x), log(q(x))), "marginalization"),
            Step(H(q(x)) - _DISTORTION, "entropy-definition"),
        ),
    ),
    answer=(
        r"With distortion $D=-\mathbb{E}_{q(x,z)}[\log p(x\mid z)]$, "
        r"$\mathrm{H}-D\le\mathrm{I}_q(x;z)\le R$: good reconstructions force the latent to carry "
        r"information, and the KL term "
        r"charges for it. The ELBO is $-(D+R)$, one point on this trade-off; $\beta$ moves along "
        r"it."
    ),
    reference="Alemi et al. (2018), Fixing a broken ELBO; Barber & Agakov (2003).",
    equality="exactly when p(x|z) = q(x|z) for almost every x and z",
    mistakes=(
        Mistake(
            "reversed",
            Statement(_INFORMATION, _LESS, H(q(x)) - _DISTORTION),
            "The direction is turned.",
        ),
        Mistake(
            "equal",
            Statement(_INFORMATION, _EQ, H(q(x)) - _DISTORTION),
            "The decoder is taken for the exact conditional.",
        ),
        Mistake(
            "entropy-forgotten",
            Statement(_INFORMATION, _MORE, _DISTORTION),
            "Distortion and its negative are confused, and the entropy is lost.",
        ),
        Mistake(
            "entropy-of-z",
            Statement(_INFORMATION, _MORE, H(q(z)) - _DISTORTION),
            "The entropy is that of the data.",
        ),
    ),
)

_Z1, _Z2 = Variable("z", slot="z_1")[1], Variable("z", slot="z_2")[2]
_FACTORISED = (Dag(p, (("z_1", ()), ("z_2", ()))),)
_AGGREGATE = KL(q(_Z1, _Z2), p(_Z1, _Z2))
_TOTAL = KL(q(_Z1, _Z2), q(_Z1) * q(_Z2), over=(_Z1, _Z2))
_DIMENSIONS = KL(q(_Z1), p(_Z1)) + KL(q(_Z2), p(_Z2))


def _aggregate(right: Expression, relation: Relation = _EQ) -> Statement:
    return Statement(_AGGREGATE, relation, right, _FACTORISED)


_SPLIT = log(q(_Z1, _Z2) / (q(_Z1) * q(_Z2)))

total_correlation = Theorem(
    name="total-correlation",
    title="The misfit of the aggregate posterior is total correlation plus misfits of the "
    "dimensions",
    question="",
    statement=_aggregate(_TOTAL + _DIMENSIONS),
    derivation=Derivation(
        _AGGREGATE,
        (
            Step(E(q(_Z1, _Z2), log(q(_Z1, _Z2) / p(_Z1, _Z2))), "kl-definition"),
            Step(
                E(q(_Z1, _Z2), log(q(_Z1, _Z2) / (p(_Z1) * p(_Z2)))),
                "factorization",
                note="The prior's dimensions are independent.",
            ),
            Step(
                E(
                    q(_Z1, _Z2),
                    log(q(_Z1, _Z2) / (q(_Z1) * q(_Z2)) * (q(_Z1) / p(_Z1)) * (q(_Z2) / p(_Z2))),
                ),
                "rearrangement",
                note="Multiply and divide by q(z₁) q(z₂).",
            ),
            Step(
                E(q(_Z1, _Z2), _SPLIT + log(q(_Z1) / p(_Z1)) + log(q(_Z2) / p(_Z2))),
                "log-of-product",
            ),
            Step(
                E(q(_Z1, _Z2), _SPLIT)
                + E(q(_Z1, _Z2), log(q(_Z1) / p(_Z1)))
                + E(q(_Z1, _Z2), log(q(_Z2) / p(_Z2))),
                "linearity",
            ),
            Step(
                E(q(_Z1, _Z2), _SPLIT)
                + E(q(_Z1), log(q(_Z1) / p(_Z1)))
                + E(q(_Z2), log(q(_Z2) / p(_Z2))),
                "marginalization",
            ),
            Step(_TOTAL + _DIMENSIONS, "kl-definition"),
        ),
        _FACTORISED,
    ),
    answer=(
        r"For a prior with independent dimensions, "
        r"$\mathrm{KL}[q(z)\,\|\,p(z)]=\mathrm{KL}\big[q(z)\,\big\|\,\prod_j "
        r"q(z_j)\big]+\sum_j\mathrm{KL}[q(z_j)\,\|\,p(z_j)]$. The first part, the total "
        r"correlation, "
        r"is what the β-TCVAE presses on to make the dimensions independent. Shown for two "
        r"dimensions."
    ),
    reference="Chen, Li, Grosse & Duvenaud (2018), Isolating sources of disentanglement in VAEs.",
    mistakes=(
        Mistake(
            "total-correlation-lost",
            _aggregate(_DIMENSIONS),
            "The aggregate posterior is taken to have independent dimensions.",
        ),
        Mistake(
            "sign", _aggregate(_DIMENSIONS - _TOTAL), "The sign of the total correlation is lost."
        ),
        Mistake(
            "one-dimension-lost",
            _aggregate(_TOTAL + KL(q(_Z1), p(_Z1))),
            "The sum over dimensions is cut short.",
        ),
        Mistake(
            "turned",
            _aggregate(_TOTAL + KL(p(_Z1), q(_Z1)) + KL(q(_Z2), p(_Z2))),
            "One of the divergences is turned round.",
        ),
        Mistake(
            "upper-bound",
            _aggregate(_DIMENSIONS, _LESS),
            "The dimensions' misfits are a lower bound, since the total correlation is not "
            "negative.",
        ),
    ),
)
