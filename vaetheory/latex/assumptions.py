"""Assumptions in words, with their formulas in TeX between dollar signs."""

from __future__ import annotations

from functools import singledispatch

from vaetheory.language.assumptions import (
    Assumption,
    Dag,
    Different,
    Family,
    Owns,
    Reparameterized,
    SameDensity,
    Sampled,
    Vanishing,
)
from vaetheory.language.expressions import Value
from vaetheory.latex.writer import to_latex


@singledispatch
def describe(assumption: Assumption) -> str:
    """One sentence for the assumption."""
    raise TypeError(f"no words for {type(assumption).__name__}")


@describe.register
def _(a: SameDensity) -> str:
    return f"${to_latex(a.first)} = {to_latex(a.second)}$"


@describe.register
def _(a: Different) -> str:
    return f"${to_latex(a.first)} \\ne {to_latex(a.second)}$ on a set of positive probability"


@describe.register
def _(a: Family) -> str:
    return f"${to_latex(a.density)} = {to_latex(a.definition)}$"


@describe.register
def _(a: Vanishing) -> str:
    return f"${to_latex(a.density)}$ may be zero somewhere"


@describe.register
def _(a: Owns) -> str:
    return f"${a.parameter}$ are the parameters of ${a.letter.name}$"


@describe.register
def _(a: Sampled) -> str:
    return f"${to_latex(Value(a.variable))} \\sim {to_latex(a.law)}$"


@describe.register
def _(a: Reparameterized) -> str:
    return (
        f"${to_latex(Value(a.variable))} = {to_latex(a.transform)}$ with noise that does "
        f"not depend on the parameters"
    )


@describe.register
def _(a: Dag) -> str:
    parts = []
    for slot, parents in a.parents:
        bar = rf"\mid {', '.join(parents)}" if parents else ""
        parts.append(f"{a.letter.name}({slot}{bar})")
    return f"${a.letter.name}$ factorises as ${' '.join(parts)}$"
