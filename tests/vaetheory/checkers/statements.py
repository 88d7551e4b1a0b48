"""Statements that the tests of the numeric checkers share."""

from __future__ import annotations

from vaetheory.language.assumptions import Assumption, Dag, Family, SameDensity, Sampled
from vaetheory.language.distributions import bernoulli, normal
from vaetheory.language.expressions import (
    Expression,
    Function,
    Gradient,
    Letter,
    MutualInformation,
    Value,
    to_expression,
)
from vaetheory.language.notation import HALF, KL, E, H, elbo, integral, log, product, summation
from vaetheory.language.statements import Relation, Statement
from vaetheory.language.variables import Index, Integers, Interval, Reals, Variable

p, q = Letter("p"), Letter("q")
x, z, c, y = Variable("x"), Variable("z"), Variable("c"), Variable("y")
z_sample = Variable(r"\tilde{z}", slot="z")
z1, z2 = Variable("z_1"), Variable("z_2")
d, D, k = Variable("d", Index()), Variable("D", Integers()), Variable("k", Index())
mu, sigma = Variable(r"\mu", Reals()), Variable(r"\sigma", Reals(positive=True))
z_real, x_real = Variable("z", Reals()), Variable("x", Reals())
x_hat = Variable(r"\hat{x}", Interval())
m_hat = Variable(r"\hat{x}", Reals())

ELBO = elbo(q(z | x), p(x, z))


def equal(left: Expression, right: Expression, *assumed: Assumption) -> Statement:
    return Statement(left, Relation.EQUAL, right, assumed)


def probability(at: Variable) -> Expression:
    return Function(x_hat[d], (Value(at),))


def cross_entropy(at: Variable) -> Expression:
    pixel, chance = Value(x[d]), probability(at)
    return -summation(pixel * log(chance) + (1 - pixel) * log(1 - chance), d, D)


DECODER = Family(p(x | z), product(bernoulli(x[d], probability(z)), d, D))

SAME_NOISE = equal(H(p(x | z)), E(p(z), H(p(x | z))))
"""True in a linear-Gaussian world, whose decoder is as noisy everywhere, and in no other."""

IDENTITY = equal(log(p(x)), ELBO + KL(q(z | x), p(z | x)))
START = equal(log(p(x)), integral(q(z | x) * log(p(x)), z))
FORMS = equal(ELBO, E(q(z | x), log(p(x | z))) - KL(q(z | x), p(z)))
ENTROPY = equal(ELBO, E(q(z | x), log(p(x, z))) + H(q(z | x)))
BCE = equal(-E(q(z | x), log(p(x | z))), E(q(z | x), cross_entropy(z)), DECODER)
ONE_SAMPLE = Statement(
    -E(q(z | x), log(p(x | z))),
    Relation.UNBIASED,
    cross_entropy(z_sample),
    (DECODER, Sampled(z_sample, q(z_sample | x))),
)

_VARIANCE = Value(sigma) ** 2
_LIKELIHOOD = -log(product(normal(x_real[d], m_hat[d], _VARIANCE), d, D))
_ERROR = summation((Value(x_real[d]) - m_hat[d]) ** 2, d, D) / (2 * _VARIANCE)
SQUARED_ERROR = Statement(_LIKELIHOOD, Relation.UP_TO_CONSTANT, _ERROR, (), r"\hat{x}")
NOT_SQUARED_ERROR = Statement(_LIKELIHOOD, Relation.UP_TO_CONSTANT, 2 * _ERROR, (), r"\hat{x}")

GAUSSIAN_KL = KL(
    product(normal(z_real[d], mu[d], Value(sigma[d]) ** 2), d, D),
    product(normal(z_real[d], 0, 1), d, D),
    over=(z_real,),
)
_M, _V = Value(mu[d]), Value(sigma[d]) ** 2
GAUSSIAN_KL_FORM = HALF * summation(_M**2 + _V - 1 - log(_V), d, D)
TURNED_GAUSSIAN_KL_FORM = HALF * summation(_M**2 / _V + 1 / _V - 1 + log(_V), d, D)
APPENDIX_B = equal(GAUSSIAN_KL, GAUSSIAN_KL_FORM)

