"""The numbers that steer a loss from outside: arguments, globals, closure cells, attributes."""

from __future__ import annotations

import contextlib
import math
import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from vaetheory.audit import callables
from vaetheory.audit.names import keeps_from_zero, looks_like_step, plain, size_named
from vaetheory.audit.plan import Plan
from vaetheory.audit.shapes import Sizes
from vaetheory.audit.source import read as read_source

_SMALL = ("capacity", "c_max", "free_bits", "freebits", "free_nats", "c", "margin", "kl_min")
# A number without a default is probed here: no special value of any formula.
_GENERIC = 0.7
# Late in training, and no multiple of anything: a cyclic schedule is not at its zero.
_LATE = 10.0**6 - 1


@dataclass(frozen=True)
class Hyper:
    """A number that can be set from outside, and where it lives.

    `write` is None for an argument, which is passed with each call; `given` says whether its base
    is a value that the code sets (a default, a constant) and not one made up for the probing.
    """

    name: str
    base: float
    whole: bool
    where: str
    given: bool = True
    read: Callable[[], Any] | None = None
    write: Callable[[Any], None] | None = None
    counter: bool = False

    def as_counter(self) -> Hyper:
        """The same, known to count calls."""
        return replace(self, base=_LATE, counter=True)

    @property
    def size(self) -> str | None:
        """`B`, `D` or `K` where the name says that the number is a size."""
        return size_named(self.name.rpartition(".")[2])

    @property
    def keeps_from_zero(self) -> bool:
        """Whether the number is the ε in log(x̂ + ε): small, and called so."""
        return 0 < abs(self.base) <= 0.01 and keeps_from_zero(self.name.rpartition(".")[2])

    @property
    def counts_steps(self) -> bool:
        """Whether the number counts training steps."""
        return self.counter or looks_like_step(self.name.rpartition(".")[2])

    def at(self, sizes: Sizes) -> float:
        """The value used at given sizes: a size follows them, anything else stays at its base."""
        bound = {"B": sizes.batch, "D": sizes.dimensions, "K": sizes.latents, "V": sizes.tokens}
        size = bound[self.size] if self.size else None
        return self.base if size is None else float(size)

    def native(self, value: float) -> Any:
        """The value with the type that the function expects."""
        return round(value) if self.whole and float(value).is_integer() else float(value)


def discover(
    function: Callable[..., Any], plan: Plan, defaults: Mapping[str, Any], base: Any = None
) -> list[Hyper]:
    """Every number that the function reads, arguments first; `base` is the `self` of a stand-in."""
    found = {name: _argument(name, defaults.get(name)) for name in plan.numbers}
    for hyper in _outside(function, base):
        found.setdefault(hyper.name, hyper)
    return list(found.values())


def _argument(name: str, default: Any) -> Hyper:
    whole = isinstance(default, int) or (default is None and _is_whole(name))
    return Hyper(name, _base(name, default), whole, "argument", given=bool(default))


def _is_whole(name: str) -> bool:
    return looks_like_step(name) or size_named(name) is not None


def _base(name: str, default: Any) -> float:
    if looks_like_step(name) and (default is None or default == 0):
        return _LATE
    if default:
        return float(default)
    return 0.01 if plain(name) in _SMALL else _GENERIC


def _outside(function: Callable[..., Any], base: Any) -> Iterator[Hyper]:
    """Numbers behind globals, closure cells and attributes, in the function and what it calls."""
    for part in _functions(function, base):
        source = read_source(part)
        space = _namespace(part)
        for name, place in space.items():
            value = place.read()
            if _is_number(value) and name in part.__code__.co_names + part.__code__.co_freevars:
                yield _placed(name, value, place, place.where)
        # Attributes by the names in the bytecode, for functions whose source cannot be had.
        attributes = {("self", name) for name in part.__code__.co_names if "self" in space}
        for chain in sorted(source.chains | attributes):
            yield from _chained(chain, space)


@dataclass(frozen=True)
class _Place:
    where: str
    read: Callable[[], Any]
    write: Callable[[Any], None]


