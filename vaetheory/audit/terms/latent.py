"""Latent terms: the pieces of KL[N(μ, σ²) ‖ N(0, I)], closed form or one sample, in every spelling.

Theorems: gaussian-kl-standard (closed form), gaussian-kl (two diagonal Gaussians).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from vaetheory.audit.roles import Role
from vaetheory.audit.terms.term import Array, Hypothesis, Term, entrywise, softplus

Scalar = Callable[[Array], Array]


def _of_scale(text: str, function: Scalar) -> Term:
    return entrywise(text, (Role.SCALE,), function)


LINEAR = _of_scale("s", lambda s: s)
SQUARE = _of_scale("s²", lambda s: s**2)
EXP = _of_scale("e^s", np.exp)
EXP_TWICE = _of_scale("e^(2s)", lambda s: np.exp(2 * s))
EXP_HALF = _of_scale("e^(s/2)", lambda s: np.exp(s / 2))
LOG = _of_scale("log s", np.log)
SOFTPLUS = _of_scale("softplus(s)", softplus)
SOFTPLUS_SQUARE = _of_scale("softplus(s)²", lambda s: softplus(s) ** 2)
LOG_SOFTPLUS = _of_scale("log softplus(s)", lambda s: np.log(softplus(s)))
INVERSE = _of_scale("1/s", lambda s: 1 / s)
INVERSE_SQUARE = _of_scale("1/s²", lambda s: s**-2.0)
EXP_MINUS = _of_scale("e^(−s)", lambda s: np.exp(-s))
EXP_MINUS_TWICE = _of_scale("e^(−2s)", lambda s: np.exp(-2 * s))

MEAN_SQUARE = entrywise("μ²", (Role.MEAN,), lambda m: m**2)
MEAN_LINEAR = entrywise("μ", (Role.MEAN,), lambda m: m)
MEAN_ABSOLUTE = entrywise("|μ|", (Role.MEAN,), np.abs)
MEAN_EXP = entrywise("e^μ", (Role.MEAN,), np.exp)
MEAN_APART = entrywise("(μ−μ_p)²", (Role.MEAN, Role.PRIOR_MEAN), lambda m, n: (m - n) ** 2)
SAMPLE_SQUARE = entrywise("z²", (Role.SAMPLE,), lambda z: z**2)


@dataclass(frozen=True)
class Parametrization:
    """How the scale argument s encodes σ.

    `variance` is σ² as a function of s; `log` times `log_factor` is log σ²; `inverse` is 1/σ².
    """

    name: str
    variance: Term
    log: Term
    log_factor: float
    inverse: Scalar
    sigma_squared: Scalar

    def log_variance(self, s: Array) -> Array:
        """log σ²(s)."""
        return np.log(self.sigma_squared(s))


LOG_VARIANCE = Parametrization("log σ²", EXP, LINEAR, 1, lambda s: np.exp(-s), np.exp)
LOG_SIGMA = Parametrization(
    "log σ", EXP_TWICE, LINEAR, 2, lambda s: np.exp(-2 * s), lambda s: np.exp(2 * s)
)
SIGMA = Parametrization("σ", SQUARE, LOG, 2, lambda s: s**-2.0, lambda s: s**2)
VARIANCE = Parametrization("σ²", LINEAR, LOG, 1, lambda s: 1 / s, lambda s: s)
SOFTPLUS_SIGMA = Parametrization(
    "softplus⁻¹(σ)", SOFTPLUS_SQUARE, LOG_SOFTPLUS, 2,
    lambda s: softplus(s) ** -2.0, lambda s: softplus(s) ** 2,
)  # fmt: skip
SOFTPLUS_VARIANCE = Parametrization(
    "softplus⁻¹(σ²)", SOFTPLUS, LOG_SOFTPLUS, 1, lambda s: 1 / softplus(s), softplus
)
PRECISION = Parametrization("1/σ²", INVERSE, LOG, -1, lambda s: s, lambda s: 1 / s)
LOG_PRECISION = Parametrization("log 1/σ²", EXP_MINUS, LINEAR, -1, np.exp, lambda s: np.exp(-s))
PARAMETRIZATIONS = (
    LOG_VARIANCE, LOG_SIGMA, SIGMA, VARIANCE, SOFTPLUS_SIGMA, SOFTPLUS_VARIANCE,
    PRECISION,
    LOG_PRECISION,
)  # fmt: skip


def _shifted(
    name: str, epsilon: float, variance: Scalar, log: Scalar, texts: tuple[str, str]
) -> Parametrization:
    """A parametrization with σ²(s) and log σ²(s) given apart, because ε may be in one only."""
    return Parametrization(
        name, _of_scale(texts[0], variance), _of_scale(texts[1], log), 1,
        lambda s: 1 / variance(s), variance,
    )  # fmt: skip


def shifts(epsilon: float) -> tuple[Parametrization, ...]:
    """Readings with ε inside: log(σ² + ε), log(σ + ε), σ + ε, σ² + ε, softplus(s) + ε."""
    e, t = epsilon, f"{epsilon:g}"

    def sigma(s: Array) -> Array:
        return np.asarray(softplus(s) + e)

    return (
        _shifted("σ", e, np.square, lambda s: np.log(s**2 + e), ("s²", f"log(s²+{t})")),
        _shifted("σ", e, np.square, lambda s: 2 * np.log(s + e), ("s²", f"2 log(s+{t})")),
        _shifted("σ²", e, np.asarray, lambda s: np.log(s + e), ("s", f"log(s+{t})")),
        _shifted(f"σ−{t}", e, lambda s: (s + e) ** 2, lambda s: 2 * np.log(s + e),
                 (f"(s+{t})²", f"2 log(s+{t})")),
        _shifted(f"σ²−{t}", e, lambda s: s + e, lambda s: np.log(s + e),
                 (f"s+{t}", f"log(s+{t})")),
        _shifted("log σ²", e, np.exp, lambda s: np.log(np.exp(s) + e), ("e^s", f"log(e^s+{t})")),
        _shifted(f"log(σ²−{t})", e, lambda s: np.exp(s) + e, lambda s: np.log(np.exp(s) + e),
                 (f"e^s+{t}", f"log(e^s+{t})")),
        _shifted(f"softplus⁻¹(σ−{t})", e, lambda s: sigma(s) ** 2, lambda s: 2 * np.log(sigma(s)),
                 (f"(softplus(s)+{t})²", f"2 log(softplus(s)+{t})")),
    )  # fmt: skip


def deviation(parametrization: Parametrization) -> Term:
    """(z − μ)²/σ², the quadratic form of log q(z|x)."""
    return entrywise(
        "(z−μ)²/σ²",
        (Role.SAMPLE, Role.MEAN, Role.SCALE),
        lambda z, m, s: (z - m) ** 2 * parametrization.inverse(s),
    )


def prior_terms(
    parametrization: Parametrization, prior: Parametrization | None = None, *, sampled: bool = False
) -> tuple[Term, Term, Term]:
    """(μ−μ_p)²/σ_p², σ²/σ_p² and log σ_p² for a prior that is given as arguments.

    `prior` says how σ_p is written, where it is not as σ is; `sampled` takes z in place of μ.
    """
    p, q = prior or parametrization, parametrization
    centre, letter = (Role.SAMPLE, "z") if sampled else (Role.MEAN, "μ")
    return (
        entrywise(f"({letter}−μ_p)²/σ_p²", (centre, Role.PRIOR_MEAN, Role.PRIOR_SCALE),
                  lambda m, n, t: (m - n) ** 2 * p.inverse(t)),
        entrywise("σ²/σ_p²", (Role.SCALE, Role.PRIOR_SCALE),
                  lambda s, t: q.sigma_squared(s) * p.inverse(t)),
        entrywise("log σ_p²", (Role.PRIOR_SCALE,), p.log_variance),
    )  # fmt: skip


def reversed_terms(parametrization: Parametrization) -> tuple[Term, Term]:
    """μ²/σ² and 1/σ², which belong to KL[p ‖ q], the divergence turned round."""
    p = parametrization
    return (
        entrywise("μ²/σ²", (Role.MEAN, Role.SCALE), lambda m, s: m**2 * p.inverse(s)),
        entrywise("1/σ²", (Role.SCALE,), p.inverse),
    )


# Pieces out of which a wrong KL can be put together; searched in subsets.
POOL = (
    MEAN_SQUARE, LINEAR, EXP, SQUARE, LOG, EXP_TWICE, EXP_HALF, MEAN_LINEAR, MEAN_ABSOLUTE,
    SOFTPLUS, SOFTPLUS_SQUARE, LOG_SOFTPLUS, INVERSE, INVERSE_SQUARE, EXP_MINUS, EXP_MINUS_TWICE,
    MEAN_EXP,
)  # fmt: skip


def closed_form() -> Iterator[tuple[Hypothesis, Parametrization]]:
    """Σμ², Σσ², Σ log σ² under each parametrization."""
    for p in PARAMETRIZATIONS:
        yield Hypothesis((MEAN_SQUARE, p.variance, p.log), "closed form"), p


def shifted_closed_form(
    epsilons: tuple[float, ...],
) -> Iterator[tuple[Hypothesis, Parametrization]]:
    """The same with ε inside the logarithm, the variance or the softplus."""
    for epsilon in epsilons:
        for p in shifts(epsilon):
            yield Hypothesis((MEAN_SQUARE, p.variance, p.log), "closed form"), p
