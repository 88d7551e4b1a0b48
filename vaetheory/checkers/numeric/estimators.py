"""One side of a statement estimated from samples, every mean from samples of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import reduce, singledispatch
from math import isfinite

import numpy as np

from vaetheory.checkers.numeric.backend import NUMPY, Backend
from vaetheory.checkers.numeric.context import Context, Meter
from vaetheory.checkers.numeric.errors import CannotEvaluate
from vaetheory.checkers.numeric.estimate import (
    Estimate,
    Moments,
    estimate_of,
    exact,
    moments_of,
)
from vaetheory.checkers.numeric.meaning import indices, value
from vaetheory.checkers.numeric.sampling import check_finite, sample_value
from vaetheory.checkers.numeric.uniforms import Plain, Sobol, Uniforms
from vaetheory.checkers.numeric.world import World
from vaetheory.language.binding import bound_variables
from vaetheory.language.expressions import (
    KL,
    Density,
    Elbo,
    Entropy,
    Exp,
    Expectation,
    Expression,
    Gradient,
    IndexedProduct,
    IndexedSum,
    Integral,
    Log,
    MutualInformation,
    Power,
    Product,
    Sum,
    walk,
)

PILOT = 512
LEAST = 2**14
TAIL_SAMPLES = 1000
"""Draws per unit of kurtosis: enough for the normal approximation to hold far out in the tail."""


@dataclass
class Run:
    """How many samples every mean gets, and where they come from. ``seeds`` counts on, so that no
    two means share any."""

    context: Context
    n: int
    seeds: np.random.SeedSequence
    target: float = 0.0
    """The standard error that is enough, relative to min(1, |mean|); the pilot samples that tell
    the
    number are not used again."""

    chunk: int = 2**15
    work: int = 2**21
    replicates: int = 0
    """Above 0: scrambled Sobol points, in this many independent scramblings."""

    nested: int = 1
    """The largest number of grid points per sample that was needed inside a mean."""

    grids: dict[int, int] = field(default_factory=dict)
    """The grid points per sample of each mean in turn. Runs of one statement may share them: where
    n is given, that is all a pilot is for."""

    means: int = 0
    """How many means were taken."""

    def fresh_seed(self) -> int:
        """A seed that no other mean has."""
        return int(self.seeds.spawn(1)[0].generate_state(1, np.uint64)[0] >> np.uint64(1))

    def _pilot(self, sample: Callable[[Context, Uniforms], object]) -> tuple[Moments, int]:
        """The moments of a few draws, and how many grid points each needed."""
        meter = Meter()
        pilot = replace(self.context, depth=1, points=PILOT, meter=meter)
        first = sample(pilot, Plain(pilot.backend, PILOT, self.fresh_seed()))
        return moments_of(first, pilot.backend, PILOT), max(1, meter.widest // PILOT)

    def _samples(self, pilot: Moments | None, grid: int) -> int:
        """As many as bring the standard error to the target, and more where tails are heavy, within
        what is asked for and the work."""
        most = self.n if grid == 1 else min(self.n, max(LEAST, self.work // grid))
        if not self.target or pilot is None or not isfinite(pilot.m4):
            return most
        kurtosis = pilot.m4 / pilot.m2**2 if pilot.m2 else 0.0
        target = self.target * min(1.0, max(abs(pilot.mean), 0.05))
        wanted = max(LEAST, int(pilot.m2 / target**2), int(TAIL_SAMPLES * kurtosis)) + 1
        return min(most, 1 << (wanted - 1).bit_length())

    def mean(self, sample: Callable[[Context, Uniforms], object]) -> Estimate:
        """The mean of ``sample(context, uniforms)``, in chunks; fewer samples where each needs a
        grid of its own."""
        turn = self.means
        self.means += 1
        if self.target or turn not in self.grids:
            seen, self.grids[turn] = self._pilot(sample)
        else:
            seen = None
        grid = self.grids[turn]
        self.nested = max(self.nested, grid)
        n = self._samples(seen, grid)
        if self.replicates:
            return self._evenly(sample, n)
        chunk = min(n, max(PILOT, 2 ** int(np.log2(self.chunk / grid**0.5))))
        parts = (
            self._moments(sample, Plain(self.context.backend, min(chunk, n - done), seed))
            for done, seed in zip(range(0, n, chunk), iter(self.fresh_seed, None), strict=False)
        )
        return estimate_of(reduce(Moments.merged, parts))

    def _moments(
        self, sample: Callable[[Context, Uniforms], object], uniforms: Uniforms
    ) -> Moments:
        size = uniforms.count
        context = replace(self.context, depth=1, points=size, meter=Meter(limit=2**24))
        drawn = sample(context, uniforms)
        check_finite(drawn, context)
        return moments_of(drawn, context.backend, size)

    def _evenly(self, sample: Callable[[Context, Uniforms], object], n: int) -> Estimate:
        """The mean of independent scrambled Sobol sets, with the error that their spread shows."""
        each = 1 << ((n // self.replicates).bit_length() - 1)
        sets = [
            self._moments(sample, Sobol(self.context.backend, each, self.fresh_seed()))
            for _ in range(self.replicates)
        ]
        means = moments_of(np.array([s.mean for s in sets]), NUMPY, len(sets))
        unbiased = len(sets) / (len(sets) - 1)
        found = estimate_of(means)
        return replace(found, n=each * len(sets), variance=found.variance * unbiased)


def run_for(
    world: World,
    backend: Backend,
    n: int,
    seed: tuple[int, ...],
    target: float = 0.0,
    grids: dict[int, int] | None = None,
) -> Run:
    """A run in a world, with at most n samples for each mean; ``grids`` may be those of an earlier
    run of the same statement.
    """
    known = {} if grids is None else grids
    return Run(Context(world, backend), n, np.random.SeedSequence(seed), target, grids=known)


def is_pointwise(expression: Expression, context: Context) -> bool:
    """Whether the value needs neither samples nor a grid."""
    for node in walk(expression):
        if bound_variables(node) and not isinstance(node, IndexedSum | IndexedProduct):
            return False
        if isinstance(node, Density | MutualInformation | Gradient):
            return False
    return True


@singledispatch
def estimate(expression: Expression, run: Run) -> Estimate:
    """The value estimated from samples. What is a plain formula in parameters is computed."""
    if is_pointwise(expression, run.context):
        return exact(float(value(expression, run.context)))
    return run.mean(lambda context, uniforms: sample_value(expression, context, uniforms))


@estimate.register
def _(e: Sum, run: Run) -> Estimate:
    total = exact(0.0)
    for term in e.terms:
        total = total.plus(estimate(term, run))
    return total


@estimate.register
def _(e: Product, run: Run) -> Estimate:
    total = exact(1.0)
    for factor in e.factors:
        total = total.times(estimate(factor, run))
    return total


@estimate.register
def _(e: IndexedSum, run: Run) -> Estimate:
    total = exact(0.0)
    for inner in indices(e, run.context):
        total = total.plus(_inside(e.body, inner, run))
    return total


@estimate.register
def _(e: IndexedProduct, run: Run) -> Estimate:
    total = exact(1.0)
    for inner in indices(e, run.context):
        total = total.times(_inside(e.body, inner, run))
    return total


def _inside(body: Expression, context: Context, run: Run) -> Estimate:
    outer, run.context = run.context, context
    try:
        return estimate(body, run)
    finally:
        run.context = outer


@estimate.register
def _(e: Log, run: Run) -> Estimate:
    if isinstance(e.argument, Density):
        return _log_density(e.argument, run)
    if is_pointwise(e, run.context):
        return exact(float(value(e, run.context)))
    return _positive(estimate(e.argument, run)).log()


@estimate.register
def _(e: Exp, run: Run) -> Estimate:
    return estimate(e.argument, run).exp()


@estimate.register
def _(e: Power, run: Run) -> Estimate:
    if not is_pointwise(e.exponent, run.context):
        raise CannotEvaluate(f"the exponent of {e!r} would have to be estimated")
    exponent = float(value(e.exponent, run.context))
    return estimate(e.base, run).power(exponent)


@estimate.register
def _(e: Density, run: Run) -> Estimate:
    return _log_density(e, run).exp()


def _log_density(e: Density, run: Run) -> Estimate:
    """log p(of | given) = log p(of, given) − log p(given), each marginal by importance sampling."""
    joint = _log_marginal(Density(e.letter, e.of + e.given), run)
    return (
        joint.plus(_log_marginal(Density(e.letter, e.given), run).scaled(-1)) if e.given else joint
    )


def _log_marginal(e: Density, run: Run) -> Estimate:
    context = run.context
    joint = context.world.joint(e.letter)
    values = {v.slot: context.lookup(v) for v in e.of}
    missing = [s for s in joint.closure(values) if s not in values]
    if not missing:
        return exact(float(joint.log_product(context, values)))

    def weight(inner: Context, uniforms: Uniforms) -> object:
        full, log_proposal = dict(values), 0.0
        for slot in missing:
            carrier = joint.carriers[slot]
            u = uniforms.take(carrier.uniforms)
            full[slot], density = carrier.propose(inner.backend, u)
            log_proposal = log_proposal + density
        return inner.backend.exp(joint.log_product(inner, full) - log_proposal)

    return _positive(run.mean(weight)).log()


def _positive(e: Estimate) -> Estimate:
    # its square is divided by, and must not be lost to underflow
    if e.mean <= 0 or not (e.mean**2):
        raise CannotEvaluate("the logarithm of an estimate that is not positive")
    return e


@estimate.register(Expectation)
@estimate.register(KL)
@estimate.register(Entropy)
@estimate.register(Elbo)
@estimate.register(MutualInformation)
@estimate.register(Integral)
@estimate.register(Gradient)
def _(e: Expression, run: Run) -> Estimate:
    return run.mean(lambda context, uniforms: sample_value(e, context, uniforms))
