"""The parts that an array can play in the objective."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """The part that an array plays in the objective.

    Shapes: B examples, D observed dimensions (an event may be an image with C·H·W = D), K latents.
    A mask is 1 where x is observed (MASK) or where it is not (MISSING). Two latents are one of 2K
    entries to everything but the call, which has its second half as SECOND_MEAN and SECOND_SCALE.
    """

    TARGET = "x"
    RECONSTRUCTION = "recon"
    MEAN = "mu"
    SCALE = "s"
    SAMPLE = "z"
    RECONSTRUCTION_SCALE = "recon_scale"
    PRIOR_MEAN = "prior_mu"
    PRIOR_SCALE = "prior_s"
    PACKED = "mu_and_s"
    CONDITION = "c"
    HEAD = "head"
    LABEL = "label"
    MASK = "mask"
    MISSING = "missing"
    SECOND_MEAN = "second_mu"
    SECOND_SCALE = "second_s"
    KEY = "key"

    @property
    def is_latent(self) -> bool:
        """Whether the array has K entries per example (and not D)."""
        return self in _LATENT

    @property
    def is_aside(self) -> bool:
        """Whether the array is no part of the ELBO of x: a label, a mask, another head's output."""
        return self in _ASIDE

    @property
    def is_part(self) -> bool:
        """Whether the array is a part, or the whole, of others, made for the call only."""
        return self in (Role.PACKED, Role.SECOND_MEAN, Role.SECOND_SCALE, Role.KEY)


_LATENT = {
    Role.MEAN,
    Role.SCALE,
    Role.SAMPLE,
    Role.PRIOR_MEAN,
    Role.PRIOR_SCALE,
    Role.PACKED,
    Role.SECOND_MEAN,
    Role.SECOND_SCALE,
}

_ASIDE = {Role.CONDITION, Role.HEAD, Role.LABEL, Role.MASK, Role.MISSING, Role.KEY}

SYMBOL = {
    Role.TARGET: "x",
    Role.RECONSTRUCTION: "x̂",
    Role.MEAN: "μ",
    Role.SCALE: "s",
    Role.SAMPLE: "z",
    Role.RECONSTRUCTION_SCALE: "s_x",
    Role.PRIOR_MEAN: "μ_p",
    Role.PRIOR_SCALE: "s_p",
    Role.PACKED: "[μ, s]",
    Role.CONDITION: "c",
    Role.HEAD: "another head's output",
    Role.LABEL: "a class",
    Role.MASK: "1 where x is observed",
    Role.MISSING: "1 where x is missing",
    Role.SECOND_MEAN: "μ of a second latent",
    Role.SECOND_SCALE: "s of a second latent",
    Role.KEY: "a random key",
}
