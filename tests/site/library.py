"""A small library of theorems for tests of the pages: the shape of `vaetheory.theorems`, no checkers."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Step:
    note: str


@dataclass(frozen=True)
class Theorem:
    name: str
    title: str
    question: str
    answer: str
    reference: str
    derivation: tuple[Step, ...]


LINES = [
    (r"\log p(x)", "", "", "where the homework starts"),
    (r"\int q(z\mid x)\,\log p(x)\,dz", "=", "normalization", "the density $q$ integrates to 1"),
    (r"\int q(z\mid x)\,\log\frac{p(x,z)}{p(z\mid x)}\,dz", "=", "Bayes' rule", ""),
    (
        r"\int q(z\mid x)\,\log\left(\frac{p(x,z)}{q(z\mid x)}\cdot\frac{q(z\mid x)}{p(z\mid x)}\right)dz",
        "=",
        "multiply by one",
        "",
    ),
    (
        r"\int q(z\mid x)\,\log\frac{p(x,z)}{q(z\mid x)}\,dz"
        r"+\int q(z\mid x)\,\log\frac{q(z\mid x)}{p(z\mid x)}\,dz",
        "=",
        "logarithm of a product",
        "",
    ),
    (r"\mathrm{ELBO}+\mathrm{KL}[q(z\mid x)\,\|\,p(z\mid x)]", "=", "definition of KL", ""),
]  # fmt: skip

ENTRY: dict[str, Any] = {
    "question": "1.1.1",
    "statement": r"\log p(x)=\mathrm{ELBO}+\mathrm{KL}[q(z\mid x)\,\|\,p(z\mid x)]",
    "holds": True,
    "assumptions": [],
    "uses": [],
    "steps": [
        {"latex": latex, "relation": relation, "rule": rule, "evidence": ["proof", "exact"]}
        for latex, relation, rule, _ in LINES
    ],
    "evidence": {
        "proof": {"holds": True},
        "exact": {"holds": True, "worlds": 200},
        "Monte Carlo": {"holds": True, "z": 0.4321, "n": 200000, "detectable_deviation": 0.0042},
    },
    "mistakes": [
        {
            "name": "KL turned round",
            "latex": r"\log p(x)=\mathrm{ELBO}+\mathrm{KL}[p(z\mid x)\,\|\,q(z\mid x)]",
            "why": "the divergence is taken for a distance",
            "refuted_by": ["exact", "Monte Carlo"],
            "cannot_tell": ["proof"],
        }
    ],
}


class Library:
    """One theorem under each of the given names; `changes` overrides entries of the report."""

    def __init__(self, names: Sequence[str] = ("elbo-identity",), **changes: Any) -> None:
        self._names = tuple(names)
        self._changes = changes

    def names(self) -> tuple[str, ...]:
        return self._names

    def get(self, name: str) -> Theorem:
        return Theorem(
            name=name,
            title="The ELBO identity",
            question="1.1.1",
            answer="The first sentence, with $\\log p(x)$.\n\nThe second paragraph.",
            reference="Kingma and Welling 2014",
            derivation=tuple(Step(note) for *_, note in LINES),
        )

    def report(self, names: Sequence[str] | None = None, seed: int = 0) -> dict[str, Any]:
        wanted = self._names if names is None else names
        entries = [{"name": name, **copy.deepcopy(ENTRY), **self._changes} for name in wanted]
        return {"schema": 1, "theorems": entries, "seed": seed, "seconds": 0.0}
