"""What is written into docs/ before a build: theorem pages, and what the commands print."""

from __future__ import annotations

import json
import re
from pathlib import Path

import command_outputs
import pytest
import search_index
import theorem_pages

from vaetheory import theorems

ROOT = Path(__file__).parents[2]


class TestTheoremPages:
    def test_every_theorem_gets_one_and_what_is_gone_goes(self, tmp_path: Path) -> None:
        (tmp_path / "no-longer-there.md").write_text("old")
        theorem_pages.write(tmp_path)
        assert {path.stem for path in tmp_path.iterdir()} == set(theorems.names())

    def test_they_link_both_ways(self, tmp_path: Path) -> None:
        theorem_pages.write(tmp_path)
        uses = [(name, used) for name in theorems.names() for used in theorems.get(name).uses]
        assert uses
        for name, used in uses:
            assert f"]({used}.md)" in (tmp_path / f"{name}.md").read_text()
            assert f"]({name}.md)" in (tmp_path / f"{used}.md").read_text()

    def test_every_question_of_the_catalogue_has_a_page(self) -> None:
        for name in theorems.names():
            if question := theorems.get(name).question:
                assert (ROOT / "docs" / theorem_pages.QUESTIONS[question]).is_file()

    def test_every_theorem_of_a_question_stands_on_its_page_or_is_linked(self) -> None:
        for name in theorems.names():
            question = theorems.get(name).question
            if question:
                page = (ROOT / "docs" / theorem_pages.QUESTIONS[question]).read_text()
                assert f"derivation {name} }}}}" in page or f"theorems/{name}.md" in page, name


class TestCommandOutputs:
    @pytest.mark.parametrize("shown", command_outputs.COMMANDS, ids=lambda shown: shown.name)
    def test_the_promised_exit_code(self, shown: command_outputs.Shown) -> None:
        text = command_outputs.output(shown, ROOT)
        assert text.startswith(f"$ vaetheory {shown.arguments[0]} docs/examples/")
        assert not re.search(r"[ \t]$", text, re.MULTILINE)

    def test_another_exit_code_stops_the_build(self) -> None:
        wrong = command_outputs.Shown("planted", ("check", "docs/examples/wrong.tex"), 0)
        with pytest.raises(SystemExit, match="ended with 1, and the page promises 0"):
            command_outputs.output(wrong, ROOT)


def test_the_search_index_loses_source_and_nothing_else(tmp_path: Path) -> None:
    sections = [
        {"location": "api/a.html#f", "text": "<p>Doc.</p> Source code in <code>a.py</code> <pre>"},
        {"location": "check.html", "text": "Source code in <code>a.py</code>"},
    ]
    (tmp_path / "search").mkdir()
    path = tmp_path / "search" / "search_index.json"
    path.write_text(json.dumps({"config": {"lang": ["en"]}, "docs": sections}))
    search_index.lighten(tmp_path)
    index = json.loads(path.read_text())
    assert index["config"] == {"lang": ["en"]}
    assert [section["text"] for section in index["docs"]] == [
        "<p>Doc.</p> ",
        "Source code in <code>a.py</code>",
    ]
