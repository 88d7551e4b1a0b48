"""Source beside its mathematics: nothing is left out, and what is gone stops the build."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
import theorem_pages

from vaetheory import theorems
from vaetheory.presentation import beside, sources
from vaetheory.presentation.evidence import PageError

ROOT = Path(__file__).parents[2]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of what the page is made from, to be changed."""
    for name in ("docs/side-by-side.toml", "vaemodels/objectives.py", "vaemodels/likelihoods.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    for name in ("test_objectives.py", "test_likelihoods.py"):
        (tmp_path / "tests" / "vaemodels").mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "tests" / "vaemodels" / name, tmp_path / "tests" / "vaemodels" / name)
    return tmp_path


@pytest.mark.parametrize("name", beside.names(ROOT))
def test_the_groups_together_are_the_whole_source(name: str) -> None:
    lines = sources.find(ROOT, name).text.splitlines()
    shown = [line for group in beside.groups(ROOT, name) for line in group.text.splitlines()]
    assert [line for line in shown if line] == [line for line in lines if line]


def test_links_lead_both_ways() -> None:
    page = "\n".join(beside.page_text(ROOT, name) for name in beside.names(ROOT))
    tests = beside.tests_text(ROOT)
    for group in beside.all_groups(ROOT):
        assert f'id="{group.anchor}"' in page
        for test in group.tests:
            assert f"(#{beside.anchor(test)})" in page
            assert f"{{ #{beside.anchor(test)} }}" in tests
            assert f"(#{group.anchor})" in tests
        if group.theorem:
            theorem = theorems.get(group.theorem)
            assert f"(theorems/{group.theorem}.md)" in page
            assert f"(../side-by-side.md#{group.anchor})" in theorem_pages.page(theorem, [])


def test_anchors_are_different() -> None:
    anchors = [group.anchor for group in beside.all_groups(ROOT)]
    assert len(set(anchors)) == len(anchors)


def test_every_file_of_the_page_is_a_real_one() -> None:
    page = "\n".join(beside.page_text(ROOT, name) for name in beside.names(ROOT))
    for file in re.findall(r"<code>([^<]+)</code></p>", page):
        assert (ROOT / file).is_file()


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("vaemodels/objectives.py", "z = rsample", "z = drawn", "no line of .* 'z = rsample'"),
        ("vaemodels/objectives.py", "def elbo(", "def bound(", "has no 'elbo'"),
        ("tests/vaemodels/test_objectives.py", "def test_rsample", "def rsample", "test_rsample"),
        ("docs/side-by-side.toml", 'from = "def elbo"', 'from = "q = "', "begin at its first line"),
    ],
)
def test_what_is_gone_stops_the_build(tree: Path, file: str, old: str, new: str, said: str) -> None:
    path = tree / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(PageError, match=said):
        beside.groups(tree, "vaemodels.objectives:elbo")


def test_an_unknown_source_stops_the_build() -> None:
    with pytest.raises(PageError, match=r"no source 'vaemodels.objectives:rsample'"):
        beside.page_text(ROOT, "vaemodels.objectives:rsample")
