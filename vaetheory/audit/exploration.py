"""Finds out how a function is called: which reading of its signature, layout and array library."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from vaetheory.audit import behaviour, divergence, layout_choice, likelihood, outputs, signature
from vaetheory.audit import source as source_
from vaetheory.audit.calling import Caller, CallFailed, defaults_of
from vaetheory.audit.clock import waited
from vaetheory.audit.design import Region, draw
from vaetheory.audit.frameworks import candidates
from vaetheory.audit.frameworks.framework import Framework
from vaetheory.audit.hyperparameters import discover
from vaetheory.audit.names import is_sure
from vaetheory.audit.plan import Missing, Plan
from vaetheory.audit.recovery import Formula, recover
from vaetheory.audit.roles import Role
from vaetheory.audit.shapes import Layout, layouts

# A reading that fits ends the search; these bound it where none does.
_SECONDS = 4.0
_PATIENCE = 2.0
# For a function that no likely reading could call; on the clock at most twice as much, whoever has
# the processor, since the answer will be `undecided` anyway.
_NOT_CALLED = 3.0
_LAYOUTS_THAT_RUN = 2
_AGAINST_THE_NAMES, _VAGUE = 1.0, 2.0


@dataclass
class Exploration:
    """The best formula found, and what went wrong on the way."""

    formula: Formula | None = None
    random_beyond_control: bool = False
    remembers: bool = False
    cut: bool = False
    failures: dict[str, str] = field(default_factory=dict)

    @property
    def in_doubt(self) -> bool:
        """Whether time ran out before a reading was tried that might put a wrong loss right."""
        formula = self.formula
        if formula is None or not self.cut or not formula.explained or is_sound(formula):
            return False
        return _are_vague(formula)

    @property
    def is_called(self) -> bool:
        """Whether some reading has shown an effect of both x̂ and the latent arguments."""
        formula = self.formula
        return formula is not None and formula.data.present and formula.latent.present

    @property
    def settled(self) -> bool:
        """Whether no other reading could do better: explained, and sound or named beyond doubt."""
        formula = self.formula
        if formula is None or not formula.explained:
            return False
        return is_sound(formula) or not _are_vague(formula)


def _are_vague(formula: Formula) -> bool:
    """Whether two names or more leave a doubt: one alone has nothing to be mistaken for."""
    return sum(not is_sure(leaf.name) for leaf in formula.caller.plan.leaves()) >= 2


def is_sound(formula: Formula) -> bool:
    """Whether both sides read as what they ought to be, up to weights."""
    data, latent = likelihood.read(formula), divergence.read(formula)
    return not (data.findings or latent.findings or data.because or latent.because)


def explore(
    function: Callable[..., Any],
    given: str | None = None,
    seconds: float | Stop = _SECONDS,
    base: Any = None,
) -> Exploration:
    """Try readings until one is explained to rounding; keep the one that explains most.

    `seconds` bounds the search, or a `Stop` that it shares with another.

    With `base`, `function` is a method's plain function, and its `self` is stood in for.
    """
    found = Exploration()
    stop = seconds if isinstance(seconds, Stop) else Stop(seconds)
    literals = _literals(function, base)
    for framework in candidates(function):
        _Search(function, framework, literals, given, base, stop, found).run()
        if found.settled:
            break
    return found


def _literals(function: Callable[..., Any], base: Any) -> set[float]:
    """Numbers in the source, and those that it reads from outside: both may freeze a size."""
    literals = set(source_.read(function).literals)
    for hyper in discover(function, Plan(()), {}, base):
        literals.add(hyper.base)
    return literals


class Stop:
    """The end of a search: so many seconds of this process, at most twice as many on the clock.

    Time in which others had the processor does not count, where the system tells: with it a verdict
    would depend on what else the machine has to do.
    """

    def __init__(self, seconds: float) -> None:
        self._used = time.process_time() + seconds
        self._clock = _clock() + _PATIENCE * seconds
        self._wall = float("inf")

    def hasten(self, seconds: float, *, by_the_wall: bool) -> None:
        """End so many seconds from now, if it was not to end sooner.

        `by_the_wall`: at twice as many on the clock whoever had the processor, where a cut search
        says no more than `undecided` as it would have anyway.
        """
        self._used = min(self._used, time.process_time() + seconds)
        self._clock = min(self._clock, _clock() + _PATIENCE * seconds)
        wall = time.monotonic() + _PATIENCE * seconds
        self._wall = min(self._wall, wall) if by_the_wall else float("inf")

    def extend(self, seconds: float) -> None:
        """Allow so many seconds from now for one more search; not more on the clock."""
        self._used = time.process_time() + seconds
        self._clock = _clock() + _PATIENCE * seconds

    @property
    def is_due(self) -> bool:
        """Whether the search must end."""
        return (
            time.process_time() > self._used
            or _clock() > self._clock
            or time.monotonic() > self._wall
        )


def _clock() -> float:
    return time.monotonic() - waited()


@dataclass
class _Search:
    function: Callable[..., Any]
    framework: Framework
    literals: set[float]
    given: str | None
    base: Any
    stop: Stop
    found: Exploration
    learned: dict[str, tuple[str, ...]] = field(default_factory=dict)
    refused: bool = False

    def run(self) -> None:
        from vaetheory.audit.calling import quietly

        returned = source_.read(self.function).returned
        defaults = defaults_of(self.function)
        with quietly(self.framework):
            for reading in self._readings():
                best = self.found.formula
                if best is not None and best.explained and reading.contradicts:
                    continue
                hypers = discover(self.function, reading.plan, defaults, self.base)
                function = self.framework.plain(self.function)
                caller = Caller(function, reading.plan, self.framework, hypers, returned)
                before = [(h, h.read()) for h in hypers if h.read is not None]
                try:
                    self._try(caller, reading)
                finally:
                    for hyper, value in before:
                        if hyper.write is not None:
                            hyper.write(value)
                if self.found.settled or self.found.remembers:
                    return
                best = self.found.formula
                if best is not None:
                    # It can be called as its names say: what is left are less likely readings.
                    seconds = _VAGUE if _are_vague(best) else _AGAINST_THE_NAMES
                    self.stop.hasten(seconds, by_the_wall=not best.explained)
                elif not self.framework.is_slow:
                    self.stop.hasten(_NOT_CALLED, by_the_wall=True)
                if self.stop.is_due:
                    self.found.cut = True
                if self.found.cut or self.refused:
                    return

    def _readings(self) -> Iterator[signature.Reading]:
        """Readings in order; started anew whenever a record turns out to need another field."""
        for _ in range(12):
            before = dict(self.learned)
            for reading in signature.readings(self.function, self.learned, self.given, self.base):
                yield reading
                if self.learned != before:
                    break
            else:
                return

    def _try(self, caller: Caller, reading: signature.Reading) -> None:
        ran = 0
        for layout in self._layouts(caller.plan.roles):
            try:
                formula = self._formula(caller, layout, reading.contradicts)
            except CallFailed as error:
                if isinstance(error.cause, Missing):
                    self._learn(error.cause)
                    return
                self._fail(caller, layout, error)
                if error.cause is not None and self.framework.refuses(error.cause):
                    self.refused = True
                    return
                continue
            if formula is None:
                continue
            if {Role.MASK, Role.MISSING} & caller.plan.roles and not formula.data.present:
                # What was taken for the entries that count are those that do not.
                return
            ran += 1
            self._keep(formula, reading)
            done = formula.explained or formula.latent.mixes
            if done or ran >= _LAYOUTS_THAT_RUN or self.stop.is_due:
                return

    def _layouts(self, roles: frozenset[Role]) -> Iterator[Layout]:
        last = self.framework.channels_last or layout_choice.says_channels_last(self.function)
        for layout in layouts(self.literals, channels_last=last):
            yield from layout.fitted(roles)

    def _fail(self, caller: Caller, layout: Layout, error: CallFailed) -> None:
        self.found.failures.setdefault(caller.plan.describe() or "no arrays", str(error))

    def _learn(self, missing: Missing) -> None:
        known = self.learned.get(missing.record, ())
        self.learned[missing.record] = (*known, str(missing.name))

    def _formula(self, caller: Caller, layout: Layout, contradicts: bool) -> Formula | None:
        """The formula under one layout; None where the output has nothing to audit."""
        sizes, roles = layout.base, caller.plan.roles
        random = np.random.default_rng(0)
        one, other = draw(random, sizes, roles), draw(random, sizes, roles)
        caller.compiled = False
        caller.components(one, sizes)
        caller.promote_counters()
        base = caller.components(one, sizes)
        data = {r: (other if not r.is_latent else one)[r] for r in one}
        latent = {r: (other if r.is_latent else one)[r] for r in one}
        of_data = _changes(base, caller.components(data, sizes))
        of_latent = _changes(base, caller.components(latent, sizes))
        # A KL below its threshold does not move: it is looked at where it is large as well.
        far = {**one, **{r: a for r, a in draw(random, sizes, roles, Region.FAR).items()
                         if r.is_latent}}  # fmt: skip
        of_far = _changes(base, caller.components(far, sizes))
        of_latent = [here or there for here, there in zip(of_latent, of_far, strict=True)]
        caller.selection = outputs.select(base, sizes.batch, of_data, of_latent)
        if caller.selection is None:
            return None
        caller.noise = behaviour.is_random(caller, sizes)
        if caller.noise and not self._is_tamed(caller, layout):
            self.found.random_beyond_control = True
            return None
        if not caller.noise and behaviour.remembers(caller, sizes):
            self.found.remembers = True
            return None
        caller.compiled = not caller.drifted
        formula = recover(caller, layout, thorough=not contradicts)
        if formula.latent.mixes:
            # Batch statistics: no region and no layout makes a sum over the examples of them.
            return formula
        hidden = any(of_far) and not formula.latent.present
        if formula.data.explained and (hidden or not formula.explained):
            # A KL that is held from below shows itself where it is large.
            again = recover(caller, layout, Region.FAR, thorough=False)
            formula = again if again.explained else formula
        if not formula.explained:
            # And a threshold on x, where x is binary already.
            again = recover(caller, layout, Region.BINARY, thorough=False)
            formula = again if again.explained else formula
        return formula

    def _is_tamed(self, caller: Caller, layout: Layout) -> bool:
        """Whether two-point noise leaves nothing random."""
        values = draw(np.random.default_rng(9), layout.base, caller.plan.roles)
        for sign in (1.0, -1.0):
            context = self.framework.two_point_noise(sign)
            if context is None:
                return False
            with context:
                runs = [caller.array(values, layout.base, seed=seed) for seed in (1, 2)]
            if not np.array_equal(runs[0], runs[1]):
                return False
        return True

    def _keep(self, formula: Formula, reading: signature.Reading) -> None:
        """The better of two (a sure name is never argued away to mend an explained loss)."""
        best = self.found.formula
        if reading.contradicts and not (formula.explained and is_sound(formula)):
            # A reading against the names is believed only where everything falls into place.
            return
        if best is not None and _loses_a_side(formula, best):
            # Swap x with x̂, and `x_hat[x == 1]` never sees x̂: that explains nothing away.
            return
        if best is None or _score(formula) > _score(best):
            self.found.formula = formula


def _changes(base: list[outputs.Component], other: list[outputs.Component]) -> list[bool]:
    return [
        i < len(other)
        and (
            c.values.shape != other[i].values.shape or not np.array_equal(c.values, other[i].values)
        )
        for i, c in enumerate(base)
    ]


def _loses_a_side(formula: Formula, best: Formula) -> bool:
    """Whether a likelier reading showed an effect of x̂, or of μ and s, that this one has not."""
    return (best.data.present and not formula.data.present) or (
        best.latent.present and not formula.latent.present
    )


def _score(formula: Formula) -> tuple[bool, bool, int, bool]:
    """What is explained, in the order of importance."""
    sides = int(formula.data.fit is not None) + int(formula.latent.fit is not None)
    has_both = {Role.MEAN, Role.RECONSTRUCTION} <= formula.caller.plan.roles
    return formula.explained, formula.explained and is_sound(formula), sides, has_both
