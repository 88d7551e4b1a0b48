"""For each rule, steps that it justifies and steps that it does not."""

from __future__ import annotations

from dataclasses import dataclass

from tests.vaetheory.symbols import D, a, d, f, g, hat, k, m, p, phi, q, r, s, t, theta, w, x, z
from vaetheory.language.assumptions import (
    Assumption,
    Dag,
    Different,
    Family,
    Reparameterized,
    SameDensity,
    Sampled,
)
from vaetheory.language.distributions import bernoulli, normal
from vaetheory.language.distributions.gumbel import gumbel
from vaetheory.language.expressions import (
    Elbo,
    Expectation,
    Expression,
    Gradient,
    MutualInformation,
    Value,
    to_expression,
)
from vaetheory.language.notation import HALF, KL, E, H, exp, integral, log, product, summation
from vaetheory.language.statements import Relation, Statement
from vaetheory.language.variables import FiniteSet, Reals, Variable

EQ, GE, LE, GT = Relation.EQUAL, Relation.AT_LEAST, Relation.AT_MOST, Relation.GREATER
ABOUT, UP_TO = Relation.UNBIASED, Relation.UP_TO_CONSTANT
ZERO, ONE = to_expression(0), to_expression(1)

z1, z2, z3 = Variable("z1"), Variable("z2"), Variable("z3")
draw = Variable(r"\tilde{z}", slot="z")
real, bit = Variable("v", Reals()), Variable("x", FiniteSet(2))
x_real = Variable("x", Reals())
eps = Variable(r"\epsilon", Reals())
mu = Value(Variable(r"\mu", Reals()))
other_mean = Value(Variable("c", Reals()))

law = q(z | x)
chain = Dag(p, (("z2", ()), ("z1", ("z2",)), ("x", ("z1",))))
walk = Dag(q, (("z1", ()), ("z2", ("z1",)), ("z3", ("z2",))))
decoder = Family(p(bit | z), bernoulli(bit, hat(z)))
equal = SameDensity(p(z | a), p(z))
different = Different(q(z | x), p(z | x))
component_law = product(normal(real[d], mu, m**2), d, D)
drawn = Sampled(draw, q(draw | x))


def step(
    left: Expression,
    right: Expression,
    relation: Relation = EQ,
    *assumptions: Assumption,
    quantity: str = "",
) -> Statement:
    """A claim."""
    return Statement(left, relation, right, assumptions, quantity)


@dataclass(frozen=True)
class Examples:
    """Claims that the rule justifies, and claims that it does not, true or false."""

    justified: tuple[Statement, ...]
    not_justified: tuple[Statement, ...]


matched = SameDensity(q(z), p(z))

