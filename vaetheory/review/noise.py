"""z = g(ε): expectations over noise that a derivation writes for expectations over z.

Where one side averages f(z) and the other f(g(ε)), the file takes z to be that function of noise,
whose law does not depend on the parameters. Then E_ε[f(g(ε))] is E_q[f(z)], and ∇ goes into E_ε.
"""

from __future__ import annotations

from dataclasses import replace

from vaetheory.language.assumptions import Assumption, Reparameterized
from vaetheory.language.binding import free_variables
from vaetheory.language.expressions import (
    Density,
    Expectation,
    Expression,
    FamilyDensity,
    Function,
    Gradient,
    Value,
    map_children,
    walk,
)
from vaetheory.language.statements import Statement
from vaetheory.language.variables import Variable

_EPSILON = (r"\epsilon", "u", r"\xi", r"\eta", r"\zeta")


def reparameterized(statement: Statement) -> tuple[Statement, Assumption] | None:
    """The statement with all expectations over the noise written over z, and what that takes for
    granted; None where there is no such noise.
    """
    noises = [n for n in _expectations(statement) if _is_noise(n)]
    laws = [n for n in _expectations(statement) if not _is_noise(n)]
    laws = [n for n in laws if isinstance(n.law, Density) and len(n.over) == 1]
    if not noises:
        return None
    transform = _transform(statement, noises[0].over[0])
    if transform is None:
        return None
    function, inner = transform
    for law in laws:
        z = law.over[0]
        whole = Function(function, (Value(z),))
        if all(whole not in list(walk(n.body)) for n in laws):
            continue
        sides = tuple(
            _over_latent(side, inner, law.law, z) for side in (statement.left, statement.right)
        )
        if any(noises[0].over[0] in free_variables(s) or _has_noise(s) for s in sides):
            return None
        rewritten = replace(statement, left=sides[0], right=sides[1])
        return rewritten, Reparameterized(z, inner, noises[0].law)
    return None


def _expectations(statement: Statement) -> list[Expectation]:
    found = [n for s in (statement.left, statement.right) for n in walk(s)]
    return [n for n in found if isinstance(n, Expectation)]


def _is_noise(node: Expectation) -> bool:
    named = len(node.over) == 1 and node.over[0].slot in _EPSILON
    free = isinstance(node.law, FamilyDensity) or (
        isinstance(node.law, Density) and not node.law.given and node.law.letter.name != "q"
    )
    return named and free


def _has_noise(side: Expression) -> bool:
    return any(isinstance(n, Expectation) and _is_noise(n) for n in walk(side))


def _transform(statement: Statement, noise: Variable) -> tuple[Variable, Expression] | None:
    """f and g(ε) in f(g(ε))."""
    for side in (statement.left, statement.right):
        for node in walk(side):
            if isinstance(node, Function) and len(node.arguments) == 1:
                (inner,) = node.arguments
                if not isinstance(inner, Value) and noise in free_variables(inner):
                    return node.name, inner
    return None


def _over_latent(side: Expression, inner: Expression, law: Expression, z: Variable) -> Expression:
    """E_ε[F(g(ε))] as E_law[F(z)], and E_ε[∇ F] as ∇ E_ε[F]."""
    if isinstance(side, Expectation) and _is_noise(side):
        if isinstance(side.body, Gradient):
            pulled = replace(side, body=side.body.body)
            return Gradient(_over_latent(pulled, inner, law, z), side.body.parameter)
        return Expectation(law, _replaced(side.body, inner, Value(z)), (z,))
    return map_children(side, lambda child: _over_latent(child, inner, law, z))


def _replaced(e: Expression, old: Expression, new: Expression) -> Expression:
    return new if e == old else map_children(e, lambda child: _replaced(child, old, new))
