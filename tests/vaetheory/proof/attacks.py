"""Statements made to fool the prover: false ones that once were proved or nearly are, and true ones
beside them, so that a prover that proves nothing does not pass.
"""

from __future__ import annotations

from fractions import Fraction

from tests.vaetheory.symbols import (
    D,
    K,
    a,
    b,
    d,
    f,
    g,
    hat,
    k,
    m,
    p,
    phi,
    q,
    r,
    s,
    t,
    theta,
    u,
    w,
    x,
    z,
    z_copy,
)
from vaetheory.language.assumptions import (
    Dag,
    Different,
    Family,
    Reparameterized,
    SameDensity,
    Sampled,
    Vanishing,
)
from vaetheory.language.distributions import bernoulli, normal
from vaetheory.language.expressions import (
    Entropy,
    Expectation,
    Gradient,
    Integral,
    Letter,
    MutualInformation,
    Value,
    to_expression,
)
from vaetheory.language.notation import HALF, KL, E, H, elbo, exp, integral, log, product, summation
from vaetheory.language.statements import Relation, Statement
from vaetheory.language.variables import FiniteSet, Interval, Reals, Variable

EQ, GE, GT, LE = Relation.EQUAL, Relation.AT_LEAST, Relation.GREATER, Relation.AT_MOST
ABOUT, UP_TO = Relation.UNBIASED, Relation.UP_TO_CONSTANT
ZERO, ONE = to_expression(0), to_expression(1)

z1, z2 = Variable("z1"), Variable("z2")
bit, bits = Variable("a", FiniteSet(2)), Variable("z", FiniteSet(2))
draw, second = Variable(r"\tilde{z}", slot="z"), Variable(r"\tilde{w}", slot="w")
prime = Variable(r"\tilde{z}'", slot="z")
mu = Value(Variable(r"\mu", Reals()))
half_line, unit = Variable("v", Reals(positive=True)), Variable("v", Interval())
trit, loose = Variable("v", FiniteSet(3)), Variable("v", FiniteSet())
decoder = Family(p(x | z), bernoulli(Variable("x", FiniteSet(2)), hat(z)))
x_bit = Variable("x", FiniteSet(2))
decoder_bit = Family(p(x_bit | z), bernoulli(x_bit, hat(z)))
posterior = SameDensity(q(z | x), p(z | x))
chain = Dag(p, (("z", ()), ("x", ("z",)), ("w", ("x",))))
collider = Dag(p, (("x", ()), ("w", ()), ("z", ("x", "w"))))
score = Gradient(log(q(z)), phi)

sigma = Value(Variable(r"\sigma", Reals(positive=True)))
noise, zeta = Variable(r"\epsilon", Reals()), Variable("z", Reals())
pushed = Reparameterized(zeta, mu + sigma * Value(noise), normal(noise, 0, 1))
tied = SameDensity(q(z), p(z))

