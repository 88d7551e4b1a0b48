"""A live table of what has been verified so far, on stderr, and nothing where stderr is no
terminal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar

from vaetheory.presentation.terminal import verification

# Lines for the table's heading and the bar; columns that give every name one line.
_AROUND = 4
_WIDE = 100


@contextmanager
def verifying(names: list[str], console: Console) -> Iterator[Callable[[dict[str, Any]], None]]:
    """Within the context, call the given function with the entry of each theorem that is done."""
    done: list[dict[str, Any]] = []
    if not console.is_terminal:
        yield done.append
        return
    with Live(console=console, refresh_per_second=8, transient=True) as live:

        def show(entry: dict[str, Any]) -> None:
            done.append(entry)
            live.update(frame(done, len(names), console))

        live.update(frame(done, len(names), console))
        yield show


def frame(done: list[dict[str, Any]], total: int, console: Console) -> Group:
    """A bar and as many of the newest rows as the window has room for: a live table that is
    higher than the window can be neither read nor wiped away.
    """
    lines = 1 if console.width >= _WIDE else 2
    room = max(1, (console.height - _AROUND) // lines)
    bar = ProgressBar(total=total, completed=len(done), width=40)
    return Group(bar, verification({"theorems": done}, last=room))
