"""Things to touch: on its page each is a figure that needs no script, which the script of the same
name in `docs/assets` then makes movable.

All numbers come from result files when the page is built; only the explorer asks for more, from
its own site, at the first touch.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as etree

from markdown import Markdown

from vaetheory.presentation.elements import child
from vaetheory.presentation.evidence import PageError
from vaetheory.presentation.maths import stashed
from vaetheory.presentation.touch import beta, explorer, gaussian, gumbel

WIDGETS: dict[str, Callable[[Path], str]] = {
    "beta": beta.markup,
    "explorer": explorer.markup,
    "gaussian-kl": gaussian.markup,
    "gumbel": gumbel.markup,
}


class WidgetWriter:
    """Writes things to touch into a page; `results` is the folder of result files."""

    def __init__(self, md: Markdown, results: Path) -> None:
        self._md = md
        self._results = results

    def widget(self, parent: etree.Element, name: str) -> None:
        """The widget of that name. Raises PageError: no such widget, or no result file for it."""
        if name not in WIDGETS:
            raise PageError(f"there is no widget {name!r}; there are {', '.join(WIDGETS)}")
        child(parent, "div").text = stashed(self._md, WIDGETS[name](self._results))
