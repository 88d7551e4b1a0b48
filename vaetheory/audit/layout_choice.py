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

from vaetheory.audit import source
from vaetheory.audit.callables import implementation
from vaetheory.audit.calling import CallFailed, quietly
from vaetheory.audit.recovery import Formula, recover
from vaetheory.audit.shapes import flat, images, images_last

_CONVOLUTION = re.compile(r"Conv(Transpose)?[23][dD]|conv2d|Conv2DTranspose|Conv|ConvTranspose")


def on_images(formula: Formula) -> Formula | None:
    """The formula on [B, C, H, W], if it was found on [B, D], runs there, and is another one."""
    if formula.layout.name != flat().name or not formula.explained:
        return None
    caller = replace(formula.caller, drifted=set())
    before = [(h, h.read()) for h in caller.hypers if h.read is not None]
    try:
        with quietly(caller.framework):
            last = caller.framework.channels_last or says_channels_last(caller.function)
            layout = images_last() if last else images()
            layout = next(layout.fitted(caller.plan.roles))
            other = recover(caller, layout, formula.region)
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
    """Whether the function's file builds convolutions, or its words say [B, C, H, W]."""
    if _WORDED.search(source.read(implementation(function)).text):
        return True
    tree = _file(function)
    names = (
        node.attr if isinstance(node, ast.Attribute) else node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute | ast.Name)
    )
    return any(_CONVOLUTION.fullmatch(name) for name in names)


_WORDED = re.compile(
    r"[\[(] ?(N|B|batch\w*), ?(C\w*|channels?), ?(H\w*|height), ?(W\w*|width) ?[\])]", re.I
)
_CHANNELS = re.compile(r"\b(\d+)\s*,\s*\1\s*,\s*([134])\b")
_COLOURED = re.compile(r"rgb|colou?r|cifar|celeb|svhn|imagenet|faces", re.I)


_LAST = re.compile(
    r"channels?[_ -]?last|\bN ?H ?W ?C\b|[\[(] ?(N|B|batch\w*), ?H\w*, ?W\w*, ?C\w* ?[\])]", re.I
)


def says_channels_last(function: Callable[..., Any]) -> bool:
    """Whether the function's file says that its images are [B, H, W, C], or (64, 64, 3)."""
    text = _source(function)
    return _LAST.search(text) is not None or any(
        match.group(2) in "3" for match in _CHANNELS.finditer(text)
    )


def is_grey(function: Callable[..., Any]) -> bool | None:
    """Whether the function's file says that images have one channel: `(28, 28, 1)`.

    False where it speaks of colours, None where it says nothing.
    """
    text = _source(function)
    counts = {match.group(2) for match in _CHANNELS.finditer(text)}
    if counts - {"1"} or _COLOURED.search(text):
        return False
    return True if counts else None


def _source(function: Callable[..., Any]) -> str:
    """The text of the function's file; empty where it cannot be had."""
    module = sys.modules.get(getattr(implementation(function), "__module__", "") or "")
    try:
        return inspect.getsource(module) if module is not None else ""
    except (OSError, TypeError):
        return ""


def _file(function: Callable[..., Any]) -> ast.AST:
    """The syntax tree of the function's file; empty where it cannot be had."""
    try:
        return ast.parse(_source(function))
    except SyntaxError:
        return ast.Module([], [])
