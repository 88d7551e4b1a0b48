"""A plan says how the arguments of one call are put together from arrays and numbers."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from vaetheory.audit.roles import SYMBOL, Role
from vaetheory.audit.training import Absorbing, OneBatch, is_helper, is_weights


class Missing(LookupError):
    """The function asked a record for a field that the plan does not have yet."""

    def __init__(self, record: str, name: str) -> None:
        super().__init__(f"{record} has no {name!r}")
        self.record = record
        self.name = name


class RecordValue(dict[str, Any]):
    """A dict whose fields are attributes too, as model outputs are in the wild.

    A field that is not there raises `Missing`, so that the plan can learn it.
    """

    def __init__(self, name: str, fields: Mapping[str, Any]) -> None:
        super().__init__(fields)
        object.__setattr__(self, "_record_name", name)

    def __missing__(self, key: Any) -> Any:
        if isinstance(key, int):
            return list(self.values())[key]
        raise Missing(object.__getattribute__(self, "_record_name"), key)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self[name]

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value


@dataclass(frozen=True)
class Leaf:
    """One array."""

    name: str
    role: Role


@dataclass(frozen=True)
class Number:
    """One hyperparameter."""

    name: str


@dataclass(frozen=True)
class Fixed:
    """A value that is passed as it is (a default that is neither array nor number)."""

    value: Any


@dataclass(frozen=True)
class Record:
    """A dict, dataclass or namespace with named fields."""

    name: str
    fields: tuple[tuple[str, Node], ...]


@dataclass(frozen=True)
class Items:
    """A tuple or list."""

    items: tuple[Node, ...]


@dataclass(frozen=True)
class StandIn:
    """An object whose methods answer with arrays in place of a model: `model(x)`, `self.encode(x)`.

    What is not planned is looked up on `base`, the real object, where there is one.
    """

    name: str
    answers: tuple[tuple[str, Node], ...]
    numbers: tuple[str, ...] = ()
    base: Any = None


@dataclass(frozen=True)
class Normal:
    """A distribution object N(mean, scale²), with scale 1 where there is none.

    With `standard`, N(0, I) of the same shape.
    """

    name: str
    mean: Leaf
    scale: Leaf | None = None
    standard: bool = False


@dataclass(frozen=True)
class Built:
    """An object of a class from the user's own file, made from arrays."""

    name: str
    cls: Callable[..., Any]
    leaves: tuple[Leaf, ...]


@dataclass(frozen=True)
class Batches:
    """A loader that gives one batch."""

    name: str
    batch: Node


Node = Leaf | Number | Fixed | Record | Items | StandIn | Normal | Built | Batches


class StandInValue:
    """The object built from a `StandIn`; calling it, or its methods, gives the planned arrays."""

    def __init__(
        self, node: StandIn, answers: Mapping[str, Any], given: Mapping[str, float]
    ) -> None:
        self._node = node
        self._answers = dict(answers)
        self.__dict__.update(given)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if "" not in self._answers:
            raise Missing(self._node.name, "()")
        return self._answers[""]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        answers = self.__dict__["_answers"]
        node = self.__dict__["_node"]
        if name in answers:
            return lambda *args, **kwargs: answers[name]
        held = _held(node.base, name)
        if held is None and is_helper(name):
            return Absorbing()
        if held is not None:
            return _rebound(held, node.base, self)
        if is_weights(name):
            return [] if name.startswith("trainable_") else {}
        if name in ("apply_gradients", "replace"):
            return Absorbing()
        if name in ("to", "cuda", "cpu", "train", "eval", "float", "double", "requires_grad_"):
            return lambda *args, **kwargs: self
        if name in ("zero_grad", "parameters", "log", "log_dict", "state_dict"):
            return lambda *args, **kwargs: []
        if name == "manual_backward":
            return lambda loss, *args, **kwargs: loss.backward()
        if name == "optimizers":
            return lambda *args, **kwargs: Absorbing()
        raise Missing(node.name, name)


def _rebound(held: Any, base: Any, to: Any) -> Any:
    """A method of the user's class, with the stand-in for its `self`, so that it is used in there.

    Static methods, modules and whatever a library's class defines stay as they are.
    """
    function = getattr(held, "__func__", None)
    if not isinstance(function, types.FunctionType) or held.__self__ is not base:
        return held
    is_own = function.__module__ == type(base).__module__
    return types.MethodType(function, to) if is_own else held


def _held(base: Any, name: str) -> Any:
    """What the real object has under a name; None too where a bare one cannot say."""
    try:
        return getattr(base, name, None)
    except (RuntimeError, ValueError, TypeError):
        return None


@dataclass(frozen=True)
class Parameter:
    """One parameter of the function and the node that fills it; `kind` as in `inspect`."""

    name: str
    kind: str
    node: Node


