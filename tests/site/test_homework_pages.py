"""Each page of the homework leads the same way: question, thought, hint, answer, …, exercises."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.site.test_site import KEYS

HOMEWORK = Path(__file__).parents[2] / "docs" / "homework"
PAGES = [key for key in KEYS if key != "hand-in"]
# In this order; each is found by what follows.
PARTS = {
    "question": r'<div class="question"',
    "think first": r'^\?\?\? question "Think first"',
    "hint": r'^\?\?\? tip "Hint"',
    "answer": r"^##+ Answer",
    "derivation": r"^\{\{ derivation ",
    "evidence": r"^\{\{ evidence ",
    "mistakes": r"^\{\{ mistakes ",
    "code": r"^## In the code",
    "experiment": r"^## (Experiment|Touch it)",
    "exercises": r"^## Exercises",
}


def missing(text: str) -> list[str]:
    """The parts that a page lacks, or that stand before an earlier part."""
    lacking, at = [], 0
    for part, pattern in PARTS.items():
        found = re.compile(pattern, re.MULTILINE).search(text, at)
        if found is None:
            lacking.append(part)
        else:
            at = found.end()
    return lacking


@pytest.mark.parametrize("key", PAGES)
def test_every_part_is_there_in_its_order(key: str) -> None:
    assert missing((HOMEWORK / f"{key}.md").read_text()) == []


@pytest.mark.parametrize("key", PAGES)
def test_every_exercise_has_a_folded_answer(key: str) -> None:
    exercises = (HOMEWORK / f"{key}.md").read_text().partition("## Exercises")[2]
    asked = [found.start() for found in re.finditer('<div class="exercise"', exercises)]
    answered = [found.start() for found in re.finditer(r"\?\?\? success", exercises)]
    assert len(asked) == len(answered) >= 2
    assert all(one < other for one, other in zip(asked, answered, strict=True))


def test_a_page_without_a_hint_would_be_noticed() -> None:
    text = (HOMEWORK / "1-1-1.md").read_text()
    assert missing(text.replace('"Hint"', '"Tip"')) == ["hint"]
    assert missing(text.replace("## Exercises", "## More")) == ["exercises"]
