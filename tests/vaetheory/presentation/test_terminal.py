"""The table of ``verify`` fits a terminal, and its live form the window."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

from vaetheory.presentation import progress, terminal


def entry(name: str, holds: bool = True) -> dict[str, Any]:
    return {
        "name": name,
        "question": "App. B",
        "holds": holds,
        "evidence": {
            "proof": {"holds": True},
            "exact": {"holds": None},
            "Monte Carlo": {"holds": holds},
        },
        "mistakes": [{"refuted_by": ["exact"]}, {"refuted_by": []}],
        "seconds": 12.3,
    }


def printed(document: dict[str, Any], width: int, last: int = 0) -> str:
    out = io.StringIO()
    console = Console(file=out, width=width)
    console.print(terminal.verification(document, last))
    console.print(terminal.legend())
    return out.getvalue()


@pytest.mark.parametrize("width", [80, 120])
def test_a_row_says_which_kinds_confirm_and_which_cannot_decide(width: int) -> None:
    said = printed({"theorems": [entry("elbo-bound"), entry("wrong", holds=False)]}, width)
    good, bad = (line.split() for line in said.splitlines() if line.startswith(("elbo", "wrong")))
    assert good == ["elbo-bound", "App.", "B", "holds", "✓", "~", "✓", "1/2", "12.3"]
    assert bad == ["wrong", "App.", "B", "FAILS", "✓", "~", "✗", "1/2", "12.3"]
    assert max(map(len, said.splitlines())) <= width


def test_only_the_last_rows() -> None:
    document = {"theorems": [entry(f"theorem-{k}") for k in range(9)]}
    said = printed(document, 100, last=2)
    assert [k for k in range(9) if f"theorem-{k}" in said] == [7, 8]


@pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 12), (80, 5)])
def test_the_live_table_stays_within_the_window(width: int, height: int) -> None:
    console = Console(file=io.StringIO(), width=width, height=height, force_terminal=True)
    done = [entry(f"a-theorem-with-a-name-of-thirty-{k:02}") for k in range(40)]
    done.append(entry("the-newest"))
    console.print(progress.frame(done, 60, console))
    said = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert len(said) <= max(height, 5)
    assert sum("the-newest" in line for line in said) == 1


def test_nothing_is_shown_where_nobody_looks() -> None:
    console = Console(file=io.StringIO())
    with progress.verifying(["one"], console) as done:
        done(entry("one"))
    assert console.file.getvalue() == ""  # type: ignore[attr-defined]


def test_at_a_terminal_the_bar_and_the_rows_are_shown() -> None:
    console = Console(file=io.StringIO(), width=100, height=24, force_terminal=True)
    with progress.verifying(["one", "two"], console) as done:
        done(entry("one"))
    assert "one" in console.file.getvalue()  # type: ignore[attr-defined]
