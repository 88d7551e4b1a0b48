"""Flat vectors or images? Where a function runs on both and computes two things, choose and say so.

`((x - x_hat)**2).sum(1).mean()` sums over pixels for x of shape [B, D], and over channels only for
[B, C, H, W]; a distribution that sums over its last three dimensions is right for images only.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from vaetheory.audit.callables import implementation
from vaetheory.audit.calling import CallFailed, quietly
from vaetheory.audit.recovery import Formula, recover
from vaetheory.audit.shapes import flat, images

_CONVOLUTION = re.compile(r"Conv(Transpose)?[23][dD]|conv2d")


def on_images(formula: Formula) -> Formula | None:
    """The formula on [B, C, H, W], if it was found on [B, D], runs there, and is another one."""
    if formula.layout.name != flat().name or not formula.explained:
        return None
    caller = replace(formula.caller, drifted=set())
    before = [(h, h.read()) for h in caller.hypers if h.read is not None]
    try:
        with quietly(caller.framework):
            other = recover(caller, images(), formula.region)
    except CallFailed:
        return None
    finally:
        for hyper, value in before:
            if hyper.write is not None:
                hyper.write(value)
    if not other.explained or set(other.coefficients) != set(formula.coefficients):
        return None
    pairs = [(other.coefficients[term], found) for term, found in formula.coefficients.items()]
    same = all(a is not None and b is not None and a.is_close(b) for a, b in pairs)
    return None if same else other


def is_for_images(function: Callable[..., Any]) -> bool:
    """Whether the function's file builds convolutions."""
    module = sys.modules.get(getattr(implementation(function), "__module__", "") or "")
    if module is None:
        return False
    try:
        tree = ast.parse(inspect.getsource(module))
    except (OSError, TypeError, SyntaxError):
        return False
    names = (
        node.attr if isinstance(node, ast.Attribute) else node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute | ast.Name)
    )
    return any(_CONVOLUTION.fullmatch(name) for name in names)
