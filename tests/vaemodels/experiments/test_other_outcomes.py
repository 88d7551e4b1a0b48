"""Each experiment's claims can come out the other way: turned findings are not supported."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from vaemodels.experiments import (
    collapse,
    discrete_latents,
    entropy,
    missing_labels,
    one_sample,
    overlap,
    prior_sampling,
    reparameterization,
    two_terms,
)
from vaemodels.experiments.claims import Claim, Verdict

Data = dict[str, Any]
RESULTS = Path(__file__).parents[3] / "docs" / "results" / "experiments"


def swap(one: str, other: str, *path: str) -> Callable[[Data], None]:
    """Exchange two entries of the table that ``path`` leads to."""

    def change(data: Data) -> None:
        for key in path:
            data = data[key]
        data[one], data[other] = data[other], data[one]

    return change


def put(value: Any, *path: Any) -> Callable[[Data], None]:
    """Set the entry that ``path`` leads to."""

    def change(data: Data) -> None:
        for key in path[:-1]:
            data = data[key]
        data[path[-1]] = value

    return change


CASES: list[tuple[str, Callable[[Data], list[Claim]], Callable[[Data], None], str]] = [
    ("prior-sampling", prior_sampling._claims, swap("prior", "q(z|x)", "error"), "prior-fails"),
    (
        "prior-sampling",
        prior_sampling._claims,
        swap("prior", "q(z|x)", "error"),
        "importance-works",
    ),
    (
        "two-terms",
        two_terms._claims,
        swap("0", "100", "models"),
        "rate",
    ),
    ("two-terms", two_terms._claims, swap("1", "10", "models"), "best-elbo"),
    ("entropy", entropy._claims, put(150, "wins", "point_mass"), "point-mass"),
    (
        "one-sample",
        one_sample._claims,
        put([3.0, 3.1, 2.9, 3.0], "value_t_squared"),
        "value-unbiased",
    ),
    (
        "reparameterization",
        reparameterization._claims,
        swap("pathwise", "score function", "variance_per_dimension"),
        "larger-variance",
    ),
    (
        "reparameterization",
        reparameterization._claims,
        swap("pathwise", "score function", "elbo"),
        "elbo",
    ),
    ("overlap", overlap._claims, swap("0", "6", "cost"), "falls"),
    (
        "missing-labels",
        missing_labels._claims,
        put([90.0, 91.0, 90.5, 90.2, 90.1], "one_class_ten_way_accuracy"),
        "no-names",
    ),
    (
        "discrete-latents",
        discrete_latents._claims,
        swap("score function", "score function, baseline", "variance"),
        "baseline",
    ),
    (
        "collapse",
        collapse._claims,
        swap("autoregressive", "independent pixels", "models"),
        "ignored",
    ),
]


@pytest.mark.parametrize(
    ("name", "claims", "change", "claim"), CASES, ids=[f"{c[0]}-{c[3]}" for c in CASES]
)
def test_turned_findings_are_not_supported(
    name: str, claims: Callable[[Data], list[Claim]], change: Callable[[Data], None], claim: str
) -> None:
    document = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
    turned = deepcopy(document["data"])
    change(turned)
    (found,) = [each for each in claims(turned) if each.name == claim]
    assert found.verdict() is Verdict.NOT_SUPPORTED


@pytest.mark.parametrize("name", sorted({case[0] for case in CASES}))
def test_committed_verdicts_follow_from_the_committed_numbers(name: str) -> None:
    """The claims that the code makes today, of the data in the result file."""
    document = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
    claims = next(case[1] for case in CASES if case[0] == name)(document["data"])
    assert [each.expected for each in claims] == [each["expected"] for each in document["claims"]]
    assert [str(each.verdict()) for each in claims] == [
        each["verdict"] for each in document["claims"]
    ]
    assert document["size"] != "tiny"
