"""The canary notices each thing that a move to another site generator could break."""

from __future__ import annotations

from pathlib import Path

import pytest
import zensical_canary

GOOD = '<h1 id="top">A</h1><p class="derivation"></p><math ></math><a href="b.html#end">b</a>'


@pytest.fixture
def built(tmp_path: Path) -> tuple[Path, Path]:
    """Two sources and the pages that are promised by them."""
    docs, site = tmp_path / "docs", tmp_path / "site"
    docs.mkdir()
    site.mkdir()
    (docs / "a.md").write_text("# A\n\n{{ derivation elbo-identity }}\n\n$x$ [b](b.md#end)\n")
    (docs / "b.md").write_text("# B\n\n::: vaetheory\n")
    (site / "a.html").write_text(GOOD)
    (site / "b.html").write_text('<p id="end" class="doc doc-object"></p>')
    (site / "search.json").write_text("{}")
    return docs, site


def test_nothing_is_found_where_all_is_there(built: tuple[Path, Path]) -> None:
    assert zensical_canary.breaks(*built) == []


@pytest.mark.parametrize(
    ("page", "old", "new", "said"),
    [
        ("a", 'class="derivation"', "", "a.html: 1 derivations promised"),
        ("a", "<math >", "$x$", "a.html: mathematics is not rendered"),
        ("a", "b.html#end", "/b.md#end", "a.html: a dead link, /b.md#end"),
        ("a", "#end", "#gone", "a.html: a dead link, b.html#gone"),
        ("b", 'class="doc doc-object"', "", "b.html: the API is not rendered"),
    ],
)
def test_what_is_gone_is_said(
    built: tuple[Path, Path], page: str, old: str, new: str, said: str
) -> None:
    file = built[1] / f"{page}.html"
    file.write_text(file.read_text().replace(old, new))
    (found,) = zensical_canary.breaks(*built)
    assert found.startswith(said)


def test_missing_pages_and_a_missing_index_are_said(built: tuple[Path, Path]) -> None:
    (built[1] / "b.html").unlink()
    (built[1] / "search.json").unlink()
    found = zensical_canary.breaks(*built)
    assert "b.html: no such page" in found
    assert "no search index" in found
