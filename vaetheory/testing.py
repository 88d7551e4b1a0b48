"""For the tests of your own code: is my function the derived formula, is my line true?

Needs Hypothesis. ``assert_implements`` runs a function on random parameters against a formula that
``vaetheory`` has derived and checked, and names the mistake when it knows it::

    import torch
    from vaetheory.testing import assert_implements

    def my_kl(mu, log_var):
        return 0.5 * (mu**2 + log_var.exp() - 1 - log_var).sum()

    def test_my_kl():
        assert_implements(
            "gaussian-kl", my_kl, arguments=("mean", "log_variance"), convert=torch.tensor,
            rtol=1e-5
        )

``assert_holds`` and ``assert_refuted`` do the same for statements, and the strategies draw worlds,
Gaussians and expressions for property-based tests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from math import exp, isclose, isfinite, log
from random import Random
from typing import Any

from hypothesis import strategies as st

from vaetheory.checkers.evidence import Evidence, Verdict
from vaetheory.checkers.numeric.backend import NUMPY
from vaetheory.checkers.numeric.errors import CannotEvaluate
from vaetheory.checkers.numeric.formulas import formula_value
from vaetheory.language.expressions import Expression, Letter
from vaetheory.language.notation import KL, E, H, elbo
from vaetheory.language.notation import log as log_of
from vaetheory.language.statements import Statement
from vaetheory.language.variables import Reals, Variable
from vaetheory.theorems import THEOREMS
from vaetheory.worlds.finite import FiniteWorld, random_world

KINDS = {"exact": "exact", "quadrature": "quadrature", "Monte Carlo": "monte_carlo"}
SYMBOLIC = {"closed form": "symbolic"}

Vector = tuple[float, ...]


# --- functions ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Argument:
    """A parameter of a formula, in one of the forms in which code takes it."""

    variable: str
    indices: tuple[int, ...]
    to_formula: Callable[[float], float]
    low: float
    high: float


def _mean(*indices: int) -> Argument:
    return Argument(r"\mu", indices, lambda v: v, -2.0, 2.0)


def _scales(*indices: int) -> dict[str, Argument]:
    tail = f"_{indices[0]}" if indices else ""
    name = r"\sigma"
    return {
        f"std{tail}": Argument(name, indices, lambda v: v, 0.3, 2.5),
        f"variance{tail}": Argument(name, indices, lambda v: v**0.5, 0.1, 5.0),
        f"log_std{tail}": Argument(name, indices, exp, -1.2, 0.9),
        f"log_variance{tail}": Argument(name, indices, lambda v: exp(0.5 * v), -2.4, 1.8),
    }


@dataclass(frozen=True)
class Formula:
    """A theorem whose right side is a formula in parameters, with the arguments that code may
    take."""

    theorem: str
    arguments: dict[str, Argument]
    default: tuple[str, ...]


FORMULAS: dict[str, Formula] = {
    "gaussian-kl": Formula("gaussian-kl-standard", {"mean": _mean(), **_scales()}, ("mean", "std")),
    "gaussian-kl-two": Formula(
        "gaussian-kl-diagonal",
        {"mean_1": _mean(1), "mean_2": _mean(2), **_scales(1), **_scales(2)},
        ("mean_1", "std_1", "mean_2", "std_2"),
    ),
}
"""What ``assert_implements`` knows: KL[N(μ, diag σ²) ‖ N(0, I)], and the KL of two diagonal
Gaussians.
Both are sums over the components, in nats."""


def assert_implements(
    name: str,
    function: Callable[..., Any],
    *,
    arguments: tuple[str, ...] = (),
    convert: Callable[[list[float]], Any] = NUMPY.array,
    rtol: float = 1e-9,
    examples: int = 50,
    seed: int = 0,
) -> None:
    """Fail unless ``function`` computes the formula ``name`` on ``examples`` random inputs.

    It is called with one vector for each of ``arguments`` (of ``FORMULAS[name].arguments``, by
    default
    the means and standard deviations), each made by ``convert`` from a list of floats, and must
    return
    one number: the sum over the components. The AssertionError gives the inputs, both values, and
    the
    name of the mistake when the function computes one that the theorem lists.
    Raises KeyError for an unknown name or argument.
    """
    if name not in FORMULAS:
        raise KeyError(f"no formula named {name!r}; there are {', '.join(FORMULAS)}")
    formula = FORMULAS[name]
    names = arguments or formula.default
    unknown = [a for a in names if a not in formula.arguments]
    if unknown:
        known = ", ".join(formula.arguments)
        raise KeyError(f"{name} has no argument {unknown[0]!r}; there are {known}")
    random = Random(seed)
    inputs, outputs = [], []
    for k in range(examples):
        dimension = 1 + k % 5
        vectors = tuple(_vector(formula.arguments[a], dimension, random) for a in names)
        result = function(*(convert(list(v)) for v in vectors))
        inputs.append(vectors)
        outputs.append(_number(result, name, dimension))
    expected = [
        _value(THEOREMS[formula.theorem].statement.right, formula, names, v) for v in inputs
    ]
    wrong = [
        k for k, (a, b) in enumerate(zip(outputs, expected, strict=True)) if not _close(a, b, rtol)
    ]
    if wrong:
        k = wrong[0]
        given = ", ".join(f"{a}={list(v)}" for a, v in zip(names, inputs[k], strict=True))
        diagnosis = _diagnosis(formula, names, inputs, outputs, rtol)
        raise AssertionError(
            f"{name}: at {given} the function gives {outputs[k]!r}, the formula {expected[k]!r} "
            f"({len(wrong)} of {examples} inputs differ). {diagnosis}"
        )


def _vector(argument: Argument, dimension: int, random: Random) -> Vector:
    return tuple(round(random.uniform(argument.low, argument.high), 3) for _ in range(dimension))


def _number(result: Any, name: str, dimension: int) -> float:
    size = getattr(result, "shape", ())
    if tuple(size):
        raise AssertionError(
            f"{name}: the function returns an array of shape {tuple(size)} for vectors of length "
            f"{dimension}; the formula is one number, the sum over the components"
        )
    return float(result)


def _close(a: float, b: float, rtol: float) -> bool:
    return isfinite(a) and isclose(a, b, rel_tol=rtol, abs_tol=rtol)


def _value(
    expression: Expression, formula: Formula, names: tuple[str, ...], vectors: tuple[Vector, ...]
) -> float:
    values: dict[Variable, Any] = {}
    for name, vector in zip(names, vectors, strict=True):
        argument = formula.arguments[name]
        variable = Variable(argument.variable, Reals())
        for index in argument.indices:
            variable = variable[index]
        values[variable] = [argument.to_formula(v) for v in vector]
    return float(formula_value(expression, values, counts=len(vectors[0])))


def _diagnosis(
    formula: Formula,
    names: tuple[str, ...],
    inputs: list[tuple[Vector, ...]],
    outputs: list[float],
    rtol: float,
) -> str:
    """Which of the theorem's mistakes the function computes, or a constant factor, if that is
    all."""
    theorem = THEOREMS[formula.theorem]
    for mistake in theorem.mistakes:
        try:
            theirs = [_value(mistake.statement.right, formula, names, v) for v in inputs]
        except CannotEvaluate:
            continue
        if all(_close(a, b, rtol) for a, b in zip(outputs, theirs, strict=True)):
            return f"That is the mistake {mistake.name!r}: {mistake.why}"
    expected = [_value(theorem.statement.right, formula, names, v) for v in inputs]
    ratios = [a / b for a, b in zip(outputs, expected, strict=True) if b]
    if ratios and all(isclose(r, ratios[0], rel_tol=100 * rtol) for r in ratios):
        return f"It is {ratios[0]:.6g} times the formula."
    means = [a * len(v[0]) / b for a, v, b in zip(outputs, inputs, expected, strict=True) if b]
    if means and all(isclose(r, 1, rel_tol=100 * rtol) for r in means):
        return "It is the mean over the components; the formula is their sum."
    return "It is none of the mistakes that the theorem lists."


# --- statements --------------------------------------------------------------------------------


def evidence_for(
    statement: Statement, kinds: Iterable[str] = tuple(KINDS), *, seed: int = 0
) -> list[Evidence]:
    """What each kind of evidence says. Kinds: exact, quadrature, Monte Carlo, closed form."""
    rooms = {**KINDS, **SYMBOLIC}
    checkers = [import_module(f"vaetheory.checkers.{rooms[kind]}") for kind in kinds]
    return [checker.check(statement, seed=seed) for checker in checkers]


def assert_holds(
    statement: Statement, kinds: Iterable[str] = tuple(KINDS), *, seed: int = 0
) -> None:
    """Fail when a kind of evidence refutes the statement, or none confirms it; the message has the
    counterexample."""
    found = evidence_for(statement, kinds, seed=seed)
    for evidence in found:
        if evidence.verdict is Verdict.FAILS:
            raise AssertionError(f"{statement!r}: {evidence.kind} refutes it. {_told(evidence)}")
    if not any(e.verdict is Verdict.HOLDS for e in found):
        raise AssertionError(f"{statement!r}: undecided. " + " ".join(map(_told, found)))


def assert_refuted(
    statement: Statement, kinds: Iterable[str] = tuple(KINDS), *, seed: int = 0
) -> None:
    """Fail unless some kind of evidence refutes the statement."""
    found = evidence_for(statement, kinds, seed=seed)
    if not any(e.verdict is Verdict.FAILS for e in found):
        raise AssertionError(f"{statement!r}: not refuted. " + " ".join(map(_told, found)))


def _told(evidence: Evidence) -> str:
    text = f"{evidence.kind} {evidence.verdict.value}"
    text += f": {evidence.why}" if evidence.why else ""
    if evidence.counterexample is not None:
        text += f" In the world {evidence.counterexample.world}"
    return text + "."


# --- strategies --------------------------------------------------------------------------------


@dataclass(frozen=True)
class DiagonalGaussian:
    """N(mean, diag scale²)."""

    mean: Vector
    scale: Vector

    @property
    def log_variance(self) -> Vector:
        """log scale², what an encoder puts out."""
        return tuple(2 * log(s) for s in self.scale)


def gaussians(max_dimension: int = 5) -> st.SearchStrategy[DiagonalGaussian]:
    """Diagonal Gaussians of dimension 1 to ``max_dimension``, with the standard normal among
    them."""
    numbers = st.floats(-4, 4, allow_subnormal=False)
    scales = st.floats(0.05, 6) | st.just(1.0)

    def of(dimension: int) -> st.SearchStrategy[DiagonalGaussian]:
        means = st.tuples(*[numbers] * dimension)
        return st.builds(DiagonalGaussian, means, st.tuples(*[scales] * dimension))

    return st.integers(1, max_dimension).flatmap(of)


def worlds(statement: Statement) -> st.SearchStrategy[FiniteWorld]:
    """Finite worlds with rational tables in which the statement's assumptions hold."""
    styles = st.sampled_from(["tame", "wide", "heavy"])
    return st.builds(random_world, st.just(statement), st.integers(0, 2**16), styles)


def expressions(max_leaves: int = 6) -> st.SearchStrategy[Expression]:
    """Expressions about p(x, z) and q(z | x), with x free: logarithms of densities, averages, KLs,
    entropies and ELBOs, added and scaled."""
    p, q = Letter("p"), Letter("q")
    x, z = Variable("x"), Variable("z")
    bodies = st.sampled_from(
        [log_of(d) for d in (p(x, z), p(x | z), p(z), p(z | x), p(x), q(z | x), q(z))]
    )
    laws = st.sampled_from([q(z | x), p(z | x), p(z), q(z)])
    leaves = st.one_of(
        st.sampled_from([log_of(p(x)), elbo(q(z | x), p(x, z))]),
        st.builds(E, laws, bodies),
        st.builds(H, laws),
        st.builds(KL, laws, laws),
    )
    whole = st.integers(-3, 3)

    def combine(parts: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
        added = st.builds(lambda a, b: a + b, parts, parts)
        return added | st.builds(lambda n, a: n * a, whole, parts)

    return st.recursive(leaves, combine, max_leaves=max_leaves)
