"""An instance of the class that a loss method belongs to."""

from __future__ import annotations

import ast
import inspect
import textwrap
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from vaetheory.audit.names import looks_like_number, plain
from vaetheory.audit.source import read

_GENERIC = 0.7
_COUNTS = {"channels": 3, "latent": 8, "dim": 8, "size": 32, "hidden": 16, "classes": 10}


@dataclass
class Instance:
    """The object, and how it was made."""

    value: Any
    assumed: list[str] = field(default_factory=list)


def instance(cls: type) -> Instance:
    """`cls()`; else a bare object with the attributes that `__init__` sets from numbers.

    A model's networks are not needed to evaluate its loss on given outputs, and building them
    would ask for arguments that only its author knows.
    """
    try:
        return Instance(cls())
    except (KeyboardInterrupt, MemoryError):
        raise
    except BaseException as error:
        return _bare(cls, f"{type(error).__name__}: {error}".splitlines()[0])


def _initializer(cls: Any) -> Any:
    """The class's own `__init__`."""
    return cls.__init__


def _bare(cls: type, why: str) -> Instance:
    value: Any = object.__new__(cls)
    for base in cls.__mro__:
        if base.__module__.startswith("torch.nn") and base.__name__ == "Module":
            _initializer(base)(value)
    arguments = _arguments(cls)
    names = [name for name in arguments if looks_like_number(name)]
    space = {**getattr(_initializer(cls), "__globals__", {}), **arguments, "self": value}
    for statement in _body(cls):
        _run(statement, space)
    _fill(value, cls)
    set_to = ", ".join(f"{name} = {arguments[name]}" for name in names)
    note = f"{cls.__name__}() raised {why}: its loss runs on a bare object"
    return Instance(value, [note + (f" with {set_to}" if set_to else "")])


def _fill(value: Any, cls: type) -> None:
    """Give configuration attributes that the methods compare with a text the first such text.

    `if self.config.loss == "mse": …` needs some choice to be made: the first one.
    """
    for method in vars(cls).values():
        if not inspect.isfunction(method):
            continue
        for dotted, text in read(method).compared.items():
            head, *rest = dotted.split(".")
            if head == "self" and rest:
                _set_missing(value, rest, text)


def _set_missing(value: Any, path: list[str], text: str) -> None:
    for step in path[:-1]:
        held = getattr(value, step, None)
        if held is None:
            held = SimpleNamespace()
            setattr(value, step, held)
        value = held
    if getattr(value, path[-1], None) is None:
        setattr(value, path[-1], text)


def _arguments(cls: type) -> dict[str, Any]:
    """Defaults of `__init__`, and plain guesses for numbers without one."""
    found: dict[str, Any] = {}
    try:
        parameters = list(inspect.signature(_initializer(cls)).parameters.values())[1:]
    except (TypeError, ValueError):
        return found
    for parameter in parameters:
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            found[parameter.name] = {} if parameter.kind is parameter.VAR_KEYWORD else ()
        elif parameter.default is not parameter.empty:
            found[parameter.name] = parameter.default
        else:
            word = plain(parameter.name)
            count = next((n for key, n in _COUNTS.items() if key in word), None)
            number = _GENERIC if looks_like_number(word) else None
            found[parameter.name] = count if count is not None else number
    return found


def _body(cls: type) -> list[ast.stmt]:
    """The statements of `__init__`, without the call of the base class."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(_initializer(cls))))
    except (OSError, TypeError, SyntaxError):
        return []
    (function, *_) = tree.body
    return function.body if isinstance(function, ast.FunctionDef) else []


def _run(statement: ast.stmt, space: dict[str, Any]) -> None:
    """One statement; those that fail (networks without sizes) leave their attribute unset."""
    if not isinstance(statement, ast.Assign | ast.AnnAssign | ast.If):
        return
    tree = ast.fix_missing_locations(ast.Module(body=[statement], type_ignores=[]))
    try:
        exec(compile(tree, "<__init__>", "exec"), space)
    except (KeyboardInterrupt, MemoryError):
        raise
    except BaseException:
        return
