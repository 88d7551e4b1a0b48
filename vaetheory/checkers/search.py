"""Looking for a world in which an inequality is false.

From many starts, downhill steps on its margin. Bounds such as KL ≤ 3 survive hundreds of tame
worlds, so weights are also multiplied and divided by powers of 2, without end.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from fractions import Fraction
from random import Random

from vaetheory.checkers.claims import Claim, Claims, Place, decide_float
from vaetheory.checkers.counterexamples import Found
from vaetheory.language.variables import FiniteSet, Interval, Space
from vaetheory.worlds.draws import HEAVY, TAME, TIED, Draws, Key
from vaetheory.worlds.exact import UndefinedError
from vaetheory.worlds.refusals import UngenerableError

STARTS = 3
STEPS = 50
STUCK = 16
"""After so many steps in a row that bring nothing, another start is worth more."""


def searched(claims: Claims, seed: int, ends: float | None) -> Found | None:
    """A world where the inequality fails, or None when the search comes to nothing."""
    for start in range(STARTS):
        random = Random(f"{seed}|search|{start}")
        draws = Draws(f"{seed}|search|{start}", (HEAVY, TAME, TIED)[start % 3])
        try:
            found = _descend(claims.some(random), draws, random, ends)
        except (UngenerableError, UndefinedError):
            # another number of dimensions or samples may still have a world
            continue
        if found is not None:
            return found
        if ends is not None and time.monotonic() > ends:
            return None
    return None


def _descend(claim: Claim, draws: Draws, random: Random, ends: float | None) -> Found | None:
    world = claim.world(draws)
    place = random.choice(claim.places(world))
    best = _margin(claim, draws, world.sizes, place)
    if isinstance(best, Found):
        return best
    keys = sorted((k for k in draws.taken if k[0] in ("weight", "number", "width")), key=repr)
    fixed: dict[Key, Fraction] = {}
    idle = 0
    for _ in range(STEPS if keys else 0):
        if idle == STUCK or (ends is not None and time.monotonic() > ends):
            return None
        idle += 1
        trial = dict(fixed)
        for key in random.sample(keys, min(len(keys), random.choice((1, 1, 2)))):
            value = fixed.get(key, draws.taken[key])
            trial[key] = _moved(key, value, draws.spaces.get(key), random)
        margin = _margin(claim, Draws(draws.seed, draws.style, trial), world.sizes, place)
        if isinstance(margin, Found):
            return margin
        if margin < best:
            best, fixed, idle = margin, trial, 0
    return None


def _margin(claim: Claim, draws: Draws, sizes: Mapping[str, int], place: Place) -> Found | float:
    """By how much the inequality holds at a place, ∞ where it says nothing; or the failure."""
    try:
        world = claim.world(draws, sizes)
        outcome = claim.ask(world, place)
        if outcome is None:
            return float("inf")
        if outcome.holds is False:
            return Found(claim, world, place, outcome)
        return claim.statement.relation.direction * decide_float(outcome.difference)
    except (UngenerableError, UndefinedError):
        return float("inf")


def _moved(key: Key, value: Fraction, space: Space | None, random: Random) -> Fraction:
    """A neighbour of a draw: times a power of 2, or nearer to an end of its interval."""
    if isinstance(space, Interval):
        return (value + random.choice((space.low, space.high))) / 2
    if isinstance(space, FiniteSet):
        return value
    if key[0] == "number":
        return value * random.choice((Fraction(1, 2), Fraction(2), Fraction(4)))
    exponent = random.choice((-1, 1)) * random.choice((1, 2, 4, 16, 64))
    return (value or Fraction(1)) * Fraction(2) ** exponent
