"""What stands on the page: trees of signs, before anything is said about what they mean."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from vaetheory.latex.reader.tokens import Token

Script = tuple[Token, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """Something that is written between two offsets of the source."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Items:
    """What stands inside brackets or below a sign: nodes with the separators between them."""

    nodes: tuple[Node, ...]
    separators: tuple[str, ...]

    def split(self, *separators: str) -> tuple[Items, ...]:
        """Cut at the given separators."""
        parts: list[tuple[list[Node], list[str]]] = [([], [])]
        for k, node in enumerate(self.nodes):
            parts[-1][0].append(node)
            if k < len(self.separators):
                if self.separators[k] in separators:
                    parts.append(([], []))
                else:
                    parts[-1][1].append(self.separators[k])
        return tuple(Items(tuple(n), tuple(s)) for n, s in parts)


@dataclass(frozen=True, slots=True)
class Numeral(Node):
    """A number in digits."""

    value: Fraction


@dataclass(frozen=True, slots=True)
class Name(Node):
    r"""A letter, plain or with an accent, with its scripts: ``z_k``, ``\hat{x}_d``, ``x^{(i)}``,
    ``q_\phi``.
    """

    base: str
    sub: Script = ()
    sup: Script = ()
    primes: int = 0


@dataclass(frozen=True, slots=True)
class Words(Node):
    """Words in the place of a term."""

    text: str


@dataclass(frozen=True, slots=True)
class Dots(Node):
    """An ellipsis."""


@dataclass(frozen=True, slots=True)
class Dot(Node):
    """The place holder in q(· | x)."""


@dataclass(frozen=True, slots=True)
class Group(Node):
    """A bracket with its items; ``kind`` is the opening sign."""

    kind: str
    items: Items


@dataclass(frozen=True, slots=True)
class Applied(Node):
    """A name with a bracket behind it: an application, or a product; ``tight`` where the writer
    marked the former.
    """

    head: Node
    group: Group
    tight: bool = False
    power: Node | None = None


@dataclass(frozen=True, slots=True)
class Added(Node):
    """Terms with their signs."""

    terms: tuple[tuple[int, Node], ...]


@dataclass(frozen=True, slots=True)
class Multiplied(Node):
    """Factors, each with ``*`` or ``/`` before it."""

    factors: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class Fractional(Node):
    """A fraction with a bar."""

    above: Node
    below: Node


@dataclass(frozen=True, slots=True)
class Raised(Node):
    """base ^ exponent."""

    base: Node
    exponent: Node


@dataclass(frozen=True, slots=True)
class Rooted(Node):
    """A square root."""

    body: Node


@dataclass(frozen=True, slots=True)
class LogOf(Node):
    """log with all behind it that it may take in: how much it does is a matter of reading."""

    parts: tuple[tuple[str, Node], ...]
    power: Node | None = None


@dataclass(frozen=True, slots=True)
class Called(Node):
    """A named operator with its bracket: exp, tr, det, H, I, N, Bernoulli, ELBO; ``sub`` is what
    stands below its name.
    """

    name: str
    sub: Items | None
    group: Group | None
    sup: Script = ()


@dataclass(frozen=True, slots=True)
class Expected(Node):
    """E with what stands below it; ``bare`` where its body has no bracket of its own."""

    sub: Items | None
    body: Node
    bare: bool


@dataclass(frozen=True, slots=True)
class Diverging(Node):
    """KL[first ‖ second]."""

    first: Node
    second: Node
    sub: Items | None = None


@dataclass(frozen=True, slots=True)
class Big(Node):
    """∑, ∏ or ∫ with limits, body and, for ∫, differentials (None where there is no d…)."""

    sign: str
    sub: Items | None
    low: Node | None
    high: Node | None
    body: Node
    differentials: tuple[Name, ...] = ()


@dataclass(frozen=True, slots=True)
class Sloped(Node):
    """∇_parameter body; ``parameter`` in TeX."""

    parameter: str
    body: Node


@dataclass(frozen=True, slots=True)
class Sized(Node):
    """‖body‖ or |body|, with what stands below the second bar."""

    sign: str
    body: Node
    sub: Script = ()
