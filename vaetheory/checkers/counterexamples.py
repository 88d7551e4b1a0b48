"""Counterexamples that can be redone by hand.

They have as few cells as possible, small numbers, and a difference that can be seen.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

from vaetheory.checkers.claims import Claim, Claims, Outcome, Place, World, decide_float
from vaetheory.checkers.evidence import Counterexample
from vaetheory.language.statements import Relation
from vaetheory.language.variables import FiniteSet, Interval, Reals, Space
from vaetheory.worlds.decide import normal
from vaetheory.worlds.describe import described
from vaetheory.worlds.draws import SMALL, TINY, TINY_TIED, Draws, Key, Style
from vaetheory.worlds.exact import Exact, UndefinedError
from vaetheory.worlds.refusals import UngenerableError

VISIBLE = 0.05
"""Nats; a smaller difference is taken only where no larger one is found."""

ATTEMPTS = 16
TRIALS = 240
LARGEST = 3
PASSES = 4
STYLES = (TINY, SMALL, TINY, TINY_TIED)
_ORDER = ("width", "slope", "number", "weight")


def _digits(value: Fraction) -> int:
    return len(str(value)) - 1 + (value != 1)


@dataclass(frozen=True, slots=True)
class Found:
    """A claim, and a world and a place where it is false."""

    claim: Claim
    world: World
    place: Place
    outcome: Outcome

    @property
    def visible(self) -> bool:
        """Whether the difference is large enough to be seen in decimals."""
        # a strict inequality fails by equality: there is no difference to be seen
        return self.outcome.gap >= VISIBLE or self.claim.statement.relation.strict

    @property
    def cost(self) -> tuple[bool, int, int]:
        """What makes it tedious: an invisible difference, many cells, long numbers."""
        digits = sum(map(_digits, self.world.draws.taken.values()))
        return not self.visible, sum(self.world.sizes.values()), digits

    @property
    def description(self) -> str:
        """The world in a few words."""
        sizes = ", ".join(
            f"{n} cell{'s' * (n > 1)} for {k}" for k, n in sorted(self.world.sizes.items())
        )
        return sizes or "the numbers below"


def shrunk(found: Found, ends: float | None) -> Found:
    """The smallest failing world that a bounded search comes upon.

    ``found`` itself at worst.
    """
    best = found
    for candidate in _small_worlds(found.claim.family, ends):
        if candidate.cost < best.cost:
            best = candidate
        if best.visible and best is not found:
            break
    return _simplified(best, ends)


def _small_worlds(claims: Claims, ends: float | None) -> Iterator[Found]:
    """Failing worlds, fewest cells first."""
    numbers = sorted(product(*(range(low, low + 2) for low in claims.lowest)), key=sum)
    tried = 0
    for counts in numbers:
        try:
            claim = claims.claim(counts)
        except UngenerableError:
            continue
        kinds = claim.loose_kinds
        most = LARGEST if len(kinds) <= 3 else 2
        shapes = product(range(1, most + 1), repeat=len(kinds))
        for sizes in sorted(shapes, key=lambda s: (sum(s), s)):
            for attempt in range(ATTEMPTS):
                tried += 1
                if tried > TRIALS or (ends is not None and time.monotonic() > ends):
                    return
                draws = Draws(f"small|{sizes}|{attempt}", _style(claims, attempt))
                yield from _failing(claim, draws, dict(zip(kinds, sizes, strict=True)))


def _style(claims: Claims, attempt: int) -> Style:
    style = STYLES[attempt % len(STYLES)]
    # what is tied to the quantity of ≐ would change with it
    constant = claims.statement.relation is Relation.UP_TO_CONSTANT
    return TINY if style.tied and constant else style


def _failing(claim: Claim, draws: Draws, sizes: dict[str, int]) -> Iterator[Found]:
    try:
        world = claim.world(draws, sizes)
        for place in claim.places(world)[:4]:
            found = _at(claim, world, place)
            if found is not None:
                yield found
    except (UngenerableError, UndefinedError):
        return


def _at(claim: Claim, world: World, place: Place) -> Found | None:
    try:
        outcome = claim.ask(world, place)
    except UndefinedError:
        return None
    return (
        Found(claim, world, place, outcome)
        if outcome is not None and outcome.holds is False
        else None
    )


def _simplified(found: Found, ends: float | None) -> Found:
    """The same world with each draw replaced by the simplest that keeps it failing.

    What could not be made simpler at first may be once the rest is: the passes go on while they
    help.
    """
    best = _with_fewer_cells(found)
    tried: dict[Key, Found] = {}
    for _ in range(PASSES):
        before = best
        keys = [k for k in best.world.draws.taken if k[0] in _ORDER]
        for key in sorted(keys, key=lambda k: (_ORDER.index(str(k[0])), repr(k))):
            if tried.get(key) is not best:
                best = _with_simpler(best, key, ends)
                tried[key] = best
        if best is before:
            break
    return best


def _with_simpler(found: Found, key: Key, ends: float | None) -> Found:
    value = found.world.draws.taken.get(key, Fraction(1))
    for simpler in _simpler(key, value, found.world.draws.spaces.get(key)):
        if ends is not None and time.monotonic() > ends:
            break
        if found.visible and _digits(simpler) >= _digits(value):
            continue  # no simpler, whatever the world shows
        candidate = _replaced(found, key, simpler)
        if candidate is not None and candidate.cost < found.cost:
            return candidate
    return found


def _with_fewer_cells(found: Found) -> Found:
    """The same draws on fewer cells, as long as it fails."""
    best = found
    for kind in best.claim.loose_kinds:
        while best.world.sizes[kind] > 1:
            sizes = {**best.world.sizes, kind: best.world.sizes[kind] - 1}
            draws = best.world.draws
            again = Draws(draws.seed, draws.style, dict(draws.taken), draws.varied)
            fewer = next(_failing(best.claim, again, sizes), None)
            if fewer is None or fewer.cost > best.cost:
                break
            best = fewer
    return best


def _replaced(found: Found, key: Key, value: Fraction) -> Found | None:
    draws = found.world.draws
    fixed = {**draws.taken, key: value}
    again = Draws(draws.seed, draws.style, fixed, draws.varied)
    try:
        return _at(found.claim, found.claim.world(again, found.world.sizes), found.place)
    except (UngenerableError, UndefinedError):
        return None


def _simpler(key: Key, value: Fraction, space: Space | None) -> Iterator[Fraction]:
    """Simpler values for a draw that its space allows, simplest first."""
    match space:
        case Interval(low=low, high=high):
            yield from (low + (high - low) * Fraction(n, m) for n, m in ((1, 2), (1, 3), (2, 3)))
        case Reals(positive=True):
            yield from (Fraction(1), Fraction(2), Fraction(1, 2))
        case FiniteSet():
            yield from (Fraction(n) for n in (0, 1) if n < value)
        case _ if key[0] in ("number", "slope"):
            yield from map(Fraction, (1, 0, 2, -1))
        case _:
            candidate = Fraction(1)
            while candidate < value:
                yield candidate
                candidate *= 2 if candidate < 4 else 4
            if value < 1:
                yield from (Fraction(1), Fraction(1, 2))


def counterexample(found: Found) -> Counterexample:
    """The counterexample as it is reported."""
    outcome = found.outcome
    # ∞ > ∞ is false without a difference
    difference = Fraction(0) if outcome.left == outcome.right else outcome.difference
    return Counterexample(
        world=_described(found),
        left=_text(outcome.left),
        right=_text(outcome.right),
        difference=_text(difference),
        left_decimal=decide_float(outcome.left),
        right_decimal=decide_float(outcome.right),
        difference_decimal=decide_float(difference),
    )


def _described(found: Found) -> dict[str, Any]:
    free, counts = found.claim.signature.free, found.claim.counts
    here = described(found.world, free, found.place, counts)
    if found.outcome.change is not None:
        # for ≐ the two sides are the differences before and after this change
        other, place = found.outcome.change
        after = described(other, free, place, counts)
        here["changed to"] = _new(after, here)
    return here


def _new(after: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    """What is not as it was."""
    changed = {k: v for k, v in after.items() if v != before.get(k)}
    for key in ("tables", "numbers"):
        if key in changed and key in before:
            changed[key] = {k: v for k, v in changed[key].items() if v != before[key].get(k)}
    return changed


def _text(value: Any) -> str:
    return repr(normal(value)) if isinstance(value, Exact) else str(value)
