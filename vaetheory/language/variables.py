"""Variables and the spaces that they range over.

A variable is a name, a space, a *slot* and, for a component or a copy, indices. The slot says which
argument of a density the variable fills: z, z' and z_k are three variables of the one slot ``z``,
so ``p(z)`` and ``p(z')`` are one density at two points, while z₁ and z₂ of a hierarchical model are
two slots.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from vaetheory.language.hashing import hashed_once


@dataclass(frozen=True, slots=True)
class Space:
    """What a variable ranges over; the subclasses are the closed list."""


@dataclass(frozen=True, slots=True)
class Continuum(Space):
    """A measurable space that is integrated over: ℝⁿ with n unsaid. Written ∫ … dz."""


@dataclass(frozen=True, slots=True)
class FiniteSet(Space):
    """A finite set that is summed over; ``size`` is None where any size will do. Written Σ_z."""

    size: int | None = None


@dataclass(frozen=True, slots=True)
class Reals(Space):
    """The real line, or with ``positive`` the half line (0, ∞)."""

    positive: bool = False


@dataclass(frozen=True, slots=True)
class Interval(Space):
    """The open interval (low, high), by default (0, 1)."""

    low: int = 0
    high: int = 1


@dataclass(frozen=True, slots=True)
class Integers(Space):
    """The integers from ``low`` on: counts, dimensions, numbers of samples."""

    low: int = 1


@dataclass(frozen=True, slots=True)
class Index(Space):
    """An index that a sum or a product binds, such as d in Σ_d or k in ∏_k."""


@dataclass(frozen=True, slots=True)
class Subscript:
    """An index in use: ``variable`` + ``offset``, or the number ``offset`` where the variable is
    None.

    z_k is ``Subscript(k)``, z_{t−1} is ``Subscript(t, -1)`` and z_3 is ``Subscript(None, 3)``.
    """

    variable: Variable | None
    offset: int = 0


class _Hashed:
    __slots__ = ("_hash",)


@hashed_once
@dataclass(frozen=True, slots=True)
class Variable(_Hashed):
    """A variable of the calculus: a random variable, a copy of one, a parameter or an index.

    ``name`` is written in TeX without its indices (``z``, ``\\mu``, ``\\hat{x}``); ``slot``
    defaults to the name.
    """

    name: str
    space: Space = Continuum()
    slot: str = ""
    indices: tuple[Subscript, ...] = ()

    def __post_init__(self) -> None:
        if not self.name:
            raise ValueError("a variable needs a name")
        if not self.slot:
            object.__setattr__(self, "slot", self.name)

    def __getitem__(self, indices: Variable | Subscript | int | tuple[object, ...]) -> Variable:
        """The component or the copy with these indices: ``z[k]``, ``x[d]``, ``mu[d, 1]``."""
        given = indices if isinstance(indices, tuple) else (indices,)
        return replace(self, indices=self.indices + tuple(_subscript(i) for i in given))

    def __or__(self, given: Variable | tuple[Variable, ...]) -> Conditional:
        """``x | z`` reads "x given z" inside the brackets of a density: ``p(x | z)``."""
        return Conditional(self, given if isinstance(given, tuple) else (given,))

    def __repr__(self) -> str:
        if not self.indices:
            return self.name
        return f"{self.name}_{{{','.join(map(_subscript_text, self.indices))}}}"


@dataclass(frozen=True, slots=True)
class Conditional:
    """The last argument of a density together with what it is conditioned on; made by ``x | z``."""

    of: Variable
    given: tuple[Variable, ...]


def _subscript(index: object) -> Subscript:
    match index:
        case Subscript():
            return index
        case int():
            return Subscript(None, index)
        case Variable(space=Index() | Integers()):
            return Subscript(index)
        case _:
            raise TypeError(f"an index is a whole number or an index variable, not {index!r}")


def _subscript_text(index: Subscript) -> str:
    if index.variable is None:
        return str(index.offset)
    shift = f"{index.offset:+d}" if index.offset else ""
    return f"{index.variable!r}{shift}"
