"""Experiments on a page: verdicts come from the result file, and bad files stop the build."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as etree

import markdown
import pytest

from vaetheory.presentation.evidence import PageError
from vaetheory.presentation.experiments import (
    ExperimentWriter,
    in_words,
    methods,
    number,
    part_verdict,
    read,
    summary,
)

PART: dict[str, Any] = {
    "label": "gain",
    "unit": "nats",
    "interval": {
        "estimate": 2.0,
        "low": 1.0,
        "high": 3.0,
        "level": 0.99,
        "method": "t-interval of the mean",
        "n": 5,
    },
    "region": {"low": 0.0, "high": None, "closed": False},
    "verdict": "supported",
}
DOCUMENT: dict[str, Any] = {
    "name": "made-up",
    "asks": "What does E_q[f](z) gain?",
    "caption": 'Means & "intervals".',
    "claims": [
        {
            "name": "gains",
            "expected": "It gains more than 0 nats under q(z|x).",
            "revised": "",
            "parts": [PART],
            "level": 0.99,
            "verdict": "supported",
        }
    ],
    "size": "default",
    "seed": 7,
    "device": "a machine",
    "versions": {"torch": "2"},
    "date": "2026-11-22T12:00:00+00:00",
    "command": "vaemodels experiment made-up",
    "seconds": 12.0,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "made-up.svg").write_text('<?xml version="1.0"?>\n<svg viewBox="0 0 1 1"></svg>')
    return put(tmp_path, DOCUMENT)


def put(folder: Path, document: dict[str, Any]) -> Path:
    (folder / "made-up.json").write_text(json.dumps(document), encoding="utf-8")
    return folder


def changed(**interval: float) -> dict[str, Any]:
    document = deepcopy(DOCUMENT)
    document["claims"][0]["parts"][0]["interval"].update(interval)
    return document


def page(folder: Path) -> etree.Element:
    parent = etree.Element("div")
    ExperimentWriter(markdown.Markdown(), folder).experiment(parent, "made-up")
    return parent


def text(element: etree.Element) -> str:
    return "".join(element.itertext())


def test_a_page_says_what_was_expected_what_came_out_how_sure_and_how_to_redo_it(
    folder: Path,
) -> None:
    found = text(page(folder))
    assert "Supported. What does E_q[f](z) gain?" in found
    assert "It gains more than 0 nats under q(z|x)." in found
    assert "gain: 2.0 nats [1.0, 3.0]" in found
    assert "99 % probability (t-interval of the mean, n = 5)" in found
    assert "vaemodels experiment made-up" in found
    assert "seed 7, a machine, torch 2, 2026-11-22, 12 s" in found


def test_the_figure_is_named_for_those_who_do_not_see_it(folder: Path) -> None:
    md = markdown.Markdown()
    ExperimentWriter(md, folder).experiment(etree.Element("div"), "made-up")
    (drawing,) = md.htmlStash.rawHtmlBlocks
    assert drawing.startswith('<svg role="img" aria-label="Means &amp; &quot;intervals&quot;." ')


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(1, 3, "supported"), (-3, -1, "not supported"), (-1, 3, "undecided"), (0, 3, "undecided")],
)
def test_verdicts_follow_from_interval_and_region(low: float, high: float, verdict: str) -> None:
    part = changed(low=low, high=high)["claims"][0]["parts"][0]
    assert part_verdict(part) == verdict


def test_a_closed_region_holds_its_ends() -> None:
    part = deepcopy(PART)
    part["region"] = {"low": 1.0, "high": 3.0, "closed": True}
    assert part_verdict(part) == "supported"


def test_a_verdict_that_the_numbers_contradict_stops_the_build(folder: Path) -> None:
    put(folder, changed(low=-1.0))
    with pytest.raises(PageError, match=r"'gains' is called supported, but .* say undecided"):
        read(folder, "made-up")


def test_a_trial_run_stops_the_build(folder: Path) -> None:
    put(folder, {**DOCUMENT, "size": "tiny"})
    with pytest.raises(PageError, match="trial run"):
        read(folder, "made-up")


def test_a_missing_result_or_figure_stops_the_build(folder: Path) -> None:
    with pytest.raises(PageError, match="run `vaemodels experiment other --out"):
        read(folder, "other")
    (folder / "made-up.svg").unlink()
    with pytest.raises(PageError, match="no figure"):
        page(folder)


def test_a_revised_claim_says_so(folder: Path) -> None:
    document = deepcopy(DOCUMENT)
    document["claims"][0]["revised"] = "First claimed: more than 5 nats."
    put(folder, document)
    assert "First claimed: more than 5 nats." in text(page(folder))


def test_claims_that_were_restated_after_the_measurement_say_so(folder: Path) -> None:
    assert "restated" not in text(page(folder))
    put(folder, {**DOCUMENT, "restated": "2026-11-23T00:00:00+00:00"})
    assert "restated on 2026-11-23, after this measurement" in text(page(folder))


def test_summary() -> None:
    claims = [{"verdict": verdict} for verdict in ("supported", "undecided", "not supported")]
    assert summary(claims) == "Supported: 1 of 3 claims; undecided: 1; not supported: 1."
    assert summary(claims[:1] * 2) == "All 2 claims are supported."


def test_what_is_computed_exactly_has_no_interval() -> None:
    part = deepcopy(PART)
    part["interval"].update(method="computed exactly", low=2.0, high=2.0)
    assert in_words(part) == "gain: 2 nats"
    claim = {**DOCUMENT["claims"][0], "parts": [part]}
    assert methods([claim]) == "Computed exactly: no chance is involved."


def test_numbers_show_the_digits_that_their_interval_leaves() -> None:
    assert number(0.99264, 0.021) == "0.993"
    assert number(-1.23e-15, 4e-16) == "−1.23·10⁻¹⁵"
    assert number(0.0, 0.0) == "0"


def test_the_table_of_all_links_to_each(folder: Path) -> None:
    put(folder, {**DOCUMENT, "question": "eq. 2", "title": "Made up"})
    parent = etree.Element("div")
    ExperimentWriter(markdown.Markdown(), folder).experiments(parent)
    assert "Supported." in text(parent)
    (link,) = parent.iter("a")
    assert link.get("href") == "/homework/eq-2.md#experiment-made-up"
