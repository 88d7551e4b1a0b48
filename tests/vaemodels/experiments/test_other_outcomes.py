"""Each experiment's claims can come out the other way: turned findings are not supported."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from vaemodels.experiments import registry
from vaemodels.experiments.claims import Verdict
from vaemodels.experiments.experiment import Size

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


def result(name: str) -> Data:
    """A committed result file."""
    document: Data = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
    return document


CASES: list[tuple[str, Callable[[Data], None], str]] = [
    ("prior-sampling", swap("prior", "q(z|x)", "error"), "prior-fails"),
    (
        "prior-sampling",
        swap("prior", "q(z|x)", "error"),
        "importance-works",
    ),
    (
        "two-terms",
        swap("0", "100", "models"),
        "rate",
    ),
    ("two-terms", swap("1", "10", "models"), "best-elbo"),
    ("entropy", put(150, "wins", "point_mass"), "point-mass"),
    (
        "one-sample",
        put([3.0, 3.1, 2.9, 3.0], "value_t_squared"),
        "value-unbiased",
    ),
    (
        "reparameterization",
        swap("pathwise", "score function", "variance_per_dimension"),
        "larger-variance",
    ),
    (
        "reparameterization",
        swap("pathwise", "score function", "elbo"),
        "elbo",
    ),
    ("overlap", swap("0", "6", "cost"), "falls"),
    (
        "missing-labels",
        put([90.0, 91.0, 90.5, 90.2, 90.1], "one_class_ten_way_accuracy"),
        "no-names",
    ),
    (
        "discrete-latents",
        swap("score function", "score function, baseline", "variance"),
        "baseline",
    ),
    (
        "collapse",
        swap("autoregressive", "independent pixels", "models"),
        "ignored",
    ),
]


@pytest.mark.parametrize(
    ("name", "change", "claim"), CASES, ids=[f"{name}-{claim}" for name, _, claim in CASES]
)
def test_turned_findings_are_not_supported(
    name: str, change: Callable[[Data], None], claim: str
) -> None:
    turned = deepcopy(result(name)["data"])
    change(turned)
    (found,) = [each for each in registry.get(name).claims(turned) if each.name == claim]
    assert found.verdict() is Verdict.NOT_SUPPORTED


@pytest.mark.parametrize("name", registry.MODULES)
def test_committed_verdicts_are_those_of_todays_claims(name: str) -> None:
    document = result(name)
    claims = registry.get(name).claims(document["data"])
    assert document["size"] != "tiny"
    assert [(claim.expected, str(claim.verdict())) for claim in claims] == [
        (claim["expected"], claim["verdict"]) for claim in document["claims"]
    ]


@pytest.mark.parametrize("name", registry.MODULES)
def test_the_command_of_a_result_would_measure_as_much(name: str) -> None:
    document = result(name)
    sizes = asdict(registry.get(name).sizes[Size(document["size"])])
    assert json.loads(json.dumps(sizes)) == document["sizes"]


@pytest.mark.parametrize("name", registry.MODULES)
def test_every_experiment_has_a_claim_that_is_turned_here(name: str) -> None:
    assert name in {case[0] for case in CASES}
