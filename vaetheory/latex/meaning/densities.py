"""p(x, z | c): letters with their subscripts, and the laws that stand below E."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from vaetheory.language.expressions import Density, Letter
from vaetheory.language.variables import Variable
from vaetheory.latex.meaning.survey import (
    DEFAULT_LATENT,
    DEFAULT_OBSERVED,
    PARAMETERS,
    Facts,
    density_items,
    key_of,
    spelled,
)
from vaetheory.latex.meaning.variables import Scope, random_variable
from vaetheory.latex.reader.errors import ReadError
from vaetheory.latex.reader.syntax import Applied, Name, Node

DATA = {"data", r"\mathcalD", "D", "emp"}
"""Subscripts that say that a density is that of the data, and never one of the model."""


def letter(head: Name, scope: Scope, arguments: Iterable[Name] = ()) -> Letter:
    """The letter of a density. p_θ and p are one letter while one subscript is in use; two
    subscripts make two.
    """
    sub = spelled(head.sub)
    base = head.base.removeprefix("\\mathcal") if head.base.startswith("\\mathcal") else head.base
    marks = "'" * head.primes + ("^{" + spelled(head.sup) + "}" if head.sup else "")
    name = base + marks
    if not sub or _names_arguments(head, arguments):
        return Letter(name)
    if scope.reading.one_posterior and base in ("q", "Q") and sub in PARAMETERS:
        return Letter(name)
    used = [s for s in scope.facts.subscripts.get(head.base, ()) if s]
    parts = [p for p in sub.replace(";", ",").split(",") if p not in PARAMETERS]
    if not parts and (len(used) == 1 or sub == _owner(head.base, used)):
        return Letter(name)
    if not parts and _has_forms_of_its_own(head.base, sub, scope.facts):
        # p_ψ(z|c) beside p_θ(x|z, c): two networks of one model
        return Letter(name)
    alone = len(used) == 1 and "" not in scope.facts.subscripts.get(head.base, {})
    if alone and not set(parts) & DATA:
        return Letter(name)
    return Letter(name, sub)


def _has_forms_of_its_own(base: str, sub: str, facts: Facts) -> bool:
    """Whether no density of the letter that has this parameter is also written with another one."""
    forms: dict[bool, set[tuple[tuple[str, ...], tuple[str, ...]]]] = {True: set(), False: set()}
    for other, said, of, given in facts.densities:
        if other == base and said:
            names = tuple(n.base for n in of), tuple(n.base for n in given)
            forms[said == sub].add(names)
    return bool(forms[True]) and not forms[True] & forms[False]


def _owner(base: str, used: list[str]) -> str:
    """The subscript that counts as none where there are several: θ for p, φ for q, else the
    first parameter.
    """
    preferred = {"p": [r"\theta"], "q": [r"\phi"]}.get(base.lower(), [])
    return next((s for s in [*preferred, *used] if s in used and (s in PARAMETERS or "," in s)), "")


def _names_arguments(head: Name, arguments: Iterable[Name]) -> bool:
    """Whether the subscript only repeats the arguments, as in p_X(x) or p_{Z|X}(z | x)."""
    letters = {t.text.lower() for t in head.sub if t.text.isalpha()}
    return (
        bool(letters)
        and letters <= {n.base.lower() for n in arguments}
        and not spelled(head.sub).isdigit()
    )


def density(
    head: Name, of: tuple[Name, ...], given: tuple[Name, ...], scope: Scope, node: Node
) -> Density:
    """The density of a letter at these arguments, with the reading of q(z)."""
    left = tuple(v for n in of for v in _argument(n, scope))
    right = tuple(v for n in given for v in _argument(n, scope))
    said = letter(head, scope, (*of, *given))
    if scope.reading.shorthand and said.name in ("q", "Q") and not right:
        right = tuple(random_variable(n, scope) for n in observed(scope.facts))
        right = tuple(v for v in right if v.slot not in {u.slot for u in left})
    try:
        return Density(said, left, right)
    except ValueError as error:
        raise ReadError(f"{error}", node.start, node.end) from None


def _argument(name: Name, scope: Scope) -> tuple[Variable, ...]:
    return tuple(random_variable(part, scope) for part in blocks(name, scope.facts))


def blocks(name: Name, facts: Facts) -> tuple[Name, ...]:
    """x_{0:T} as x_0 and x_{1:T}, where the file also speaks of x_{1:T}."""
    match = _BLOCK.fullmatch(spelled(name.sub))
    if match is None:
        return (name,)
    low, high = int(match[1]), match[2]
    rest = f"{low + 1}:{high}"
    if (name.base, rest) not in facts.blocks:
        return (name,)
    mark = name.sub[0]
    first = replace(name, sub=(replace(mark, text=str(low)),))
    digits = tuple(
        replace(mark, text=t, kind="number" if t.isdigit() else mark.kind)
        for t in (str(low + 1), ":", high)
    )
    return first, *blocks(replace(name, sub=digits), facts)


_BLOCK = re.compile(r"(\d+):(\w+)")


def observed(facts: Facts) -> tuple[Name, ...]:
    """What stands behind the bar of the approximate posterior; x where the file does not say."""
    law = facts.posterior
    if law and law[1]:
        return law[1]
    if law is None:
        return (DEFAULT_OBSERVED,)
    latents = {n.base for n in law[0]}
    # q(Z) alone: what p has beside Z is observed
    for letter_, _, of, given in facts.densities:
        if letter_ in ("p", "P", r"\mathcalP") and latents & {n.base for n in (*of, *given)}:
            rest = tuple(n for n in (*of, *given) if n.base not in latents)
            if rest:
                return rest
    return (DEFAULT_OBSERVED,)


def conditions(facts: Facts) -> set[str]:
    """Of what the posterior is conditioned on, the letters that p never has before its bar, such
    as a class c.
    """
    before = {n.base for d in facts.densities if d[0] in ("p", "P", r"\mathcalP") for n in d[2]}
    given = {n.base for d in facts.densities if d[0] in ("p", "P", r"\mathcalP") for n in d[3]}
    names = {n.base for n in observed(facts)}
    return {n for n in names if n in given - before} if len(names) > 1 else set()


def posterior(scope: Scope, copy: Name | None = None) -> Density:
    """q(z | x), as the file writes it; with another observation in place of x when one is given."""
    facts = scope.facts
    law = facts.posterior
    of = law[0] if law else (DEFAULT_LATENT,)
    given = law[1] if law else (DEFAULT_OBSERVED,)
    if copy is not None:
        given = tuple(copy if n.base == copy.base else n for n in given)
    said = letter(Name(0, 0, facts.posterior_letter), scope)
    return Density(said, _variables(of, scope), _variables(given, scope))


def joint(scope: Scope, copy: Name | None = None) -> Density:
    """p(x, z), or p(x, z | c), to go with the posterior."""
    facts = scope.facts
    over = _variables(facts.latents, scope)
    fixed = conditions(facts)
    names = tuple(copy if copy is not None and n.base == copy.base else n for n in observed(facts))
    before = _variables([n for n in names if n.base not in fixed], scope)
    behind = _variables([n for n in names if n.base in fixed], scope)
    said = letter(Name(0, 0, facts.model_letter), scope)
    return Density(said, before + over, behind)


def _variables(names: Iterable[Name], scope: Scope) -> tuple[Variable, ...]:
    return tuple(random_variable(n, scope) for n in names)


def as_density(node: Node, scope: Scope) -> Density | None:
    """The density that a tree is, or None."""
    if isinstance(node, Applied) and isinstance(node.head, Name) and node.power is None:
        if key_of(node.head) in scope.facts.probabilities:
            return None
        split = density_items(node.head, node.group, scope.facts.laws)
        if split is not None:
            return density(node.head, *split, scope, node)
    return None


__all__ = [
    "as_density",
    "conditions",
    "density",
    "joint",
    "letter",
    "observed",
    "posterior",
    "replace",
]
