"""A sample that is drawn and then left: `z = sample(mu, logvar)` and `decoder(mu)` below it."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Callable
from typing import Any

from vaetheory.audit import source
from vaetheory.audit.callables import implementation
from vaetheory.audit.findings import Finding, finding

_DRAWS = re.compile(r"r?sample\w*|reparam\w*|randn\w*|normal_?|\w*_noise", re.I)
_DECODES = re.compile(r"dec\w*|generat\w*|p_?x\w*|gen", re.I)
_MEAN = re.compile(r"\w*(mu|mean|loc)\w*", re.I)


def found(function: Callable[..., Any]) -> Finding | None:
    """`no-sampling`, where a drawn z is never used and the mean is decoded instead."""
    try:
        tree = ast.parse(textwrap.dedent(source.read(implementation(function)).text))
    except (SyntaxError, TypeError, ValueError):
        return None
    drawn = {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and _calls(node.value, _DRAWS)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    used = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    decoded = [
        argument.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and _DECODES.fullmatch(_name(node.func))
        for argument in node.args[:1]
        if isinstance(argument, ast.Name)
    ]
    left = sorted(drawn - used)
    mean = next((name for name in decoded if _MEAN.fullmatch(name)), None)
    if not left or mean is None:
        return None
    why = (
        f"{left[0]} is drawn and never used: the decoder is given {mean}, so no expectation over "
        "q(z|x) is estimated"
    )
    return finding("no-sampling", why, f"x_hat = decoder({left[0]})")


def _calls(tree: ast.AST, names: re.Pattern[str]) -> bool:
    return any(isinstance(n, ast.Call) and names.fullmatch(_name(n.func)) for n in ast.walk(tree))


def _name(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
