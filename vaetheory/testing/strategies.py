"""Hypothesis strategies: Gaussians, worlds in which a statement's assumptions hold, expressions."""

from __future__ import annotations

from dataclasses import dataclass
from math import log

from hypothesis import strategies as st

from vaetheory.language.expressions import Expression, Letter
from vaetheory.language.notation import KL, E, H, elbo
from vaetheory.language.notation import log as log_of
from vaetheory.language.statements import Statement
from vaetheory.language.variables import Variable
from vaetheory.worlds.finite import FiniteWorld, random_world

Vector = tuple[float, ...]


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
