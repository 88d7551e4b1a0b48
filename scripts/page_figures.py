"""Figures of a run, made fit for a page.

`vaemodels.figures` writes drawings that take the page's colours, so they are set into the page
itself; identifiers are made different from those of other figures.
"""

from __future__ import annotations

import re
from html import escape
from pathlib import Path

from vaetheory.presentation.drawings import with_small_pictures


def inline(path: Path, caption: str) -> str:
    """A `figure` element with the drawing set into the page."""
    text = path.read_text(encoding="utf-8")
    drawing = re.sub(r"<metadata>.*?</metadata>", "", text[text.index("<svg") :], flags=re.DOTALL)
    drawing = _own_names(with_small_pictures(drawing), path.stem)
    label = f'<svg role="img" aria-label="{escape(re.sub("<[^>]+>", "", caption))}" '
    drawing = drawing.replace("<svg ", label, 1)
    # A blank line would end Markdown's raw HTML.
    drawing = re.sub(r"\n\s*\n", "\n", drawing).strip()
    return f"<figure>\n{drawing}\n<figcaption>{caption}</figcaption>\n</figure>"


def _own_names(drawing: str, prefix: str) -> str:
    """Identifiers that do not clash with those of another figure on the page."""
    drawing = re.sub(r'\bid="([^"]+)"', rf'id="{prefix}-\1"', drawing)
    drawing = re.sub(r'href="#([^"]+)"', rf'href="#{prefix}-\1"', drawing)
    return re.sub(r"url\(#([^)]+)\)", rf"url(#{prefix}-\1)", drawing)
