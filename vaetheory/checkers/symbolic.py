"""Closed form: SymPy reduces left − right to 0 with free parameters, domains declared.

``reduction`` first turns both sides into plain formulas under Σ and E, by linearity and moments.
SymPy then has to bring each formula to 0, with every symbol's domain declared: σ > 0, 0 < x̂ < 1
(as a/(1 + a) with a > 0, so that log x̂ and log(1 − x̂) are both real), x ∈ {0, 1} by putting in
both. Agreement at points never counts as a proof; disagreement at a point refutes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from math import isfinite
from random import Random
from typing import Any

import sympy as sp

from vaetheory.calculus.linear import Linear, as_expression
from vaetheory.checkers.evidence import Counterexample, Evidence, Verdict
from vaetheory.checkers.reduction import (
    Irreducible,
    Mean,
    Parts,
    Reducer,
    Scope,
    Total,
    at_number,
)
from vaetheory.checkers.symbols import Domain, reduce_to_zero
from vaetheory.language.assumptions import Assumption, Dag, SameDensity, Sampled
from vaetheory.language.binding import covers, free_variables, substitute
from vaetheory.language.distributions import family
from vaetheory.language.expressions import (
    Density,
    Expectation,
    Expression,
    FamilyDensity,
    Function,
    Value,
    walk,
)
from vaetheory.language.statements import Relation, Statement
from vaetheory.language.variables import Integers, Variable

KIND = "closed form"
LARGEST = 3
"""Sums whose length stays symbolic but that do not cancel term by term are checked up to this."""

_POINTS = 6
_TRIES = 40


def check(statement: Statement, *, seed: int = 0) -> Evidence:
    """Reduce left − right to 0; for ≐, its dependence on the named quantity.

    Holds only when SymPy reaches 0 exactly. Fails with parameter values at which what remains is
    not
    0. Everything else, densities without a formula among it, is undecided. Never raises on a legal
    statement.
    """
    try:
        return _Check(statement, Random(seed)).run()
    except Irreducible as reason:
        return Evidence(KIND, Verdict.UNDECIDED, why=str(reason))
    except RecursionError:
        return Evidence(KIND, Verdict.UNDECIDED, why="the expression is nested too deeply")


@dataclass
class _Check:
    statement: Statement
    random: Random

    def run(self) -> Evidence:
        left, right = self._sides()
        difference = left - right
        self._check_quantity(difference)
        domain = _domain(self.statement, difference)
        figures: dict[str, Any] = {}
        counts = sorted(
            {v for v in free_variables(difference) if isinstance(v.space, Integers)}, key=repr
        )
        if not self.statement.relation.direction:
            reducer = Reducer(self.statement.assumptions)
            try:
                rest = self._remaining(reducer.parts(difference), domain)
            except Irreducible:
                # written out for small counts, it may have a form
                if not counts:
                    raise
                rest = [sp.nan]
            if reducer.conditions:
                figures["conditions"] = [f"{c!r} > 0" for c in reducer.conditions]
            if not rest:
                figures["domain"] = domain.described()
                figures["dimensions"] = "symbolic" if counts else "none"
                return Evidence(KIND, Verdict.HOLDS, figures)
        return self._for_numbers(difference, counts, domain, figures)

    def _check_quantity(self, difference: Expression) -> None:
        """For ≐: the named quantity must be a variable or a function that occurs."""
        if self.statement.relation is not Relation.UP_TO_CONSTANT:
            return
        names = set()
        definitions = (getattr(a, "definition", None) for a in self.statement.assumptions)
        for expression in (difference, *(d for d in definitions if d is not None)):
            for node in walk(expression):
                if isinstance(node, Value):
                    names.add(node.variable.name)
                elif isinstance(node, Function):
                    names.add(node.name.name)
        name = self.statement.quantity
        if name not in names:
            raise Irreducible(f"≐ up to a constant in {name!r}, which is no parameter here")

    def _sides(self) -> tuple[Expression, Expression]:
        left, right = self.statement.left, self.statement.right
        if self.statement.relation is not Relation.UNBIASED:
            return left, right
        sampled = [a for a in self.statement.assumptions if isinstance(a, Sampled)]
        if not sampled:
            raise Irreducible("≈ claims nothing until an assumption says what is sampled")
        for a in reversed(sampled):
            left, right = (
                Expectation(a.law, side, (a.variable,))
                if any(covers(a.variable, v) for v in free_variables(side))
                else side
                for side in (left, right)
            )
        return left, right

    def _remaining(self, parts: Parts, domain: Domain) -> list[sp.Expr]:
        """What SymPy could not bring to 0, scope by scope."""
        rest = []
        for linear in parts.values():
            formula = domain.formula(as_expression(linear))
            for assigned in domain.assignments(formula):
                for claim in self._claims(formula.subs(assigned), domain):
                    left = reduce_to_zero(claim, lambda f: self._differs(f, domain))
                    if left != 0:
                        rest.append(left)
        return rest

    def _differs(self, formula: sp.Expr, domain: Domain) -> bool:
        """Whether there is no point in trying harder: the formula is not 0 at a point."""
        value = sp.N(formula.subs(domain.point(formula, self.random)), 30)
        return bool(value.is_real and abs(value) > 1e-12)

    def _claims(self, formula: sp.Expr, domain: Domain) -> Iterator[sp.Expr]:
        """What has to be 0: the formula, or for ≐ its derivative in the named quantity."""
        if self.statement.relation is not Relation.UP_TO_CONSTANT:
            yield formula
            return
        name = self.statement.quantity
        for symbol in formula.free_symbols:
            if domain.name_of(symbol) == name:
                yield sp.diff(formula, symbol)

    def _for_numbers(
        self,
        difference: Expression,
        counts: list[Variable],
        domain: Domain,
        figures: dict[str, Any],
    ) -> Evidence:
        """With the counts D, K, … at small numbers, sums written out."""
        rest: list[sp.Expr] = []
        tried = 0
        for numbers in product(range(1, LARGEST + 1), repeat=len(counts)):
            if any(n < v.space.low for v, n in zip(counts, numbers, strict=True)):  # type: ignore[attr-defined]
                continue
            explicit = difference
            for variable, number in zip(counts, numbers, strict=True):
                explicit = at_number(explicit, variable, number)
            reducer = Reducer(tuple(_at_numbers(self.statement, counts, numbers)))
            parts = reducer.parts(explicit)
            here = self._remaining(parts, domain)
            tried += 1
            if here or self.statement.relation.direction:
                refuted = self._refute(parts, domain, dict(zip(counts, numbers, strict=True)))
                if refuted is not None:
                    figures["domain"] = domain.described()
                    return replace(refuted, figures={**figures, **refuted.figures})
            rest += here
        figures["domain"] = domain.described()
        if self.statement.relation.direction:
            why = "no violation at the points tried, which proves no inequality"
            return Evidence(KIND, Verdict.UNDECIDED, {**figures, "worlds": tried * _TRIES}, why)
        if rest and any(domain.has_density(r) for r in rest):
            why = "densities without a formula remain: " + str(rest[0])
            return Evidence(KIND, Verdict.UNDECIDED, figures, why)
        if rest:
            why = f"SymPy does not bring {domain.readable(rest[0])} to 0"
            return Evidence(KIND, Verdict.UNDECIDED, figures, why)
        names = ", ".join(v.name for v in counts)
        figures["dimensions"] = f"checked for {names} ≤ {LARGEST}" if counts else "none"
        return Evidence(KIND, Verdict.HOLDS, figures)

    def _refute(self, parts: Parts, domain: Domain, counts: dict[Variable, int]) -> Evidence | None:
        """Parameter values at which left − right is not what is claimed, if there are any."""
        laws = sorted({f.law for scope in parts for f in scope if isinstance(f, Mean)}, key=repr)
        formulas = [
            domain.formula(_at_point(scope, linear, laws)) for scope, linear in parts.items()
        ]
        sums = any(isinstance(f, Total) for scope in parts for f in scope)
        nested = any(len(scope) > 1 for scope in parts)
        if sums or nested or not self._are_free(laws) or any(map(domain.has_density, formulas)):
            if self.statement.relation.direction:
                raise Irreducible("the sides are not plain formulas in parameters")
            return None
        # under a law that can be any, an average is the value where the law concentrates
        total = sum(formulas, sp.Integer(0))
        direction = self.statement.relation.direction
        for assigned in domain.assignments(total):
            for claim in self._claims(total.subs(assigned), domain):
                for _ in range(_TRIES if direction else _POINTS):
                    point = domain.point(claim, self.random)
                    value = sp.N(claim.subs(point), 30)
                    if not value.is_real or not isfinite(float(value)):
                        continue
                    off = -direction * float(value) if direction else abs(float(value))
                    if off > 1e-12:
                        return self._found(
                            claim, value, {**assigned, **point}, domain, counts, laws
                        )
        return None

    def _are_free(self, laws: list[Expression]) -> bool:
        """Whether each law can be any, whatever the others are."""
        if len(laws) < 2:
            return True
        letters = [law.letter for law in laws if isinstance(law, Density)]
        tied = any(isinstance(a, SameDensity | Dag) for a in self.statement.assumptions)
        return len(set(letters)) == len(laws) and not tied

    def _found(
        self,
        claim: sp.Expr,
        value: sp.Expr,
        point: dict[sp.Symbol, sp.Expr],
        domain: Domain,
        counts: dict[Variable, int],
        laws: list[Expression],
    ) -> Evidence:
        world = domain.in_words(point) | {v.name: str(n) for v, n in counts.items()}
        for law in laws:
            world[repr(law)] = "concentrated at the values given"
        remaining = domain.readable(claim)
        what = "left − right"
        if self.statement.relation is Relation.UP_TO_CONSTANT:
            what = f"the derivative of left − right in {self.statement.quantity}"
        gap = float(value)
        example = Counterexample(world, what, "0", f"{gap:.10g}", gap, 0.0, gap)
        why = f"{what} is {gap:.6g}, not 0; what remains is {remaining}"
        if self.statement.relation.direction:
            why = f"left − right is {gap:.6g} there"
        return Evidence(KIND, Verdict.FAILS, {"remaining": remaining}, why, example)


def _at_numbers(
    statement: Statement, counts: list[Variable], numbers: tuple[int, ...]
) -> Iterator[Assumption]:
    for assumption in statement.assumptions:
        definition = getattr(assumption, "definition", None)
        if definition is not None:
            for variable, number in zip(counts, numbers, strict=True):
                definition = at_number(definition, variable, number)
            assumption = replace(assumption, definition=definition)  # type: ignore[call-arg]
        yield assumption


def _at_point(scope: Scope, linear: Linear, laws: list[Expression]) -> Expression:
    """The formula at the point where the law of its scope concentrates; another law, another
    point."""
    body = as_expression(linear)
    for frame in scope:
        if isinstance(frame, Mean):
            mark = "*" * (1 + laws.index(frame.law))
            names = {v: replace(v, name=v.slot + mark) for v in frame.over}
            body = substitute(body, names)
    return body


def _domain(statement: Statement, difference: Expression) -> Domain:
    """What the types of the variables say; for the arguments of families, their supports."""
    domain = Domain()
    definitions = [getattr(a, "definition", None) for a in statement.assumptions]
    for expression in (difference, *(d for d in definitions if d is not None)):
        for node in walk(expression):
            if isinstance(node, FamilyDensity) and isinstance(node.argument, Value):
                domain.spaces[node.argument.variable.name] = family(node.family).support
    return domain
