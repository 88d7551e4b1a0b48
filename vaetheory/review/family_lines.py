"""Parts of a line that states a family, such as q = N(μ, σ²): whose it is, in which variable."""

from __future__ import annotations

from dataclasses import replace

from vaetheory.language.distributions import FAMILIES
from vaetheory.latex.meaning.survey import DEFAULT_OBSERVED, Facts, density_items, walk
from vaetheory.latex.reader.families import FAMILY_OF
from vaetheory.latex.reader.syntax import Applied, Big, Called, Items, Name, Node


def arguments_of(letter_: Name, facts: Facts) -> Items:
    """What q and p alone are laws of: q of the posterior as the file writes it, p of the prior."""
    latent = facts.latents[0]
    given = facts.posterior[1] if facts.posterior else (DEFAULT_OBSERVED,)
    if letter_.base in ("p", "P") or facts.alone or not given:
        return Items((latent,), ())
    return Items((latent, *given), ("|", *[","] * (len(given) - 1)))


def is_of_a_decoder(letter_: Name, law: Node) -> bool:
    """Whether p = N(x̂, σ²) or N(f(z), I) is said, of which the mean tells that it is one of x."""
    inside = [n for n in walk(law) if isinstance(n, Applied | Name) and n is not law]
    return letter_.base in ("p", "P") and any(
        isinstance(n, Applied) or n.base in ("x", "f", "g") or n.base.startswith("\\hat{")
        for n in inside
    )


def is_a_prior(law: Node | None, facts: Facts) -> bool:
    """Whether a law whose family is stated is p(z)."""
    if not isinstance(law, Applied) or not isinstance(law.head, Name):
        return False
    split = density_items(law.head, law.group)
    latents = {n.base for n in facts.latents}
    return (
        law.head.base in ("p", "P")
        and split is not None
        and not split[1]
        and {n.base for n in split[0]} == latents
    )


def with_argument(call: Called, argument: Name) -> Called:
    """N(x; μ, σ²) for N(μ, σ²)."""
    wanted = len(FAMILIES[FAMILY_OF[call.name]].parameters)
    group = call.group
    if group is None or len(group.items.nodes) != wanted or set(group.items.separators) - {","}:
        return call
    items = Items((argument, *group.items.nodes), (";", *group.items.separators))
    return replace(call, group=replace(group, items=items))


def is_family_tree(tree: Node) -> bool:
    """Whether a formula is a family, or a product of one over components."""
    while isinstance(tree, Big) and tree.sign == "∏":
        tree = tree.body
    return isinstance(tree, Called) and tree.name in ("Normal", "Bernoulli")
