"""What a checker answers: a verdict, the figures behind it and, when it refutes, a
counterexample.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any


class Verdict(Enum):
    """What a check came to. UNDECIDED is an answer: it says that this kind of evidence cannot
    tell.
    """

    HOLDS = "holds"
    FAILS = "fails"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Counterexample:
    """A world in which the statement is false, small enough to redo by hand.

    ``world`` gives what was chosen (tables, widths, parameters) as exact strings; ``left``,
    ``right`` and ``difference`` are the two sides there, in exact form and as decimals.
    """

    world: dict[str, Any]
    left: str
    right: str
    difference: str
    left_decimal: float
    right_decimal: float
    difference_decimal: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """One piece of evidence about one statement.

    ``kind`` is ``proof``, ``exact``, ``closed form``, ``quadrature`` or ``Monte Carlo``;
    ``figures`` are JSON values: what the kind's row of the evidence table asks for (worlds,
    tolerance, z, n, detectable deviation, …); ``why`` explains a verdict that is not ``holds``.
    ``shown`` makes the counterexample within so many seconds, where that was left for later.
    """

    kind: str
    verdict: Verdict
    figures: dict[str, Any] = field(default_factory=dict)
    why: str = ""
    counterexample: Counterexample | None = None
    shown: Callable[[float], Evidence] | None = field(default=None, compare=False, repr=False)
