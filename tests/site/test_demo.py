"""`make demo` builds the site again exactly when something that it is made of has changed."""

from __future__ import annotations

from pathlib import Path

import demo
import pytest


def house(root: Path) -> None:
    (root / "docs" / "generated").mkdir(parents=True)
    (root / "docs" / "index.md").write_text("One.", encoding="utf-8")
    (root / "mkdocs.yml").write_text("site_name: x", encoding="utf-8")
    (root / "runs" / "cvae").mkdir(parents=True)


@pytest.mark.parametrize("name", ["docs/index.md", "docs/new.md", "mkdocs.yml", "runs/cvae/a.svg"])
def test_a_change_is_seen(tmp_path: Path, name: str) -> None:
    house(tmp_path)
    before = demo.fingerprint(tmp_path)
    (tmp_path / name).write_text("Two.", encoding="utf-8")
    assert demo.fingerprint(tmp_path) != before


def test_what_the_build_writes_is_no_change(tmp_path: Path) -> None:
    house(tmp_path)
    before = demo.fingerprint(tmp_path)
    (tmp_path / "docs" / "generated" / "speed.md").write_text("3", encoding="utf-8")
    assert demo.fingerprint(tmp_path) == before


def test_it_builds_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    house(tmp_path)
    built = []

    def build() -> bool:
        built.append(1)
        (tmp_path / "site").mkdir(exist_ok=True)
        (tmp_path / "site" / "index.html").touch()
        return len(built) != 2

    monkeypatch.setattr(demo, "ROOT", tmp_path)
    monkeypatch.setattr(demo, "_build", build)
    assert demo.build_site()
    assert demo.build_site()
    assert len(built) == 1
    (tmp_path / "docs" / "index.md").write_text("Two.", encoding="utf-8")
    assert not demo.build_site()  # a build that fails leaves no stamp
    assert demo.build_site()
    assert len(built) == 3
