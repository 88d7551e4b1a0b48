"""Random inputs, designed so that every hypothesis about the function can be told apart."""

from __future__ import annotations

from collections.abc import Collection
from enum import Enum

import numpy as np

from vaetheory.audit.roles import Role
from vaetheory.audit.shapes import Sizes
from vaetheory.audit.terms.term import Array

CLASSES = 10


class Region(Enum):
    """Where the inputs are drawn."""

    GENERIC = "every argument where every spelling of it is defined: x̂ in (0, 1), s > 0"
    NEAR_PRIOR = "μ near 0, σ near 1: the KL is near 0"
    FAR = "|μ| large: the KL is large"
    NEGATIVE_SCALE = "s negative, as a logarithm may be"
    BINARY = "x in {0, 1}"
    LOGITS = "x̂ anywhere, as a logit or a mean may be"


def draw(
    random: np.random.Generator,
    sizes: Sizes,
    roles: Collection[Role],
    region: Region = Region.GENERIC,
    neutral_scale: float = 1.0,
) -> dict[Role, Array]:
    """One array per role. `neutral_scale` is the s that means σ = 1 (0 for logarithms)."""
    wanted = set(roles)
    if Role.PACKED in wanted:
        wanted |= {Role.MEAN, Role.SCALE}
    if Role.PRIOR_SCALE in wanted:
        wanted.add(Role.PRIOR_MEAN)
    # In a fixed order, so that one seed gives one design.
    return {
        role: _one(random, sizes, role, region, neutral_scale)
        if role in roles or role is not Role.PRIOR_MEAN
        else np.zeros(sizes.shape(role))  # a prior that is given by its σ_p alone
        for role in Role
        if role in wanted and not role.is_part
    }


def _one(
    random: np.random.Generator, sizes: Sizes, role: Role, region: Region, neutral: float
) -> Array:
    shape = sizes.shape(role)
    match role, region:
        case Role.MASK, _:
            return np.ones(shape)
        case Role.MISSING, _:
            return np.zeros(shape)
        case Role.CONDITION, _:
            return np.eye(CLASSES)[random.integers(0, CLASSES, sizes.batch)]
        case Role.LABEL, _:
            # Whole numbers, as losses that index with a class want them.
            return np.asarray(random.integers(0, CLASSES, sizes.batch))
        case Role.HEAD, _:
            return random.uniform(0.05, 0.95, (sizes.batch, CLASSES))
        case Role.TARGET, _ if sizes.tokens is not None:
            # The first few sorts are often padding, a start, an end and the unknown.
            return random.integers(4, sizes.tokens, shape).astype(np.float64)
        case Role.TARGET, Region.BINARY:
            return (random.random(shape) < 0.5).astype(np.float64)
        case ((Role.TARGET | Role.RECONSTRUCTION), Region.LOGITS) if role is Role.RECONSTRUCTION:
            return random.uniform(-4, 4, shape)
        case ((Role.TARGET | Role.RECONSTRUCTION), _):
            return random.uniform(0.05, 0.95, shape)
        case ((Role.SCALE | Role.PRIOR_SCALE), Region.NEAR_PRIOR):
            return neutral + random.uniform(-0.02, 0.02, shape)
        case Role.SCALE, Region.NEGATIVE_SCALE:
            return random.uniform(-4.0, -0.3, shape)
        case ((Role.SCALE | Role.PRIOR_SCALE | Role.RECONSTRUCTION_SCALE), _):
            return random.uniform(0.3, 1.7, shape)
        case Role.MEAN, Region.NEAR_PRIOR:
            return random.uniform(-0.02, 0.02, shape)
        case Role.MEAN, Region.FAR:
            return np.asarray(random.uniform(6, 9, shape) * random.choice([-1.0, 1.0], shape))
        case _:
            return random.uniform(-1.5, 1.5, shape)
