"""The audit's answer: verdict, β, terms, and findings; the JSON contract."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from vaetheory.audit.findings import Finding, Weight, finding

SCHEMA = 1


class Verdict(StrEnum):
    """What a loss function turned out to be."""

    NEGATIVE_ELBO = "negative ELBO"
    ELBO = "ELBO"
    SCALED_NEGATIVE_ELBO = "scaled negative ELBO"
    BETA_OBJECTIVE = "beta objective"
    WRONG = "wrong"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Row:
    """A term as it stands in the loss, summed over b and entries, and what the ELBO asks for."""

    term: str
    coefficient: str
    expected: str


@dataclass
class Report:
    """The result of one audit.

    `beta` is a number where it is one, text (`0.1·D/K`) where it depends on sizes or
    hyperparameters, and None where there is none. `assumed` says what was taken for granted.
    """

    function: str
    verdict: Verdict
    up_to_constant: bool = False
    beta: float | str | None = None
    terms: list[Row] = field(default_factory=list)
    reduction: str = ""
    parametrization: str = ""
    findings: list[Finding] = field(default_factory=list)
    assumed: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def exit_code(self) -> int:
        """0 good, 1 wrong (a hidden β counts), 3 undecided."""
        if self.verdict is Verdict.UNDECIDED:
            return 3
        wrong = any(finding.kind.weight is Weight.WRONG for finding in self.findings)
        return 1 if wrong or self.verdict is Verdict.WRONG else 0

    def as_json(self) -> dict[str, Any]:
        """The document that `vaetheory audit --json` prints."""
        return {
            "schema": SCHEMA,
            "function": self.function,
            "verdict": self.verdict.value,
            "up_to_constant": self.up_to_constant,
            "beta": self.beta,
            "terms": [
                {"term": r.term, "coefficient": r.coefficient, "expected": r.expected}
                for r in self.terms
            ],
            "reduction": self.reduction,
            "parametrization": self.parametrization,
            "findings": [finding.as_json() for finding in self.findings],
            "assumed": self.assumed,
            "seconds": round(self.seconds, 3),
        }

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Report:
        """The report that `as_json` wrote."""
        return cls(
            function=document["function"],
            verdict=Verdict(document["verdict"]),
            up_to_constant=document["up_to_constant"],
            beta=document["beta"],
            terms=[Row(**row) for row in document["terms"]],
            reduction=document["reduction"],
            parametrization=document["parametrization"],
            findings=[finding(**item) for item in document["findings"]],
            assumed=list(document["assumed"]),
            seconds=document["seconds"],
        )
