"""1.4.1: the pathwise gradient of an expectation under a normal."""

from __future__ import annotations

from vaetheory.derivation import Derivation, Step
from vaetheory.language.distributions import normal
from vaetheory.language.expressions import Expression, Function, Gradient, Pi
from vaetheory.language.notation import HALF, E, log
from vaetheory.language.statements import Relation, Statement
from vaetheory.language.variables import Reals, Variable
from vaetheory.theorems.symbols import mu, sigma, value
from vaetheory.theorems.symbols import z_real as z
from vaetheory.theorems.theorem import EXACT, MONTE_CARLO, PROOF, QUADRATURE, Mistake, Theorem

_EPS = Variable(r"\epsilon", Reals())
_M, _S = value(mu), value(sigma)
_LAW, _NOISE = normal(z, _M, _S**2), normal(_EPS, 0, 1)
_REFERENCE = (
    "Kingma & Welling (2014), §2.4; Rezende, Mohamed & Wierstra (2014); Mohamed et al. (2020), §5."
)
_KINDS = (PROOF, EXACT, QUADRATURE, MONTE_CARLO)


def _f(argument: Expression) -> Expression:
    return Function(Variable("f", Reals()), (argument,))


_PATH = _f(_M + _S * value(_EPS))


def _claim(parameter: str, right: Expression) -> Statement:
    return Statement(Gradient(E(_LAW, _f(value(z))), parameter), Relation.EQUAL, right)


def _theorem(
    name: str, title: str, parameter: str, word: str, mistakes: tuple[Mistake, ...], answer: str
) -> Theorem:
    right = E(_NOISE, Gradient(_PATH, parameter))
    left = Gradient(E(_LAW, _f(value(z))), parameter)
    return Theorem(
        name=name,
        title=title,
        question="1.4.1",
        statement=_claim(parameter, right),
        derivation=Derivation(
            left,
            (
                Step(
                    Gradient(E(_NOISE, _PATH), parameter),
                    "location-scale",
                    note=f"Draw ε ~ N(0, 1) and put z = μ + σ ε: the {word} leaves the law.",
                ),
                Step(
                    right,
                    "gradient-inside",
                    note="The law does not depend on the parameter any more, so the gradient "
                    "passes inside.",
                ),
            ),
        ),
        answer=answer,
        reference=_REFERENCE,
        kinds=_KINDS,
        mistakes=mistakes,
    )


_FROZEN = _f(_M + _S * value(_EPS))
_TOTAL = Gradient(E(_LAW, _f(value(z)) - log(_LAW)), r"\mu")
_AT = _M + _S * value(_EPS)
_STL = E(_NOISE, Gradient(_FROZEN, r"\mu") + value(_EPS) / _S)


def _landing(right: Expression) -> Statement:
    return Statement(_TOTAL, Relation.EQUAL, right)


_CONSTANT = HALF * log(2 * Pi() * _S**2)

sticking_the_landing = Theorem(
    name="sticking-the-landing",
    title="The path derivative alone is an unbiased gradient",
    question="",
    statement=_landing(_STL),
    derivation=Derivation(
        _TOTAL,
        (
            Step(
                Gradient(E(_NOISE, _FROZEN - log(normal(_AT, _M, _S**2))), r"\mu"),
                "location-scale",
                note="The parameters stand in the path z = μ + σε and in the density log q itself.",
            ),
            Step(
                Gradient(E(_NOISE, _FROZEN + _CONSTANT + (_AT - _M) ** 2 / (2 * _S**2)), r"\mu"),
                "log-density",
            ),
            Step(
                Gradient(E(_NOISE, _FROZEN + _CONSTANT + value(_EPS) ** 2 / 2), r"\mu"),
                "algebra",
                note="Along the path, log q(z) does not depend on μ: its two derivatives cancel.",
            ),
            Step(
                E(_NOISE, Gradient(_FROZEN + _CONSTANT + value(_EPS) ** 2 / 2, r"\mu")),
                "gradient-inside",
            ),
            Step(E(_NOISE, Gradient(_FROZEN, r"\mu")), "gradient-terms"),
            Step(
                E(_NOISE, Gradient(_FROZEN, r"\mu")) + E(_NOISE, value(_EPS) / _S),
                "moments",
                note="E[ε] = 0: the score term that is left out has mean zero.",
            ),
            Step(_STL, "linearity", note="ε/σ is the derivative of −log q along the path alone."),
        ),
    ),
    answer=(
        r"For $f(z)=\log p(x,z)$, the gradient of $\mathbb{E}_q[f-\log q]$ along "
        r"$z=\mu+\sigma\epsilon$ has a path part, "
        r"$\nabla_\mu f(\mu+\sigma\epsilon)+\epsilon/\sigma$, and a score part, "
        r"$-\epsilon/\sigma$, whose mean is zero. Leaving the score "
        r"part out keeps the mean, and at $q(z)=p(z\mid x)$ every single sample then gives "
        r"exactly zero: the estimate "
        r"*sticks the landing*."
    ),
    reference="Roeder, Wu & Duvenaud (2017), Sticking the landing.",
    kinds=_KINDS,
    mistakes=(
        Mistake(
            "sign",
            _landing(-_STL),
            "The sign of a loss is carried into the identity.",
        ),
        Mistake(
            "landing-missed",
            _landing(_STL + 1 / _S),
            "A score term is left over whose mean is not zero.",
        ),
        Mistake(
            "squared-noise",
            _landing(E(_NOISE, Gradient(_FROZEN, r"\mu") + value(_EPS) ** 2 / _S)),
            "The derivative of ε²/2 is mistaken: its mean would not be zero.",
        ),
        Mistake(
            "path-forgotten",
            _landing(E(_NOISE, value(_EPS) / _S)),
            "Only the derivative of log q is kept; that of f is lost.",
        ),
    ),
)

