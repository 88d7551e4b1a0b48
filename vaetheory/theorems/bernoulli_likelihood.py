"""1.3.1: the negative Bernoulli log likelihood is the binary cross-entropy, and one sample
estimates its expectation.
"""

from __future__ import annotations

from vaetheory.derivation import Derivation, Step
from vaetheory.language.assumptions import Family, Sampled
from vaetheory.language.distributions import bernoulli
from vaetheory.language.expressions import Expression
from vaetheory.language.notation import E, log, product, summation
from vaetheory.language.statements import Relation, Statement
from vaetheory.theorems.symbols import D, d, p, probability_hat, q, value, z, z_sample
from vaetheory.theorems.symbols import x_bit as x
from vaetheory.theorems.theorem import (
    CLOSED_FORM,
    EXACT,
    MONTE_CARLO,
    PROOF,
    QUADRATURE,
    Mistake,
    Theorem,
)

_X, _HAT = value(x[d]), probability_hat()
_LAW = q(z | x)
_DENSITY = product(bernoulli(x[d], _HAT), d, D)
_FAMILY = (Family(p(x | z), _DENSITY),)
_DRAWN = (*_FAMILY, Sampled(z_sample, q(z_sample | x)))


def _cross_entropy(hat: Expression) -> Expression:
    return -summation(_X * log(hat) + (1 - _X) * log(1 - hat), d, D)


_BCE = _cross_entropy(_HAT)


def _claim(right: Expression) -> Statement:
    return Statement(-E(_LAW, log(p(x | z))), Relation.EQUAL, right, _FAMILY)


bernoulli_bce = Theorem(
    name="bernoulli-bce",
    title="Negative Bernoulli log likelihood is binary cross-entropy",
    question="1.3.1",
    statement=_claim(E(_LAW, _BCE)),
    derivation=Derivation(
        -E(_LAW, log(p(x | z))),
        (
            Step(
                -E(_LAW, log(_DENSITY)),
                "family",
                note="The decoder gives each pixel a probability x̂_d(z), and the pixels are "
                "independent given z.",
            ),
            Step(-E(_LAW, summation(log(bernoulli(x[d], _HAT)), d, D)), "log-of-product"),
            Step(
                -E(_LAW, summation(_X * log(_HAT) + (1 - _X) * log(1 - _HAT), d, D)),
                "log-density",
                note="log of x̂^x (1 − x̂)^(1 − x).",
            ),
            Step(
                E(_LAW, _BCE),
                "linearity",
                note="The sign goes inside: this is the binary cross-entropy, summed over the "
                "pixels.",
            ),
        ),
        _FAMILY,
    ),
    answer=(
        r"With $x_d\in\{0,1\}$ and $p(x\mid z)=\prod_d \hat x_d^{x_d}(1-\hat x_d)^{1-x_d}$, the "
        r"logarithm of the product is the sum "
        r"$\sum_d x_d\log\hat x_d+(1-x_d)\log(1-\hat x_d)$; its negative is the binary "
        r"cross-entropy *summed* over the pixels. "
        r"`nn.BCELoss` takes the *mean* over all elements by default (`reduction='mean'`), which "
        r"divides the reconstruction term by the number "
        r"of pixels and so weights the KL divergence $D$ times too strongly; it also clamps each "
        r"logarithm at $-100$. Use the sum over pixels, "
        r"and `binary_cross_entropy_with_logits` for a value that is exact at all logits."
    ),
    reference="Kingma & Welling (2014), appendix C.1.",
    kinds=(PROOF, CLOSED_FORM, EXACT, QUADRATURE, MONTE_CARLO),
    mistakes=(
        Mistake(
            "sign",
            _claim(-E(_LAW, _BCE)),
            "The log likelihood and its negative are confused: cross-entropy is a cost.",
        ),
        Mistake(
            "second-term-lost",
            _claim(E(_LAW, -summation(_X * log(_HAT), d, D))),
            "Only the pixels that are on are counted, as in a categorical cross-entropy.",
        ),
        Mistake(
            "mean-for-sum",
            _claim(E(_LAW, _BCE) / (2 * value(D))),
            "The mean over pixels (and something more) is taken, as by a default reduction: the "
            "scale against the KL is lost.",
        ),
        Mistake(
            "roles-swapped",
            _claim(E(_LAW, -summation((1 - _X) * log(_HAT) + _X * log(1 - _HAT), d, D))),
            "x and 1 − x are swapped: the image is inverted.",
        ),
        Mistake(
            "log-outside-sum",
            _claim(E(_LAW, -log(summation(_HAT, d, D)))),
            "The logarithm of the product is written as the logarithm of a sum.",
        ),
        Mistake(
            "minus-inside",
            _claim(E(_LAW, -summation(_X * log(_HAT) - (1 - _X) * log(1 - _HAT), d, D))),
            "The sign between the two terms is lost.",
        ),
    ),
)

