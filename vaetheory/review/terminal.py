"""The report on a terminal, in colour. rich is loaded here only, when there is a terminal to
draw on.
"""

from __future__ import annotations

from vaetheory.review.pages.text import to_text
from vaetheory.review.report import FileReport

_STYLES = {" ✓ ": "green", " · ": "cyan", " ✗ ": "bold red", " ? ": "yellow", " ! ": "bold yellow"}


def show(reports: list[FileReport]) -> None:
    """Prints the reports as wide as the terminal is."""
    from rich.console import Console
    from rich.text import Text

    console = Console()
    for row in to_text(reports, console.width).splitlines():
        style = next((s for mark, s in _STYLES.items() if row.startswith(mark)), "")
        if row.strip() and set(row.strip()) == {"^"}:
            style = "bold red"
        console.print(Text(row, style=style, no_wrap=False), soft_wrap=True)
