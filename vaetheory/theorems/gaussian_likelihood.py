"""1.3.2: the negative Gaussian log likelihood is the squared error up to scale and a constant."""

from __future__ import annotations

from vaetheory.derivation import Derivation, Step
from vaetheory.language.assumptions import Family
from vaetheory.language.distributions import normal
from vaetheory.language.expressions import Expression, Pi
from vaetheory.language.notation import HALF, E, log, product, summation
from vaetheory.language.statements import Relation, Statement
from vaetheory.theorems.symbols import D, d, mean_hat, p, q, sigma, value, z
from vaetheory.theorems.symbols import x_real as x
from vaetheory.theorems.theorem import (
    CLOSED_FORM,
    EXACT,
    MONTE_CARLO,
    PROOF,
    QUADRATURE,
    Mistake,
    Theorem,
)

_X, _HAT, _S, _D = value(x[d]), mean_hat(), value(sigma), value(D)
_LAW = q(z | x)
_NORMAL = normal(x[d], _HAT, _S**2)
_DENSITY = product(_NORMAL, d, D)
_FAMILY = (Family(p(x | z), _DENSITY),)
_ERROR = summation((_X - _HAT) ** 2, d, D)
_MEAN_ERROR = E(_LAW, _ERROR)
_CONSTANT = _D / 2 * log(2 * Pi() * _S**2)
_START = -E(_LAW, log(p(x | z)))


def _claim(right: Expression) -> Statement:
    return Statement(_START, Relation.EQUAL, right, _FAMILY)


_STEPS = (
    Step(
        -E(_LAW, log(_DENSITY)),
        "family",
        note="Each pixel is Gaussian about the decoder's output x̂_d(z), with one variance σ² for "
        "all.",
    ),
    Step(-E(_LAW, summation(log(_NORMAL), d, D)), "log-of-product"),
    Step(
        -E(_LAW, summation(-HALF * log(2 * Pi() * _S**2) - (_X - _HAT) ** 2 / (2 * _S**2), d, D)),
        "log-density",
    ),
    Step(
        -E(_LAW, -_CONSTANT - _ERROR / (2 * _S**2)),
        "linearity-of-sum",
        note="The first term is the same for each of the D pixels.",
    ),
    Step(
        _MEAN_ERROR / (2 * _S**2) + _CONSTANT,
        "constant-out",
        note="The constant does not depend on z.",
    ),
)

gaussian_squared_error = Theorem(
    name="gaussian-squared-error",
    title="Negative Gaussian log likelihood is scaled squared error plus a constant",
    question="1.3.2",
    statement=_claim(_MEAN_ERROR / (2 * _S**2) + _CONSTANT),
    derivation=Derivation(_START, _STEPS, _FAMILY),
    answer=(
        r"With $p(x\mid z)=\prod_d\mathcal N(x_d;\hat x_d,\sigma^2)$, taking the logarithm gives "
        r"$-\log p(x\mid z)=\frac{1}{2\sigma^2}\sum_d(x_d-\hat x_d)^2+\frac "
        r"D2\log(2\pi\sigma^2)$: the squared error summed over the pixels, times "
        r"$1/(2\sigma^2)$, plus a term in which $\hat x$ does not occur. For fixed $\sigma$, "
        r"minimising one is minimising the other. The scale is "
        r"not a detail: it sets the weight of the reconstruction against the KL divergence. "
        r"Summed squared error without the "
        r"factor ½ is the choice $\sigma^2=\frac12$; a *mean* over pixels is the choice "
        r"$\sigma^2=D/2$."
    ),
    reference="Bishop (2006), Pattern Recognition and Machine Learning, §3.1.1; Rybkin, "
    "Daniilidis & Levine (2021), σ-VAE.",
    kinds=(PROOF, CLOSED_FORM, EXACT, QUADRATURE, MONTE_CARLO),
    mistakes=(
        Mistake(
            "half-lost", _claim(_MEAN_ERROR / _S**2 + _CONSTANT), "The ½ of the exponent is lost."
        ),
        Mistake(
            "sigma-for-variance",
            _claim(_MEAN_ERROR / (2 * _S) + _D / 2 * log(2 * Pi() * _S)),
            "σ is written where σ² belongs.",
        ),
        Mistake(
            "constant-lost",
            _claim(_MEAN_ERROR / (2 * _S**2)),
            "= is written although the constant was dropped; ≐ would be right.",
        ),
        Mistake(
            "constant-once",
            _claim(_MEAN_ERROR / (2 * _S**2) + _S**2 + HALF * log(2 * Pi() * _S**2)),
            "The constant is taken once instead of once per pixel.",
        ),
        Mistake(
            "sign",
            _claim(-_MEAN_ERROR / (2 * _S**2) - _CONSTANT),
            "The log likelihood and its negative are confused.",
        ),
        Mistake(
            "absolute-error",
            _claim(E(_LAW, summation(_X - _HAT, d, D)) / (2 * _S**2) + _CONSTANT),
            "The square of the error is lost.",
        ),
    ),
)

_UP_TO = Relation.UP_TO_CONSTANT
_HAT_NAME = r"\hat{x}"


def _claim_up_to(right: Expression) -> Statement:
    return Statement(_START, _UP_TO, right, _FAMILY, _HAT_NAME)


gaussian_squared_error_constant = Theorem(
    name="gaussian-squared-error-up-to-constant",
    title="As a function of the reconstruction, it is squared error",
    question="1.3.2",
    statement=_claim_up_to(_MEAN_ERROR / (2 * _S**2)),
    derivation=Derivation(
        _START,
        (
            *_STEPS,
            Step(
                _MEAN_ERROR / (2 * _S**2),
                "drop-constant",
                _UP_TO,
                "x̂ does not occur in what is dropped.",
                _HAT_NAME,
            ),
        ),
        _FAMILY,
    ),
    answer=(
        r"The dropped term $\frac D2\log(2\pi\sigma^2)$ does not contain $\hat x$, so it changes "
        r"neither the best $\hat x$ nor the gradient with respect "
        r"to it. It does contain $\sigma$: when $\sigma$ is learned, it must be kept."
    ),
    reference="Rybkin, Daniilidis & Levine (2021), Simple and effective VAE training with "
    "calibrated decoders.",
    kinds=(PROOF, CLOSED_FORM, EXACT, QUADRATURE, MONTE_CARLO),
    mistakes=(
        Mistake(
            "half-lost",
            _claim_up_to(_MEAN_ERROR / _S**2),
            "A factor is no constant: twice the error has twice the gradient.",
        ),
        Mistake(
            "scale-dropped",
            _claim_up_to(_MEAN_ERROR + _MEAN_ERROR / (3 * _S**2)),
            "The scale 1/2σ² is dropped as if it were an additive constant.",
        ),
        Mistake(
            "sigma-for-variance",
            _claim_up_to(_MEAN_ERROR / (2 * _S) + _MEAN_ERROR / (5 * _S**2)),
            "σ is written where σ² belongs.",
        ),
        Mistake(
            "sign",
            _claim_up_to(-_MEAN_ERROR / (2 * _S**2)),
            "The sign is lost: the likelihood would grow with the error.",
        ),
    ),
)
