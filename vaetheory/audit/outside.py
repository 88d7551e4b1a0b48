"""Training steps that take their model, loader and optimizer from outside: as arguments instead.

`def train(epoch)` in a script, with a global `model`, is read as `train(epoch, *, model, …)`.
"""

from __future__ import annotations

import functools
import inspect
import itertools
import types
from collections.abc import Callable
from typing import Any

from vaetheory.audit import source as source_
from vaetheory.audit.callables import implementation, signature
from vaetheory.audit.training import is_helper, is_loader


def opened(function: Callable[..., Any]) -> Callable[..., Any] | None:
    """The function with what it takes from outside as keyword arguments; None where there is none.

    A global is taken for a model where the result of calling it, or a method of it, is unpacked.
    """
    plain = implementation(function)
    if not isinstance(plain, types.FunctionType):
        return None
    names = _names(plain)
    if not names:
        return None
    given = signature(function)
    further = [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY) for name in names]
    kept = list(given.parameters.values())
    last = kept.pop() if kept and kept[-1].kind is inspect.Parameter.VAR_KEYWORD else None
    parameters = [*kept, *further, *([last] if last else [])]

    @functools.wraps(plain)
    def called(*args: Any, **kwargs: Any) -> Any:
        outside = {name: kwargs.pop(name) for name in names}
        twin = types.FunctionType(
            plain.__code__, {**plain.__globals__, **outside}, plain.__name__, plain.__defaults__,
            plain.__closure__,
        )  # fmt: skip
        twin.__kwdefaults__ = plain.__kwdefaults__
        return twin(*args, **kwargs)

    called.__dict__["__audited_signature__"] = given.replace(parameters=parameters)
    return called


def _names(function: types.FunctionType) -> list[str]:
    """Globals that are a model, with the loaders, optimizers and loggers beside it."""
    source = source_.read(function)
    taken = set(function.__code__.co_varnames)
    reached = [name for name in _reached(function.__code__) if name not in taken]
    heads = {
        callee.partition(".")[0].removesuffix("()")
        for callee, targets in source.calls.items()
        if len(targets) > 1
    }
    space = function.__globals__
    models = [
        name for name in reached
        if name in heads and not isinstance(space.get(name), types.FunctionType | types.ModuleType)
    ]  # fmt: skip
    if not models:
        return []
    loaders = [name for name in reached if is_loader(name) and name in source.loops]
    return [*models, *loaders, *(name for name in reached if is_helper(name))]


def _reached(code: types.CodeType) -> list[str]:
    """The names that a function and the functions inside it look up."""
    inner = [_reached(part) for part in code.co_consts if isinstance(part, types.CodeType)]
    return list(dict.fromkeys([*code.co_names, *itertools.chain.from_iterable(inner)]))