@dataclass(frozen=True)
class Plan:
    """How to call the function."""

    parameters: tuple[Parameter, ...]
    assumed: tuple[str, ...] = field(default=())

    def leaves(self) -> Iterator[Leaf]:
        """Every array of the plan."""
        for parameter in self.parameters:
            yield from leaves(parameter.node)

    @property
    def roles(self) -> frozenset[Role]:
        """The roles that are filled."""
        return frozenset(leaf.role for leaf in self.leaves())

    @property
    def numbers(self) -> tuple[str, ...]:
        """The hyperparameters that are passed as arguments."""
        return tuple(n for p in self.parameters for n in numbers(p.node))

    def arguments(
        self, arrays: Mapping[Role, Any], given: Mapping[str, float]
    ) -> tuple[list[Any], dict[str, Any]]:
        """Positional and keyword arguments of one call."""
        positional: list[Any] = []
        keywords: dict[str, Any] = {}
        for parameter in self.parameters:
            value = build(parameter.node, arrays, given)
            if parameter.kind == "VAR_POSITIONAL":
                positional.extend(value)
            elif parameter.kind == "VAR_KEYWORD":
                keywords.update(value)
            elif parameter.kind == "KEYWORD_ONLY":
                keywords[parameter.name] = value
            else:
                positional.append(value)
        return positional, keywords

    def describe(self) -> str:
        """`recon_x is x̂, x is x, mu is μ, logvar is s`."""
        return ", ".join(f"{leaf.name} is {SYMBOL[leaf.role]}" for leaf in self.leaves())


def leaves(node: Node) -> Iterator[Leaf]:
    """The arrays below a node."""
    match node:
        case Leaf():
            yield node
        case Record(fields=fields):
            for _, child in fields:
                yield from leaves(child)
        case Items(items=items):
            for child in items:
                yield from leaves(child)
        case Built(leaves=arguments):
            yield from arguments
        case Batches(batch=batch):
            yield from leaves(batch)
        case StandIn(answers=answers):
            for _, child in answers:
                yield from leaves(child)
        case Normal(mean=mean, scale=scale, standard=False):
            # A standard prior only borrows the shape of the posterior's arrays.
            yield mean
            if scale is not None:
                yield scale


def numbers(node: Node) -> Iterator[str]:
    """The hyperparameters below a node."""
    match node:
        case Number(name=name):
            yield name
        case Record(fields=fields):
            for _, child in fields:
                yield from numbers(child)
        case Items(items=items):
            for child in items:
                yield from numbers(child)
        case Batches(batch=batch):
            yield from numbers(batch)
        case StandIn(answers=answers, numbers=own):
            yield from own
            for _, child in answers:
                yield from numbers(child)


def build(node: Node, arrays: Mapping[Role, Any], given: Mapping[str, float]) -> Any:
    """The value of a node."""
    match node:
        case Leaf(role=role):
            return arrays[role]
        case Number(name=name):
            return given[name]
        case Fixed(value=value):
            return value
        case Record(name=name, fields=fields):
            return RecordValue(name, {key: build(child, arrays, given) for key, child in fields})
        case Items(items=items):
            return tuple(build(child, arrays, given) for child in items)
        case Batches(batch=batch):
            return OneBatch(build(batch, arrays, given), _batch_size(arrays))
        case Built(cls=cls, leaves=arguments):
            return cls(*(arrays[leaf.role] for leaf in arguments))
        case StandIn(answers=answers, numbers=own):
            return StandInValue(
                node,
                {method: build(child, arrays, given) for method, child in answers},
                {key: given[key] for key in own},
            )
        case Normal(mean=mean, scale=scale, standard=standard):
            return _normal(
                arrays[mean.role], None if scale is None else arrays[scale.role], standard
            )


def _batch_size(arrays: Mapping[Role, Any]) -> int:
    return max((int(array.shape[0]) for array in arrays.values()), default=1)


def _normal(mean: Any, scale: Any, standard: bool) -> Any:
    """A torch distribution: the only library whose distribution objects are read."""
    import torch

    if standard or scale is None:
        scale = torch.ones_like(mean)
    if standard:
        mean = torch.zeros_like(mean)
    return torch.distributions.Normal(mean, scale, validate_args=False)


def mapped(node: Node, change: Callable[[Leaf], Node]) -> Node:
    """The node with every leaf replaced."""
    match node:
        case Leaf():
            return change(node)
        case Record(name=name, fields=fields):
            return Record(name, tuple((key, mapped(child, change)) for key, child in fields))
        case Items(items=items):
            return Items(tuple(mapped(child, change) for child in items))
        case Batches(name=name, batch=batch):
            return Batches(name, mapped(batch, change))
        case StandIn(name=name, answers=answers, numbers=own, base=base):
            return StandIn(name, tuple((m, mapped(c, change)) for m, c in answers), own, base)
        case _:
            return node
