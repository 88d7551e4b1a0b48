"""Is the training loss an unbiased estimate? Its data term over seeds, against our own samples.

The KL is deterministic given (μ, s), so only the data term is random: its mean over the model's own
noise must be its mean over z = μ + σ ε with ε drawn here and decoded by the model's decoder.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from vaetheory.audit.findings import finding
from vaetheory.audit.recovery import Formula
from vaetheory.audit.report import Report
from vaetheory.audit.roles import Role
from vaetheory.audit.sampler import Sampler
from vaetheory.audit.terms.term import Array
from vaetheory.audit.tracing import Traced

# Two-sided at six standard errors: a false alarm in one of 5·10⁸ audits.
Z_LIMIT = 6.0
_POWER = 3.09  # the 0.999 quantile of N(0, 1)
_DRAWS = 200
_FEWEST = 40  # for models so large that 200 passes would take longer than _SECONDS
_SECONDS = 1.5


def check(
    traced: Traced, formula: Formula, sampler: Sampler, decode: Callable[..., Any] | None,
    report: Report,
) -> list[str]:  # fmt: skip
    """Add a finding to the report if the means differ; return what was measured, in words."""
    terms = [
        (term, coefficient)
        for term in formula.data.terms
        if (coefficient := formula.base.coefficients.get(term)) is not None
    ]
    p = sampler.parametrization
    if decode is None or p is None or not terms:
        return ["whether x̂ is a decoded sample could not be told: the model has no decode(z)"]
    x = traced.arguments[0].double().numpy()
    extra = traced.arguments[1:]

    def data_term(x_hat: Array) -> float:
        values = {Role.TARGET: x, Role.RECONSTRUCTION: x_hat.reshape(x.shape)}
        return sum(c * term.total(values) for term, c in terms)

    start = time.perf_counter()
    passes = [traced.run(seed=0)]
    draws = int(min(_DRAWS, max(_FEWEST, _SECONDS / (time.perf_counter() - start + 1e-9))))
    passes += [traced.run(seed=seed) for seed in range(1, draws)]
    theirs = np.array([data_term(one.arrays[Role.RECONSTRUCTION]) for one in passes])
    mean, scale = passes[0].arrays[Role.MEAN], passes[0].arrays[Role.SCALE]
    random = np.random.default_rng(17)
    ours = []
    for _ in range(draws):
        z = mean + np.sqrt(p.sigma_squared(scale)) * random.standard_normal(mean.shape)
        try:
            with torch.no_grad():
                x_hat = decode(torch.from_numpy(z).to(traced.arguments[0].dtype), *extra)
        except (TypeError, RuntimeError) as error:
            return [f"whether x̂ is a decoded sample could not be told: decode(z) raised {error}"]
        ours.append(data_term(x_hat.double().numpy()))
    return _compare(theirs, np.array(ours), report)


def _compare(theirs: Array, ours: Array, report: Report) -> list[str]:
    draws = len(theirs)
    if not (np.isfinite(theirs).all() and np.isfinite(ours).all()):
        return ["whether x̂ is a decoded sample could not be told: the data term is not finite"]
    gap = float(theirs.mean() - ours.mean())
    error = float(np.sqrt((theirs.var(ddof=1) + ours.var(ddof=1)) / draws))
    floor = 1e-5 * max(abs(float(ours.mean())), 1e-12)  # rounding of float32 networks
    z = gap / max(error, floor)
    if abs(z) > Z_LIMIT:
        why = (
            f"the data term averages {theirs.mean():.6g} over the model's own passes, but "
            f"{ours.mean():.6g} over decoded samples of q(z|x) (z = {z:.1f}, {draws} draws each)"
        )
        fix = "x_hat = self.decode(z)  # z as it was sampled"
        report.findings.append(finding("biased-reconstruction", why, fix))
        return []
    seen = (Z_LIMIT + _POWER) * max(error, floor)
    return [
        f"the data term is unbiased: {theirs.mean():.6g} against {ours.mean():.6g} over {draws} "
        f"draws each (z = {z:.1f}; a bias of {seen:.2g} would be seen)"
    ]
