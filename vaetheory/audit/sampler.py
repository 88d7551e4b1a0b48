"""Does z really come from N(μ, σ²) with the σ that the KL is computed from?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vaetheory.audit.findings import Finding, finding
from vaetheory.audit.roles import Role
from vaetheory.audit.terms import latent
from vaetheory.audit.terms.latent import PARAMETRIZATIONS, Parametrization
from vaetheory.audit.tracing import Traced

# Six standard errors for the noise's mean and variance: a false alarm in 5·10⁸ audits.
Z_LIMIT = 6.0
_SEEDS = 200
_FIXES = {
    "log σ²": "z = mu + torch.exp(0.5 * logvar) * torch.randn_like(mu)",
    "log σ": "z = mu + torch.exp(log_sigma) * torch.randn_like(mu)",
    "σ": "z = mu + sigma * torch.randn_like(mu)",
    "σ²": "z = mu + var.sqrt() * torch.randn_like(mu)",
}


@dataclass(frozen=True)
class Sampler:
    """How z is drawn: with which σ(s), if any, and what is wrong with it."""

    parametrization: Parametrization | None
    findings: tuple[Finding, ...]
    because: str = ""


def inspect_sampler(traced: Traced, of_kl: Parametrization | None) -> Sampler:
    """Compare z(ε = 1) − z(ε = −1) = 2σ with s, and z's mean with μ.

    `of_kl` is the parametrization under which the loss computes its KL.
    """
    up, down = traced.run(sign=1.0), traced.run(sign=-1.0)
    mean, scale = up.arrays.get(Role.MEAN), up.arrays.get(Role.SCALE)
    if mean is None or scale is None or up.latent is None or down.latent is None:
        return Sampler(None, (), "μ, s and z could not be found in what the model returns")
    if not np.allclose(mean, down.arrays[Role.MEAN]):
        return Sampler(None, (), "the encoder itself draws noise (dropout?)")
    tolerance = 1e-4 * max(1.0, float(np.abs(mean).max()))
    sigma = (up.latent - down.latent) / 2
    if np.abs(sigma).max() < 1e-9:
        return Sampler(None, (_not_normal(traced, mean, scale, of_kl),))
    findings = []
    if np.abs((up.latent + down.latent) / 2 - mean).max() > tolerance:
        why = "z is not centred at the μ that the KL is computed from"
        findings.append(finding("sampler-mean", why, _FIXES["log σ²"]))
    found = next((p for p in PARAMETRIZATIONS if _close(np.abs(sigma), _deviation(p, scale))), None)
    wanted = of_kl or found
    if found is None or (of_kl is not None and found is not of_kl):
        name = f"the σ of s read as {found.name}" if found else _described(sigma, scale)
        kl = f"the KL reads s as {of_kl.name}" if of_kl else "no reading of s explains it"
        why = f"z is drawn with {name}, but {kl}: q in the two terms is not one distribution"
        fix = _FIXES.get(wanted.name if wanted else "log σ²", _FIXES["log σ²"])
        findings.append(finding("sampler-scale", why, fix))
    return Sampler(found, tuple(findings))


def _variance(p: Parametrization, scale: np.ndarray) -> np.ndarray:
    with np.errstate(all="ignore"):
        return np.asarray(p.sigma_squared(scale))


def _deviation(p: Parametrization, scale: np.ndarray) -> np.ndarray:
    """σ; not a number where s cannot be read so, as a negative s as σ²."""
    with np.errstate(all="ignore"):
        return np.asarray(np.sqrt(_variance(p, scale)))


def _close(one: np.ndarray, other: np.ndarray) -> bool:
    return bool(np.all(np.isfinite(other)) and np.allclose(one, other, rtol=1e-4, atol=1e-6))


def _described(sigma: np.ndarray, scale: np.ndarray) -> str:
    if _close(np.abs(sigma), np.exp(scale)):
        return "standard deviation e^s"
    if _close(np.abs(sigma), np.abs(scale)):
        return "standard deviation |s|"
    return "a standard deviation that is no usual function of s"


def _not_normal(
    traced: Traced, mean: np.ndarray, scale: np.ndarray, of_kl: Parametrization | None
) -> Finding:
    """z did not follow the normal noise: it is μ, or the noise is of another kind."""
    runs = [traced.run(seed=seed).latent for seed in range(_SEEDS)]
    draws = np.array([run for run in runs if run is not None])
    if draws.std(axis=0).max() < 1e-9:
        why = "in training mode z is a fixed function of x: nothing is sampled"
        return finding("no-sampling", why, _FIXES["log σ²"])
    sigma = np.sqrt(_variance(of_kl or latent.LOG_VARIANCE, scale))
    noise = (draws - mean) / sigma
    why = (
        f"the noise (z − μ)/σ has mean {noise.mean():.3f} and variance {noise.var():.3f} over "
        f"{noise.size} draws, and does not come from a normal generator"
    )
    return finding("sampler-noise", why, _FIXES["log σ²"])
