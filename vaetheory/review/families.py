"""The families that a line takes for granted: a Bernoulli or Gaussian decoder, a Gaussian posterior, a standard prior."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from vaetheory.language.assumptions import Assumption, Family
from vaetheory.language.distributions import bernoulli, normal
from vaetheory.language.expressions import (
    Density,
    Expression,
    Function,
    IndexedProduct,
    IndexedSum,
    Number,
    Value,
    walk,
)
from vaetheory.language.notation import product
from vaetheory.language.statements import Statement
from vaetheory.language.variables import Index, Integers, Interval, Reals, Variable
from vaetheory.latex.meaning.survey import Facts
from vaetheory.review.assumptions import densities, is_parametric

ONE, ZERO = Number(Fraction(1)), Number(Fraction(0))


def guesses(statement: Statement, flavour: str, facts: Facts) -> list[tuple[Assumption, ...]]:
    """The families under which a line with a density on one side and a formula on the other may be meant."""
    if not flavour or not (is_parametric(statement.left) or is_parametric(statement.right)):
        return []
    present = list(densities((statement.left, statement.right)))
    if not present:
        return []
    index, high = _components(statement)
    found: list[tuple[Assumption, ...]] = []
    for likelihood in _likelihoods(present, flavour, statement, index, high):
        latent = _latents(present, statement, index, high)
        found.append((*likelihood, *latent))
        if latent and likelihood:
            found.append(likelihood)
    if not found:
        latent = _latents(present, statement, index, high)
        if latent:
            found.append(latent)
    return found


def _components(statement: Statement) -> tuple[Variable, Expression]:
    """The index of a component and its upper limit, as the statement has them."""
    for side in (statement.left, statement.right):
        for node in walk(side):
            if isinstance(node, IndexedSum | IndexedProduct):
                return node.index, node.high
    return Variable("d", Index()), Value(Variable("D", Integers()))


def _means(statement: Statement) -> Iterator[Expression]:
    """What may be the decoder's mean: x̂_d, x̂_d(z), f_d(z), μ_d."""
    seen: set[Expression] = set()
    for side in (statement.left, statement.right):
        for node in walk(side):
            name = (
                node.variable.name
                if isinstance(node, Value)
                else node.name.name
                if isinstance(node, Function)
                else ""
            )
            known = name.startswith(r"\hat{") or name in (
                "f",
                r"\mu",
                "y",
                "p",
                r"\pi",
                r"\rho",
                "g",
                r"\theta",
                r"\lambda",
            )
            if known and node not in seen:
                seen.add(node)
                yield node


def _likelihoods(
    present: list[Density], flavour: str, statement: Statement, index: Variable, high: Expression
) -> Iterator[tuple[Assumption, ...]]:
    decoders = [
        d
        for d in present
        if d.letter.name in ("p", "P") and d.given and d.of[0].name.lower() in ("x", "y")
    ]
    if not decoders:
        return
    decoder = decoders[0]
    argument = decoder.of[0]
    for mean in _means(statement):
        space = mean.variable.space if isinstance(mean, Value) else mean.name.space  # type: ignore[attr-defined]
        indexed = mean.variable.indices if isinstance(mean, Value) else mean.name.indices  # type: ignore[attr-defined]
        component = Value(argument[index]) if indexed else Value(argument)
        if flavour == "bernoulli" and isinstance(space, Interval):
            body: Expression = bernoulli(component, mean)
        elif flavour == "gaussian" and isinstance(space, Reals) and not space.positive:
            body = normal(component, mean, _variance(statement, index))
        else:
            continue
        yield (Family(decoder, product(body, index, high) if indexed else body),)


def _variance(statement: Statement, index: Variable) -> Expression:
    for side in (statement.left, statement.right):
        for node in walk(side):
            if isinstance(node, Value) and node.variable.name in (r"\sigma", r"\tau", "s"):
                return node**2
            if isinstance(node, Function) and node.name.name == r"\sigma":
                return node**2
    return ONE


def _latents(
    present: list[Density], statement: Statement, index: Variable, high: Expression
) -> tuple[Assumption, ...]:
    """q(z|x) = ∏ N(z_d; μ_d, σ_d²) and p(z) = ∏ N(z_d; 0, 1), where the line has μ and σ."""
    nodes = [n for side in (statement.left, statement.right) for n in walk(side)]
    mean = next((n for n in nodes if _named(n, r"\mu", "m")), None)
    scale = next((n for n in nodes if _named(n, r"\sigma", "s")), None)
    found: list[Assumption] = []
    for density in present:
        if len(density.of) != 1:
            continue
        variable = density.of[0]
        if (
            density.letter.name in ("q", "Q")
            and density.given
            and mean is not None
            and scale is not None
        ):
            indexed = _indexed(mean)
            component = Value(variable[index]) if indexed else Value(variable)
            body = normal(component, mean, scale**2)
            found.append(Family(density, product(body, index, high) if indexed else body))
        elif (
            density.letter.name in ("p", "P") and not density.given and variable.name.lower() == "z"
        ):
            indexed = mean is None or _indexed(mean)
            component = Value(variable[index]) if indexed else Value(variable)
            body = normal(component, ZERO, ONE)
            found.append(Family(density, product(body, index, high) if indexed else body))
    if not any(isinstance(a, Family) and a.density.letter.name in ("q", "Q") for a in found):
        return ()
    return tuple(found)


def _named(node: Expression, *names: str) -> bool:
    if isinstance(node, Value):
        return node.variable.name in names
    return isinstance(node, Function) and node.name.name in names


def _indexed(node: Expression) -> bool:
    return bool(node.variable.indices if isinstance(node, Value) else getattr(node, "name").indices)  # noqa: B009
