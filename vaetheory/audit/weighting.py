"""The effective β: the weight of the KL relative to the data term, and the σ² that goes with it.

Convention. For a family without a free scale (Bernoulli, Poisson, a decoder that gives its own σ)
β = κ/w. A squared error does not name its σ²:

    w Σ(x−x̂)² + κ KL = ω [ Σ(x−x̂)²/(2σ²) + β KL ],   ω = 2σ²w,   β σ² = κ/(2w),

so only the product β σ² is in the loss, and β is stated for a stated σ²:

1. the σ² that a normalizer ½ log(2πσ²), or a hyperparameter named after the decoder's σ, proves;
2. else σ² = ½ (squared error with coefficient 1) or σ² = 1 (with ½), if one of them gives β = 1;
3. else σ² = 1 where the squared error carries a factor ½, and σ² = ½ where it does not.

The σ² under which the same loss is an exact −ELBO (up to scale and constant) is κ/(2w), and is
reported beside it. For |x−x̂| and other densities of x − x̂ the same holds with the scale b.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from vaetheory.audit.constants import Constant
from vaetheory.audit.likelihood import Family, Likelihood
from vaetheory.audit.monomials import Monomial
from vaetheory.audit.names import looks_like_spread

_ONE, _TWO, _HALF = Monomial(1.0), Monomial(2.0), Monomial(0.5)


@dataclass(frozen=True)
class Weighting:
    """β, the overall factor ω, and the σ² (in words) for which they are stated.

    `exact_scale` is the σ² or b under which β would be 1; empty where the family has none.
    """

    beta: Monomial
    scale: Monomial
    stated_for: str = ""
    exact_scale: str = ""


def weigh(likelihood: Likelihood, kl: Monomial, constant: Constant) -> Weighting:
    """β of w · data + κ · KL."""
    assert likelihood.weight is not None
    w = likelihood.weight
    if likelihood.family is Family.GAUSSIAN:
        return _gaussian(w, kl, constant)
    beta = kl / w
    if likelihood.family is Family.LOCATION:
        return Weighting(beta, w, "b = 1", f"b = {beta}")
    return Weighting(beta, w)


def _gaussian(w: Monomial, kl: Monomial, constant: Constant) -> Weighting:
    product = kl / (w * _TWO)
    exact = f"σ² = {product}"
    named = _named_variance(product)
    if named is not None:
        return _stated(w, product / named, named, exact)
    if constant.variance is not None:
        proved = Monomial(constant.variance)
        return _stated(w, product / proved, proved, exact)
    for variance in (_HALF, _ONE):
        if product.is_close(variance):
            return _stated(w, _ONE, variance, exact)
    variance = _ONE if _carries_half(w) else _HALF
    return _stated(w, product / variance, variance, exact)


def _stated(w: Monomial, beta: Monomial, variance: Monomial, exact: str) -> Weighting:
    return Weighting(beta, w * _TWO * variance, f"σ² = {variance}", exact)


def _symbols(monomial: Monomial) -> list[str]:
    return [symbol for symbol, _ in monomial.powers]


def _named_variance(product: Monomial) -> Monomial | None:
    """σ² out of hyperparameters named after it: σ², σ^2, e^(log σ²), 1/precision."""
    powers = [
        (symbol, power) for symbol, power in product.powers if looks_like_spread(_bare(symbol))
    ]
    allowed = {Fraction(1), Fraction(2), Fraction(-1)}
    if not powers or any(power not in allowed for _, power in powers):
        return None
    return Monomial(1.0, tuple(powers))


def _bare(symbol: str) -> str:
    """`e^args.log_sigma` → `log_sigma`."""
    return symbol.removeprefix("e^").strip("()").rpartition(".")[2]


def _carries_half(w: Monomial) -> bool:
    return w.without(*_symbols(w)).is_close(_HALF)
