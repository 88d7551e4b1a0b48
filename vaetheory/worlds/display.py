"""Exact numbers as text: ``3/2·log 2 − 1/3·log 3 + 1``."""

from __future__ import annotations

from fractions import Fraction

from vaetheory.worlds.exact import Exact, ExpOf, Generator, LogOf, Monomial, Number, PowerOf, Symbol

_LONGEST = 400


def exact_text(value: Number) -> str:
    """The number as it is written; cut in the middle where it is too long to follow."""
    if not isinstance(value, Exact):
        return str(value)
    terms = sorted(value.terms.items(), key=lambda item: (len(item[0]), repr(item[0])))
    text = ""
    for monomial, coefficient in terms:
        body = _term(monomial, abs(coefficient))
        if text:
            text += (" − " if coefficient < 0 else " + ") + body
        else:
            text = ("−" if coefficient < 0 else "") + body
    text = text or "0"
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST // 2]} … {text[-_LONGEST // 2 :]}"


def _term(monomial: Monomial, size: Fraction) -> str:
    if not monomial:
        return str(size)
    product = "·".join(map(_generator, monomial))
    return product if size == 1 else f"{size}·{product}"


def _generator(generator: Generator) -> str:
    match generator:
        case int():
            return f"log {generator}"
        case Symbol(name=name):
            return name
        case PowerOf(base=Symbol(name=name), exponent=exponent):
            return name if exponent == 1 else f"{name}^({exponent})"
        case PowerOf(base=int() as base, exponent=exponent):
            return f"{base}^({exponent})"
        case PowerOf(base=base, exponent=exponent):
            return f"({base!r})^({exponent})"
        case ExpOf(argument=argument):
            return f"exp({argument!r})"
        case LogOf(argument=argument):
            return f"log({argument!r})"