EXAMPLES: dict[str, Examples] = {
    "rearrangement": Examples(
        (step(s * t + t, t + t * s), step(p(x) * p(z) / p(z), p(x))),
        (step(s * (t + 1), s * t + s), step(s, t), step(log(s * t), log(s) + log(t))),
    ),
    "algebra": Examples(
        (step(s * (t + 1), s * t + s), step((s - t) ** 2, s**2 - 2 * s * t + t**2)),
        (step((s - t) ** 2, s**2 - t**2), step(log(m * s), log(m) + log(s))),
    ),
    "log-of-product": Examples(
        (
            step(log(p(x) * p(z)), log(p(x)) + log(p(z))),
            step(log(p(x) / p(z)), log(p(x)) - log(p(z))),
            step(log(product(p(x[d] | z), d, D)), summation(log(p(x[d] | z)), d, D)),
        ),
        (step(log(p(x) + p(z)), log(p(x)) + log(p(z))), step(log(p(x, z)), log(p(x)) + log(p(z)))),
    ),
    "log-of-exp": Examples(
        (step(log(exp(s)), s),), (step(exp(log(s)), s), step(log(2 * exp(s)), s))
    ),
    "linearity-of-sum": Examples(
        (step(summation(s * f(z[d]) + 1, d, D), s * summation(f(z[d]), d, D) + Value(D)),),
        (
            step(summation(f(z[d]) * Value(d), d, D), Value(d) * summation(f(z[d]), d, D)),
            step(summation(1, d, D, 3), Value(D) - 2),
        ),
    ),
    "log-of-power": Examples(
        (step(log(m**3), 3 * log(m)),),
        (step(log(m) ** 3, 3 * log(m)), step(log(3 * m), 3 * log(m))),
    ),
    "expectation": Examples(
        (step(E(law, f(z)), integral(law * f(z), z)),),
        (step(E(law, f(z)), integral(p(z) * f(z), z)), step(E(law, ONE), ONE)),
    ),
    "kl-definition": Examples(
        (step(KL(law, p(z)), E(law, log(law / p(z)))),),
        (
            step(KL(law, p(z)), E(p(z), log(law / p(z)))),
            step(KL(law, p(z)), E(law, log(p(z) / law))),
        ),
    ),
    "elbo-definition": Examples(
        (step(Elbo(law, p(x, z), (z,)), E(law, log(p(x, z) / law))),),
        (step(Elbo(law, p(x, z), (z,)), E(law, log(p(x | z) / law))),),
    ),
    "entropy-definition": Examples(
        (step(H(law), -E(law, log(law))),), (step(H(law), E(law, log(law))),)
    ),
    "mutual-information-definition": Examples(
        (step(MutualInformation(p, (x,), (z,)), KL(p(x, z), p(x) * p(z))),),
        (step(MutualInformation(p, (x,), (z,)), KL(p(x, z), p(x) * q(z), over=(x, z))),),
    ),
    "linearity": Examples(
        (
            step(E(law, s * f(z) + g(z)), s * E(law, f(z)) + E(law, g(z))),
            step(E(law, summation(f(z, k), k, D)), summation(E(law, f(z, k)), k, D)),
        ),
        (
            step(E(law, f(z) * g(z)), E(law, f(z)) * E(law, g(z))),
            step(E(law, f(z) ** 2), E(law, f(z)) ** 2),
        ),
    ),
    "product-rule": Examples(
        (step(p(x, z), p(x | z) * p(z)), step(p(x | z) * p(z) / p(x), p(z | x))),
        (step(p(x, z), p(x) * p(z)), step(p(x | z), p(z | x)), step(p(x | z) * p(z), p(z))),
    ),
    "marginalization": Examples(
        (
            step(integral(p(x, z), z), p(x)),
            step(E(q(z, w | x), f(z)), E(law, f(z))),
        ),
        (
            step(integral(p(x, z) * f(z), z), p(x) * f(z)),
            step(integral(p(x | z), z), p(x)),
            step(E(q(z, w), f(z[1])), E(q(w), f(z[1]))),
        ),
    ),
    "normalization": Examples(
        (step(E(law, log(p(x))), log(p(x))), step(integral(law * f(x), z), f(x))),
        (
            step(E(law, f(z)), f(z)),
            step(E(law, f(z[1])), f(z[1])),
            step(integral(p(x, z), z), ONE),
            step(E(p(z1 | z2) * p(z2 | z1), ONE), ONE),
            step(integral(normal(bit, 0, 1), bit), ONE),
        ),
    ),
    "unused-draws": Examples(
        (step(E(q(z1) * r(z2), f(z1)), E(q(z1), f(z1))),),
        (
            step(E(q(z1) * r(z2 | z1), f(z2)), E(r(z2 | z1), f(z2))),
            step(E(q(z1) * r(z2), f(z1, z2)), E(q(z1), f(z1, z2))),
        ),
    ),
    "unbiased-average": Examples(
        (step(E(law, p(x, z) / law), p(x)),), (step(E(p(z), p(x, z) / law), p(x)),)
    ),
    "tower": Examples(
        (step(E(p(x), E(law, f(x, z))), E(p(x) * law, f(x, z))),),
        (
            step(E(p(x), E(law, f(x, z))), E(law, E(p(x), f(x, z)))),
            step(E(p(z), E(q(z), f(z))), E(p(z) * q(z), f(z), over=(z,))),
        ),
    ),
    "iterated-expectation": Examples(
        (step(E(q(x, z), f(x, z)), E(q(x), E(law, f(x, z)))),),
        (step(E(q(x, z), f(x, z)), E(q(x), E(q(z), f(x, z)))),),
    ),
    "joint-law": Examples(
        (step(q(x) * law, q(x, z)),), (step(p(x) * law, q(x, z)), step(q(x) * q(z), q(x, z)))
    ),
    "factorization": Examples(
        (
            step(p(x, z1, z2), p(z2) * p(z1 | z2) * p(x | z1), EQ, chain),
            step(p(x | (z1, z2)), p(x | z1), EQ, chain),
        ),
        (
            step(p(x, z1, z2), p(z2) * p(z1) * p(x | z1), EQ, chain),
            step(p(z1 | (z2, x)), p(z1 | z2), EQ, chain),
            step(p(z2, z1 | x), p(z2) * p(z1 | z2), EQ, chain),
            step(p(x, z1, z2), p(z2) * p(z1 | z2) * p(x | z1)),
        ),
    ),
    "markov-reversal": Examples(
        (step(q(z1, z2, z3), q(z3) * q(z2 | z3) * q(z1 | z2), EQ, walk),),
        (
            step(q(z1, z2, z3), q(z3) * q(z2) * q(z1 | z2), EQ, walk),
            step(q(z1, z2, z3), q(z3) * q(z2 | z3) * q(z1 | z2)),
        ),
    ),
    "factorized-expectation": Examples(
        (step(E(q(z1, z2, z3), f(z3)), E(q(z1, z2), E(q(z3 | z2), f(z3))), EQ, walk),),
        (step(E(q(z1, z2, z3), f(z3)), E(q(z1), E(q(z3 | z2), f(z3))), EQ, walk),),
    ),
    "same-density": Examples(
        (step(log(p(z | a)), log(p(z)), EQ, equal),),
        (
            step(log(p(z | a)), log(p(z))),
            step(p(z | (a, x)), p(z | x), EQ, equal),
            # equal where the gradient is taken, and not around it
            step(Gradient(log(q(z)), phi), Gradient(log(p(z)), phi), EQ, (matched,)),
        ),
    ),
    "family": Examples(
        (step(log(p(bit | z)), log(bernoulli(bit, hat(z))), EQ, decoder),),
        (
            step(log(p(bit | z)), log(bernoulli(bit, hat(z)))),
            step(p(bit), bernoulli(bit, hat(z)), EQ, decoder),
        ),
    ),
    "constant-out": Examples(
        (step(E(law, s * f(z) + t), s * E(law, f(z)) + t),),
        (
            step(E(law, f(z) * g(z)), f(z) * E(law, g(z))),
            step(E(p(x, z), s, over=(z,)), s),
        ),
    ),
    "log-density": Examples(
        (
            step(log(bernoulli(bit, m)), Value(bit) * log(m) + (1 - Value(bit)) * log(1 - m)),
            step(-log(bernoulli(bit, m)), -Value(bit) * log(m) - (1 - Value(bit)) * log(1 - m)),
        ),
        (step(log(bernoulli(bit, m)), Value(bit) * log(m)),),
    ),
    "moments": Examples(
        (
            step(E(normal(real, mu, m**2), Value(real) ** 2), mu**2 + m**2),
            step(E(normal(real, mu, m**2), (Value(real) - mu) ** 2), m**2),
        ),
        (
            step(E(normal(real, mu, m), Value(real) ** 2), mu**2 + m**2),
            step(E(normal(real, Value(real), 1), Value(real)), Value(real)),
            step(E(normal(bit, mu, 1), Value(bit)), mu),
        ),
    ),
    "component": Examples(
        (
            step(
                summation(Expectation(component_law, f(real[k]), (real,)), k, D),
                summation(E(normal(real[k], mu, m**2), f(real[k])), k, D),
            ),
        ),
        (
            step(
                summation(Expectation(component_law, f(real[k]), (real,)), k, D),
                summation(E(normal(real[k], mu, m), f(real[k])), k, D),
            ),
            step(
                Expectation(product(normal(real[d], f(real), 1), d, D), f(real[k]), (real,)),
                E(normal(real[k], f(real), 1), f(real[k])),
            ),
        ),
    ),
    "kl-additivity": Examples(
        (
            step(
                KL(component_law, product(normal(real[d], 0, 1), d, D), over=(real,)),
                summation(KL(normal(real[d], mu, m**2), normal(real[d], 0, 1)), d, D),
            ),
        ),
        (
            step(
                KL(component_law, product(normal(real[d], 0, 1), d, D), over=(real,)),
                KL(normal(real[d], mu, m**2), normal(real[d], 0, 1)),
            ),
            step(
                KL(component_law, product(normal(real[d], f(real), 1), d, D), over=(real,)),
                summation(KL(normal(real[d], mu, m**2), normal(real[d], f(real), 1)), d, D),
            ),
        ),
    ),
    "change-of-measure": Examples(
        (step(integral(p(x, z), z), E(law, p(x, z) / law)),),
        (step(integral(p(x, z), z), E(law, p(x, z))),),
    ),
    "log-of-product-linear": Examples(
        (step(-E(law, log(law / p(z))), E(law, log(p(z) / law))),),
        (step(-E(law, log(law / p(z))), E(law, log(law / p(z)))),),
    ),
    "location-scale": Examples(
        (
            step(
                E(normal(real, mu, m**2), Value(real) ** 2),
                E(normal(eps, 0, 1), (mu + m * Value(eps)) ** 2),
            ),
        ),
        (
            step(
                E(normal(real, mu, m), Value(real) ** 2),
                E(normal(eps, 0, 1), (mu + m * Value(eps)) ** 2),
            ),
            step(
                E(normal(real, mu, m**2), Value(real) * Value(eps)),
                E(normal(eps, 0, 1), (mu + m * Value(eps)) * Value(eps)),
            ),
        ),
    ),
    "gaussian-product": Examples(
        (
            step(
                normal(x_real, s * Value(real), m) * normal(real, 0, 1),
                normal(x_real, 0, s**2 + m)
                * normal(real, s * Value(x_real) / (s**2 + m), m / (s**2 + m)),
            ),
        ),
        (
            step(
                normal(x_real, s * Value(real), m) * normal(real, 0, 1),
                normal(x_real, 0, s + m)
                * normal(real, s * Value(x_real) / (s**2 + m), m / (s**2 + m)),
            ),
        ),
    ),
    "gumbel-product": Examples(
        (
            step(
                gumbel(real, log(m), 1) * exp(-g(x) * exp(-Value(real))),
                m / (m + g(x)) * gumbel(real, log(m + g(x)), 1),
            ),
        ),
        (
            step(
                gumbel(real, log(m), 1) * exp(-g(x) * exp(-Value(real))),
                gumbel(real, log(m + g(x)), 1),
            ),
        ),
    ),
    "gradient-inside": Examples(
        (
            step(Gradient(integral(law * f(z), z), phi), integral(Gradient(law * f(z), phi), z)),
            step(Gradient(E(p(z), log(q(z))), phi), E(p(z), Gradient(log(q(z)), phi))),
        ),
        (step(Gradient(E(law, f(z)), phi), E(law, Gradient(f(z), phi))),),
    ),
    "gradient-of-product": Examples(
        (step(Gradient(law * f(z), phi), f(z) * Gradient(law, phi)),),
        (step(Gradient(law * f(z), phi), law * Gradient(f(z), phi)),),
    ),
    "gradient-terms": Examples(
        (step(Gradient(log(law) - log(p(x, z)), phi), Gradient(log(law), phi)),),
        (step(Gradient(log(law) - log(p(x, z)), theta), Gradient(log(law), theta)),),
    ),
    "score": Examples(
        (step(Gradient(law, phi), law * Gradient(log(law), phi)),),
        (step(Gradient(law, phi), Gradient(log(law), phi)),),
    ),
    "reparameterization": Examples(
        (
            step(
                E(q(real), Value(real) ** 2),
                E(p(eps), f(eps) ** 2),
                EQ,
                Reparameterized(real, f(eps), p(eps)),
            ),
        ),
        (step(E(q(real), Value(real) ** 2), E(p(eps), f(eps) ** 2)),),
    ),
    "kl-nonnegative": Examples(
        (
            step(s + KL(law, p(z)), s, GE),
            step(s, s + E(r(x), KL(law, p(z))), LE),
            step(KL(law, p(z | x)), ZERO, GT, different),
        ),
        (
            step(s - KL(law, p(z)), s, GE),
            step(KL(law, p(z)), ZERO, GT),
            step(KL(law, p(x, z)), ZERO, GE),
            step(Expectation(f(x), KL(law, p(z)), (x,)), ZERO, GE),
            step(H(law), ZERO, GE),
        ),
    ),
    "jensen": Examples(
        (
            step(log(E(law, p(x, z) / law)), E(law, log(p(x, z) / law)), GE),
            step(E(law, log(g(z))), log(E(law, g(z))), LE),
        ),
        (
            step(E(law, log(g(z))), log(E(law, g(z))), GE),
            step(log(E(p(x, z), g(z), over=(z,))), E(p(x, z), log(g(z)), over=(z,)), GE),
        ),
    ),
    "jensen-mean": Examples(
        (step(log((g(x) + g(z)) / 2), HALF * log(g(x)) + HALF * log(g(z)), GE),),
        (
            step(log((s + t) / 2), HALF * log(s) + HALF * log(t), GE),
            step(log(g(x) + g(z)), HALF * log(g(x)) + HALF * log(g(z)), GE),
        ),
    ),
    "weaker-relation": Examples((step(s + t, t + s, GE),), (step(s, t, GE),)),
    "power-mean": Examples(
        (step(log(E(law, f(z) ** 2)), 2 * log(E(law, f(z))), GE),),
        (
            step(2 * log(E(law, f(z))), log(E(law, f(z) ** 2)), GE),
            step(log(E(p(x, z), f(z) ** 2, over=(z,))), 2 * log(E(p(x, z), f(z), over=(z,))), GE),
        ),
    ),
    "log-tangent": Examples(
        (step(log(s), s - 1, LE), step(m * s - m, m * log(s), GE)),
        (step(log(s), s, LE), step(log(s), s - 1, GE), step(t * s - t, t * log(s), GE)),
    ),
    "one-sample": Examples(
        (
            step(E(law, f(z)), f(draw), ABOUT, drawn),
            step(s * E(law, f(z)) + t, s * f(draw) + t, ABOUT, drawn),
        ),
        (
            step(E(law, f(z)), f(draw), ABOUT, Sampled(draw, p(draw))),
            step(log(E(law, g(z))), log(g(draw)), ABOUT, drawn),
            step(g(draw) * E(law, f(z)), g(draw) * f(draw), ABOUT, drawn),
            step(E(law, f(z)) ** 2, f(draw) ** 2, ABOUT, drawn),
            step(E(law, f(z)), f(draw), ABOUT),
        ),
    ),
    "drop-constant": Examples(
        (step(log(law) + log(p(x)), log(law), UP_TO, quantity="q"),),
        (
            step(log(law) + log(p(x)), log(law), UP_TO, quantity="p"),
            step(log(law) + log(p(x)), log(law), UP_TO),
            step(log(law) + s, log(law), UP_TO, quantity=r"\xi"),
            step(hat(z) + log(p(bit)), hat(z), UP_TO, decoder, quantity=r"\hat{x}"),
            step(2 * log(law), log(law), UP_TO, quantity="q"),
        ),
    ),
}
