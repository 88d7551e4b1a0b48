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
            bar = ProgressBar(total=len(names), completed=len(done), width=40)
            live.update(Group(verification({"theorems": done}), bar))

        live.update(ProgressBar(total=len(names), completed=0, width=40))
        yield show
