"""Does the loss stay finite where training goes: x̂ at 0 and 1, logits of ±100, large |s|?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vaetheory.audit.calling import CallFailed
from vaetheory.audit.design import draw
from vaetheory.audit.recovery import Formula
from vaetheory.audit.roles import Role


@dataclass(frozen=True)
class Edge:
    """An input at the edge of its range, and what the function made of it."""

    where: str
    outcome: str


def edges(formula: Formula) -> list[Edge]:
    """The edges at which a saturated but legitimate input gives a value that is not finite."""
    found = []
    for where, role, level in _cases(formula):
        values = draw(np.random.default_rng(14), formula.base.sizes, formula.caller.plan.roles)
        values[role] = np.full_like(values[role], level)
        if role is Role.RECONSTRUCTION:
            # x agrees with the saturated x̂, so the true −log p(x|z) is finite (about 0).
            values[Role.TARGET] = np.full_like(values[role], float(level > 0))
        try:
            value = formula.caller.value(values, formula.base.sizes)
        except CallFailed as error:
            found.append(Edge(where, str(error)))
            continue
        if not np.isfinite(value):
            found.append(Edge(where, f"the loss is {value}"))
    return found


def _cases(formula: Formula) -> list[tuple[str, Role, float]]:
    cases: list[tuple[str, Role, float]] = []
    name = formula.data.name
    if name == "BCE on probabilities" or name == "half of the BCE":
        cases += [("x̂ = x = 0", Role.RECONSTRUCTION, 0.0), ("x̂ = x = 1", Role.RECONSTRUCTION, 1.0)]
    if ("logits" in name or "sigmoid" in name) and formula.base.sizes.tokens is None:
        cases += [("logit −100 where x = 0", Role.RECONSTRUCTION, -100.0),
                  ("logit 100 where x = 1", Role.RECONSTRUCTION, 100.0)]  # fmt: skip
    p = formula.latent.parametrization
    if p is not None and p.name in ("log σ²", "log σ"):
        cases += [(f"s = −50 ({p.name})", Role.SCALE, -50.0),
                  (f"s = 50 ({p.name})", Role.SCALE, 50.0)]  # fmt: skip
    return cases
