"""Random expressions of the probability calculus, made to be hard: shadowed names, copies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from vaetheory.language.expressions import (
    KL,
    Density,
    Elbo,
    Entropy,
    Expectation,
    Expression,
    Function,
    Gradient,
    IndexedSum,
    Integral,
    Letter,
    Log,
    MutualInformation,
    Number,
    Power,
    Value,
)
from vaetheory.language.variables import (
    FiniteSet,
    Index,
    Integers,
    Reals,
    Space,
    Variable,
)

Scope = tuple[Variable, ...]

LETTERS = (Letter("p"), Letter("q"), Letter("r"))
SPACES: dict[str, Space] = {"x": Variable("x").space, "z": Variable("z").space, "a": FiniteSet()}
INDEX, COUNT = Variable("k", Index()), Variable("K", Integers())
PARAMETER = r"\phi"


def number(value: int | Fraction) -> Number:
    """A number as an expression."""
    return Number(Fraction(value))


def variable(slot: str, primes: int = 0) -> Variable:
    """x, z or a, or a copy of it."""
    return Variable(slot + "'" * primes, SPACES[slot], slot)


def function(name: str, arguments: Scope, *, positive: bool = False) -> Function:
    """f(arguments), a name of its own for each list of slots."""
    slots = "".join(sorted(v.slot for v in arguments))
    space = Reals(positive=positive)
    return Function(Variable(f"{name}_{{{slots}}}", space), tuple(Value(v) for v in arguments))


@dataclass
class Terms:
    """A source of random expressions; every choice comes from ``random``.

    ``gradients`` and ``sums`` say whether ∇_φ and Σ_k may occur.
    """

    random: Random
    gradients: bool = False
    sums: bool = False

    def binder(self, scope: Scope) -> Variable:
        """A variable to bind: often a copy, sometimes one that shadows what is in scope."""
        slot = self.random.choice(tuple(SPACES))
        if self.random.random() < 0.3:
            return variable(slot)
        return self.unused(scope, slot)

    def unused(self, scope: Scope, slot: str) -> Variable:
        """A variable of the slot that is not in scope."""
        primes = 0
        while variable(slot, primes) in scope:
            primes += 1
        return variable(slot, primes)

    def inside(self, scope: Scope, bound: Variable) -> Scope:
        """The scope of a binder."""
        return (*(v for v in scope if v != bound), bound)

    def arguments(self, scope: Scope) -> Scope:
        """Some variables of the scope, one for each slot."""
        chosen: dict[str, Variable] = {}
        for v in self.random.sample(scope, len(scope)):
            if v.slot in SPACES:
                chosen.setdefault(v.slot, v)
        count = self.random.randint(1, len(chosen))
        return tuple(self.random.sample(tuple(chosen.values()), count))

    def density(self, scope: Scope) -> Density:
        """A density of variables in scope."""
        arguments = self.arguments(scope)
        split = self.random.randint(1, len(arguments))
        return Density(self.random.choice(LETTERS), arguments[:split], arguments[split:])

    def law(self, bound: Variable, scope: Scope) -> Density:
        """A density of the bound variable given something in scope, or nothing."""
        others = tuple(v for v in scope if v.slot in SPACES and v.slot != bound.slot)
        given = self.arguments(others) if others and self.random.random() < 0.6 else ()
        return Density(self.random.choice(LETTERS), (bound,), given)

    def positive(self, scope: Scope, depth: int) -> Expression:
        """An expression that is positive."""
        if not scope or depth <= 0:
            return self.density(scope) if scope else number(self.random.randint(1, 3))
        pick = self.random.random()
        if pick < 0.35:
            return self.density(scope)
        if pick < 0.55:
            return self.density(scope) / self.positive(scope, depth - 1)
        if pick < 0.7:
            return self.density(scope) * self.positive(scope, depth - 1)
        if pick < 0.78:
            return function("g", self.arguments(scope), positive=True)
        if pick < 0.84:
            return self.positive(scope, depth - 1) + self.positive(scope, depth - 1)
        bound = self.binder(scope)
        inside = self.inside(scope, bound)
        law = self.law(bound, tuple(v for v in scope if v != bound))
        if pick < 0.92:
            return Expectation(law, self.positive(inside, depth - 1), (bound,))
        return Integral(law * self.positive(inside, depth - 1), (bound,))

    def value(self, scope: Scope, depth: int) -> Expression:
        """An expression of any sign."""
        makers: list[Callable[[Scope, int], Expression]] = [self._log, self._leaf]
        if depth > 0:
            makers += [self._expectation, self._expectation, self._sum, self._scaled, self._named]
            makers += [self._named]
            if self.sums:
                makers.append(self._indexed)
            if self.gradients:
                makers.append(self._gradient)
        return self.random.choice(makers)(scope, depth)

    def _log(self, scope: Scope, depth: int) -> Expression:
        return Log(self.positive(scope, depth))

    def _leaf(self, scope: Scope, depth: int) -> Expression:
        if not scope or self.random.random() < 0.2:
            return number(Fraction(self.random.randint(-3, 3), self.random.randint(1, 3)))
        return function("f", self.arguments(scope))

    def _expectation(self, scope: Scope, depth: int) -> Expression:
        bound = self.binder(scope)
        law = self.law(bound, tuple(v for v in scope if v != bound))
        return Expectation(law, self.value(self.inside(scope, bound), depth - 1), (bound,))

    def _sum(self, scope: Scope, depth: int) -> Expression:
        return self.value(scope, depth - 1) + self.value(scope, depth - 1)

    def _scaled(self, scope: Scope, depth: int) -> Expression:
        if self.random.random() < 0.3:
            return self.value(scope, depth - 1) * self.value(scope, 0)
        if self.random.random() < 0.2:
            return Power(self.value(scope, depth - 1), number(2))
        factor = Fraction(self.random.choice((-2, -1, -1, 1, 3)), self.random.choice((1, 1, 2)))
        return number(factor) * self.value(scope, depth - 1)

    def _named(self, scope: Scope, depth: int) -> Expression:
        bound = self.binder(scope)
        outer = tuple(v for v in scope if v != bound)
        first = self.law(bound, outer)
        pick = self.random.random()
        if pick < 0.45:
            return KL(first, self.law(bound, outer), (bound,))
        if pick < 0.65:
            return Entropy(first, (bound,))
        others = tuple(v for v in outer if v.slot in SPACES and v.slot != bound.slot)
        if not others:
            return Entropy(first, (bound,))
        letter = self.random.choice(LETTERS)
        if pick < 0.85:
            return Elbo(first, Density(letter, (bound, *self.arguments(others))), (bound,))
        partner = self.random.choice([s for s in SPACES if s != bound.slot])
        second = variable(partner)
        given = tuple(v for v in others if v.slot != partner)
        return MutualInformation(
            letter, (bound,), (second,), self.arguments(given) if given else ()
        )

    def _indexed(self, scope: Scope, depth: int) -> Expression:
        if INDEX in scope:
            return self._sum(scope, depth)
        slot = self.random.choice(("x", "z"))
        # a name of its own: z would be the vector of the z_k
        copy = Variable(f"{slot}c", SPACES[slot], slot)[INDEX]
        law = self.law(copy, scope)
        body = self.value((*scope, INDEX, copy), depth - 1)
        summand = Expectation(law, body, (copy,))
        return IndexedSum(summand, INDEX, number(1), Value(COUNT)) / Value(COUNT)

    def _gradient(self, scope: Scope, depth: int) -> Expression:
        plain = Terms(self.random, gradients=False, sums=False)
        return Gradient(plain.value(scope, depth - 1), PARAMETER)
