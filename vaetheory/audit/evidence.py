"""Everything that was measured on one function, gathered before it is judged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from vaetheory.audit import behaviour, broadcasting, dependence, gradients, regions
from vaetheory.audit import edges as edges_
from vaetheory.audit import source as source_
from vaetheory.audit.broadcasting import Broadcast
from vaetheory.audit.calling import CallFailed, quietly
from vaetheory.audit.dependence import Effect
from vaetheory.audit.design import Region, draw
from vaetheory.audit.edges import Edge
from vaetheory.audit.gradients import GradientCheck
from vaetheory.audit.hyperparameters import Hyper
from vaetheory.audit.recovery import Formula, recover
from vaetheory.audit.regions import Departure, Kink
from vaetheory.audit.roles import Role
from vaetheory.audit.source import Source


@dataclass
class Evidence:
    """The measurements on a function that could be called."""

    formula: Formula
    source: Source
    effects: list[Effect] = field(default_factory=list)
    departures: list[Departure] = field(default_factory=list)
    kink: Kink | None = None
    gradients: GradientCheck = field(default_factory=lambda: GradientCheck(()))
    edges: list[Edge] = field(default_factory=list)
    unused: list[Role] = field(default_factory=list)
    random: behaviour.Randomness | None = None
    mixes: bool = False
    ordered: bool = False
    additive: bool = True
    unseen: float | None = None
    per_example: bool = False
    broadcasts: list[Broadcast] = field(default_factory=list)

    @property
    def hypers(self) -> list[Hyper]:
        """The hyperparameters of the function."""
        return self.formula.caller.hypers


def gather(function: Callable[..., Any], formula: Formula) -> Evidence:
    """Measure everything else, once the function can be called."""
    caller, sizes = formula.caller, formula.layout.base
    evidence = Evidence(formula, source_.read(function))
    with quietly(caller.framework):
        before = [(h, h.read()) for h in caller.hypers if h.read is not None]
        try:
            _measure(evidence)
        except CallFailed:
            # Inputs off the first design may raise; what was measured until then stands.
            pass
        finally:
            for hyper, value in before:
                if hyper.write is not None:
                    hyper.write(value)
    values = draw_once(formula)
    evidence.per_example = values is not None and values == (sizes.batch,)
    return evidence


def draw_once(formula: Formula) -> tuple[int, ...] | None:
    """The shape of the objective at the base sizes."""
    import numpy as np

    caller, sizes = formula.caller, formula.layout.base
    try:
        with quietly(caller.framework):
            values = draw(np.random.default_rng(15), sizes, caller.plan.roles)
            return caller.array(values, sizes).shape
    except CallFailed:
        return None


def _measure(evidence: Evidence) -> None:
    formula = evidence.formula
    caller, sizes = formula.caller, formula.layout.base
    evidence.unused = behaviour.unused(caller, sizes)
    evidence.broadcasts = broadcasting.broadcasts(caller, formula.layout)
    if not formula.explained:
        slack = formula.tolerance
        evidence.mixes = sizes.batch > 1 and behaviour.mixes_examples(caller, sizes, slack)
        evidence.ordered = sizes.batch > 1 and behaviour.depends_on_order(caller, sizes, slack)
        evidence.additive = behaviour.is_additive(caller, sizes, slack)
        return
    evidence.departures = regions.departures(formula)
    places = {departure.region for departure in evidence.departures}
    if places & {Region.FAR, Region.NEAR_PRIOR} and formula.region is not Region.FAR:
        far = recover(caller, formula.layout, Region.FAR)
        if far.explained:
            evidence.formula = formula = far
            evidence.departures = regions.departures(formula)
    if formula.region is Region.FAR:
        evidence.kink = regions.kink(formula)
        evidence.departures = [
            d for d in evidence.departures if d.region not in (Region.FAR, Region.NEAR_PRIOR)
        ]
    evidence.unseen = _unseen(formula)
    evidence.effects = dependence.follow(formula)
    evidence.gradients = gradients.check(formula)
    evidence.edges = edges_.edges(formula)
    if caller.noise:
        caller.compiled = Role.KEY in caller.plan.roles
        evidence.random = behaviour.randomness(caller, sizes)


def _unseen(formula: Formula) -> float | None:
    """The relative error of the prediction at a size that no coefficient was fitted to.

    None where the function cannot be called there.
    """
    from vaetheory.audit.recovery import shoot

    sizes = formula.layout.unseen
    try:
        shot = shoot(formula.caller, sizes, formula.terms, formula.region, seed=16)
    except CallFailed:
        return None
    errors = [
        abs(shot.coefficients[term] / expected - 1)
        for term, monomial in formula.coefficients.items()
        if monomial is not None and (expected := monomial.value(sizes.values))
    ]
    return max([shot.residual, *errors])
