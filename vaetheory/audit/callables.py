"""The Python function behind a callable: a method, a module's forward, a partial, a wrapper."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

_METHODS = ("forward", "call", "__call__")


def implementation(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function or bound method whose source and signature tell how `function` is called."""
    while isinstance(function, functools.partial):
        function = function.func
    function = inspect.unwrap(function)
    if inspect.isfunction(function) or inspect.ismethod(function) or inspect.isclass(function):
        return function
    for name in _METHODS:
        method = getattr(function, name, None)
        if inspect.ismethod(method) and inspect.isfunction(method.__func__):
            return method
    return function


def signature(function: Callable[..., Any]) -> inspect.Signature:
    """The signature, seen through wrappers; for a partial, without what it has bound."""
    if isinstance(function, functools.partial):
        return inspect.signature(function)
    opened = getattr(function, "__audited_signature__", None)
    if isinstance(opened, inspect.Signature):
        return opened
    return inspect.signature(implementation(function))


def owner(function: Callable[..., Any]) -> Any:
    """The object that a bound method belongs to; None for a plain function."""
    return getattr(implementation(function), "__self__", None)
