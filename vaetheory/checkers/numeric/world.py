"""A numeric world: everything that a statement leaves open, chosen at random and the same for both
sides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

import numpy as np

from vaetheory.checkers.numeric.backend import Array, Backend
from vaetheory.checkers.numeric.carriers import (
    HALF_LINE,
    UNIT_INTERVAL,
    Carrier,
    Cells,
    Components,
    Real,
    Vector,
)
from vaetheory.checkers.numeric.conditionals import random_network
from vaetheory.checkers.numeric.context import Key
from vaetheory.checkers.numeric.errors import CannotEvaluate
from vaetheory.checkers.numeric.joints import Joint
from vaetheory.language.expressions import Letter
from vaetheory.language.variables import (
    Continuum,
    FiniteSet,
    Index,
    Integers,
    Interval,
    Reals,
    Space,
    Variable,
)

DEFAULT_OWNERS = {r"\theta": "p", r"\phi": "q"}


@dataclass(frozen=True)
class Setting:
    """Which world of which seed; ``varied`` names a quantity that is drawn afresh under ``draw``,
    all else kept."""

    kind: str = "gaussian"
    seed: int = 0
    size: int = 2
    spread: float = 1.0
    varied: str = ""
    draw: int = 0

    def rng(self, *names: object, quantity: str = "") -> np.random.Generator:
        """A generator for one part of the world, the same whenever that part is asked for."""
        draw = self.draw if self.varied and quantity == self.varied else 0
        text = repr((self.kind, self.size, *names))
        return np.random.default_rng([abs(self.seed), draw, crc32(text.encode())])


@dataclass(frozen=True, eq=False)
class World:
    """Joint distributions for the letters, spaces for the slots, and values drawn when they are
    first asked for."""

    setting: Setting
    carriers: Mapping[str, Carrier]
    vectors: frozenset[str]
    joints: dict[Letter, Joint] = field(default_factory=dict)
    owners: dict[str, Letter] = field(default_factory=dict)
    drawn: dict[str, Any] = field(default_factory=dict)
    _values: dict[tuple[Key, Variable], Components] = field(default_factory=dict)
    _functions: dict[Key, Callable[[Backend, Components], Array]] = field(default_factory=dict)

    def joint(self, letter: Letter) -> Joint:
        """The joint distribution of a letter."""
        return self.joints[letter]

    def is_vector(self, variable: Variable) -> bool:
        """Whether the indices of this variable are components of a vector rather than copies."""
        return variable.slot in self.vectors

    def integer(self, variable: Variable) -> int:
        """The value of a count such as D, K or T in this world."""
        if not isinstance(variable.space, Integers):
            raise CannotEvaluate(f"the index {variable!r} has no value here")
        number = max(variable.space.low, self.setting.size)
        self.drawn[variable.name] = number
        return number

    def carrier(self, variable: Variable) -> Carrier | None:
        """The space of a variable: that of its slot, else what its type says."""
        carrier = self.carriers.get(variable.slot)
        if isinstance(carrier, Vector) and variable.indices and self.is_vector(variable):
            return carrier.part
        return carrier or carrier_of_space(variable.space)

    def free_value(self, key: Key, variable: Variable, shift: float = 0.0) -> Components:
        """The value of a free variable, drawn from its space and remembered."""
        known = (key, variable)
        if known not in self._values:
            self._values[known] = self._drawn_value(key, variable)
        value = self._values[known]
        return tuple(v + shift for v in value) if shift else value

    def _drawn_value(self, key: Key, variable: Variable) -> Components:
        if isinstance(variable.space, Integers):
            return (float(self.integer(variable)),)
        if isinstance(variable.space, Index):
            raise CannotEvaluate(f"the index {variable!r} has no value here")
        name, indices = key
        rng = self.setting.rng("value", key, quantity=name)
        carrier = self.carriers.get(variable.slot)
        single = self.is_vector(variable) and 0 < len(variable.indices) == len(indices)
        part = carrier.part if isinstance(carrier, Vector) else carrier
        part = part or carrier_of_space(variable.space)
        if isinstance(carrier, Vector) and not single:
            value = tuple(_point(carrier.part, variable.space, rng) for _ in range(carrier.size))
        else:
            value = (_point(part, variable.space, rng),)
        if part == Cells(2) and (indices or len(value) > 1):
            value = self._mixed_bits(name, indices, len(value))
        text = name + "".join(f"_{i}" for i in indices)
        self.drawn[text] = value[0] if len(value) == 1 else list(value)
        return value

    def _mixed_bits(self, name: str, indices: tuple[int, ...], count: int) -> Components:
        """Bits that alternate, so that x_d and 1 − x_d both occur whatever the dimension."""
        first = int(self.setting.rng("bits", name, quantity=name).integers(2))
        start = first + (indices[-1] if indices and count == 1 else 0)
        return tuple(float((start + d) % 2) for d in range(count))

    def label(self, variable: Variable, value: Components) -> Array:
        """A variable used as a number: itself, or for a vector a fixed random combination of its
        components."""
        if len(value) == 1:
            return value[0]
        rng = self.setting.rng("label", variable.slot)
        return sum(
            float(w) * v for w, v in zip(rng.uniform(0.5, 1.5, len(value)), value, strict=True)
        )

    def function(
        self, key: Key, name: Variable, inputs: int
    ) -> Callable[[Backend, Components], Array]:
        """A random function with the range that the space of its name asks for."""
        if key not in self._functions:
            rng = self.setting.rng("function", key, inputs, quantity=name.name)
            hidden = 2 if self.setting.kind == "nonlinear" else 0
            network = random_network(rng, inputs, hidden=hidden)
            bend = 0.0 if hidden or not inputs else float(np.round(rng.uniform(0.1, 0.3), 3))
            self._functions[key] = _into(name.space, network, bend)
            self.drawn[f"{name!r}(·)"] = repr(network)
        return self._functions[key]

    def owner(self, parameter: str) -> Letter | Key:
        """What ∇_parameter moves: the laws of the letter that owns it, or the free variable of
        that name."""
        if parameter in self.owners:
            return self.owners[parameter]
        default = DEFAULT_OWNERS.get(parameter)
        for letter in self.joints:
            if letter.name == default and letter.subscript in ("", parameter):
                return letter
        if parameter in self.drawn or default is None:
            return parameter, ()
        raise CannotEvaluate(f"nothing here depends on {parameter}")


def carrier_of_space(space: Space) -> Carrier | None:
    """The carrier of a space by itself, None where it says nothing."""
    match space:
        case FiniteSet(size=size):
            return Cells(size or 3)
        case Reals(positive=True):
            return HALF_LINE
        case Reals() | Continuum():
            return Real()
        case Interval(low=0, high=1):
            return UNIT_INTERVAL
    return None


def _point(carrier: Carrier | None, space: Space, rng: np.random.Generator) -> float:
    """A point of a one-component space, rounded so that it can be printed."""
    match carrier:
        case Cells(size=size, first=first):
            return float(first + rng.integers(size))
        case Real(center=center):
            number = np.round(rng.uniform(0.3, 2.2), 3) * rng.choice([-1.0, 1.0])
            return float(np.round(number + (center if isinstance(space, Continuum) else 0), 3))
    if carrier is HALF_LINE:
        return float(np.round(rng.uniform(0.7, 2.5), 3))
    if carrier is UNIT_INTERVAL:
        return float(np.round(rng.uniform(0.1, 0.9), 3))
    raise CannotEvaluate(f"no way to choose a value from {space}")


def _into(
    space: Space, network: Callable[[Backend, Components], Array], bend: float
) -> Callable[[Backend, Components], Array]:
    match space:
        case Reals(positive=True):
            return lambda b, a: b.exp(0.5 * network(b, a))
        case Reals() | Continuum():
            return lambda b, a: network(b, a) + (bend * a[0] * a[0] if bend else 0.0)
        case Interval(low=low, high=high):
            return lambda b, a: low + (high - low) * b.expit(network(b, a))
    raise CannotEvaluate(f"no random function with values in {space}")
