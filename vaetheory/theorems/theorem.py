"""What a theorem is: a statement, its derivation, the written answer, and the mistakes that are
made with it.
"""

from __future__ import annotations

from dataclasses import dataclass

from vaetheory.derivation import THEOREM_PREFIX, Derivation
from vaetheory.language.statements import Statement

PROOF, EXACT, CLOSED_FORM = "proof", "exact", "closed form"
QUADRATURE, MONTE_CARLO = "quadrature", "Monte Carlo"


@dataclass(frozen=True, slots=True)
class Mistake:
    """A plausible wrong version of a theorem, and why students arrive at it."""

    name: str
    statement: Statement
    why: str


@dataclass(frozen=True, slots=True, repr=False)
class Theorem:
    """One theorem of the catalogue.

    ``question`` is the key of the homework question that it answers ("" for the rest), ``answer``
    the written answer in Markdown with TeX between dollar signs, ``equality`` says for an
    inequality when both sides agree, ``kinds`` are the kinds of evidence that the statement as a
    whole must carry.
    """

    name: str
    title: str
    question: str
    statement: Statement
    derivation: Derivation
    answer: str
    reference: str
    mistakes: tuple[Mistake, ...]
    kinds: tuple[str, ...] = (PROOF, EXACT, QUADRATURE, MONTE_CARLO)
    equality: str = ""

    def __repr__(self) -> str:
        return f"{self.name}: {self.title}\n  {self.statement!r}"

    @property
    def uses(self) -> tuple[str, ...]:
        """The names of the theorems that its derivation cites."""
        cited = (
            s.rule.removeprefix(THEOREM_PREFIX)
            for s in self.derivation
            if s.rule.startswith(THEOREM_PREFIX)
        )
        return tuple(dict.fromkeys(cited))
