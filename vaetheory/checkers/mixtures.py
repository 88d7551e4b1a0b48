"""Mixtures of one family: bounds only.

The logarithm of a sum of densities has no mean in closed form, so neither KL nor entropy of a
mixture
has one; what has are bounds.
"""

from __future__ import annotations

from vaetheory.checkers.closed_forms import ClosedForm, NoClosedForm, entropy, kl_divergence
from vaetheory.language.expressions import Expression, FamilyDensity, Sum
from vaetheory.language.notation import log

Mixture = tuple[tuple[Expression, FamilyDensity], ...]
"""Pairs (weight, density); the weights are positive and add up to 1."""


def kl_upper_bound(first: Mixture, second: Mixture) -> ClosedForm:
    """KL[Σ w_i f_i ‖ Σ v_i g_i] ≤ Σ w_i (log w_i − log v_i + KL[f_i ‖ g_i]), with equality when the
    matched components do not overlap with the others.

    The log-sum inequality, component by component in the order given. Raises NoClosedForm when the
    numbers of components differ.
    """
    if len(first) != len(second):
        raise NoClosedForm("the bound matches components, so there must be as many of them")
    terms: list[Expression] = []
    positive: tuple[Expression, ...] = ()
    nonnegative: tuple[Expression, ...] = ()
    for (w, f), (v, g) in zip(first, second, strict=True):
        form = kl_divergence(f, g)
        terms.append(w * (log(w) - log(v) + form.value))
        positive, nonnegative = positive + form.positive, nonnegative + form.nonnegative
    return ClosedForm(Sum(tuple(terms)), positive, nonnegative)


def entropy_bounds(mixture: Mixture) -> tuple[ClosedForm, ClosedForm]:
    """Σ w_i H[f_i] ≤ H[Σ w_i f_i] ≤ Σ w_i (H[f_i] − log w_i), by concavity and by the chain
    rule."""
    forms = [(w, entropy(f)) for w, f in mixture]
    positive = tuple(p for _, form in forms for p in form.positive)
    lower = Sum(tuple(w * form.value for w, form in forms))
    upper = Sum(tuple(w * (form.value - log(w)) for w, form in forms))
    return ClosedForm(lower, positive), ClosedForm(upper, positive)
