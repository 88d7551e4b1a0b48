"""The rules of inference, by name."""

from __future__ import annotations

from vaetheory.rules import (
    algebra,
    definitions,
    densities,
    estimates,
    families,
    gradients,
    inequalities,
    integration,
)
from vaetheory.rules.rule import Rule

RULES: dict[str, Rule] = {
    value.name: value
    for room in (
        algebra,
        definitions,
        densities,
        integration,
        families,
        gradients,
        inequalities,
        estimates,
    )
    for value in vars(room).values()
    if isinstance(value, Rule)
}


def get(name: str) -> Rule:
    """The rule of this name. Raises KeyError, listing the names there are."""
    try:
        return RULES[name]
    except KeyError:
        raise KeyError(f"no rule named {name!r}; there are {', '.join(sorted(RULES))}") from None


__all__ = ["RULES", "Rule", "get"]
