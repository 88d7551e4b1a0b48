"""Families of distributions, one per file; ``family(name)`` finds one."""

from __future__ import annotations

from vaetheory.language.distributions.bernoulli import bernoulli
from vaetheory.language.distributions.family import FamilyOfDistributions, ParameterOf
from vaetheory.language.distributions.normal import normal

FAMILIES: dict[str, FamilyOfDistributions] = {f.name: f for f in (bernoulli, normal)}


def family(name: str) -> FamilyOfDistributions:
    """The family of this name. Raises KeyError, listing the names there are."""
    try:
        return FAMILIES[name]
    except KeyError:
        raise KeyError(f"no family named {name!r}; there are {', '.join(sorted(FAMILIES))}") from None


__all__ = ["FAMILIES", "FamilyOfDistributions", "ParameterOf", "bernoulli", "family", "normal"]
