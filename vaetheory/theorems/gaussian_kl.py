"""Appendix B: the KL divergence between Gaussians in closed form."""

from __future__ import annotations

from vaetheory.derivation import Derivation, Step
from vaetheory.language.distributions import normal
from vaetheory.language.expressions import Expression, Pi, to_expression
from vaetheory.language.notation import HALF, KL, E, log, product, summation
from vaetheory.language.statements import Relation, Statement
from vaetheory.language.variables import Reals, Variable
from vaetheory.theorems.symbols import D, d, value, z_real
from vaetheory.theorems.theorem import (
    CLOSED_FORM,
    EXACT,
    MONTE_CARLO,
    PROOF,
    QUADRATURE,
    Mistake,
    Theorem,
)

_KINDS = (PROOF, CLOSED_FORM, EXACT, QUADRATURE, MONTE_CARLO)


def _mean(indices: tuple[int, ...] = ()) -> Expression:
    variable = Variable(r"\mu", Reals())
    for i in indices:
        variable = variable[i]
    return value(variable[d])


def _scale(indices: tuple[int, ...] = ()) -> Expression:
    variable = Variable(r"\sigma", Reals(positive=True))
    for i in indices:
        variable = variable[i]
    return value(variable[d])


def _log_normal(at: Expression, mean: Expression, variance: Expression) -> Expression:
    return -HALF * log(2 * Pi() * variance) - (at - mean) ** 2 / (2 * variance)


def _over_components(body: Expression) -> Expression:
    return summation(body, d, D)


_Z = value(z_real[d])

# --- to the standard normal
# ---------------------------------------------------------------------------------------------

_M, _S = _mean(), _scale()
_V = _S**2
_Q, _P = normal(z_real[d], _M, _V), normal(z_real[d], 0, 1)
_STANDARD = KL(product(_Q, d, D), product(_P, d, D), over=(z_real,))


def _standard(right: Expression) -> Statement:
    return Statement(_STANDARD, Relation.EQUAL, right)


_STANDARD_FORM = HALF * _over_components(_M**2 + _V - 1 - log(_V))

gaussian_kl_standard = Theorem(
    name="gaussian-kl-standard",
    title="KL divergence of a diagonal Gaussian to the standard normal",
    question="App. B",
    statement=_standard(_STANDARD_FORM),
    derivation=Derivation(
        _STANDARD,
        (
            Step(
                _over_components(KL(_Q, _P)),
                "kl-additivity",
                note="Both densities factorise over the components.",
            ),
            Step(_over_components(E(_Q, log(_Q / _P))), "kl-definition"),
            Step(_over_components(E(_Q, log(_Q) - log(_P))), "log-of-product"),
            Step(
                _over_components(
                    E(
                        _Q,
                        _log_normal(_Z, _M, _V)
                        - _log_normal(_Z, to_expression(0), to_expression(1)),
                    )
                ),
                "log-density",
            ),
            Step(
                _over_components(E(_Q, HALF * _Z**2 - (_Z - _M) ** 2 / (2 * _V) - log(_S))),
                "log-of-product",
                note="The two terms ½ log 2π cancel.",
            ),
            Step(
                _over_components(HALF * (_M**2 + _V) - HALF - log(_S)),
                "moments",
                note="E[z²] = μ² + σ² and E[(z − μ)²] = σ².",
            ),
            Step(
                _over_components(HALF * (_M**2 + _V - 1 - log(_V))),
                "log-of-product",
                note="log σ = ½ log σ².",
            ),
            Step(_STANDARD_FORM, "linearity-of-sum"),
        ),
    ),
    answer=(
        r"Both densities factorise, so the divergence is a sum over components. For one component, "
        r"$\log\mathcal N(z;\mu,\sigma^2)-\log\mathcal "
        r"N(z;0,1)=-\log\sigma-\frac{(z-\mu)^2}{2\sigma^2}+\frac{z^2}{2}$, and with $\mathbb "
        r"E[(z-\mu)^2]=\sigma^2$ and "
        r"$\mathbb E[z^2]=\mu^2+\sigma^2$ this averages to "
        r"$\frac12(\mu^2+\sigma^2-1-\log\sigma^2)$. It is zero exactly at $\mu=0,\ \sigma=1$. In "
        r"code, with "
        r"$s=\log\sigma^2$: `0.5 * (mu**2 + s.exp() - 1 - s).sum(-1)`."
    ),
    reference="Kingma & Welling (2014), appendix B.",
    kinds=_KINDS,
    mistakes=(
        Mistake(
            "half-lost",
            _standard(_over_components(_M**2 + _V - 1 - log(_V))),
            "The factor ½ is lost.",
        ),
        Mistake(
            "sign-of-log",
            _standard(HALF * _over_components(_M**2 + _V - 1 + log(_V))),
            "The sign of the log-variance is lost.",
        ),
        Mistake(
            "sigma-for-variance",
            _standard(HALF * _over_components(_M**2 + _S - 1 - log(_S))),
            "σ is written where σ² belongs: code that takes σ for the variance.",
        ),
        Mistake(
            "one-lost",
            _standard(HALF * _over_components(_M**2 + _V - log(_V))),
            "The −1 (the mean of (z − μ)²/σ²) is dropped; the result is not zero at the prior.",
        ),
        Mistake(
            "mean-not-squared",
            _standard(HALF * _over_components(_M + _V - 1 - log(_V))),
            "μ is not squared.",
        ),
        Mistake(
            "turned",
            _standard(HALF * _over_components(_M**2 / _V + 1 / _V - 1 + log(_V))),
            "KL[N(0, 1) ‖ N(μ, σ²)] is computed: the divergence is turned round.",
        ),
        Mistake(
            "negative",
            _standard(HALF * _over_components(1 + log(_V) - _M**2 - _V)),
            "The sign of the whole: this is −KL, as it stands in the ELBO.",
        ),
    ),
)

