"""Formulas in SymPy, with a declared domain for every symbol.

A variable in (0, 1) becomes a/(1 + a) with a > 0, so that the logarithms of it and of 1 minus it
are
both real; finite variables are put in one value after the other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import singledispatchmethod
from itertools import product
from random import Random

import sympy as sp

from vaetheory.checkers.reduction import Irreducible
from vaetheory.language.distributions import family
from vaetheory.language.distributions.special import (
    ABSOLUTE,
    DIGAMMA,
    ERROR_FUNCTION,
    INDICATOR,
    LOG_GAMMA,
)
from vaetheory.language.expressions import (
    Density,
    Exp,
    Expression,
    FamilyDensity,
    Function,
    IndexedProduct,
    IndexedSum,
    Log,
    Number,
    Pi,
    Power,
    Product,
    Sum,
    Value,
)
from vaetheory.language.variables import FiniteSet, Integers, Interval, Reals, Space

_BINARY = 6


def reduce_to_zero(formula: sp.Expr, hopeless: Callable[[sp.Expr], bool]) -> sp.Expr:
    """0 where SymPy gets there, else what is left; cheap routes first, dear ones unless
    ``hopeless``."""
    formula = sp.expand(sp.expand_log(formula))
    if formula == 0:
        return sp.Integer(0)
    if hopeless(formula):
        return formula
    formula = sp.expand(sp.expand_func(sp.expand_log(sp.together(formula))))
    simple = formula if formula == 0 else sp.simplify(formula)
    return sp.Integer(0) if simple == 0 else simple


@dataclass
class Domain:
    """Symbols for the variables of a statement, with what is known about each."""

    spaces: dict[str, Space] = field(default_factory=dict)
    symbols: dict[str, tuple[sp.Symbol, Space, str]] = field(default_factory=dict)
    densities: set[sp.Symbol] = field(default_factory=set)

    def _symbol(self, text: str, name: str, space: Space) -> sp.Expr:
        if text not in self.symbols:
            match space:
                case Reals(positive=True) | Interval():
                    symbol = sp.Symbol(text, positive=True)
                case Integers(low=low) if low >= 0:
                    # positive=False would say "is 0" of what is only not known to be positive
                    sign = "positive" if low else "nonnegative"
                    symbol = sp.Symbol(text, integer=True, **{sign: True})
                case Integers():
                    symbol = sp.Symbol(text, integer=True)
                case _:
                    symbol = sp.Symbol(text, real=True)
            self.symbols[text] = (symbol, space, name)
        symbol, space, _ = self.symbols[text]
        if isinstance(space, Interval):
            return space.low + (space.high - space.low) * symbol / (1 + symbol)
        return symbol

    def name_of(self, symbol: sp.Symbol) -> str:
        """The name, without indices, of the variable or function that the symbol stands for."""
        return self.symbols[symbol.name][2] if symbol.name in self.symbols else ""

    def has_density(self, formula: sp.Expr) -> bool:
        """Whether a density without a formula occurs."""
        return bool(self.densities & formula.free_symbols)

    def described(self) -> dict[str, str]:
        """The domains, for the figures."""
        return {text: _space_text(space) for text, (_, space, _) in sorted(self.symbols.items())}

    def assignments(self, formula: sp.Expr) -> list[dict[sp.Symbol, sp.Expr]]:
        """All values of the binary variables in it; one empty assignment when there are none.

        Raises Irreducible where there are too many, or a finite set has no known size.
        """
        finite = [
            (symbol, space)
            for symbol, space, _ in self.symbols.values()
            if isinstance(space, FiniteSet) and symbol in formula.free_symbols
        ]
        if any(space.size is None for _, space in finite):
            raise Irreducible("a finite set of unknown size")
        if len(finite) > _BINARY:
            raise Irreducible(f"{len(finite)} finite variables: too many values to put in")
        names = [symbol for symbol, _ in finite]
        ranges = [range(space.size or 0) for _, space in finite]
        return [dict(zip(names, map(sp.Integer, row), strict=True)) for row in product(*ranges)]

    def point(self, formula: sp.Expr, random: Random) -> dict[sp.Symbol, sp.Expr]:
        """Random rationals for all symbols."""
        chosen = {}
        for symbol in sorted(formula.free_symbols, key=str):
            if symbol.is_integer:
                chosen[symbol] = sp.Integer(random.randint(1, 3))
            elif symbol.is_positive:
                chosen[symbol] = sp.Rational(random.randint(1, 12), random.randint(2, 6))
            else:
                sign = random.choice((-1, 1))
                chosen[symbol] = sp.Rational(sign * random.randint(1, 12), random.randint(2, 6))
        return chosen

    def in_words(self, point: dict[sp.Symbol, sp.Expr]) -> dict[str, str]:
        """The values of the variables, intervals turned back from their symbols."""
        words = {}
        for text, (symbol, space, _) in self.symbols.items():
            if symbol in point:
                value = point[symbol]
                if isinstance(space, Interval):
                    value = space.low + (space.high - space.low) * value / (1 + value)
                words[text] = str(value)
        return words

    def readable(self, formula: sp.Expr) -> str:
        """The formula with the variables of intervals in place of their symbols."""
        back = {}
        for text, (symbol, space, _) in self.symbols.items():
            if isinstance(space, Interval) and symbol in formula.free_symbols:
                named = sp.Symbol(text, positive=True)
                back[symbol] = (named - space.low) / (space.high - named)
        own = formula.subs(back).replace(sp.log, lambda inner: sp.log(sp.cancel(inner)))
        return str(sp.factor_terms(sp.expand(sp.expand_log(own))))

    @singledispatchmethod
    def formula(self, e: Expression) -> sp.Expr:
        """The expression in SymPy. Raises Irreducible for what is not a plain formula."""
        raise Irreducible(f"{type(e).__name__} is not a plain formula: {e!r}")

    @formula.register
    def _(self, e: Number) -> sp.Expr:
        return sp.Rational(e.value.numerator, e.value.denominator)

    @formula.register
    def _(self, e: Pi) -> sp.Expr:
        return sp.pi

    @formula.register
    def _(self, e: Value) -> sp.Expr:
        variable = e.variable
        space = self.spaces.get(variable.name, variable.space)
        return self._symbol(repr(variable), variable.name, space)

    @formula.register
    def _(self, e: Function) -> sp.Expr:
        special = {
            DIGAMMA: sp.digamma,
            LOG_GAMMA: sp.loggamma,
            ABSOLUTE: sp.Abs,
            ERROR_FUNCTION: sp.erf,
        }
        arguments = [self.formula(a) for a in e.arguments] if e.name in special else []
        if e.name in special:
            return special[e.name](*arguments)
        if e.name == INDICATOR:
            return sp.KroneckerDelta(*(self.formula(a) for a in e.arguments))
        return self._symbol(repr(e), e.name.name, e.name.space)

    @formula.register
    def _(self, e: Density) -> sp.Expr:
        symbol = self._symbol(repr(e), e.letter.name, Reals(positive=True))
        self.densities.add(symbol)
        return symbol

    @formula.register
    def _(self, e: FamilyDensity) -> sp.Expr:
        return sp.exp(self.formula(family(e.family).log_density(e.argument, *e.parameters)))

    @formula.register
    def _(self, e: Sum) -> sp.Expr:
        return sp.Add(*map(self.formula, e.terms))

    @formula.register
    def _(self, e: Product) -> sp.Expr:
        return sp.Mul(*map(self.formula, e.factors))

    @formula.register
    def _(self, e: Power) -> sp.Expr:
        return sp.Pow(self.formula(e.base), self.formula(e.exponent))

    @formula.register
    def _(self, e: Log) -> sp.Expr:
        return sp.log(sp.together(self.formula(e.argument)))

    @formula.register
    def _(self, e: Exp) -> sp.Expr:
        return sp.exp(self.formula(e.argument))

    @formula.register(IndexedSum)
    @formula.register(IndexedProduct)
    def _(self, e: IndexedSum | IndexedProduct) -> sp.Expr:
        raise Irreducible(f"a sum of symbolic length inside a formula: {e!r}")


def _space_text(space: Space) -> str:
    match space:
        case Reals(positive=True):
            return "> 0"
        case Interval(low=low, high=high):
            return f"in ({low}, {high})"
        case FiniteSet(size=size) if size is not None:
            return "in {" + ", ".join(map(str, range(size))) + "}"
        case Integers(low=low):
            return f"whole, ≥ {low}"
    return "real"
