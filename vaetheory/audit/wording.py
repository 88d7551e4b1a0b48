"""The reduction and the parametrization of a loss, in words."""

from __future__ import annotations

from fractions import Fraction

from vaetheory.audit.monomials import Monomial

_SIZES = ("B", "D", "C", "H", "W", "K")


def reduction(
    data: Monomial | None, latent: Monomial | None, per_example: bool, image: bool
) -> str:
    """How each side is reduced, from the powers of B, D and K."""
    sides = []
    if data is not None:
        sides.append("reconstruction: " + _side(data, "D", per_example, image))
    if latent is not None:
        sides.append("KL: " + _side(latent, "K", per_example, False))
    if len(sides) == 2 and data is not None and latent is not None:
        same = data.power("B") == latent.power("B")
        whole = all(m.power(s) == 0 for m in (data, latent) for s in _SIZES[1:])
        if same and whole:
            return f"sum over dimensions, {_batch(data, per_example)}"
    return "; ".join(sides)


def _batch(coefficient: Monomial, per_example: bool) -> str:
    if per_example:
        return "one value per example"
    power = coefficient.power("B")
    return {Fraction(0): "sum over the batch", Fraction(-1): "mean over the batch"}.get(
        power, f"B to the power {power} over the batch"
    )


def _side(coefficient: Monomial, symbol: str, per_example: bool, image: bool) -> str:
    power = coefficient.power(symbol)
    what = "pixels" if image else "dimensions" if symbol == "D" else "latents"
    words = {Fraction(0): f"sum over {what}", Fraction(-1): f"mean over {what}"}.get(
        power, f"{symbol} to the power {power}"
    )
    other = [s for s in ("C", "H", "W", "D", "K") if s != symbol and coefficient.power(s)]
    if other:
        words += ", with powers of " + ", ".join(other)
    return f"{words}, {_batch(coefficient, per_example)}"


def as_number(monomial: Monomial) -> float | str:
    """A JSON number where the coefficient is one, else its text."""
    if not monomial.is_number:
        return str(monomial)
    value = monomial.recognised.value
    return int(value) if value.is_integer() else value
