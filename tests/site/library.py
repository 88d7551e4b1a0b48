"""A small library for tests of the pages: a real theorem, with a report made by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vaetheory.theorems.elbo_identity import elbo_identity
from vaetheory.theorems.theorem import Theorem

EVIDENCE: dict[str, Any] = {
    "proof": {"holds": True},
    "exact": {"holds": True, "worlds": 22, "kinds": {"finite": 20, "Gaussian": 2}},
    "quadrature": {"holds": None, "worlds": 1, "tolerance": 1e-8, "largest difference": 2e-16},
    "Monte Carlo": {
        "holds": True,
        "worlds": 2,
        "z": -2.8676,
        "bound": 6.2391,
        "n": 131072,
        "detectable deviation": 0.1245,
        "power": 0.999,
        "false-alarm rate of the suite": 1e-6,
    },
    "closed form": {"holds": False, "why": "the densities are abstract"},
}
REFUTED: dict[str, Any] = {
    "worlds": 1,
    "why": "false in a finite world with 2 cells for z",
    "counterexample": {
        "world": {"widths": {"z": ["1", "1/2"]}, "tables": {"q(z | x)": {"z=1": "2/3"}}},
        "left": "log 2 − log 5",
        "right": "0",
        "difference": "log 2 − log 5",
        "left_decimal": -0.916290731874155,
        "right_decimal": 0.0,
        "difference_decimal": -0.916290731874155,
    },
}


def entry(theorem: Theorem) -> dict[str, Any]:
    """What `verify --json` would say of a theorem that holds."""
    return {
        "name": theorem.name,
        "question": theorem.question,
        "holds": True,
        "assumptions": [],
        "uses": [],
        "steps": [{"evidence": ["proof", "exact"]} for _ in theorem.derivation],
        "evidence": EVIDENCE,
        "mistakes": [
            {
                "name": mistake.name,
                "refuted_by": ["exact", "Monte Carlo"],
                "cannot_tell": ["proof"],
                "figures": {"exact": REFUTED},
            }
            for mistake in theorem.mistakes
        ],
    }


class Library:
    """The ELBO identity under each of the given names; `changes` overrides the report's entries."""

    def __init__(self, names: Sequence[str] = ("elbo-identity",), **changes: Any) -> None:
        self._names = tuple(names)
        self._changes = changes

    def names(self) -> tuple[str, ...]:
        return self._names

    def get(self, name: str) -> Theorem:
        if name not in self._names:
            raise KeyError(name)
        return elbo_identity

    def report(self, *, seed: int = 0) -> dict[str, Any]:
        entries = [{**entry(self.get(name)), "name": name, **self._changes} for name in self._names]
        return {"schema": 1, "theorems": entries, "seed": seed, "seconds": 0.0}
