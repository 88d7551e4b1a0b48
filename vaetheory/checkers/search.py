"""Looking for a world in which an inequality is false.

From many starts, downhill steps on its margin. Bounds such as KL ≤ 3 survive hundreds of tame
worlds, so weights are also multiplied and divided by powers of 2, without end.
"""

from __future__ import annotations

import time
from fractions import Fraction
from random import Random

from vaetheory.checkers.claims import Claim, Claims, Place, World, decide_float
from vaetheory.checkers.counterexamples import Found
from vaetheory.worlds.draws import HEAVY, TAME, TIED, Draws, Key
from vaetheory.worlds.exact import UndefinedError

STARTS = 3
STEPS = 50


def searched(claims: Claims, seed: int, ends: float | None) -> Found | None:
    """A world where the inequality fails, or None when the search comes to nothing."""
    for start in range(STARTS):
        random = Random(f"{seed}|search|{start}")
        claim = claims.some(random)
        style = (HEAVY, TAME, TIED)[start % 3]
        found = _descend(claim, Draws(f"{seed}|search|{start}", style), random, ends)
        if found is not None:
            return found
        if ends is not None and time.monotonic() > ends:
            return None
    return None


def _descend(claim: Claim, draws: Draws, random: Random, ends: float | None) -> Found | None:
    world = claim.world(draws)
    place = random.choice(claim.places(world))
    best = _margin(claim, world, place)
    if isinstance(best, Found):
        return best
    keys = sorted((k for k in draws.taken if k[0] in ("weight", "number", "width")), key=repr)
    fixed: dict[Key, Fraction] = {}
    for _ in range(STEPS if keys else 0):
        if ends is not None and time.monotonic() > ends:
            return None
        trial = dict(fixed)
        for key in random.sample(keys, min(len(keys), random.choice((1, 1, 2)))):
            trial[key] = _moved(key, fixed.get(key, draws.taken[key]), random)
        neighbour = claim.world(Draws(draws.seed, draws.style, trial), world.sizes)
        margin = _margin(claim, neighbour, place)
        if isinstance(margin, Found):
            return margin
        if margin < best:
            best, fixed = margin, trial
    return None


def _margin(claim: Claim, world: World, place: Place) -> Found | float:
    """By how much the inequality holds at a place, ∞ where it says nothing; or the failure."""
    try:
        outcome = claim.ask(world, place)
        if outcome is None:
            return float("inf")
        if outcome.holds is False:
            return Found(claim, world, place, outcome)
        return claim.statement.relation.direction * decide_float(outcome.difference)
    except UndefinedError:
        return float("inf")


def _moved(key: Key, value: Fraction, random: Random) -> Fraction:
    """A neighbour of a draw.

    Weights and widths times a power of 2; numbers halved or doubled, never out of (0, 1).
    """
    if key[0] in ("weight", "width"):
        return (value or Fraction(1)) * Fraction(2) ** (
            random.choice((-1, 1)) * random.choice((1, 2, 4, 16, 64))
        )
    if 0 < value < 1:
        return random.choice((value / 2, (1 + value) / 2))
    return value * random.choice((Fraction(1, 2), Fraction(2), Fraction(4)))
