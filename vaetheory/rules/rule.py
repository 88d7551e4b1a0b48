"""What an inference rule is, and how a step is held against it.

An equality rule is one pure function that rewrites the root of an expression, or declines. A step
``before = after`` is justified by the rule when rewriting everywhere, as often as it applies, takes
both sides to one expression up to the order of terms and the names of bound variables. So a rule
may be read in either direction, and a step that is true for another reason is not justified by it.
A bound is one pure function that says which relation it shows between two lines.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from vaetheory.calculus.algebra import arrange
from vaetheory.calculus.linear import CalculusError
from vaetheory.calculus.scores import unmixed
from vaetheory.language.assumptions import Assumption
from vaetheory.language.expressions import Expression, Gradient, map_children
from vaetheory.language.statements import Relation, Statement

Assumptions = tuple[Assumption, ...]
Rewrite = Callable[[Expression, Assumptions], Expression | None]
Bound = Callable[[Statement], Relation | None]

_MAX_ROUNDS = 40


@dataclass(frozen=True)
class Rule:
    """A named rule of inference.

    ``formula`` is the schema in TeX, ``condition`` the side conditions in words, ``why`` one or two
    sentences for the student, ``upto`` the normal form in which results are compared,
    ``unproved`` why the prover cannot follow it (empty where it can). Exactly one
    of ``rewrite`` (for an equality) and ``bound`` (for the other relations) is there.
    """

    name: str
    title: str
    formula: str
    condition: str
    why: str
    rewrite: Rewrite | None = None
    bound: Bound | None = None
    upto: Callable[[Expression], Expression] = arrange
    unproved: str = ""

    def __post_init__(self) -> None:
        if (self.rewrite is None) == (self.bound is None):
            raise ValueError(f"the rule {self.name!r} needs either a rewrite or a bound")

    def shows(self, claim: Statement) -> Relation | None:
        """The relation of the claim's left side to its right side that this rule shows, or None
        where it shows nothing.
        """
        try:
            return self._shows(claim)
        except CalculusError:
            # a side that divides by zero, or is too long to be multiplied out
            return None

    def _shows(self, claim: Statement) -> Relation | None:
        if self.bound is not None:
            return self.bound(claim)
        left, right = (exhaust(self, side, claim.assumptions) for side in (claim.left, claim.right))
        if left == right or self.upto(left) == self.upto(right):
            return Relation.EQUAL
        return None


def rule(
    name: str,
    title: str,
    formula: str,
    condition: str = "none",
    upto: Callable[[Expression], Expression] = arrange,
    unproved: str = "",
) -> Callable[[Rewrite], Rule]:
    """Make an equality rule of a rewriting function; its docstring becomes the rule's ``why``."""

    def make(function: Rewrite) -> Rule:
        return Rule(
            name,
            title,
            formula,
            condition,
            _first_paragraph(function),
            rewrite=function,
            upto=upto,
            unproved=unproved,
        )

    return make


def bound(name: str, title: str, formula: str, condition: str = "none") -> Callable[[Bound], Rule]:
    """Make a rule for ≥, ≤, <, >, ≈ or ≐ of a function that compares two lines."""

    def make(function: Bound) -> Rule:
        return Rule(name, title, formula, condition, _first_paragraph(function), bound=function)

    return make


def _first_paragraph(function: object) -> str:
    text = (getattr(function, "__doc__", None) or "").strip()
    if not text:
        raise ValueError(f"the rule {function!r} needs a docstring: it is what the student reads")
    return " ".join(text.split("\n\n")[0].split())


def exhaust(applied: Rule, expression: Expression, assumptions: Assumptions) -> Expression:
    """Rewrite everywhere, innermost first, until nothing changes; the result is arranged."""
    assert applied.rewrite is not None
    rewrite = applied.rewrite

    def everywhere(e: Expression, known: Assumptions) -> Expression:
        # q = p at one value of a parameter says nothing about a derivative by it
        inside = unmixed(known, e.parameter) if isinstance(e, Gradient) else known
        e = map_children(e, lambda child: everywhere(child, inside))
        new = rewrite(e, known)
        return e if new is None else new

    current = arrange(expression)
    for _ in range(_MAX_ROUNDS):
        new = arrange(everywhere(current, assumptions))
        if new == current:
            return current
        current = new
    raise RuntimeError(f"the rule {applied.name!r} does not come to an end on {expression!r}")