# --- between two diagonal Gaussians
# ------------------------------------------------------------------------------------------

_M1, _M2, _S1, _S2 = _mean((1,)), _mean((2,)), _scale((1,)), _scale((2,))
_V1, _V2 = _S1**2, _S2**2
_Q1, _Q2 = normal(z_real[d], _M1, _V1), normal(z_real[d], _M2, _V2)
_DIAGONAL = KL(product(_Q1, d, D), product(_Q2, d, D), over=(z_real,))


def _diagonal(right: Expression) -> Statement:
    return Statement(_DIAGONAL, Relation.EQUAL, right)


_DIAGONAL_FORM = HALF * _over_components(log(_V2 / _V1) + (_V1 + (_M1 - _M2) ** 2) / _V2 - 1)

gaussian_kl_diagonal = Theorem(
    name="gaussian-kl-diagonal",
    title="KL divergence between two diagonal Gaussians",
    question="App. B",
    statement=_diagonal(_DIAGONAL_FORM),
    derivation=Derivation(
        _DIAGONAL,
        (
            Step(_over_components(KL(_Q1, _Q2)), "kl-additivity"),
            Step(_over_components(E(_Q1, log(_Q1 / _Q2))), "kl-definition"),
            Step(_over_components(E(_Q1, log(_Q1) - log(_Q2))), "log-of-product"),
            Step(
                _over_components(E(_Q1, _log_normal(_Z, _M1, _V1) - _log_normal(_Z, _M2, _V2))),
                "log-density",
            ),
            Step(
                _over_components(
                    E(
                        _Q1,
                        log(_S2)
                        - log(_S1)
                        - (_Z - _M1) ** 2 / (2 * _V1)
                        + (_Z - _M2) ** 2 / (2 * _V2),
                    )
                ),
                "log-of-product",
            ),
            Step(
                _over_components(log(_S2) - log(_S1) - HALF + (_V1 + (_M1 - _M2) ** 2) / (2 * _V2)),
                "moments",
                note="E[(z − μ₂)²] = σ₁² + (μ₁ − μ₂)².",
            ),
            Step(
                _over_components(HALF * (log(_V2 / _V1) + (_V1 + (_M1 - _M2) ** 2) / _V2 - 1)),
                "log-of-product",
            ),
            Step(_DIAGONAL_FORM, "linearity-of-sum"),
        ),
    ),
    answer=(
        r"The same computation with $\mathbb E[(z-\mu_2)^2]=\sigma_1^2+(\mu_1-\mu_2)^2$ gives, "
        r"for each component, "
        r"$\frac12\left(\log\frac{\sigma_2^2}{\sigma_1^2}+\frac{\sigma_1^2+(\mu_1-\mu_2)^2}{\sigma_2^2}"
        r"-1\right)$. "
        r"With $\mu_2=0,\ \sigma_2=1$ it is the formula above."
    ),
    reference="Kullback (1959), Information Theory and Statistics, ch. 9.",
    kinds=_KINDS,
    mistakes=(
        Mistake(
            "turned",
            _diagonal(HALF * _over_components(log(_V1 / _V2) + (_V2 + (_M1 - _M2) ** 2) / _V1 - 1)),
            "The two Gaussians are swapped.",
        ),
        Mistake(
            "half-lost",
            _diagonal(_over_components(log(_V2 / _V1) + (_V1 + (_M1 - _M2) ** 2) / _V2 - 1)),
            "The factor ½ is lost.",
        ),
        Mistake(
            "log-ratio-turned",
            _diagonal(HALF * _over_components(log(_V1 / _V2) + (_V1 + (_M1 - _M2) ** 2) / _V2 - 1)),
            "The ratio inside the logarithm is turned.",
        ),
        Mistake(
            "sigma-for-variance",
            _diagonal(HALF * _over_components(log(_S2 / _S1) + (_S1 + (_M1 - _M2) ** 2) / _S2 - 1)),
            "σ is written where σ² belongs.",
        ),
        Mistake(
            "means-dropped",
            _diagonal(HALF * _over_components(log(_V2 / _V1) + _V1 / _V2 - 1)),
            "The difference of the means is forgotten.",
        ),
        Mistake(
            "wrong-denominator",
            _diagonal(
                HALF * _over_components(log(_V2 / _V1) + _V1 / _V2 + (_M1 - _M2) ** 2 / _V1 - 1)
            ),
            "The squared difference of the means is divided by the first variance.",
        ),
    ),
)
