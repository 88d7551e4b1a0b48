"""Pieces of a wrong KL between two learned Gaussians, or of a wrong log q(z|x) − log p(z).

All pieces of one kind are fitted at once: what is exact has few of them, and the rest come out 0.
Theorems: gaussian-kl (two diagonal Gaussians), gaussian-kl-standard.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from vaetheory.audit.roles import Role
from vaetheory.audit.terms.latent import (
    LOG_SIGMA,
    LOG_VARIANCE,
    MEAN_SQUARE,
    PARAMETRIZATIONS,
    SAMPLE_SQUARE,
    Parametrization,
    deviation,
    prior_terms,
)
from vaetheory.audit.terms.term import Array, Hypothesis, Term, entrywise

_MEANS = (Role.MEAN, Role.PRIOR_MEAN)
TWO_GAUSSIANS, ONE_SAMPLE = "two Gaussians, slipped", "one sample, slipped"


def _over(text: str, role: Role, divisor: Callable[[Array], Array]) -> Term:
    """(μ−μ_p)² over something that the scale of q or of p gives."""
    return entrywise(text, (*_MEANS, role), lambda m, n, s: (m - n) ** 2 * divisor(s))


def mean_over_own_variance(p: Parametrization) -> Term:
    """(μ−μ_p)²/σ², which belongs to KL[p ‖ q]."""
    return _over("(μ−μ_p)²/σ²", Role.SCALE, p.inverse)


def variance_over_own(p: Parametrization) -> Term:
    """σ_p²/σ², which belongs to KL[p ‖ q]."""
    return entrywise(
        "σ_p²/σ²", (Role.SCALE, Role.PRIOR_SCALE), lambda s, t: p.sigma_squared(t) * p.inverse(s)
    )


def of_two_gaussians(p: Parametrization) -> tuple[Term, ...]:
    """What the terms of KL[q ‖ p] turn into when a denominator slips."""
    both = (Role.SCALE, Role.PRIOR_SCALE)
    # A logarithm that nobody exponentiated, where s_p is one.
    forgotten = (
        _over("(μ−μ_p)²/s_p", Role.PRIOR_SCALE, lambda t: 1 / t),
        entrywise("σ²/s_p", both, lambda s, t: p.sigma_squared(s) / t),
    )
    return (
        *(forgotten if p in (LOG_VARIANCE, LOG_SIGMA) else ()),
        *prior_terms(p),
        p.log,
        mean_over_own_variance(p),
        variance_over_own(p),
        entrywise("(μ−μ_p)²", _MEANS, lambda m, n: (m - n) ** 2),
        entrywise("(μ−μ_p)/σ_p²", (*_MEANS, Role.PRIOR_SCALE),
                  lambda m, n, t: (m - n) * p.inverse(t)),
        _over("(μ−μ_p)²/σ_p", Role.PRIOR_SCALE, lambda t: p.inverse(t) ** 0.5),
        _over("(μ−μ_p)²/σ_p⁴", Role.PRIOR_SCALE, lambda t: p.inverse(t) ** 2),
        entrywise("σ²/σ_p", both, lambda s, t: p.sigma_squared(s) * p.inverse(t) ** 0.5),
        entrywise("σ²/σ_p⁴", both, lambda s, t: p.sigma_squared(s) * p.inverse(t) ** 2),
        entrywise("σ/σ_p", both, lambda s, t: (p.sigma_squared(s) * p.inverse(t)) ** 0.5),
        entrywise("σ²", (Role.SCALE,), p.sigma_squared),
    )  # fmt: skip


def of_one_sample(p: Parametrization) -> tuple[Term, ...]:
    """What log q(z|x) − log p(z) turns into when a bracket or a power of σ slips."""
    all_three = (Role.SAMPLE, Role.MEAN, Role.SCALE)
    return (
        SAMPLE_SQUARE,
        deviation(p),
        p.log,
        entrywise("log σ²/σ²", (Role.SCALE,), lambda s: p.log_variance(s) * p.inverse(s)),
        entrywise("(z−μ)²", (Role.SAMPLE, Role.MEAN), lambda z, m: (z - m) ** 2),
        entrywise("(z−μ)²/σ", all_three, lambda z, m, s: (z - m) ** 2 * p.inverse(s) ** 0.5),
        entrywise("(z−μ)²/σ⁴", all_three, lambda z, m, s: (z - m) ** 2 * p.inverse(s) ** 2),
        entrywise("(z−μ)² σ²", all_three, lambda z, m, s: (z - m) ** 2 * p.sigma_squared(s)),
        MEAN_SQUARE,
        entrywise("σ²", (Role.SCALE,), p.sigma_squared),
    )  # fmt: skip


def hypotheses(available: frozenset[Role]) -> Iterator[tuple[Hypothesis, Parametrization]]:
    """The slips that the arguments allow."""
    if not {Role.MEAN, Role.SCALE} <= available:
        return
    if {Role.PRIOR_MEAN, Role.PRIOR_SCALE} <= available:
        for p in PARAMETRIZATIONS:
            yield Hypothesis(of_two_gaussians(p), TWO_GAUSSIANS), p
    if Role.SAMPLE in available:
        for p in PARAMETRIZATIONS:
            yield Hypothesis(of_one_sample(p), ONE_SAMPLE), p


def is_reversed(p: Parametrization, found: dict[Term, float]) -> bool:
    """Whether the pieces are those of KL[p ‖ q]: both quotients by σ², and log σ²/σ_p² turned."""
    shares = {
        mean_over_own_variance(p).text: 0.5,
        variance_over_own(p).text: 0.5,
        p.log.text: 0.5 * p.log_factor,
        prior_terms(p)[2].text: -0.5,
    }
    by_text = {term.text: value for term, value in found.items()}
    if set(by_text) != set(shares):
        return False
    weights = [by_text[text] / share for text, share in shares.items()]
    return bool(np.allclose(weights, weights[0], rtol=1e-6))
