"""1.2.1 and 1.2.3: the ELBO as reconstruction − KL, and as expected log joint + entropy."""

from __future__ import annotations

from vaetheory.derivation import Derivation, Step
from vaetheory.language.expressions import Expression
from vaetheory.language.notation import KL, E, H, log
from vaetheory.language.statements import Relation, Statement
from vaetheory.theorems.symbols import ELBO, p, q, x, z
from vaetheory.theorems.theorem import Mistake, Theorem

_LAW = q(z | x)
_RECONSTRUCTION = E(_LAW, log(p(x | z)))
_TO_PRIOR = KL(_LAW, p(z))


def _claim(right: Expression) -> Statement:
    return Statement(ELBO, Relation.EQUAL, right)


elbo_reconstruction = Theorem(
    name="elbo-reconstruction-kl",
    title="The ELBO is reconstruction minus KL divergence to the prior",
    question="1.2.1",
    statement=_claim(_RECONSTRUCTION - _TO_PRIOR),
    derivation=Derivation(
        ELBO,
        (
            Step(E(_LAW, log(p(x, z) / _LAW)), "elbo-definition"),
            Step(
                E(_LAW, log(p(x | z) * p(z) / _LAW)),
                "product-rule",
                note="p(x, z) = p(x | z) p(z).",
            ),
            Step(
                E(_LAW, log(p(x | z)) - log(_LAW / p(z))),
                "log-of-product",
                note="log p(z)/q(z | x) is −log q(z | x)/p(z): the sign that is lost most often.",
            ),
            Step(_RECONSTRUCTION - E(_LAW, log(_LAW / p(z))), "linearity"),
            Step(_RECONSTRUCTION - _TO_PRIOR, "kl-definition"),
        ),
    ),
    answer=(
        r"Write the joint density as $p(x\mid z)\,p(z)$ and split the logarithm: "
        r"$\mathrm{ELBO}=\mathbb{E}_{q(z\mid x)}[\log p(x\mid z)]+\mathbb{E}_{q(z\mid x)}[\log "
        r"p(z)-\log q(z\mid x)]$. The second expectation is "
        r"$-\mathrm{KL}[q(z\mid x)\,\|\,p(z)]$ by definition. This is the form that is trained: "
        r"the first term is estimated by decoding a "
        r"sample of $q(z\mid x)$, the second has a closed form for Gaussians."
    ),
    reference="Kingma & Welling (2014), eq. (3).",
    mistakes=(
        Mistake(
            "sign-of-kl",
            _claim(_RECONSTRUCTION + _TO_PRIOR),
            "The KL divergence is added: then the encoder would be paid for leaving the prior.",
        ),
        Mistake(
            "kl-turned",
            _claim(_RECONSTRUCTION - KL(p(z), _LAW)),
            "The two densities of the KL divergence are swapped.",
        ),
        Mistake(
            "posterior-for-prior",
            _claim(_RECONSTRUCTION - KL(_LAW, p(z | x))),
            "The KL to the true posterior belongs to log p(x) − ELBO, not here.",
        ),
        Mistake(
            "joint-in-reconstruction",
            _claim(E(_LAW, log(p(x, z))) - _TO_PRIOR),
            "The joint is kept in the first term, so that the prior is counted twice.",
        ),
        Mistake(
            "expectation-under-prior",
            _claim(E(p(z), log(p(x | z))) - _TO_PRIOR),
            "The reconstruction is averaged over the prior instead of over q(z|x).",
        ),
        Mistake(
            "log-outside",
            _claim(log(E(_LAW, p(x | z))) - _TO_PRIOR),
            "The logarithm is moved out of the expectation (Jensen's gap is lost).",
        ),
    ),
)

elbo_entropy = Theorem(
    name="elbo-entropy",
    title="The ELBO is the expected log joint plus the entropy of q",
    question="1.2.3",
    statement=_claim(E(_LAW, log(p(x, z))) + H(_LAW)),
    derivation=Derivation(
        ELBO,
        (
            Step(E(_LAW, log(p(x, z) / _LAW)), "elbo-definition"),
            Step(E(_LAW, log(p(x, z)) - log(_LAW)), "log-of-product"),
            Step(E(_LAW, log(p(x, z))) - E(_LAW, log(_LAW)), "linearity"),
            Step(E(_LAW, log(p(x, z))) + H(_LAW), "entropy-definition"),
        ),
    ),
    answer=(
        r"Splitting the logarithm of the ratio gives $\mathbb{E}_{q(z\mid x)}[\log p(x,z)]$ and "
        r"$-\mathbb{E}_{q(z\mid x)}[\log q(z\mid x)]$, which is "
        r"the entropy $\mathrm{H}[q(z\mid x)]$. Without the entropy the best $q$ would put all "
        r"its mass on the single $z$ that maximises $p(x,z)$ "
        r"(the MAP estimate): an average is never larger than the largest value. The entropy "
        r"rewards spreading, and the two together are "
        r"largest exactly at the posterior."
    ),
    reference="Blei, Kucukelbir & McAuliffe (2017), eq. (13); Neal & Hinton (1998), A view of the "
    "EM algorithm.",
    mistakes=(
        Mistake(
            "sign-of-entropy",
            _claim(E(_LAW, log(p(x, z))) - H(_LAW)),
            "−E[log q] is the entropy, so it is added.",
        ),
        Mistake(
            "entropy-dropped",
            _claim(E(_LAW, log(p(x, z)))),
            "The entropy is taken for a constant; it depends on q, which is what is optimised.",
        ),
        Mistake(
            "likelihood-for-joint",
            _claim(E(_LAW, log(p(x | z))) + H(_LAW)),
            "The prior is lost: the joint stands in this form.",
        ),
        Mistake(
            "entropy-of-prior",
            _claim(E(_LAW, log(p(x, z))) + H(p(z))),
            "The entropy is that of q(z|x), not of the prior.",
        ),
        Mistake(
            "cross-entropy",
            _claim(E(_LAW, log(p(x, z))) - E(_LAW, log(p(z)))),
            "The entropy is replaced by the cross-entropy with the prior.",
        ),
    ),
)
