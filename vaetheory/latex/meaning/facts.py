"""What a file says about its own notation, gathered from all of its sides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from vaetheory.latex.reader.syntax import Name, Node
from vaetheory.latex.reader.tokens import Token


def spelled(tokens: Iterable[Token]) -> str:
    """A script as one string without braces."""
    return "".join(t.text for t in tokens if not t.is_("{", "}"))


@dataclass(slots=True)
class Facts:
    """What a file says about its own notation."""

    densities: list[tuple[str, str, tuple[Name, ...], tuple[Name, ...]]] = field(
        default_factory=list
    )
    subscripts: dict[str, Counter[str]] = field(default_factory=dict)
    arguments: set[str] = field(default_factory=set)
    integrated: set[str] = field(default_factory=set)
    averaged: set[str] = field(default_factory=set)
    summed: set[str] = field(default_factory=set)
    indices: set[str] = field(default_factory=set)
    highs: dict[str, Node] = field(default_factory=dict)
    sizes: set[str] = field(default_factory=set)
    layered: set[str] = field(default_factory=set)
    bound_names: set[str] = field(default_factory=set)
    bernoulli: bool = False
    gaussian: bool = False
    shorthand: bool = False
    definitions: dict[str, Node] = field(default_factory=dict)
    defined_arguments: dict[str, tuple[Node, ...]] = field(default_factory=dict)
    defined_indices: dict[str, str] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    blocks: set[tuple[str, str]] = field(default_factory=set)
    scalars: set[str] = field(default_factory=set)
    vectors: frozenset[str] = frozenset()
    unlimited: set[str] = field(default_factory=set)
    owned: dict[str, set[str]] = field(default_factory=dict)
    slopes: set[str] = field(default_factory=set)
    covariances: set[str] = field(default_factory=set)
    settings: tuple[Any, ...] = ()
    introduced: set[str] = field(default_factory=set)
    scripts: set[str] = field(default_factory=set)
    limits: dict[str, set[str]] = field(default_factory=dict)
    ranged: dict[str, set[str]] = field(default_factory=dict)
    labels: dict[str, bool] = field(default_factory=dict)
    laws: set[str] = field(default_factory=set)
    probabilities: set[str] = field(default_factory=set)
    matrices: set[str] = field(default_factory=set)
    counts: set[str] = field(default_factory=set)
    noise: str = "1"
    prior_stated: bool = False
    large: set[Fraction] = field(default_factory=set)

    @property
    def latents(self) -> tuple[Name, ...]:
        """What the approximate posterior is a density in; z where the file does not say."""
        law = self.posterior
        return law[0] if law else (DEFAULT_LATENT,)

    @property
    def posterior(self) -> tuple[tuple[Name, ...], tuple[Name, ...]] | None:
        """The arguments of q(z | x), or those of q(z) where q never has a condition."""
        found = [d for d in self.densities if d[0] in ("q", "Q", r"\mathcalQ")]
        plain = [
            d for d in found if d[3] and not any(n.sub and n.base in self.layered for n in d[2])
        ]
        chosen = plain or [d for d in found if d[3]]
        # q(x), the distribution of the data, is no posterior
        chosen = chosen or [d for d in found if not any(n.base.lower() == "x" for n in d[2])]
        if not chosen:
            return (self.alone, ()) if self.alone else None
        counts = Counter(str([(n.base, spelled(n.sub)) for n in (*d[2], *d[3])]) for d in chosen)
        best = max(
            chosen, key=lambda d: counts[str([(n.base, spelled(n.sub)) for n in (*d[2], *d[3])])]
        )
        return self._layers_of(best[2], best[3], chosen)

    def _layers_of(
        self,
        of: tuple[Name, ...],
        given: tuple[Name, ...],
        chosen: Iterable[tuple[str, str, tuple[Name, ...], tuple[Name, ...]]],
    ) -> tuple[tuple[Name, ...], tuple[Name, ...]]:
        """The posterior over all layers, where the file only writes it layer by layer, as in
        q(z_1) q(z_2).
        """
        chosen = tuple(chosen)
        if any(len(d[2]) > 1 for d in chosen) or not all(
            n.base in self.layered and spelled(n.sub).isdigit() for n in of
        ):
            return of, given
        every = {
            (n.base, spelled(n.sub)): n
            for d in chosen
            for n in d[2]
            if n.base in {m.base for m in of} and spelled(n.sub).isdigit()
        }
        behind = {(n.base, spelled(n.sub)): n for d in chosen for n in d[3]}
        kept = tuple(n for k, n in behind.items() if k not in every)
        return tuple(every[k] for k in sorted(every)), kept

    @property
    def hidden(self) -> set[str]:
        """The letters that q is a density in, x aside."""
        found = {n.base for d in self.densities if d[0] in ("q", "Q", r"\mathcalQ") for n in d[2]}
        return {base for base in found if base.lower() != "x"}

    @property
    def unargued(self) -> bool:
        """Whether p and q never have arguments here, and x is all that they can be laws of."""
        return (
            not self.densities
            and bool(self.subscripts.keys() & {"p", "q"})
            and "x" in self.names
            and "z" not in self.names
        )

    @property
    def alone(self) -> tuple[Name, ...]:
        """x where all densities of the file are p(x), q(x): there is no latent variable then."""
        if self.unargued:
            return (DEFAULT_OBSERVED,)
        first = self.densities[0][2] if self.densities else ()
        same = all(
            [n.base for n in d[2]] == [n.base for n in first] and not d[3] for d in self.densities
        )
        both = {d[0].lower() for d in self.densities} >= {"p", "q"}
        return first if same and both and len(first) == 1 else ()

    @property
    def posterior_letter(self) -> str:
        """q, or what stands for it."""
        found = [d[0] for d in self.densities if d[0] in ("q", "Q", r"\mathcalQ")]
        return found[0] if found else "q"

    @property
    def model_letter(self) -> str:
        """p, or what stands for it."""
        found = [d[0] for d in self.densities if d[0] in ("p", "P", r"\mathcalP")]
        return found[0] if found else "p"


DEFAULT_LATENT, DEFAULT_OBSERVED = Name(0, 0, "z"), Name(0, 0, "x")