FALSE: dict[str, Statement] = {
    # roots, logarithms and signs
    "the root of a square": Statement((s**2) ** HALF, EQ, s),
    "half the log of a square": Statement(exp(HALF * log(s**2)), EQ, s),
    "roots of products": Statement((s * t) ** HALF * (u * t) ** HALF, EQ, t * (s * u) ** HALF),
    "the K-th root of a K-th power": Statement((s ** Value(K)) ** (1 / Value(K)), EQ, s),
    # divergences of what is no law, and entropies
    "a divergence to a joint": Statement(KL(q(z | x), p(x, z)), GE, ZERO),
    "Jensen under a joint at one x": Statement(
        log(E(p(x, z), g(z), over=(z,))), GE, E(p(x, z), log(g(z)), over=(z,))
    ),
    "an average with negative weights": Statement(
        Expectation(-p(x), KL(q(z | x), p(z | x)), (x,)), GE, ZERO
    ),
    "the entropy of a density": Statement(H(p(z)), GE, ZERO),
    "the entropy of twice a mass": Statement(Entropy(2 * p(a), (a,)), GE, ZERO),
    "joint entropy above marginal": Statement(H(p(x, z)), GE, H(p(x))),
    "information below entropy": Statement(H(p(x)), GE, MutualInformation(p, (x,), (z,))),
    "a surprise is positive": Statement(-E(p(z), log(p(x | z))), GE, ZERO),
    "divergences in a triangle": Statement(KL(q(z), p(z)), LE, KL(q(z), r(z)) + KL(r(z), p(z))),
    "a bound of tame worlds": Statement(KL(q(z), p(z)), LE, to_expression(3)),
    # binders
    "shadowed": Statement(E(p(z), E(q(z), f(z))), EQ, E(p(z), f(z))),
    "captured": Statement(E(p(z), E(q(z_copy), f(z, z_copy))), EQ, E(p(z), E(q(z), f(z, z)))),
    "one variable twice": Statement(Integral(p(z), (z, z)), EQ, ONE),
    "a law that does not know the variable": Statement(
        Expectation(p(x), f(x), (z,)), EQ, p(x) * f(x)
    ),
    "a component left behind": Statement(Integral(q(z[d]), (z,)), EQ, q(z[d])),
    "the square of a mean": Statement(E(q(z), f(z)) ** 2, EQ, E(q(z), f(z) ** 2)),
    "towers in the wrong order": Statement(
        E(p(x), E(q(z | x), f(x, z))), EQ, E(q(z), E(p(x), f(x, z)))
    ),
    "copies for layers": Statement(E(q(z1, z2), log(p(z1) * p(z2))), EQ, 2 * E(q(z1), log(p(z1)))),
    "layers are independent": Statement(
        E(q(z1, z2), log(p(z1, z2))), EQ, E(q(z1), E(q(z2), log(p(z1, z2))))
    ),
    "one name in two slots": Statement(
        E(p(Variable("z", slot="a")), f(Variable("z", slot="b"))), EQ, f(Variable("z", slot="b"))
    ),
    # logarithms and integrals
    "the log of an integral": Statement(log(integral(p(x, z), z)), EQ, integral(log(p(x, z)), z)),
    "the log of a mean": Statement(log(E(p(z), p(x | z))), EQ, E(p(z), log(p(x | z)))),
    "Bayes turned": Statement(p(x | z), EQ, p(z | x)),
    # sums
    "a sum that is empty": Statement(summation(1, k, K, 3), EQ, Value(K) - 2),
    "a limit that is another index": Statement(
        summation(summation(1, k, Value(d) - 2), d, D), EQ, summation(Value(d), d, D) - 2 * Value(D)
    ),
    "components beyond the last": Statement(
        summation(
            Expectation(product(bernoulli(bits[d], HALF), d, D), Value(bits[k]), (bits,)), k, K
        ),
        EQ,
        Value(K) / 2,
    ),
    "the square of a sum": Statement(summation(s, k, K) * summation(t, k, K), EQ, Value(K) * s * t),
    # assumptions
    "a condition that is not assumed away": Statement(
        p(z | (b, x)), EQ, p(z | x), (SameDensity(p(z | b), p(z)),)
    ),
    "equal conditionals, equal marginals": Statement(q(z), EQ, p(z), (posterior,)),
    "ends of a chain": Statement(p(z, w), EQ, p(z) * p(w), (chain,)),
    "a collider that is seen": Statement(p(x, w | z), EQ, p(x | z) * p(w | z), (collider,)),
    "recombined across a collider": Statement(
        integral(p(x | z) * p(w | x), x), EQ, p(w | z), (collider,)
    ),
    "recombined without a graph": Statement(integral(p(x | z) * p(w | x), x), EQ, p(w | z)),
    "zero below a positive density": Statement(E(q(z), p(z) / q(z)), EQ, ONE, (Vanishing(q(z)),)),
    # gradients
    "a gradient inside a mean": Statement(
        Gradient(E(q(z), f(z)), phi), EQ, E(q(z), Gradient(f(z), phi))
    ),
    "the score under another law": Statement(E(p(z), score), EQ, ZERO),
    "the gradient of a square": Statement(Gradient(mu**2, r"\mu"), EQ, ZERO),
    "the gradient of a family": Statement(
        Gradient(log(p(x_bit | z)), theta), EQ, ZERO, (decoder_bit,)
    ),
    "the gradient of a square, halved": Statement(Gradient(mu**2, r"\mu"), EQ, mu),
    "the gradient of an exponential": Statement(Gradient(exp(mu), r"\mu"), EQ, mu * exp(mu)),
    "equal here, moved alike": Statement(
        Gradient(E(q(z), f(z)), phi), EQ, Gradient(E(p(z), f(z)), phi), (tied,)
    ),
    "equal here, not moved": Statement(Gradient(log(q(z)), phi), EQ, ZERO, (tied,)),
    "the gradient inside a logarithm": Statement(
        Gradient(log(p(x)), theta), EQ, E(p(z), Gradient(log(p(x | z)), theta))
    ),
    # reparameterized
    "the variance for its root": Statement(
        E(q(zeta), Value(zeta) ** 2), EQ, mu**2 + sigma, (pushed,)
    ),
    "half the pathwise gradient": Statement(
        Gradient(E(q(zeta), Value(zeta) ** 2), r"\mu"), EQ, mu, (pushed,)
    ),
    "noise that stands outside": Statement(
        E(q(zeta), Value(zeta) * Value(noise)), EQ, (mu + sigma) * Value(noise), (pushed,)
    ),
    "another letter is not reparameterized": Statement(
        E(p(zeta), Value(zeta)), EQ, E(q(zeta), Value(zeta)), (pushed,)
    ),
    # information
    "information of the wrong pair": Statement(
        MutualInformation(p, (x,), (z,)), LE, MutualInformation(p, (x,), (w,)), (chain,)
    ),
    "information at one z": Statement(
        MutualInformation(p, (x,), (z, w)),
        EQ,
        MutualInformation(p, (x,), (z,)) + MutualInformation(p, (x,), (w,), (z,)),
    ),
    "chi-squared below": Statement(KL(q(z), p(z)), GE, E(q(z), q(z) / p(z)) - 1),
    "information below the entropy of a density": Statement(
        MutualInformation(p, (x,), (z,)), LE, H(p(z))
    ),
    "a difference of divergences": Statement(KL(q(z | x), p(z)), GE, KL(q(z | x), p(z | x))),
    # estimates and constants
    "two draws for one": Statement(
        E(q(z), f(z, z)), ABOUT, f(draw, prime), (Sampled(draw, q(draw)),)
    ),
    "a draw from another law": Statement(E(q(z), f(z)), ABOUT, f(draw), (Sampled(draw, p(draw)),)),
    "the law of the second draw": Statement(
        E(q(z), E(p(w), f(z, w))),
        ABOUT,
        f(draw, second),
        (Sampled(draw, q(draw)), Sampled(second, p(second | draw))),
    ),
    "the other letter is no constant": Statement(
        KL(q(z), p(z)), UP_TO, -E(q(z), log(p(z))), (), phi
    ),
    "the model moves the gap": Statement(
        KL(q(z | x), p(z | x)), UP_TO, -elbo(q(z | x), p(x, z)), (), theta
    ),
}
"""False, and refuted by an exact world."""

