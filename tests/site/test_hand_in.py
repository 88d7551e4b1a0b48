"""The deliverables: the booklet takes what it should, the notebook runs, both are zipped."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import booklet
import hand_in
import notebook
import pytest

from tests.site.conftest import ROOT

PAGE = """# 1.1.1 A title

<div class="question" markdown>The question.</div>

??? question "Think first"

    - A hint.

    - Another.

## Answer

The answer, see [there](1-2-1.md) and [Burda](../references.md#burda2016).

## Evidence

Figures.

### Detail

More figures.

## A second part

### Common mistakes

A mistake.

### Derivation

Lines.

## In the code

Code.
"""


class TestBooklet:
    def test_it_takes_questions_answers_and_derivations(self) -> None:
        text = booklet.chosen(PAGE)
        assert re.findall(r"^#+ (.*)$", text, re.MULTILINE) == [
            "1.1.1 A title",
            "Answer",
            "A second part",
            "Derivation",
        ]
        for kept in ("The question.", "The answer", "Lines."):
            assert kept in text
        for dropped in ("hint", "Another", "figures", "A mistake", "Code."):
            assert dropped not in text

    def test_links_lead_inside(self) -> None:
        text = booklet.anchored(PAGE, "1-1-1")
        assert "# 1.1.1 A title { #page-1-1-1 }" in text
        assert "[there](#page-1-2-1)" in text
        assert "[Burda](#burda2016)" in text

    def test_every_question_is_in_it_in_order(self) -> None:
        names = [page.stem for page in booklet.homework_pages()]
        assert names == ["1-1-1", "1-1-2", "1-2-1", "1-2-2", "1-2-3", "1-3-1", "1-3-2",
                         "appendix-b", "eq-2", "1-4-1", "1-4-2", "1-4-3", "1-4-4"]  # fmt: skip

    @pytest.mark.browser
    @pytest.mark.xdist_group("site")
    def test_it_is_printed(self, tmp_path: Path) -> None:
        target = tmp_path / "answers.pdf"
        # a process of its own: Playwright allows one browser loop in each
        command = [sys.executable, str(ROOT / "scripts" / "booklet.py"), str(target)]
        subprocess.run(command, cwd=ROOT, check=True, timeout=300)
        content = target.read_bytes()
        assert content.startswith(b"%PDF-")
        assert len(re.findall(rb"/Type\s*/Page\b", content)) > 10
        page = (ROOT / ".cache" / "booklet.html").read_text()
        anchors = set(re.findall(r'\bid="([^"]+)"', page))
        inside = set(re.findall(r'href="#([^"]+)"', page))
        assert inside
        assert inside <= anchors
        assert page.count('class="derivation"') > 10


class TestNotebook:
    def test_it_runs_on_the_shipped_digits(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HW4_EPOCHS", "1")
        target = tmp_path / "hw4_vae.ipynb"
        assert notebook.main([str(target)]) == 0
        cells = json.loads(target.read_text())["cells"]
        outputs = [output for cell in cells for output in cell.get("outputs", [])]
        assert not [output for output in outputs if output["output_type"] == "error"]
        assert sum("image/png" in output.get("data", {}) for output in outputs) == 8
        text = "".join("".join(output.get("text", "")) for output in outputs)
        assert re.search(r"largest difference: \d\.\de[-+]\d+ nats", text)
        assert re.search(r"CVAE\s+ELBO\s+-\d+", text)

    def test_a_cell_that_fails_is_noticed(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        source = tmp_path / "broken.py"
        source.write_text("# %%\nassert 1 + 1 == 3, 'planted'\n")
        monkeypatch.setattr(notebook, "SOURCE", source)
        with pytest.raises(Exception, match="planted"):
            notebook.execute(tmp_path / "out.ipynb")
        assert not (tmp_path / "out.ipynb").exists()


class TestArchive:
    def test_both_are_in_it(self, tmp_path: Path) -> None:
        for name in hand_in.FILES:
            (tmp_path / name).write_text(name)
        with zipfile.ZipFile(hand_in.pack(tmp_path)) as packed:
            assert packed.namelist() == list(hand_in.FILES)
            assert packed.read("hw4_vae.pdf") == b"hw4_vae.pdf"

    def test_a_missing_part_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "hw4_vae.pdf").write_text("x")
        with pytest.raises(SystemExit, match=r"lacks hw4_vae\.ipynb"):
            hand_in.pack(tmp_path)
