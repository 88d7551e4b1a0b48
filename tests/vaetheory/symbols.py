"""Letters and variables that tests share."""

from __future__ import annotations

from vaetheory.language.expressions import Expression, Function, Letter, Value
from vaetheory.language.variables import (
    FiniteSet,
    Index,
    Integers,
    Interval,
    Reals,
    Space,
    Variable,
)

p, q, r = Letter("p"), Letter("q"), Letter("r")
x, z, w = Variable("x"), Variable("z"), Variable("w")
z_copy = Variable("z'", slot="z")
a, b = Variable("a", FiniteSet()), Variable("b", FiniteSet())
d, D = Variable("d", Index()), Variable("D", Integers())
k, K = Variable("k", Index()), Variable("K", Integers())

s, t, u = (Value(Variable(name, Reals())) for name in "stu")
m = Value(Variable("m", Reals(positive=True)))
phi, theta = r"\phi", r"\theta"


def f(*arguments: Variable, name: str = "f", space: Space | None = None) -> Expression:
    """f(arguments), of any sign unless a space is given."""
    return Function(Variable(name, space or Reals()), tuple(Value(v) for v in arguments))


def g(*arguments: Variable) -> Expression:
    """g(arguments) > 0."""
    return f(*arguments, name="g", space=Reals(positive=True))


def hat(*arguments: Variable) -> Expression:
    """x̂(arguments) ∈ (0, 1)."""
    return f(*arguments, name=r"\hat{x}", space=Interval())
