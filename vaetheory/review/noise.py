"""z = g(ε): expectations over noise that a derivation writes for expectations over z.

Where one side averages f(z) and the other f(g(ε)), the file takes z to be that function of noise,
whose law does not depend on the parameters. Then E_ε[f(g(ε))] is E_q[f(z)], and ∇ goes into E_ε.
"""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction

from vaetheory.checkers.evidence import Verdict
from vaetheory.language.assumptions import Assumption, Family, Reparameterized
from vaetheory.language.binding import free_variables, substitute
from vaetheory.language.expressions import (
    Density,
    Expectation,
    Expression,
    FamilyDensity,
    Function,
    Gradient,
    IndexedProduct,
    Number,
    Value,
    map_children,
    walk,
)
from vaetheory.language.statements import Relation, Statement
from vaetheory.language.variables import Variable
from vaetheory.review.deciding import Decider

_EPSILON = (r"\epsilon", "u", r"\xi", r"\eta", r"\zeta")


_NOISY = r"(?:\\(?:var)?epsilon|\\xi|\\eta|ε)"
_STATED = re.compile(
    _NOISY
    + r"(?:_\{?\w\}?|\^\{?\(?\w\)?\}?)?\s*(?:&\s*)?(?:\\stackrel\{[^}]*\}\{)?\\sim\}?([^$;.]{0,60})"
)
_NORMAL = re.compile(
    r"^(?:\\mathcal\s*\{?\s*N\s*\}?|N|\\(?:N|Normal|normal)\b|\\(?:text|mathrm)\{(?:Normal|N)\})"
    r"(?:\\left|\\[bB]ig[lr]?)?"
    r"\(\\?(?:mathbf|boldsymbol|bm|vec)?\{?0\}?(?:_\w)?,"
    r"\\?(?:mathbf|boldsymbol|bm|mathbb)?\{?(I|1|Id)\}?(?:_\{?\w\}?)?"
    r"(?:\\right|\\[bB]ig[lr]?)?\)"
)
_ODD = re.compile(
    _NOISY
    + r"[^.]{0,120}\b(uniform|laplac|varian[cz]|standard deviation|cauchy|gumbel|logistic|student)"
    r"|\b(uniform|laplac|cauchy|gumbel|logistic|student)[^.]{0,60}" + _NOISY,
    re.IGNORECASE,
)


def noise_of(text: str) -> str:
    """The variance of ε ∼ N(0, I) or N(0, 1) as the file writes it; empty where it has another law,
    or where its words may give it one.
    """
    found = "1"
    for said in _STATED.finditer(text):
        law = _NORMAL.match("".join(said.group(1).split()))
        if law is None and not said.group(1).strip().startswith(("p(", "p_")):
            return ""
        if law is not None:
            found = "1" if law.group(1) == "1" else "I"
    return "" if _ODD.search(text) else found


def reparameterized(statement: Statement) -> tuple[Statement, Reparameterized] | None:
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


def as_stated(assumed: Reparameterized, given: tuple[Assumption, ...], decider: Decider) -> bool:
    """Whether z = g(ε) has the family that the file states for q(z|x), if it states one: with
    N(μ, σ²), z = μ + σ ε and not μ + σ² ε.
    """
    return all(
        _has_family(assumed, known.definition, decider)
        for known in given
        if isinstance(known, Family)
        and known.density.letter.name in ("q", "Q")
        and [v.slot for v in known.density.of] == [assumed.variable.slot]
    )


def _has_family(assumed: Reparameterized, said: Expression, decider: Decider) -> bool:
    noise = {v for v in free_variables(assumed.transform) if v.slot in _EPSILON}
    if isinstance(said, IndexedProduct):
        said = said.body
    if not isinstance(said, FamilyDensity) or said.family != "normal" or len(noise) != 1:
        return False
    (one,) = noise
    mean, variance = (_without_indices(parameter) for parameter in said.parameters)
    transform = _without_indices(assumed.transform)
    wanted = mean + variance ** Number(Fraction(1, 2)) * Value(one)
    return any(
        decider.decide(Statement(transform, Relation.EQUAL, one)).verdict is Verdict.HOLDS
        for one in (wanted, substitute(wanted, {one: -Value(one)}))
    )


def _without_indices(e: Expression) -> Expression:
    """The formula of one component, as the formula of the whole vector writes it."""
    if isinstance(e, Value) and any(s.variable is not None for s in e.variable.indices):
        return Value(replace(e.variable, indices=()))
    return map_children(e, _without_indices)


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
