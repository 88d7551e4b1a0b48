"""The names under which families are written: N, Bernoulli, Cat, Gumbel, …"""

from __future__ import annotations

from vaetheory.language.distributions import FAMILIES

# the word in the family's own TeX, and the family; N is told apart from the multivariate one by its
# parameters
FAMILY_WORDS: dict[str, str] = {
    family.tex.removeprefix(r"\operatorname{").removesuffix("}"): name
    for name, family in FAMILIES.items()
    if family.tex.startswith(r"\operatorname{")
}
FAMILY_OF: dict[str, str] = {**FAMILY_WORDS, "Normal": "normal", "Bernoulli": "bernoulli"}
# also ordinary words, or names of something else, unless a bracket with a semicolon follows
AMBIGUOUS = {"Exp", "Gamma", "Beta"}


def is_family_name(name: str) -> bool:
    """Whether an operator's name is that of a family."""
    return name in FAMILY_OF
