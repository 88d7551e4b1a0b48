"""What the page holds of the things to touch before any script runs."""

from __future__ import annotations

import base64
import zlib
from pathlib import Path
from xml.etree import ElementTree as etree

import markdown
import pytest

from vaetheory.presentation.evidence import PageError
from vaetheory.presentation.touch import WIDGETS, WidgetWriter
from vaetheory.presentation.touch.parts import picture, tiled

RESULTS = Path(__file__).parents[2] / "docs" / "results"


@pytest.mark.parametrize("name", WIDGETS)
def test_each_is_well_formed_and_asks_for_nothing(name: str) -> None:
    text = WIDGETS[name](RESULTS)
    root = etree.fromstring(text)
    assert root.get("data-widget") == name
    assert "http" not in text
    assert "\n\n" not in text, "a blank line would end Markdown's raw HTML"


def test_what_is_missing_stops_the_build_and_says_what_to_run(tmp_path: Path) -> None:
    writer = WidgetWriter(markdown.Markdown(), tmp_path)
    with pytest.raises(PageError, match="run `make touch`"):
        writer.widget(etree.Element("div"), "explorer")
    with pytest.raises(PageError, match="vaemodels experiment two-terms"):
        writer.widget(etree.Element("div"), "beta")
    with pytest.raises(PageError, match="no widget 'frob'"):
        writer.widget(etree.Element("div"), "frob")


def test_pictures() -> None:
    assert tiled([bytes([1, 2, 3, 4, 5, 6, 7, 8])], 2, 2) == (bytes([1, 2, 5, 6, 3, 4, 7, 8]), 4)
    png = base64.b64decode(picture(bytes([0, 255, 7, 8]), 2).partition(",")[2])
    start = png.index(b"IDAT") + 4
    length = int.from_bytes(png[start - 8 : start - 4], "big")
    rows = zlib.decompress(png[start : start + length])
    assert rows == bytes([0, 0, 0, 0, 255, 0, 0, 7, 0, 8])
