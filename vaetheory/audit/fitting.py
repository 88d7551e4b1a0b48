"""Least squares in float64, to rounding: which terms make up the numbers that were measured?"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from vaetheory.audit.terms.term import Array, Hypothesis, Term, Values

# What rounding leaves in float64, with room for sums over many entries; and in float32.
ROUNDING = 1e-9
SINGLE_ROUNDING = 2e-5
_NEAR = 5e-11


@dataclass
class Table:
    """Measurements, and any term's values at the same inputs.

    With `paired`, draws 2i and 2i+1 share what is not under study (the target x), and rows are
    differences within a pair, so that a part that depends on x alone drops out.
    """

    draws: Sequence[Values]
    measured: Array
    paired: bool = False
    _columns: dict[Term, Array] = field(default_factory=dict)

    @property
    def outcome(self) -> Array:
        """What is to be explained."""
        return self._rows(self.measured)

    def column(self, term: Term) -> Array:
        """The term at every draw."""
        if term not in self._columns:
            values = np.array([term.total(draw) for draw in self.draws])
            self._columns[term] = self._rows(values)
        return self._columns[term]

    def matrix(self, terms: Sequence[Term]) -> Array:
        """One column per term, and a column of ones where there is an intercept."""
        columns = [self.column(term) for term in terms]
        if not self.paired:
            columns.append(np.ones(len(self.draws)))
        return np.column_stack(columns) if columns else np.zeros((len(self.outcome), 0))

    def _rows(self, values: Array) -> Array:
        return np.asarray(values[1::2] - values[0::2]) if self.paired else values

    def tolerance(self, wanted: float) -> float:
        """`wanted`, or what rounding of a level far above the spread leaves, if that is more."""
        epsilon = np.finfo(np.float32 if wanted > ROUNDING else np.float64).eps
        level, spread = float(np.abs(self.measured).max()), float(np.ptp(self.outcome))
        return max(wanted, 20 * float(epsilon) * level / spread) if spread else wanted

    @property
    def is_flat(self) -> bool:
        """Whether nothing that was varied has any effect."""
        outcome = self.outcome
        level = float(np.abs(self.measured).max()) or 1.0
        change = np.abs(outcome) if self.paired else np.abs(outcome - outcome[0])
        return bool(change.max() <= 1e-13 * level)


@dataclass(frozen=True)
class Fit:
    """Coefficients of a hypothesis' terms, and the largest residual relative to the spread."""

    hypothesis: Hypothesis
    coefficients: tuple[float, ...]
    intercept: float
    residual: float

    @property
    def terms(self) -> tuple[Term, ...]:
        """The terms that carry the coefficients."""
        return self.hypothesis.terms

    def coefficient(self, term: Term) -> float:
        """The coefficient of a term; 0 where it is not among them."""
        return dict(zip(self.terms, self.coefficients, strict=True)).get(term, 0.0)


def least_squares(rows: Array, outcome: Array) -> tuple[Array, float]:
    """Coefficients of the columns, and the largest residual relative to the spread of the outcome.

    Columns are scaled first, so that e^(2s) beside μ² costs no digits.
    """
    bad = np.full(rows.shape[1], np.nan)
    if not np.all(np.isfinite(rows)) or not np.all(np.isfinite(outcome)):
        return bad, np.inf
    scale = np.abs(rows).max(axis=0, initial=0.0)
    scale[scale == 0] = 1.0
    solution, _, rank, _ = np.linalg.lstsq(rows / scale, outcome, rcond=1e-13)
    if rank < rows.shape[1]:
        return bad, np.inf
    spread = max(float(np.ptp(outcome)), float(np.abs(outcome).max()) * 1e-6) or 1.0
    return solution / scale, float(np.abs(rows @ (solution / scale) - outcome).max() / spread)


def fit(hypothesis: Hypothesis, table: Table) -> Fit:
    """One hypothesis; coefficients that are rounding beside their neighbours become 0."""
    rows = table.matrix(hypothesis.terms)
    solution, residual = least_squares(rows, table.outcome)
    count = len(hypothesis.terms)
    effect = np.abs(solution[:count]) * np.ptp(rows[:, :count], axis=0) if count else np.zeros(0)
    small = effect <= 1e-9 * max(effect.max(initial=0.0), 1e-300)
    kept = np.where(small, 0.0, solution[:count])
    intercept = 0.0 if table.paired else float(solution[-1])
    return Fit(hypothesis, tuple(map(float, kept)), intercept, residual)


def first_fit(
    hypotheses: Iterable[Hypothesis], table: Table, tolerance: float = ROUNDING
) -> Fit | None:
    """The first hypothesis that explains every measurement to the tolerance.

    In float64 one that is off by more than rounding gives way to a later one that is far nearer:
    log(x̂ + 1e-9) is log x̂ to nine digits, and not to the last.
    """
    tolerance = table.tolerance(tolerance)
    rest = iter(hypotheses)
    tried = (fit(hypothesis, table) for hypothesis in rest)
    first = next((found for found in tried if found.residual <= tolerance), None)
    if first is None or first.residual <= _NEAR or tolerance > ROUNDING:
        return first
    best = min(tried, key=lambda one: one.residual, default=first)
    return best if best.residual < first.residual / 100 else first


def smallest_subset(pool: Sequence[Term], table: Table, most: int) -> Fit | None:
    """The smallest set of at most `most` terms that explains every measurement to rounding.

    Sets of one size are all tried and the best is taken, so that a near-alias never wins.
    """
    usable = [term for term in pool if np.all(np.isfinite(table.column(term)))]
    for size in range(1, most + 1):
        found = (
            fit(Hypothesis(terms, "unusual"), table)
            for terms in itertools.combinations(usable, size)
        )
        exact = [one for one in found if one.residual <= ROUNDING]
        if exact:
            return min(exact, key=lambda one: one.residual)
    return None