SCORE = equal(E(q(z | x), Gradient(log(q(z | x)), r"\phi")), to_expression(0))
_F = Function(Variable("f", Reals()), (Value(z),))
REINFORCE = equal(
    Gradient(E(q(z | x), _F), r"\phi"), E(q(z | x), _F * Gradient(log(q(z | x)), r"\phi"))
)
INFORMATION = equal(MutualInformation(q, (x,), (z,)), E(q(x), KL(q(z | x), q(z))))
CONDITIONAL = equal(
    log(p(x | c)),
    E(q(z | (x, c)), log(p(x | (z, c))))
    - KL(q(z | (x, c)), p(z))
    + KL(q(z | (x, c)), p(z | (x, c))),
    SameDensity(p(z | c), p(z)),
)
_CHAIN_P = Dag(p, (("z_2", ()), ("z_1", ("z_2",)), ("x", ("z_1",))))
_CHAIN_Q = Dag(q, (("x", ()), ("z_1", ("x",)), ("z_2", ("z_1",))))
LAYERS = equal(
    elbo(q(z1, z2 | x), p(x, z1, z2)),
    E(q(z1, z2 | x), log(p(x | z1)) - log(q(z1 | x) / p(z1 | z2)) - log(q(z2 | z1) / p(z2))),
    _CHAIN_P,
    _CHAIN_Q,
)


def importance_weighted(samples: int) -> Expression:
    """E[log 1/K Σ w_k] over K draws from q(z | x)."""
    weights = summation(p(x, z[k]) / q(z[k] | x), k, samples) / samples
    return E(product(q(z[k] | x), k, samples), log(weights), over=(z,))


TIGHTER = Statement(importance_weighted(2), Relation.AT_LEAST, importance_weighted(1))

TRUE = {
    "identity": IDENTITY,
    "start": START,
    "forms": FORMS,
    "entropy": ENTROPY,
    "bce": BCE,
    "one sample": ONE_SAMPLE,
    "squared error": SQUARED_ERROR,
    "appendix b": APPENDIX_B,
    "score": SCORE,
    "reinforce": REINFORCE,
    "information": INFORMATION,
    "conditional": CONDITIONAL,
    "layers": LAYERS,
}

FALSE = {
    "kl turned": equal(log(p(x)), ELBO + KL(p(z | x), q(z | x))),
    "kl's sign": equal(log(p(x)), ELBO - KL(q(z | x), p(z | x))),
    "gap dropped": equal(log(p(x)), ELBO),
    "average under the prior": equal(ELBO, E(p(z), log(p(x | z))) - KL(q(z | x), p(z))),
    "reversed conditional": equal(ELBO, E(q(z | x), log(p(z | x))) - KL(q(z | x), p(z))),
    "entropy's sign": equal(ELBO, E(q(z | x), log(p(x, z))) - H(q(z | x))),
    "sampled from the prior": Statement(
        ONE_SAMPLE.left,
        Relation.UNBIASED,
        ONE_SAMPLE.right,
        (DECODER, Sampled(z_sample, p(z_sample))),
    ),
    "half lost": equal(GAUSSIAN_KL, 2 * GAUSSIAN_KL_FORM),
    "gaussian kl turned": equal(GAUSSIAN_KL, TURNED_GAUSSIAN_KL_FORM),
    "twice the error": NOT_SQUARED_ERROR,
    "score without log": equal(E(q(z | x), _F * Gradient(q(z | x), r"\phi")), to_expression(0)),
    "bound reversed": Statement(log(p(x)), Relation.AT_MOST, ELBO),
    "log outside": equal(ELBO, log(E(q(z | x), p(x | z))) - KL(q(z | x), p(z))),
    "information halved": equal(
        HALF * MutualInformation(q, (x,), (z,)), E(q(x), KL(q(z | x), q(z)))
    ),
}
