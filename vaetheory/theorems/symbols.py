"""The letters and variables that the theorems share; the site's page of notation lists them."""

from __future__ import annotations

from vaetheory.language.expressions import Expression, Function, Letter, Value
from vaetheory.language.notation import elbo
from vaetheory.language.variables import FiniteSet, Index, Integers, Interval, Reals, Variable

p, q = Letter("p"), Letter("q")
p_data = Letter("p", r"\mathrm{data}")

x, z, c, y = Variable("x"), Variable("z"), Variable("c", FiniteSet()), Variable("y", FiniteSet())
z_sample = Variable(r"\tilde{z}", slot="z")

d, D = Variable("d", Index()), Variable("D", Integers())
k, K = Variable("k", Index()), Variable("K", Integers())

x_bit, x_real = Variable("x", FiniteSet(2)), Variable("x", Reals())
z_real = Variable("z", Reals())
sigma = Variable(r"\sigma", Reals(positive=True))
mu = Variable(r"\mu", Reals())

ELBO = elbo(q(z | x), p(x, z))
POSTERIOR = q(z | x)


def value(variable: Variable) -> Value:
    """The variable as a number."""
    return Value(variable)


def probability_hat(latent: Variable = z) -> Expression:
    """x̂_d(z) ∈ (0, 1): the decoder's mean of pixel d."""
    return Function(Variable(r"\hat{x}", Interval())[d], (Value(latent),))


def mean_hat(latent: Variable = z) -> Expression:
    """x̂_d(z) ∈ ℝ: the decoder's mean of pixel d."""
    return Function(Variable(r"\hat{x}", Reals())[d], (Value(latent),))
