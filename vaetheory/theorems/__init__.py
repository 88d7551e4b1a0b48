"""The catalogue of theorems, in an order in which each stands after those that it uses."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from vaetheory.language.statements import Statement
from vaetheory.theorems.bernoulli_likelihood import bernoulli_bce, reconstruction_one_sample
from vaetheory.theorems.chain_rules import (
    conditioning_entropy,
    entropy_chain_rule,
    information_entropies,
    kl_chain_rule,
    kl_data_processing,
)
from vaetheory.theorems.conditional import cvae_bound, cvae_identity
from vaetheory.theorems.elbo_bound import elbo_bound, elbo_strict, elbo_tight
from vaetheory.theorems.elbo_forms import elbo_entropy, elbo_reconstruction
from vaetheory.theorems.elbo_identity import elbo_identity
from vaetheory.theorems.elbo_jensen import cross_entropy, elbo_jensen, gibbs
from vaetheory.theorems.em import em_monotone
from vaetheory.theorems.eubo import eubo_identity, sandwich
from vaetheory.theorems.gaussian_kl import gaussian_kl_diagonal, gaussian_kl_standard
from vaetheory.theorems.gaussian_likelihood import (
    gaussian_squared_error,
    gaussian_squared_error_constant,
)
from vaetheory.theorems.gradients import (
    elbo_phi,
    elbo_theta,
    score_baseline,
    score_gradient,
    score_mean,
)
from vaetheory.theorems.gumbel_max import gumbel_max
from vaetheory.theorems.importance import evidence_importance, evidence_prior, iw_bound, iw_monotone
from vaetheory.theorems.layers import diffusion_bound, hierarchical_elbo
from vaetheory.theorems.linear_vae import linear_vae, ppca_marginal
from vaetheory.theorems.optimal_scale import optimal_sigma
from vaetheory.theorems.renyi import chi_upper, renyi_elbo, renyi_evidence
from vaetheory.theorems.reparameterization import (
    pathwise_mean,
    pathwise_scale,
    sticking_the_landing,
)
from vaetheory.theorems.semi_supervised import m2_labelled, m2_unlabelled
from vaetheory.theorems.surgery import (
    distortion_bound,
    elbo_information,
    elbo_surgery,
    rate_bound,
    total_correlation,
)
from vaetheory.theorems.theorem import Mistake, Theorem

CATALOGUE: tuple[Theorem, ...] = (
    elbo_identity,
    elbo_bound,
    elbo_strict,
    elbo_tight,
    elbo_reconstruction,
    elbo_entropy,
    bernoulli_bce,
    reconstruction_one_sample,
    gaussian_squared_error,
    gaussian_squared_error_constant,
    gaussian_kl_standard,
    gaussian_kl_diagonal,
    gibbs,
    elbo_jensen,
    cross_entropy,
    eubo_identity,
    sandwich,
    kl_chain_rule,
    kl_data_processing,
    entropy_chain_rule,
    information_entropies,
    conditioning_entropy,
    evidence_prior,
    evidence_importance,
    iw_bound,
    iw_monotone,
    renyi_elbo,
    renyi_evidence,
    chi_upper,
    score_mean,
    score_gradient,
    score_baseline,
    elbo_theta,
    elbo_phi,
    elbo_surgery,
    elbo_information,
    rate_bound,
    distortion_bound,
    total_correlation,
    cvae_identity,
    cvae_bound,
    m2_labelled,
    m2_unlabelled,
    em_monotone,
    optimal_sigma,
    hierarchical_elbo,
    diffusion_bound,
    pathwise_mean,
    pathwise_scale,
    sticking_the_landing,
    ppca_marginal,
    linear_vae,
    gumbel_max,
)

THEOREMS: dict[str, Theorem] = {theorem.name: theorem for theorem in CATALOGUE}


def names() -> tuple[str, ...]:
    """The names of all theorems, each after those that it uses."""
    return tuple(THEOREMS)


def get(name: str) -> Theorem:
    """The theorem of this name. Raises KeyError, suggesting names that are close."""
    if name in THEOREMS:
        return THEOREMS[name]
    from difflib import get_close_matches

    close = get_close_matches(name, THEOREMS, n=3, cutoff=0.4)
    hint = f"; did you mean {' or '.join(close)}?" if close else ""
    raise KeyError(f"no theorem named {name!r}{hint}")


def known_before(name: str) -> dict[str, Statement]:
    """The statements that the derivation of this theorem may cite: those of the theorems before
    it.
    """
    known: dict[str, Statement] = {}
    for theorem in CATALOGUE:
        if theorem.name == name:
            return known
        known[theorem.name] = theorem.statement
    raise KeyError(f"no theorem named {name!r}")


def report(chosen: Iterable[str] | None = None, *, seed: int = 0, **options: Any) -> dict[str, Any]:
    """The document of ``vaetheory verify --json``; see ``vaetheory.theorems.document``."""
    from vaetheory.theorems.document import report as build

    return build(chosen, seed=seed, **options)


__all__ = ["CATALOGUE", "THEOREMS", "Mistake", "Theorem", "get", "known_before", "names", "report"]
