"""Fonts in two files: nothing is lost, and a page fetches what it needs."""

from __future__ import annotations

from pathlib import Path

import build_site
import fonts
import pytest
from fontTools.ttLib import TTFont


def characters(font: Path) -> set[int]:
    with TTFont(font) as opened:
        return set(opened.getBestCmap())


@pytest.mark.parametrize("name", ["KaTeX_AMS-Regular", "KaTeX_Main-Regular"])
def test_two_files_are_the_whole_font(name: str, tmp_path: Path) -> None:
    font = build_site.KATEX / "fonts" / f"{name}.woff2"
    written = fonts.split(font, tmp_path)
    (common, _), (other, _) = [(characters(tmp_path / file), points) for file, points in written]
    assert common | other == characters(font)
    assert not common & other
    assert common <= set(fonts.COMMON[name])
    assert (tmp_path / written[0][0]).stat().st_size < 0.6 * font.stat().st_size


def test_a_range_is_written_as_css_reads_it() -> None:
    assert fonts.ranges([0x43, 0x41, 0x42, 0x2212]) == "U+41-43, U+2212"


def test_the_stylesheets_name_files_that_are_there(tmp_path: Path) -> None:
    fonts.katex(build_site.KATEX, tmp_path / "katex")
    fonts.serif(build_site.SERIF, tmp_path / "serif")
    sheet = (tmp_path / "katex" / "katex.min.css").read_text(encoding="utf-8")
    for font in (tmp_path / "katex" / "fonts").iterdir():
        assert font.name in sheet
    assert sheet.count("unicode-range") == 4
    faces = (tmp_path / "serif" / "faces.css").read_text(encoding="utf-8")
    assert faces.count("@font-face") == 12
    assert all(font.name in faces for font in (tmp_path / "serif").glob("*.woff2"))
