"""The closed set of expression nodes.

Frozen data, nothing else: how a node is written (``latex``), rewritten (``calculus``, ``rules``) or
given a value (``worlds``, ``checkers``) is a ``singledispatch`` function in the room that does it.
Building them reads like the formula; see ``notation`` for the short constructors::

    E(q(z | x), log(p(x, z)) - log(q(z | x)))
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from typing import Any

from vaetheory.language.hashing import hashed_once
from vaetheory.language.variables import Conditional, Variable


class Expression:
    """A scalar-valued term. Arithmetic operators build sums, products and powers without
    simplifying them.
    """

    __slots__ = ("_hash",)

    def __repr__(self) -> str:
        # the writer stands beside the nodes, not in them; imported late because it needs them all
        from vaetheory.language.text import to_text

        return to_text(self)

    def __add__(self, other: Operand) -> Expression:
        return Sum(_terms(self) + _terms(to_expression(other)))

    def __radd__(self, other: Operand) -> Expression:
        return to_expression(other) + self

    def __neg__(self) -> Expression:
        return Product((Number(Fraction(-1)), *_factors(self)))

    def __sub__(self, other: Operand) -> Expression:
        return self + (-to_expression(other))

    def __rsub__(self, other: Operand) -> Expression:
        return to_expression(other) - self

    def __mul__(self, other: Operand) -> Expression:
        return Product(_factors(self) + _factors(to_expression(other)))

    def __rmul__(self, other: Operand) -> Expression:
        return to_expression(other) * self

    def __truediv__(self, other: Operand) -> Expression:
        return Product((*_factors(self), Power(to_expression(other), Number(Fraction(-1)))))

    def __rtruediv__(self, other: Operand) -> Expression:
        return to_expression(other) / self

    def __pow__(self, exponent: Operand) -> Expression:
        return Power(self, to_expression(exponent))


Operand = Expression | Variable | int | Fraction


@hashed_once
@dataclass(frozen=True, slots=True, repr=False)
class Number(Expression):
    """A rational number."""

    value: Fraction


@hashed_once
@dataclass(frozen=True, slots=True, repr=False)
class Pi(Expression):
    """The circle constant π."""


@hashed_once
@dataclass(frozen=True, slots=True, repr=False)
class Value(Expression):
    """The value of a variable used as a number: μ, σ, x_d, z."""

    variable: Variable


@hashed_once
@dataclass(frozen=True, slots=True, repr=False)
class Function(Expression):
    """A named function of its arguments, such as f(z) or the decoder output x̂_d(z); its range
    is the space of ``name``.
    """

    name: Variable
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """The letter of a joint distribution, with its subscript: p, q_φ, p_data.

    Calling it makes a density: ``p(x, z)``, ``p(x | z)``, ``p(x, z | c)``.
    """

    name: str
    subscript: str = ""

    def __call__(self, *arguments: Variable | Conditional) -> Density:
        of: list[Variable] = []
        given: list[Variable] = []
        for argument in arguments:
            if isinstance(argument, Conditional):
                of.append(argument.of)
                given.extend(argument.given)
            elif given:
                # p(x | z, c): Python hands the variables after the bar over one by one
                given.append(argument)
            else:
                of.append(argument)
        return Density(self, tuple(of), tuple(given))


@hashed_once
@dataclass(frozen=True, slots=True, repr=False)
class Density(Expression):
    """p(of | given): the conditional density of a letter's one joint distribution, at these
    arguments.

    Raises ValueError when nothing is left of the bar, or one slot stands on both sides of it or
    twice.
    """

    letter: Letter
    of: tuple[Variable, ...]
    given: tuple[Variable, ...] = ()

    def __post_init__(self) -> None:
        if not self.of:
            raise ValueError(f"the density {self.letter.name}(·) has no argument before the bar")
        slots = [v.slot for v in (*self.of, *self.given)]
        if len(set(slots)) != len(slots):
            raise ValueError(
                f"one slot is filled twice in {self.letter.name}{(*self.of, *self.given)}: give "
                f"layers slots of their own"
            )


@hashed_once
@dataclass(frozen=True, slots=True, repr=False)
class FamilyDensity(Expression):
    """The density of a named family at ``argument``: N(z; μ, σ²) is ``FamilyDensity("normal", z,
    (μ, σ²))``.
    """

    family: str
    argument: Expression
    parameters: tuple[Expression, ...]


@hashed_once
@dataclass(frozen=True, slots=True, repr=False)
class Sum(Expression):
    """t₁ + t₂ + …"""

    terms: tuple[Expression, ...]


@hashed_once
@dataclass(frozen=True, slots=True, repr=False)
class Product(Expression):
    """f₁ · f₂ · …; a quotient is a product with a power −1."""

    factors: tuple[Expression, ...]


@hashed_once
@dataclass(frozen=True, slots=True, repr=False)
class Power(Expression):
    """base ^ exponent."""

    base: Expression
    exponent: Expression


@hashed_once
@dataclass(frozen=True, slots=True, repr=False)
class Log(Expression):
    """The natural logarithm."""

    argument: Expression


@hashed_once
@dataclass(frozen=True, slots=True, repr=False)
class Exp(Expression):
    """The exponential function."""

    argument: Expression


@hashed_once
@dataclass(frozen=True, slots=True, repr=False)
class Expectation(Expression):
    """E_law[body] = ∫ law · body d(over). ``law`` is a density, or a product of densities, in
    ``over``.
    """

    law: Expression
    body: Expression
    over: tuple[Variable, ...]


@hashed_once
@dataclass(frozen=True, slots=True, repr=False)
class KL(Expression):
    """KL[first ‖ second] = E_first[log first − log second], in nats, over ``over``."""

    first: Expression
    second: Expression
    over: tuple[Variable, ...]


@hashed_once
@dataclass(frozen=True, slots=True, repr=False)
class Entropy(Expression):
    """H[law] = −E_law[log law], in nats; the differential entropy where ``over`` is continuous."""

    law: Expression
    over: tuple[Variable, ...]


@hashed_once
@dataclass(frozen=True, slots=True, repr=False)
class MutualInformation(Expression):
    """I(left; right) under ``letter`` = KL[p(left, right) ‖ p(left) p(right)], in nats;
    ``given`` stays fixed.
    """

    letter: Letter
    left: tuple[Variable, ...]
    right: tuple[Variable, ...]
    given: tuple[Variable, ...] = ()

    @property
    def over(self) -> tuple[Variable, ...]:
        """The variables that it integrates out."""
        return self.left + self.right


@hashed_once
@dataclass(frozen=True, slots=True, repr=False)
class Elbo(Expression):
    """ELBO = E_posterior[log joint − log posterior], in nats, over the latents ``over``."""

    posterior: Expression
    joint: Expression
    over: tuple[Variable, ...]


@hashed_once
@dataclass(frozen=True, slots=True, repr=False)
class Integral(Expression):
    """∫ body d(over); a sum for the variables of ``over`` that are finite."""

    body: Expression
    over: tuple[Variable, ...]


@hashed_once
@dataclass(frozen=True, slots=True, repr=False)
class Gradient(Expression):
    """∇_parameter body, the derivative with respect to the parameters that the named symbol
    stands for.
    """

    body: Expression
    parameter: str


@hashed_once
@dataclass(frozen=True, slots=True, repr=False)
class IndexedSum(Expression):
    """Σ_{index=low}^{high} body."""

    body: Expression
    index: Variable
    low: Expression
    high: Expression


@hashed_once
@dataclass(frozen=True, slots=True, repr=False)
class IndexedProduct(Expression):
    """∏_{index=low}^{high} body."""

    body: Expression
    index: Variable
    low: Expression
    high: Expression


def to_expression(value: Operand) -> Expression:
    """The expression for a number or a variable; expressions pass through.

    Raises TypeError for anything else; a float is refused because a rounded number is not what was
    meant.
    """
    match value:
        case Expression():
            return value
        case Variable():
            return Value(value)
        case bool() | float():
            raise TypeError(
                f"write {value!r} as a whole number or a Fraction: the calculus is exact"
            )
        case int() | Fraction():
            return Number(Fraction(value))
        case _:
            raise TypeError(f"not an expression, a variable or a rational number: {value!r}")


_NAMES: dict[type, tuple[str, ...]] = {}


def _names(kind: type) -> tuple[str, ...]:
    """The names of the fields of a kind of node: asked for at every node of every term."""
    found = _NAMES.get(kind)
    if found is None:
        found = _NAMES[kind] = tuple(field.name for field in fields(kind))
    return found


def children(expression: Expression) -> Iterator[Expression]:
    """The direct subexpressions, in the order of the fields."""
    for name in _names(type(expression)):
        value = getattr(expression, name)
        if isinstance(value, Expression):
            yield value
        elif isinstance(value, tuple):
            for item in value:
                if isinstance(item, Expression):
                    yield item


def map_children(expression: Expression, function: Any) -> Expression:
    """The same node with ``function`` applied to every direct subexpression."""
    changed: dict[str, Any] = {}
    for name in _names(type(expression)):
        value = getattr(expression, name)
        if isinstance(value, Expression):
            new: Any = function(value)
            if new is not value and new != value:
                changed[name] = new
        elif isinstance(value, tuple) and value and _holds_expressions(value):
            items = [function(item) for item in value]
            if any(a is not b and a != b for a, b in zip(items, value, strict=True)):
                changed[name] = tuple(items)
    return replace(expression, **changed) if changed else expression  # type: ignore[type-var]


def _holds_expressions(value: tuple[Any, ...]) -> bool:
    return any(isinstance(item, Expression) for item in value)


def walk(expression: Expression) -> Iterator[Expression]:
    """The expression and all that stands inside it, outermost first."""
    yield expression
    for child in children(expression):
        yield from walk(child)


def _terms(expression: Expression) -> tuple[Expression, ...]:
    return expression.terms if isinstance(expression, Sum) else (expression,)


def _factors(expression: Expression) -> tuple[Expression, ...]:
    return expression.factors if isinstance(expression, Product) else (expression,)
