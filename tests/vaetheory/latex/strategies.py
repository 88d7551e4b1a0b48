"""Expressions as Hypothesis draws them: every node, over letters whose spaces are known."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import strategies as st

from vaetheory.language.distributions import bernoulli, normal
from vaetheory.language.expressions import (
    KL,
    Density,
    Elbo,
    Entropy,
    Exp,
    Expectation,
    Expression,
    Function,
    Gradient,
    IndexedProduct,
    IndexedSum,
    Integral,
    Letter,
    Log,
    MutualInformation,
    Number,
    Pi,
    Power,
    Value,
)
from vaetheory.language.variables import (
    Continuum,
    FiniteSet,
    Index,
    Integers,
    Reals,
    Space,
    Variable,
)

x, z = Variable("x"), Variable("z")
y = Variable("y", FiniteSet())
d, D = Variable("d", Index()), Variable("D", Integers())
mu, sigma = Variable(r"\mu", Reals()), Variable(r"\sigma", Reals(positive=True))
hat = Variable(r"\hat{x}", Reals())
f = Variable("f", Reals())
# of a normal without index: a letter with an index elsewhere would be read as a vector
m, tau = Variable("m", Reals()), Variable(r"\tau", Reals(positive=True))
p, q, r = Letter("p"), Letter("q"), Letter("r")

SPACES: dict[str, Space] = {
    "x": Continuum(), "z": Continuum(), "y": FiniteSet(), "D": Integers(), r"\mu": Reals(),
    r"\sigma": Reals(positive=True), r"\hat{x}": Reals(), "f": Reals(), "m": Reals(),
    r"\tau": Reals(positive=True),
}  # fmt: skip

DENSITIES: tuple[Density, ...] = (
    p(x), p(z), p(x, z), p(x | z), p(z | x), p(x, z | y), q(z | x), r(z | (x, y)), p(y),
)  # fmt: skip
LAWS = (q(z | x), p(z), p(z | x), r(z | (x, y)))

numbers = st.fractions(min_value=-9, max_value=9, max_denominator=9).filter(bool).map(Number)
atoms = st.one_of(
    numbers,
    st.just(Pi()),
    st.sampled_from([Value(mu), Value(sigma), Value(D), Value(mu[1]), Value(hat), Value(mu[2])]),
    st.sampled_from(DENSITIES),
    st.just(Function(f, (Value(z),))),
    st.just(normal(z, m, Value(tau) ** 2)),
    st.just(bernoulli(y, hat)),
    st.just(Elbo(q(z | x), p(x, z), (z,))),
    st.just(Elbo(r(z | (x, y)), p(x, z | y), (z,))),
    st.just(MutualInformation(p, (x,), (z,))),
    st.just(MutualInformation(q, (x,), (z,), (y,))),
    st.sampled_from([Entropy(law, law.of) for law in LAWS]),
    st.sampled_from([KL(a, b, a.of) for a in LAWS for b in LAWS if a != b]),
)


def _wider(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    component = st.sampled_from([Value(mu[d]), Value(sigma[d]), Value(hat[d])])
    body = st.one_of(component, st.tuples(component, inner).map(lambda t: t[0] * t[1]), inner)
    exponents = st.sampled_from(
        [Number(Fraction(n)) for n in (-2, -1, 2, 3)] + [Number(Fraction(1, 2))]
    )
    return st.one_of(
        st.tuples(inner, inner).map(lambda t: t[0] + t[1]),
        st.tuples(inner, inner).map(lambda t: t[0] - t[1]),
        st.tuples(inner, inner).map(lambda t: t[0] * t[1]),
        st.tuples(inner, inner).map(lambda t: t[0] / t[1]),
        st.tuples(inner, exponents).map(lambda t: Power(*t)),
        inner.map(Log),
        inner.map(Exp),
        inner.map(lambda e: -e),
        st.tuples(st.sampled_from(LAWS), inner).map(lambda t: Expectation(t[0], t[1], t[0].of)),
        st.tuples(inner, st.sampled_from([(z,), (x,), (y,), (x, z)])).map(lambda t: Integral(*t)),
        inner.map(lambda e: Gradient(e, r"\phi")),
        inner.map(lambda e: Function(f, (e, Value(z)))),
        body.map(lambda e: IndexedSum(e, d, Number(Fraction(1)), Value(D))),
        body.map(lambda e: IndexedProduct(e, d, Number(Fraction(0)), Value(D) - 1)),
    )


def expressions(size: int = 12) -> st.SearchStrategy[Expression]:
    """Expressions with up to ``size`` leaves."""
    return st.recursive(atoms, _wider, max_leaves=size)
