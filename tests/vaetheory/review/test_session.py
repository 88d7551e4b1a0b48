"""A session answers as the command does, and remembers what it has decided."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from vaetheory.review.reviewing import review
from vaetheory.review.session import Session

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"
RIGHT = (EXAMPLES / "right.tex").read_text()
WRONG = (EXAMPLES / "wrong.tex").read_text()


def verdicts(lines: list[dict[str, object]]) -> list[object]:
    return [(line["verdict"], line["counterexample"]) for line in lines]


@pytest.mark.parametrize("text", [RIGHT, WRONG])
def test_answers_are_those_of_the_command_however_often(text: str) -> None:
    session = Session()
    alone = verdicts(review(text).to_json()["lines"])
    for _ in range(2):
        answer = json.loads(session.answer(json.dumps({"text": text})))
        assert verdicts(answer["lines"]) == alone


def test_what_is_decided_is_not_decided_again(monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session()
    session.check(WRONG)
    monkeypatch.setattr(
        "vaetheory.checkers.exact.check", lambda *_, **__: pytest.fail("decided twice")
    )
    assert session.check(WRONG).verdict == "fails"


def test_an_edit_is_noticed() -> None:
    session = Session()
    assert session.check(RIGHT).verdict == "holds"
    assert session.check(WRONG).verdict == "fails"
    assert session.check(RIGHT).verdict == "holds"


def test_what_was_left_open_for_want_of_time_is_taken_up_again() -> None:
    session = Session(seconds=0.0)
    assert session.check(RIGHT).verdict != "holds"
    session.seconds = 20.0
    assert session.check(RIGHT).verdict == "holds"


def test_the_words_are_those_of_the_terminal() -> None:
    answer = json.loads(Session().answer(json.dumps({"text": WRONG})))
    last = answer["lines"][-1]["said"]
    assert last["mark"] == "✗"
    assert last["headline"] == "line 4 does not follow"
    assert "^^^" in last["excerpt"]
    assert last["world"][-1][0] == "difference"


def test_a_goal_and_a_hint() -> None:
    text = (EXAMPLES / "begun.md").read_text()
    asked = {"text": text, "name": "begun.md", "goal": "1.2.1", "hint": True}
    answer = json.loads(Session().answer(json.dumps(asked)))
    assert answer["goal"]["question"] == "1.2.1"
    assert answer["hint"]
