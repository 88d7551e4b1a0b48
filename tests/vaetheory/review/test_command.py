"""``vaetheory check``: what it prints, in which form, and with which exit code."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from vaetheory.review.command import main

RIGHT = r"$$\text{ELBO} = \mathbb{E}_{q(z|x)}[\log p(x|z)] - \mathrm{KL}(q(z|x)\,\|\,p(z))$$"
WRONG = r"$$\text{ELBO} = \mathbb{E}_{q(z|x)}[\log p(x|z)] + \mathrm{KL}(q(z|x)\,\|\,p(z))$$"
UNREADABLE = r"$$\text{ELBO} = \heartsuit$$"
OPEN = r"$$\log p(x) = \cdots = \text{ELBO} + \mathrm{KL}(q(z|x)\|p(z|x))$$"
IDENTITY = r"""\begin{align*}
\log p(x) &= \int q(z|x)\log p(x)\,dz\\
&= \text{ELBO} + \mathrm{KL}(q(z|x)\,\|\,p(z|x))
\end{align*}"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in {
        "right": RIGHT,
        "wrong": WRONG,
        "unread": UNREADABLE,
        "open": OPEN,
        "identity": IDENTITY,
    }.items():
        (tmp_path / f"{name}.tex").write_text(text)
    return tmp_path


@pytest.mark.parametrize(("name", "code"), [("right", 0), ("wrong", 1), ("unread", 2), ("open", 3)])
def test_exit_codes(folder: Path, name: str, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(folder / f"{name}.tex")]) == code
    assert capsys.readouterr().out


def test_a_missing_file_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["no-such-file.tex"]) == 2
    assert "No such file" in capsys.readouterr().out


def test_no_file_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "FILE" in capsys.readouterr().err


LINE_KEYS = {
    "line", "derivation", "source", "latex", "relation", "against", "verdict", "evidence",
    "rule", "assumptions", "reading",
    "why", "mistake", "counterexample",
}  # fmt: skip


def test_json_keeps_the_contract(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--json", str(folder / "right.tex"), str(folder / "wrong.tex")]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == 1
    assert [f["verdict"] for f in document["files"]] == ["holds", "fails"]
    (line,) = document["files"][1]["lines"]
    assert set(line) == LINE_KEYS
    assert line["mistake"]["name"] == "sign of a term"
    assert line["source"] == {"line": 1, "column": 3, "end": 3 + len(WRONG) - 4}
    assert line["counterexample"]["left_decimal"] != line["counterexample"]["right_decimal"]
    assert isinstance(document["seconds"], float)


def test_the_caret_stands_below_the_wrong_line(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main([str(folder / "unread.tex")])
    rows = capsys.readouterr().out.splitlines()
    where = next(k for k, row in enumerate(rows) if set(row.strip()) == {"^"})
    assert rows[where - 1][rows[where].index("^") :].startswith(r"\heartsuit")


def test_the_gradebook_has_a_row_per_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["--format", "csv", *(str(folder / f"{n}.tex") for n in ("right", "wrong", "unread"))])
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["verdict"] for row in rows] == ["holds", "fails", "unread"]
    assert rows[1]["first_wrong_line"] == "1"


