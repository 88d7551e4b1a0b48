"""The readings that a file allows: of the file as a whole, and of a single side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from vaetheory.language.expressions import Expression
from vaetheory.latex.meaning.readings import Reading
from vaetheory.latex.meaning.sides import expression_of
from vaetheory.latex.meaning.survey import ALWAYS_LETTERS, PARAMETERS, Facts, walk
from vaetheory.latex.meaning.variables import is_example
from vaetheory.latex.reader.errors import ReadError
from vaetheory.latex.reader.syntax import (
    Called,
    Diverging,
    Expected,
    Group,
    LogOf,
    Multiplied,
    Name,
    Node,
)

MAXIMUM = 6


def of_file(facts: Facts) -> Iterator[Reading]:
    """Readings of the whole file, the likeliest first: q(z) as marginal or shorthand, ℒ as ELBO
    or its negative.
    """
    names = sorted(n for n in facts.bound_names if n not in facts.definitions)[:2]
    shorthands = (True, False) if facts.shorthand else (False,)
    numbered = (False, True) if _numbered(facts) else (False,)
    posteriors = (False, True) if _several_posteriors(facts) else (False,)
    for one, same, shorthand in product(posteriors, numbered, shorthands):
        for signs in product((1, -1), repeat=len(names)):
            chosen = tuple(zip(names, signs, strict=True))
            yield Reading(shorthand=shorthand, same_copies=same, one_posterior=one, signs=chosen)


def _several_posteriors(facts: Facts) -> bool:
    """Whether the file writes both q_θ and q_φ: two laws, or one and a slip of the pen."""
    return any(len(facts.subscripts.get(q, {}).keys() & PARAMETERS) > 1 for q in ("q", "Q"))


def _numbered(facts: Facts) -> bool:
    """Whether the file has both x and x⁽ⁱ⁾, or both z and z⁽ⁱ⁾, in its densities."""
    names = [n for d in facts.densities for n in (*d[2], *d[3])]
    marked = {n.base for n in names if is_example(n.sup) or is_example(n.sub)}
    return any(n.base in marked and not n.sub and not n.sup for n in names)


def of_side(
    tree: Node, facts: Facts, reading: Reading, flavour: str
) -> list[tuple[Reading, Expression]]:
    """The readings of one side that differ in what they mean, the default first. Raises
    ReadError if it has none.
    """
    options: list[Reading] = [reading]
    for name in sorted(_open_choices(tree, facts)):
        options += [replace(r, **{name: True}) for r in options]  # type: ignore[arg-type]
    found: list[tuple[Reading, Expression]] = []
    error: ReadError | None = None
    for option in options[:16]:
        try:
            value = expression_of(tree, facts, option, flavour)
        except ReadError as problem:
            error = error or problem
            continue
        if all(value != other for _, other in found):
            found.append((option, value))
        if len(found) == MAXIMUM:
            break
    if not found and error is not None:
        raise error
    return found


def _open_choices(tree: Node, facts: Facts) -> set[str]:
    choices: set[str] = set()
    for node in walk(tree):
        match node:
            case LogOf(parts=parts) if len(parts) > 1:
                choices.add("narrow_log")
                if any(op == "/" for op, _ in parts):
                    choices.add("wide_slash")
            case Multiplied(factors=factors) if any(op == "/" for op, _ in factors[:-1]):
                choices.add("wide_slash")
            case Called(name="I", sub=None):
                choices.add("model_for_i")
            case Called(name="H", sub=None, group=Group(items=items)) if all(
                isinstance(n, Name) and n.base in facts.arguments for n in items.nodes
            ):
                choices.add("model_for_i")
            case Diverging(first=first, second=second):
                bare = any(isinstance(n, Name) and n.base in ("p", "P") for n in (first, second))
                # a file that says what p(z) is means it by p
                if bare and not facts.prior_stated:
                    choices.add("prior_for_p")
            case Expected(sub=sub) if sub is not None and sub.nodes:
                names = [n for n in sub.nodes if isinstance(n, Name)]
                if len(names) == len(sub.nodes):
                    bare_p = any(n.base in ("p", "P") for n in names)
                    choices.add("prior_for_p" if bare_p else "prior_for_z")
                    if all(n.base in ALWAYS_LETTERS and n.base not in ("p", "P") for n in names):
                        choices.discard("prior_for_z")
    return choices