reconstruction_one_sample = Theorem(
    name="reconstruction-one-sample",
    title="One sample estimates the reconstruction term without bias",
    question="1.3.1",
    statement=Statement(
        -E(_LAW, log(p(x | z))),
        Relation.UNBIASED,
        _cross_entropy(probability_hat(z_sample)),
        _DRAWN,
    ),
    derivation=Derivation(
        -E(_LAW, log(p(x | z))),
        (
            Step(
                -log(p(x | z_sample)),
                "one-sample",
                Relation.UNBIASED,
                note="z̃ is drawn from q(z | x), once for each image and step.",
            ),
            Step(-log(product(bernoulli(x[d], probability_hat(z_sample)), d, D)), "family"),
            Step(
                -summation(log(bernoulli(x[d], probability_hat(z_sample))), d, D), "log-of-product"
            ),
            Step(_cross_entropy(probability_hat(z_sample)), "log-density"),
        ),
        _DRAWN,
    ),
    answer=(
        r"$\mathbb{E}_{q(z\mid x)}[\log p(x\mid z)]$ has no closed form, because the decoder is a "
        r"neural network. Drawing one "
        r"$\tilde z\sim q(z\mid x)$ and using $\log p(x\mid\tilde z)$ is right on average: an "
        r"*unbiased estimate*. Its noise averages out over "
        r"the images of a batch and over the steps of training, so one sample is enough."
    ),
    reference="Kingma & Welling (2014), §2.3: L = 1 for batches of 100 or more.",
    kinds=(PROOF, EXACT, QUADRATURE, MONTE_CARLO),
    mistakes=(
        Mistake(
            "sample-from-prior",
            Statement(
                -E(_LAW, log(p(x | z))),
                Relation.UNBIASED,
                _cross_entropy(probability_hat(z_sample)),
                (*_FAMILY, Sampled(z_sample, p(z_sample))),
            ),
            "The sample is drawn from the prior instead of from q(z|x).",
        ),
        Mistake(
            "average-inside-log",
            Statement(
                -log(E(_LAW, p(x | z))),
                Relation.UNBIASED,
                _cross_entropy(probability_hat(z_sample)),
                _DRAWN,
            ),
            "The logarithm of a mean is not estimated without bias by the logarithm of a sample.",
        ),
        Mistake(
            "sign",
            Statement(
                E(_LAW, log(p(x | z))),
                Relation.UNBIASED,
                _cross_entropy(probability_hat(z_sample)),
                _DRAWN,
            ),
            "The log likelihood and its negative are confused.",
        ),
        Mistake(
            "no-average",
            Statement(
                -E(_LAW, log(p(x | z))),
                Relation.EQUAL,
                _cross_entropy(probability_hat(z_sample)),
                _DRAWN,
            ),
            "One sample is called equal to the expectation; it is so only on average.",
        ),
    ),
)