def _placed(name: str, value: Any, place: _Place, where: str) -> Hyper:
    # A counter is probed late, where a schedule has run out, as a step that is an argument is.
    base = _LATE if value == 0 and looks_like_step(name.rpartition(".")[2]) else float(value)
    return Hyper(name, base, isinstance(value, int), where, True, place.read, place.write)


def _namespace(function: types.FunctionType) -> dict[str, _Place]:
    """The names that a function can reach outside its arguments."""
    space: dict[str, _Place] = {}
    for name in function.__code__.co_names:
        if name in function.__globals__:
            space[name] = _item_place("global", function.__globals__, name)
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=False):
        space[name] = _attribute_place("closure", cell, "cell_contents")
    owner = getattr(function, "__audited_self__", None)
    if owner is not None:
        space["self"] = _Place("attribute", lambda: owner, lambda value: None)
    return space


def _item_place(where: str, container: Any, key: str) -> _Place:
    return _Place(where, lambda: container[key], lambda value: container.__setitem__(key, value))


def _attribute_place(where: str, owner: Any, name: str) -> _Place:
    def write(value: Any) -> None:
        # a property without a setter is computed from other numbers, which are found as well
        with contextlib.suppress(AttributeError):
            setattr(owner, name, value)

    return _Place(where, lambda: getattr(owner, name), write)


def _chained(chain: tuple[str, ...], space: Mapping[str, _Place]) -> Iterator[Hyper]:
    """`args.beta`, `config["beta"]`, `self.kld_weight`."""
    head, *rest = chain
    if head not in space or not rest:
        return
    try:
        owner = space[head].read()
        for step in rest[:-1]:
            owner = getattr(owner, step)
        last = rest[-1]
        if last.startswith("["):
            key = last[1:-1]
            value, place = owner[key], _item_place("configuration", owner, key)
            name = f"{head}.{key}"
        else:
            if isinstance(owner, types.ModuleType):
                return
            value, place = getattr(owner, last), _attribute_place("attribute", owner, last)
            name = ".".join(chain)
    except (AttributeError, KeyError, TypeError, IndexError, ValueError):
        return
    where = "attribute" if head == "self" else "configuration"
    if _is_number(value):
        yield _placed(name, value, place, where)
    elif (cell := _scalar_array(value, place)) is not None:
        yield _placed(name, float(value), cell, where)


def _scalar_array(value: Any, place: _Place) -> _Place | None:
    """A buffer with one entry, such as a counter, read and written in place."""
    shape = getattr(value, "shape", None)
    fill = getattr(value, "fill_", None) or getattr(value, "fill", None)
    if shape is None or math.prod(shape) != 1 or fill is None:
        return None
    if getattr(value, "requires_grad", False):
        return None

    def write(number: Any) -> None:
        held = place.read()
        (getattr(held, "fill_", None) or held.fill)(number)

    return _Place(place.where, lambda: float(place.read()), write)


def _functions(function: Callable[..., Any], base: Any) -> Iterator[types.FunctionType]:
    """The function, and the functions of the same module that it calls."""
    read = callables.implementation(function)
    owner: Any = getattr(read, "__self__", base)
    start = getattr(read, "__func__", read)
    seen: set[int] = set()
    queue: list[tuple[Any, Any]] = [(start, owner)]
    while queue:
        part, owner = queue.pop(0)
        if not isinstance(part, types.FunctionType) or id(part) in seen:
            continue
        seen.add(id(part))
        yield _with_self(part, owner)
        for name in part.__code__.co_names:
            other = part.__globals__.get(name)
            if isinstance(other, types.FunctionType) and other.__module__ == part.__module__:
                queue.append((other, None))
            method = getattr(type(owner), name, None) if owner is not None else None
            if isinstance(method, types.FunctionType) and method.__module__ == part.__module__:
                queue.append((method, owner))


def _with_self(function: types.FunctionType, owner: Any) -> types.FunctionType:
    """A twin of the function that remembers its owner (the original is left alone)."""
    if owner is None:
        return function
    twin = types.FunctionType(
        function.__code__, function.__globals__, function.__name__, function.__defaults__,
        function.__closure__,
    )  # fmt: skip
    twin.__dict__["__audited_self__"] = owner
    return twin


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