class _Balanced(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_html_is_balanced_and_escaped(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.tex"
    file.write_text(r"$$\text{ELBO} = <script>alert(1)</script>$$" + WRONG)
    main(["--format", "html", str(file)])
    page = capsys.readouterr().out
    assert "<script>" not in page
    parser = _Balanced()
    parser.feed(page)
    assert parser.open == []
    assert "http" not in page


def test_markdown_names_the_mistake(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["--format", "markdown", str(folder / "wrong.tex")])
    assert "sign of a term" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("head", "said"), [(b"%PDF-1.7 ...", "PDF"), (b"PK\x03\x04....", "word processor")]
)
def test_other_formats_are_refused_with_advice(
    tmp_path: Path, head: bytes, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "handed-in.bin"
    file.write_bytes(head)
    assert main([str(file)]) == 2
    out = capsys.readouterr().out
    assert said in out
    assert "LaTeX" in out


def test_goals_are_reached_or_not(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["--json", "--goal", "1.1.1", str(folder / "identity.tex"), str(folder / "right.tex")])
    files = json.loads(capsys.readouterr().out)["files"]
    assert [f["goal"]["reached"] for f in files] == [True, False]
    assert files[0]["goal"]["largest_step"]["line"] == 2


def test_a_goal_may_be_reached_on_the_way(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "further.tex"
    file.write_text(
        r"\[ \log p(x) = \int q(z|x) \log p(x)\, dz = \text{ELBO} + KL[q(z|x) || p(z|x)]"
        r" \ge \text{ELBO} \]"
    )
    reached = []
    for goal in ("1.1.1", "1.1.2", "1.2.1"):
        main(["--json", "--goal", goal, str(file)])
        reached.append(json.loads(capsys.readouterr().out)["files"][0]["goal"]["reached"])
    assert reached == [True, True, False]


def test_mistakes_are_named_for_what_they_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "half.tex"
    file.write_text(
        r"Let $q(z|x) = \mathcal N(z;\mu,\sigma^2)$ and $p(z) = \mathcal N(z;0,1)$."
        "\n"
        r"\[ KL(q(z|x)\|p(z)) = \mu^2+\sigma^2 - 1 - \log\sigma^2 \]"
    )
    main(["--json", str(file)])
    last = json.loads(capsys.readouterr().out)["files"][0]["lines"][-1]
    assert last["mistake"]["name"] == "wrong scale"


def test_names_are_written_as_people_read_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "name.tex"
    file.write_text(r"\[ \mathcal L_\beta = \mathbb E_{q(z|x)}[\log p(x|z)] \]")
    main(["--json", str(file)])
    (line,) = json.loads(capsys.readouterr().out)["files"][0]["lines"]
    assert r"\mathcal{L}_\beta" in line["why"]


def test_an_unknown_goal_is_wrong_usage(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--goal", "9.9.9", str(folder / "right.tex")]) == 2
    assert "9.9.9" in capsys.readouterr().err


def test_a_hint_is_one_step(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "begun.tex"
    file.write_text(r"$$\log p(x) = \int q(z|x)\log p(x)\,dz$$")
    main(["--goal", "1.1.1", "--hint", str(file)])
    assert "product-rule" in capsys.readouterr().out


def test_notebooks_are_read_by_cell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.ipynb"
    cells = [
        {"cell_type": "code", "source": ["x = 1"]},
        {"cell_type": "markdown", "source": ["# Answer\n"]},
        {"cell_type": "markdown", "source": ["first\n", WRONG]},
    ]
    file.write_text(json.dumps({"cells": cells, "nbformat": 4}))
    assert main(["--json", str(file)]) == 1
    (line,) = json.loads(capsys.readouterr().out)["files"][0]["lines"]
    assert (line["source"]["cell"], line["source"]["line"]) == (2, 2)


def test_standard_input_and_nothing_heavy_is_imported() -> None:
    code = (
        "import sys; from vaetheory.review.command import main; code = main(['-']);"
        "heavy = {'numpy', 'sympy', 'torch', 'scipy', 'rich'} & set(sys.modules); assert not "
        "heavy, heavy; sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], input=WRONG, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stderr
    assert "sign of a term" in done.stdout


@pytest.mark.parametrize(
    "line",
    [
        r"\log\det\Sigma = \sum_{d=1}^D\log\Sigma_d",
        r"\mathrm{tr}(\Sigma) = \sum_{d=1}^D\Sigma_d",
        r"KL(\mathcal N(\mu,\Sigma)\|\mathcal N(0,I)) = \sum_{d=1}^D KL(\mathcal N(\mu_d,\Sigma_d)"
        r"\|\mathcal N(0,1))",
    ],
)
def test_what_is_true_of_diagonal_covariances_only_does_not_hold(
    line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "full.tex"
    file.write_text(rf"\[ {line} \]")
    main(["--json", str(file)])
    (said,) = json.loads(capsys.readouterr().out)["files"][0]["lines"]
    assert said["verdict"] == "unread"
