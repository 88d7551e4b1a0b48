"""A small library for tests of the pages: a real theorem, with a report made by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vaetheory.theorems.elbo_identity import elbo_identity
from vaetheory.theorems.theorem import Theorem

EVIDENCE: dict[str, Any] = {
    "proof": {"holds": True},
    "exact": {"holds": True, "worlds": 200},
    "Monte Carlo": {"holds": True, "z": 0.4321, "n": 200000, "detectable_deviation": 0.0042},
    "closed form": {"holds": False, "why": "the densities are abstract"},
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
            {"name": mistake.name, "refuted_by": ["exact", "Monte Carlo"], "cannot_tell": ["proof"]}
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
