"""`$…$` and `$$…$$` in Markdown, rendered while the page is built.

Inline: a dollar directly before a non-space and one directly after a non-space, no digit following,
on one paragraph; `\\$` is a dollar. Display: `$$` at the start and the end of a block of its own.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree as etree

from markdown import Markdown
from markdown.blockprocessors import BlockProcessor
from markdown.inlinepatterns import InlineProcessor
from markdown.util import AtomicString

from vaetheory.presentation.katex import KaTeX

# A browser may break a line behind an inline block, even before a full stop.
_CLINGS = re.compile(r"[.,;:?)]")
INLINE = r"(?<![\\$])\$(?![\s$])((?:[^$\\]|\\.)+?)(?<!\s)\$(?![\d$])"
_DISPLAY = re.compile(r"^\s*\$\$(.+?)\$\$\s*$", re.DOTALL)


def stashed(md: Markdown, html: str) -> AtomicString:
    """A placeholder for finished markup, to be set as the text of an element."""
    return AtomicString(md.htmlStash.store(html))


def formula(md: Markdown, katex: KaTeX, tex: str) -> etree.Element:
    """A displayed formula that may break between its terms on a narrow page.

    KaTeX breaks lines in text style only, so the formula is set in text style with display-size
    operators.
    """
    element = etree.Element("div", {"class": "formula", "tabindex": "-1"})
    element.text = stashed(md, katex.render(rf"\displaystyle {tex}"))
    return element


class InlineMaths(InlineProcessor):
    """`$tex$` → a span; where it is short, the punctuation behind it stays on its line."""

    def __init__(self, md: Markdown, katex: KaTeX) -> None:
        super().__init__(INLINE, md)
        self._katex = katex

    def handleMatch(  # type: ignore[override]
        self, m: re.Match[str], data: str
    ) -> tuple[etree.Element, int, int]:
        html, end = self._katex.render(m.group(1)), m.end(0)
        span = etree.Element("span", {"class": "maths"})
        # What KaTeX sets in one piece has no line to break in itself.
        if html.count("katex-base") == 1 and (clings := _CLINGS.match(data, end)):
            span.set("class", "maths clings")
            html, end = html + clings.group(), clings.end()
        span.text = stashed(self.md, html)
        return span, m.start(0), end


class DisplayMaths(BlockProcessor):
    """A block that is `$$tex$$` and nothing else → a displayed formula."""

    def __init__(self, md: Markdown, katex: KaTeX) -> None:
        super().__init__(md.parser)
        self._md = md
        self._katex = katex

    def test(self, parent: etree.Element, block: str) -> bool:
        return _DISPLAY.match(block) is not None

    def run(self, parent: etree.Element, blocks: list[str]) -> None:
        match = _DISPLAY.match(blocks.pop(0))
        assert match is not None
        parent.append(formula(self._md, self._katex, match.group(1).strip()))
