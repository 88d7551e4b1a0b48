"""Rules that replace a name by its definition, or the definition by its name."""

from __future__ import annotations

from vaetheory.language.expressions import (
    KL,
    Density,
    Elbo,
    Entropy,
    Expectation,
    Expression,
    Integral,
    Log,
    MutualInformation,
)
from vaetheory.rules.rule import Assumptions, rule


@rule("expectation", "Expectation as an integral", r"\mathbb{E}_{q(z)}[f(z)]=\int q(z)\,f(z)\,dz")
def expectation(e: Expression, assumptions: Assumptions) -> Expression | None:
    """An expectation is the integral of the function, weighted with the density (a sum where the
    variable is discrete).
    """
    del assumptions
    return Integral(e.law * e.body, e.over) if isinstance(e, Expectation) else None


@rule(
    "kl-definition",
    "Definition of the KL divergence",
    r"\mathrm{KL}[q\,\|\,p]=\mathbb{E}_{q}\!\left[\log\frac{q}{p}\right]",
    "p > 0 wherever q > 0",
)
def kl_definition(e: Expression, assumptions: Assumptions) -> Expression | None:
    """The KL divergence is the expected log ratio of the first density to the second, under the
    first.
    """
    del assumptions
    return Expectation(e.first, Log(e.first / e.second), e.over) if isinstance(e, KL) else None


@rule(
    "elbo-definition",
    "Definition of the ELBO",
    r"\mathrm{ELBO}=\mathbb{E}_{q(z\mid x)}\!\left[\log\frac{p(x,z)}{q(z\mid x)}\right]",
)
def elbo_definition(e: Expression, assumptions: Assumptions) -> Expression | None:
    """The ELBO is the expected log ratio of the joint density to the approximate posterior,
    under the latter.
    """
    del assumptions
    return (
        Expectation(e.posterior, Log(e.joint / e.posterior), e.over)
        if isinstance(e, Elbo)
        else None
    )


@rule("entropy-definition", "Definition of the entropy", r"\mathrm{H}[q]=-\mathbb{E}_{q}[\log q]")
def entropy_definition(e: Expression, assumptions: Assumptions) -> Expression | None:
    """The entropy is the expected negative log density; it can be negative where the variable is
    continuous.
    """
    del assumptions
    return -Expectation(e.law, Log(e.law), e.over) if isinstance(e, Entropy) else None


@rule(
    "mutual-information-definition",
    "Definition of the mutual information",
    r"\mathrm{I}(x;z)=\mathrm{KL}[p(x,z)\,\|\,p(x)\,p(z)]",
)
def mutual_information_definition(e: Expression, assumptions: Assumptions) -> Expression | None:
    """The mutual information is the KL divergence of the joint density from the product of its
    marginals.
    """
    del assumptions
    if not isinstance(e, MutualInformation):
        return None
    joint = Density(e.letter, e.left + e.right, e.given)
    parts = Density(e.letter, e.left, e.given) * Density(e.letter, e.right, e.given)
    return KL(joint, parts, e.left + e.right)
