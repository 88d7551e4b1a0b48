"""A loss function with its truth, and the registry that the tests run over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

ELBO, NEGATIVE, SCALED = "ELBO", "negative ELBO", "scaled negative ELBO"
BETA, WRONG, UNDECIDED = "beta objective", "wrong", "undecided"


@dataclass(frozen=True)
class Case:
    """`beta` as the report gives it; `findings` are the names expected, no more and no fewer.

    `constant` is the expected `up_to_constant`, None where the test does not care.
    """

    name: str
    function: Callable[..., Any]
    verdict: str
    beta: float | str | None
    findings: frozenset[str]
    constant: bool | None


CASES: list[Case] = []


def truth(
    verdict: str, beta: float | str | None = None, *findings: str, constant: bool | None = None
) -> Callable[[Any], Any]:
    """Register a function (or an instance of a class) with its truth."""

    def register(function: Any) -> Any:
        subject = function() if isinstance(function, type) else function
        name = getattr(function, "__qualname__", type(function).__name__)
        case = Case(name, subject, verdict, beta, frozenset(findings), constant)
        # pytest imports a module once more to look for doctests: the later import replaces.
        CASES[:] = [other for other in CASES if other.name != name] + [case]
        return function

    return register
