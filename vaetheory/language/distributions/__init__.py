"""Families of distributions, one per file; ``family(name)`` finds one."""

from __future__ import annotations

from vaetheory.language.distributions.bernoulli import bernoulli
from vaetheory.language.distributions.beta import beta
from vaetheory.language.distributions.categorical import categorical
from vaetheory.language.distributions.dirichlet import dirichlet
from vaetheory.language.distributions.exponential import exponential
from vaetheory.language.distributions.family import FamilyOfDistributions, Moment, ParameterOf
from vaetheory.language.distributions.gamma import gamma
from vaetheory.language.distributions.geometric import geometric
from vaetheory.language.distributions.gumbel import gumbel
from vaetheory.language.distributions.half_normal import half_normal
from vaetheory.language.distributions.inverse_gamma import inverse_gamma
from vaetheory.language.distributions.laplace import laplace
from vaetheory.language.distributions.log_normal import log_normal
from vaetheory.language.distributions.multivariate_normal import multivariate_normal
from vaetheory.language.distributions.normal import normal
from vaetheory.language.distributions.pareto import pareto
from vaetheory.language.distributions.poisson import poisson
from vaetheory.language.distributions.weibull import weibull

FAMILIES: dict[str, FamilyOfDistributions] = {
    f.name: f
    for f in (
        bernoulli,
        beta,
        categorical,
        dirichlet,
        exponential,
        gamma,
        geometric,
        gumbel,
        half_normal,
        inverse_gamma,
        laplace,
        log_normal,
        multivariate_normal,
        normal,
        pareto,
        poisson,
        weibull,
    )
}


def family(name: str) -> FamilyOfDistributions:
    """The family of this name. Raises KeyError, listing the names there are."""
    try:
        return FAMILIES[name]
    except KeyError:
        known = ", ".join(sorted(FAMILIES))
        raise KeyError(f"no family named {name!r}; there are {known}") from None


__all__ = [
    "FAMILIES",
    "FamilyOfDistributions",
    "Moment",
    "ParameterOf",
    "bernoulli",
    "beta",
    "categorical",
    "dirichlet",
    "exponential",
    "family",
    "gamma",
    "geometric",
    "gumbel",
    "half_normal",
    "inverse_gamma",
    "laplace",
    "log_normal",
    "multivariate_normal",
    "normal",
    "pareto",
    "poisson",
    "weibull",
]