DOUBTFUL: dict[str, Statement] = {
    "the score of the data": Statement(Gradient(log(p(z)), "z"), EQ, ZERO),
    "a normal on the half line": Statement(integral(normal(half_line, 0, 1), half_line), EQ, ONE),
    "a normal on an interval": Statement(integral(normal(unit, 0, 1), unit), EQ, ONE),
    "a Bernoulli of three values": Statement(integral(bernoulli(trit, HALF), trit), EQ, ONE),
    "a Bernoulli of so many values": Statement(integral(bernoulli(loose, HALF), loose), EQ, ONE),
    "a parameter that is a component": Statement(
        Expectation(normal(Variable("v", Reals()), Value(Variable("v", Reals())[1]), 1), s, ()),
        EQ,
        s,
    ),
    "a sum to two and a half": Statement(
        summation(1, k, Fraction(5, 2), Fraction(1, 2)), EQ, to_expression(3)
    ),
    "Jensen under laws in a circle": Statement(
        log(E(p(z | w) * p(w | z), g(z, w))), GE, E(p(z | w) * p(w | z), log(g(z, w)))
    ),
    "the entropy of a mass at one x": Statement(H(p(x, a), over=(a,)), GE, ZERO),
    "zero over zero": Statement(ZERO / (s - s), EQ, ZERO),
    "the identity with a posterior that vanishes": Statement(
        log(p(x)), EQ, elbo(q(z | x), p(x, z)) + KL(q(z | x), p(z | x)), (Vanishing(p(z | x)),)
    ),
    "the gradient where q happens to be p": Statement(
        Gradient(KL(q(z | x), p(z)), phi), EQ, ZERO, (posterior,)
    ),
    "the gradient of a subscript": Statement(
        Gradient(log(Letter("r", r"\psi")(x)), r"\psi"), EQ, ZERO
    ),
    "the gradient by what is integrated": Statement(E(p(z), Gradient(f(z), "z")), EQ, ZERO),
    "constant in what nobody mentioned": Statement(log(q(z)), UP_TO, log(p(z)), (), r"\xi"),
    "constant in what is tied to it": Statement(
        log(q(z)), UP_TO, ZERO, (SameDensity(p(z), q(z)),), "q"
    ),
    "constant in the decoder": Statement(
        log(p(x_bit)) + hat(z), UP_TO, hat(z), (decoder_bit,), r"\hat{x}"
    ),
    "strict without a difference": Statement(KL(q(z), p(z)), GT, ZERO),
    "strict at another x": Statement(
        KL(q(z | w), p(z | w)), GT, ZERO, (Different(q(z | x), p(z | x)),)
    ),
    "strict in the marginal": Statement(KL(q(z, x), p(z, x)), GT, ZERO, (Different(q(z), p(z)),)),
    "Jensen for what may be negative": Statement(
        log((s + t) / 2), GE, HALF * log(s) + HALF * log(t)
    ),
    "draws in a circle": Statement(
        E(q(z), f(z)),
        ABOUT,
        f(draw),
        (Sampled(draw, q(draw | second)), Sampled(second, q(second | draw))),
    ),
    "an index bound again": Statement(
        summation(E(q(z[k]), summation(f(z[k]), k, K)), k, K),
        EQ,
        Value(K) * summation(f(z[k]), k, K),
    ),
}
"""Meaningless, undefined, false somewhere out of reach of exact worlds, or true for no reason that
is known here. Nothing may be claimed."""

