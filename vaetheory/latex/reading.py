r"""One formula at a time: TeX → an expression or a statement. What the writer sets is read back as
it was.

read_expression(r"\mathbb{E}_{q(z\mid x)}\left[\log p(x\mid z)\right]")
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from vaetheory.language.expressions import Expression
from vaetheory.language.statements import Relation, Statement
from vaetheory.language.variables import Space
from vaetheory.latex.meaning import bounds, products, sums, terms
from vaetheory.latex.meaning.door import meaning
from vaetheory.latex.meaning.readings import AS_WRITTEN, Reading
from vaetheory.latex.meaning.survey import Facts, survey
from vaetheory.latex.meaning.variables import Scope
from vaetheory.latex.reader.errors import ReadError
from vaetheory.latex.reader.grammar import parse
from vaetheory.latex.reader.layout import chains_of, quantity_of
from vaetheory.latex.reader.styles import plain
from vaetheory.latex.reader.syntax import Node
from vaetheory.latex.reader.tokens import tokenize

# importing the siblings registers their nodes with ``meaning``
_REGISTERED = (bounds, products, sums, terms)

_RELATIONS = {
    "=": Relation.EQUAL,
    r"\le": Relation.AT_MOST,
    r"\ge": Relation.AT_LEAST,
    "<": Relation.LESS,
    ">": Relation.GREATER,
    r"\equiv": Relation.DEFINED,
    ":=": Relation.DEFINED,
    r"\approx": Relation.UNBIASED,
    r"\doteq": Relation.UP_TO_CONSTANT,
}


def read_expression(
    text: str, spaces: Mapping[str, Space] | None = None, reading: Reading = AS_WRITTEN
) -> Expression:
    """The expression that a formula means; ``spaces`` tells where the letters in it live.

    Raises ReadError, with the place, for what is not understood.
    """
    tree = parse(plain(tokenize(text)))
    return _meaning(tree, survey([tree]), spaces, reading)


def read_statement(
    text: str, spaces: Mapping[str, Space] | None = None, reading: Reading = AS_WRITTEN
) -> Statement:
    """The one relation that a formula states. Raises ReadError where there is none, or more than
    one.
    """
    chains = chains_of(plain(tokenize(text)), text, bare=False)
    if len(chains) != 1 or len(chains[0].links) != 1:
        raise ReadError("one relation between two sides is wanted", 0, len(text))
    link = chains[0].links[0]
    if link.sign not in _RELATIONS:
        raise ReadError(f"{link.sign} is no relation that can be claimed", link.start, link.end)
    trees = [parse(side) for side in chains[0].sides]
    facts = survey(trees)
    left, right = (_meaning(tree, facts, spaces, reading) for tree in trees)
    return Statement(left, _RELATIONS[link.sign], right, (), quantity_of(link))


def _meaning(
    tree: Node, facts: Facts, spaces: Mapping[str, Space] | None, reading: Reading
) -> Expression:
    scope = replace(Scope(facts, reading), spaces=dict(spaces or {}))
    try:
        return meaning(tree, scope)
    except ReadError:
        raise
    except (ValueError, TypeError, RecursionError) as error:
        raise ReadError(f"this is not understood: {error}", tree.start, tree.end) from None


__all__ = ["read_expression", "read_statement"]
