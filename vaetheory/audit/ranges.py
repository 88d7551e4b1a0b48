"""Does the model give the loss what the loss reads: a probability, or a logit?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch

from vaetheory.audit.findings import Finding, finding
from vaetheory.audit.recovery import Formula
from vaetheory.audit.roles import Role
from vaetheory.audit.tracing import Traced

# Weights are blown up by this, so that no output stays within [0, 1] unless something holds it.
_BLOW_UP = 30.0


def check(traced: Traced, formula: Formula) -> list[Finding]:
    """A finding where x̂ leaves [0, 1] but is read as a probability, or never does as a logit."""
    reads_logits = any("sigmoid(x̂)" in term.text for term in formula.data.terms)
    reads_probabilities = not reads_logits and "BCE" in formula.data.name
    if not reads_logits and not reads_probabilities:
        return []
    plain = traced.run(seed=0).arrays.get(Role.RECONSTRUCTION)
    if plain is None:
        return []
    low, high = float(plain.min()), float(plain.max())
    if reads_probabilities and (low < 0 or high > 1):
        why = f"the loss reads x̂ as a probability, but the model gives {low:.3g} to {high:.3g}"
        fix = "x_hat = torch.sigmoid(x_hat)  # in the model, or with_logits in the loss"
        return [finding("output-range", why, fix)]
    if reads_logits and low >= 0 and high <= 1 and _is_held(traced):
        why = "the model's x̂ is in [0, 1] whatever its weights, but the loss reads it as a logit"
        fix = "x_hat = torch.logit(x_hat)  # or better: no sigmoid in the decoder"
        return [finding("logits-as-probabilities", why, fix)]
    return []


def _is_held(traced: Traced) -> bool:
    """Whether x̂ stays in [0, 1] when all weights are blown up."""
    if traced.module is None:
        return False
    with _blown_up(traced.module):
        x_hat = traced.run(seed=0).arrays.get(Role.RECONSTRUCTION)
    if x_hat is None:
        return False
    finite = x_hat[np.isfinite(x_hat)]
    return bool(finite.size) and float(finite.min()) >= 0 and float(finite.max()) <= 1


@contextmanager
def _blown_up(module: torch.nn.Module) -> Iterator[None]:
    saved = [parameter.detach().clone() for parameter in module.parameters()]
    try:
        with torch.no_grad():
            for parameter in module.parameters():
                parameter.mul_(_BLOW_UP)
        yield
    finally:
        with torch.no_grad():
            for parameter, value in zip(module.parameters(), saved, strict=True):
                parameter.copy_(value)