TRUE: dict[str, Statement] = {
    "the gradient of a power": Statement(Gradient(mu**3 + mu * s, r"\mu"), EQ, 3 * mu**2 + s),
    "the gradient of an exponential": Statement(Gradient(exp(2 * mu), r"\mu"), EQ, 2 * exp(2 * mu)),
    "the gradient of a Gaussian loss": Statement(
        Gradient(log(sigma) + (s - mu) ** 2 / (2 * sigma**2), r"\sigma"),
        EQ,
        1 / sigma - (s - mu) ** 2 / sigma**3,
    ),
    "Fisher's identity": Statement(
        Gradient(log(p(x)), theta), EQ, E(p(z | x), Gradient(log(p(x, z)), theta))
    ),
    "a condition assumed away under a gradient": Statement(
        Gradient(log(p(z | b)), theta),
        EQ,
        Gradient(log(p(z)), theta),
        (SameDensity(p(z | b), p(z)),),
    ),
    "a second moment by its noise": Statement(
        E(q(zeta), Value(zeta) ** 2), EQ, mu**2 + sigma**2, (pushed,)
    ),
    "a pathwise gradient": Statement(
        Gradient(E(q(zeta), Value(zeta) ** 2), r"\sigma"), EQ, 2 * sigma, (pushed,)
    ),
    "the chain rule of information": Statement(
        MutualInformation(p, (x,), (z, w)),
        EQ,
        MutualInformation(p, (x,), (z,)) + E(p(z), MutualInformation(p, (x,), (w,), (z,))),
    ),
    "information is lost along a chain": Statement(
        MutualInformation(p, (z,), (w,)), LE, MutualInformation(p, (x,), (w,)), (chain,)
    ),
    "information below a finite entropy": Statement(MutualInformation(p, (a,), (x,)), LE, H(p(a))),
    "chi-squared above": Statement(KL(q(z), p(z)), LE, E(q(z), q(z) / p(z)) - 1),
    "a variance": Statement(E(q(z), f(z) ** 2), GE, E(q(z), f(z)) ** 2),
    "the identity": Statement(log(p(x)), EQ, elbo(q(z | x), p(x, z)) + KL(q(z | x), p(z | x))),
    "the root of a positive square": Statement((m**2) ** HALF, EQ, m),
    "shadowed": Statement(E(p(z), E(q(z), f(z))), EQ, E(q(z), f(z))),
    "two copies": Statement(E(q(z), f(z)) ** 2, EQ, E(q(z), E(q(z_copy), f(z) * f(z_copy)))),
    "copies of one slot": Statement(
        E(q(z), E(q(z_copy), log(p(z) * p(z_copy)))), EQ, 2 * E(q(z), log(p(z)))
    ),
    "marginalised": Statement(integral(p(x | z) * p(z), z), EQ, p(x)),
    "a tower": Statement(E(p(x, z), f(x)), EQ, E(p(x), f(x))),
    "importance": Statement(log(E(q(z | x), p(x, z) / q(z | x))), EQ, log(p(x))),
    "Jensen": Statement(log(p(x)), GE, E(q(z | x), log(p(x, z) / q(z | x)))),
    "a finite entropy": Statement(H(q(a)), GE, ZERO),
    "strict where assumed": Statement(
        log(p(x)), GT, elbo(q(z | x), p(x, z)), (Different(q(z | x), p(z | x)),)
    ),
    "power means": Statement(log(E(q(z), f(z) ** 2)), GE, 2 * log(E(q(z), f(z)))),
    "the tangent": Statement(s - 1, GE, log(s)),
    "a mean of positive terms": Statement(
        log((g(z) + g(x)) / 2), GE, HALF * log(g(z)) + HALF * log(g(x))
    ),
    "a condition assumed away": Statement(p(z | b), EQ, p(z), (SameDensity(p(z | b), p(z)),)),
    "at the posterior": Statement(elbo(q(z | x), p(x, z)), EQ, log(p(x)), (posterior,)),
    "a chain recombined": Statement(integral(p(x | z) * p(w | x), x), EQ, p(w | z), (chain,)),
    "a collider unseen": Statement(p(x, w), EQ, p(x) * p(w), (collider,)),
    "equal posteriors integrate to one": Statement(E(q(x | z), f(z)), EQ, f(z), (posterior,)),
    "the score has mean zero": Statement(E(q(z), score), EQ, ZERO),
    "the score function": Statement(Gradient(E(q(z), f(z)), phi), EQ, E(q(z), f(z) * score)),
    "one sample": Statement(E(q(z), f(z)), ABOUT, f(draw), (Sampled(draw, q(draw)),)),
    "one sample after another": Statement(
        E(q(z), E(p(w | z), f(z, w))),
        ABOUT,
        f(draw, second),
        (Sampled(draw, q(draw)), Sampled(second, p(second | draw))),
    ),
    "the model is a constant for q": Statement(
        KL(q(z | x), p(z | x)), UP_TO, -elbo(q(z | x), p(x, z)), (), phi
    ),
    "K equal terms": Statement(summation(E(q(z[k]), f(z[k])), k, K), EQ, Value(K) * E(q(z), f(z))),
    "the moments of a normal": Statement(
        Expectation(
            normal(Variable("v", Reals()), mu, m**2),
            Value(Variable("v", Reals())) ** 2,
            (Variable("v", Reals()),),
        ),
        EQ,
        mu**2 + m**2,
    ),
    "a component of D": Statement(
        summation(
            Expectation(product(bernoulli(bits[d], HALF), d, D), Value(bits[k]), (bits,)), k, D
        ),
        EQ,
        Value(D) / 2,
    ),
}

BINARY_ONLY = Statement(E(p(bit), Value(bit) ** 2), EQ, E(p(bit), Value(bit)))
"""True because 0² = 0 and 1² = 1."""
