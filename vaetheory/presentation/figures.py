"""The figures behind a piece of evidence, in words: what was tried, how often, and how finely."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vaetheory.latex.reader.symbols import UNICODE

Figures = dict[str, Any]


def in_words(kind: str, figures: Figures) -> str:
    """One line on one kind of evidence; what it cannot tell, or how it refutes, comes last."""
    said = (_SAID[kind](figures), str(figures.get("why", "")))
    return "; ".join(filter(None, said))


def verdict(figures: Figures) -> str:
    """holds, survived (an inequality that no world of this kind refutes), or cannot tell."""
    return {True: "holds", None: "survived", False: "cannot tell"}[figures["holds"]]


def _proof(figures: Figures) -> str:
    return ""


def _exact(figures: Figures) -> str:
    kinds = figures.get("kinds", {})
    split = " and ".join(f"{count} {kind}" for kind, count in kinds.items())
    return f"{_worlds(figures)}{f' ({split})' if split else ''}"


def _closed_form(figures: Figures) -> str:
    domain = figures.get("domain") or {}
    said = "; ".join(f"{_letter(name)} {space}" for name, space in domain.items())
    return f"with {said}" if said else ""


def _letter(tex: str) -> str:
    """The letter that a command such as `\\sigma` stands for; the TeX where there is none."""
    return next((letter for letter, spelled in UNICODE.items() if spelled == (tex,)), tex)


def _quadrature(figures: Figures) -> str:
    parts = [_worlds(figures)]
    if "smallest margin" in figures:
        parts.append(f"smallest relative margin {_number(figures['smallest margin'])}")
    elif "largest difference" in figures:
        parts.append(f"largest relative difference {_number(figures['largest difference'])}")
    if "tolerance" in figures:
        parts.append(f"tolerance {_number(figures['tolerance'])}")
    return ", ".join(filter(None, parts))


def _monte_carlo(figures: Figures) -> str:
    parts = [_worlds(figures)]
    if "z" in figures:
        parts.append(f"z = {figures['z']:.2f} against a bound of {figures['bound']:.2f}")
        parts.append(f"n = {figures['n']:,}".replace(",", " "))
        deviation = _number(figures["detectable deviation"])
        parts.append(f"would catch a deviation of {deviation} with power {figures['power']}")
        rate = _number(figures["false-alarm rate of the suite"])
        parts.append(f"false-alarm rate of the whole suite {rate}")
    return ", ".join(filter(None, parts))


def _worlds(figures: Figures) -> str:
    count = figures.get("worlds", 0)
    return f"{count} world{'s' if count != 1 else ''}" if count else ""


def _number(value: float) -> str:
    return f"{value:.2g}"


_SAID: dict[str, Callable[[Figures], str]] = {
    "proof": _proof,
    "exact": _exact,
    "closed form": _closed_form,
    "quadrature": _quadrature,
    "Monte Carlo": _monte_carlo,
}
