"""What a file assumes: remarks such as ``% assume: p(z|c) = p(z)``, families that it states, and
those it leaves unsaid.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from vaetheory.language.assumptions import Assumption, Dag, Different, Family, SameDensity, Sampled
from vaetheory.language.expressions import (
    Density,
    Expression,
    FamilyDensity,
    IndexedProduct,
    IndexedSum,
    Letter,
    Power,
    Product,
    Value,
    walk,
)
from vaetheory.language.statements import Statement
from vaetheory.latex.meaning.readings import Reading
from vaetheory.latex.meaning.sides import expression_of
from vaetheory.latex.meaning.survey import Facts, survey
from vaetheory.latex.reader.documents import Document
from vaetheory.latex.reader.errors import ReadError
from vaetheory.latex.reader.grammar import parse
from vaetheory.latex.reader.layout import chains_of
from vaetheory.latex.reader.styles import plain
from vaetheory.latex.reader.tokens import tokenize


def remarked(
    document: Document, facts: Facts, reading: Reading
) -> tuple[list[Assumption], list[str]]:
    """The assumptions that the remarks of a file give, and what is wrong with those that cannot
    be used.
    """
    found: list[Assumption] = []
    problems: list[str] = []
    for _, remark in document.remarks:
        text = remark.replace("$", " ")
        try:
            for chain in chains_of(plain(tokenize(text)), text, False):
                if len(chain.sides) != 2:
                    raise ReadError("one relation is wanted", 0, 1)
                trees = [parse(side) for side in chain.sides]
                own = survey(trees)
                flavour = "bernoulli" if own.bernoulli else "gaussian" if own.gaussian else ""
                left, right = (expression_of(tree, facts, reading, flavour) for tree in trees)
                found.append(assumption_of(left, chain.links[0].sign, right))
        except (ReadError, ValueError) as error:
            problems.append(f"the assumption {remark!r} cannot be used: {error}")
    return found, problems


def assumption_of(left: Expression, sign: str, right: Expression) -> Assumption:
    """The assumption that a relation between densities is. Raises ValueError for what is not in
    the vocabulary.
    """
    if isinstance(left, Density) and isinstance(right, Density):
        if sign == "=":
            return SameDensity(left, right)
        if sign == r"\ne":
            return Different(left, right)
    if isinstance(left, Value) and isinstance(right, Density) and sign == r"\sim":
        return Sampled(left.variable, replace(right, of=(left.variable,)))
    if isinstance(left, Density) and sign == "=":
        if is_family(right):
            return Family(left, right)
        if isinstance(right, Product) and all(isinstance(f, Density) for f in right.factors):
            return graph_of(left, (f for f in right.factors if isinstance(f, Density)))
    raise ValueError("assume p(z|c) = p(z), a factorisation of a joint density, a family, or p ≠ q")


def graph_of(joint: Density, factors: Iterable[Density]) -> Dag:
    """The graph by which a joint density is the product of the factors. Raises ValueError when it
    is none.
    """
    factors = tuple(factors)
    if any(len(f.of) != 1 or f.letter != joint.letter for f in factors) or joint.given:
        raise ValueError("a factorisation is written with one variable before each bar")
    parents = {f.of[0].slot: tuple(v.slot for v in f.given) for f in factors}
    if set(parents) != {v.slot for v in joint.of} or len(parents) != len(factors):
        raise ValueError("the factors do not make up the joint density")
    return ordered(joint.letter, parents)


def ordered(letter: Letter, parents: dict[str, tuple[str, ...]]) -> Dag:
    """The graph with ancestors first. Raises ValueError for a circle."""
    order: list[tuple[str, tuple[str, ...]]] = []
    placed: set[str] = set()
    while len(order) < len(parents):
        ready = [s for s in parents if s not in placed and set(parents[s]) <= placed]
        if not ready:
            raise ValueError("the factorisation goes round in a circle")
        order.append((ready[0], parents[ready[0]]))
        placed.add(ready[0])
    return Dag(letter, tuple(order))


def is_family(expression: Expression) -> bool:
    """Whether it is the density of a family, or a product over components of such."""
    while isinstance(expression, IndexedProduct):
        expression = expression.body
    return isinstance(expression, FamilyDensity)


def densities(expressions: Iterable[Expression]) -> Iterator[Density]:
    """The densities in the expressions, each once."""
    seen: set[Density] = set()
    for expression in expressions:
        for node in walk(expression):
            if isinstance(node, Density) and node not in seen:
                seen.add(node)
                yield node


def unconditional(statement: Statement, fixed: set[str], observed: set[str]) -> list[Assumption]:
    """p(z | c) = p(z) for a class c, where the statement has both: the independence that a file
    may leave unsaid.

    Only the prior of the model may lose its condition: a decoder or an encoder without it is the
    slip that the line is checked for.
    """
    found: list[Assumption] = []
    present = [
        d
        for d in densities((statement.left, statement.right))
        if d.letter.name in ("p", "P") and not {v.slot for v in d.of} & (observed | fixed | {"x"})
    ]
    for density in present:
        kept = tuple(v for v in density.given if v.slot not in fixed)
        if kept or not density.given:
            continue
        plain_density = Density(density.letter, density.of)
        if plain_density in present:
            found.append(SameDensity(density, plain_density))
    if found:
        return found
    # p(z) beside p(x | z, c): the prior is written without the class
    given = {
        v for d in densities((statement.left, statement.right)) for v in d.given if v.slot in fixed
    }
    for density in present:
        if given and not density.given:
            other = Density(density.letter, density.of, tuple(sorted(given, key=repr)))
            found.append(SameDensity(other, density))
    return found


def is_parametric(expression: Expression) -> bool:
    """Whether it is a formula in parameters: a sum or a product over components, a power, a
    family.
    """
    return any(
        isinstance(n, FamilyDensity | IndexedSum | IndexedProduct | Power) for n in walk(expression)
    )
