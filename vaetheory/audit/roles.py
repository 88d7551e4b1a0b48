"""The parts that an array can play in the objective."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """The part that an array plays in the objective.

    Shapes: B examples, D observed dimensions (an event may be an image with C·H·W = D), K latents.
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

    @property
    def is_latent(self) -> bool:
        """Whether the array has K entries per example (and not D)."""
        return self in _LATENT

    @property
    def is_aside(self) -> bool:
        """Whether the array is no part of the ELBO of x: a label, or what another head says."""
        return self in (Role.CONDITION, Role.HEAD, Role.LABEL)


_LATENT = {
    Role.MEAN,
    Role.SCALE,
    Role.SAMPLE,
    Role.PRIOR_MEAN,
    Role.PRIOR_SCALE,
    Role.PACKED,
}

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
}
