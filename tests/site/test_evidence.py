"""The report that pages are made from is kept while the sources are the same, and no longer."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from vaetheory import theorems
from vaetheory.presentation import evidence

ROOT = Path(__file__).parents[2]


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A small tree of Python sources."""
    for name in ("language/a.py", "rules/b.py", "presentation/c.py"):
        path = tmp_path / name
        path.parent.mkdir()
        path.write_text("x = 1\n")
    return tmp_path


def test_the_fingerprint_sees_a_changed_source(sources: Path) -> None:
    before = evidence.fingerprint(sources, seed=0)
    (sources / "rules/b.py").write_text("x = 2\n")
    assert evidence.fingerprint(sources, seed=0) != before


def test_the_fingerprint_sees_a_renamed_source(sources: Path) -> None:
    before = evidence.fingerprint(sources, seed=0)
    shutil.move(sources / "rules/b.py", sources / "rules/d.py")
    assert evidence.fingerprint(sources, seed=0) != before


def test_the_fingerprint_sees_the_seed(sources: Path) -> None:
    assert evidence.fingerprint(sources, seed=0) != evidence.fingerprint(sources, seed=1)


def test_the_fingerprint_does_not_look_at_how_it_is_presented(sources: Path) -> None:
    before = evidence.fingerprint(sources, seed=0)
    (sources / "presentation/c.py").write_text("x = 2\n")
    assert evidence.fingerprint(sources, seed=0) == before


def test_the_report_is_computed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []

    def report(*, seed: int, progress: object) -> dict[str, object]:
        calls.append(seed)
        return {"schema": 1, "theorems": [], "seed": seed}

    monkeypatch.setattr(theorems, "report", report)
    evidence.library_report.cache_clear()
    first = evidence.library_report(tmp_path, 7)
    evidence.library_report.cache_clear()
    assert evidence.library_report(tmp_path, 7) == first
    evidence.library_report(tmp_path, 8)
    evidence.library_report.cache_clear()
    assert calls == [7, 8]