_MEAN, _SCALE = r"\mu", r"\sigma"

pathwise_mean = _theorem(
    "pathwise-gradient-mean",
    "The pathwise gradient with respect to the mean",
    _MEAN,
    "mean",
    (
        Mistake(
            "gradient-in-z",
            _claim(_MEAN, E(_LAW, Gradient(_f(value(z)), _MEAN))),
            "The gradient is moved inside although the law depends on μ; f(z) at a fixed z does "
            "not.",
        ),
        Mistake(
            "scale-factor",
            _claim(_MEAN, _S * E(_NOISE, Gradient(_PATH, _MEAN))),
            "A factor σ is added that belongs to nothing.",
        ),
        Mistake(
            "sign",
            _claim(_MEAN, -E(_NOISE, Gradient(_PATH, _MEAN))),
            "The sign of a loss is carried into the identity.",
        ),
        Mistake(
            "score-kept",
            _claim(
                _MEAN,
                E(_NOISE, Gradient(_PATH, _MEAN))
                + E(_LAW, _f(value(z)) * Gradient(log(_LAW), _MEAN)),
            ),
            "The score-function term is kept beside the pathwise one: the gradient is counted "
            "twice.",
        ),
    ),
    r"With $z=\mu+\sigma\epsilon$ and $\epsilon\sim\mathcal N(0,1)$ the parameters leave the law, "
    r"so $\nabla_\mu\mathbb{E}[f(z)]=\mathbb{E}_\epsilon[\nabla_\mu f(\mu+\sigma\epsilon)]$: one "
    r"sample gives an unbiased "
    r"gradient that uses the slope of $f$, with far less variance than the score function where "
    r"$f$ is smooth.",
)

pathwise_scale = _theorem(
    "pathwise-gradient-scale",
    "The pathwise gradient with respect to the standard deviation",
    _SCALE,
    "standard deviation",
    (
        Mistake(
            "gradient-in-z",
            _claim(_SCALE, E(_LAW, Gradient(_f(value(z)), _SCALE))),
            "The gradient is moved inside although the law depends on σ.",
        ),
        Mistake(
            "noise-forgotten",
            _claim(_SCALE, E(_NOISE, Gradient(_f(_M + _S), _SCALE))),
            "The noise is forgotten: z = μ + σ.",
        ),
        Mistake(
            "variance-for-scale",
            _claim(_SCALE, E(_NOISE, Gradient(_f(_M + _S**2 * value(_EPS)), _SCALE))),
            "The noise is multiplied with the variance instead of the standard deviation.",
        ),
        Mistake(
            "detached",
            _claim(_SCALE, E(_NOISE, Gradient(_PATH, _SCALE)) * _S),
            "The chain rule's factor is multiplied in once more.",
        ),
    ),
    r"The same with $\sigma$: $\nabla_\sigma\mathbb{E}[f(z)]=\mathbb{E}_\epsilon[\nabla_\sigma "
    r"f(\mu+\sigma\epsilon)]=\mathbb{E}_\epsilon[\epsilon f'(\mu+\sigma\epsilon)]$.",
)
