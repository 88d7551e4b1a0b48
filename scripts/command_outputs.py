"""What the commands print about the examples, run anew for every build of the site."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from vaetheory.review import limits

COLUMNS = 76


@dataclass(frozen=True)
class Shown:
    """A command of `vaetheory` and the exit code that the page promises."""

    name: str
    arguments: tuple[str, ...]
    code: int


HANDED_IN = ("docs/examples/right.tex", "docs/examples/wrong.tex", "docs/examples/begun.md")

COMMANDS = (
    Shown("check-right", ("check", "docs/examples/right.tex"), 0),
    Shown("check-wrong", ("check", "docs/examples/wrong.tex"), 1),
    Shown("check-goal", ("check", "docs/examples/begun.md", "--goal", "1.2.1", "--hint"), 0),
    Shown("check-classes", ("check", *HANDED_IN, "--format", "csv"), 1),
    Shown("audit-loss", ("audit", "docs/examples/loss.py:loss"), 1),
)


def output(shown: Shown, root: Path) -> str:
    """The command line and what it prints. Raises SystemExit where the exit code is another."""
    done = subprocess.run(
        [sys.executable, "-m", "vaetheory", *shown.arguments],
        cwd=root,
        env={**os.environ, "COLUMNS": str(COLUMNS)},
        capture_output=True,
        text=True,
        check=False,
    )
    line = " ".join(("vaetheory", *shown.arguments))
    if done.returncode != shown.code:
        raise SystemExit(
            f"`{line}` ended with {done.returncode}, and the page promises {shown.code}:\n"
            f"{done.stdout}{done.stderr}"
        )
    text = "\n".join(printed.rstrip() for printed in done.stdout.splitlines())
    return f"$ {line}\n{text}\n"


def write(root: Path, fragments: Path) -> None:
    """A text file for each command into the folder `fragments`."""
    fragments.mkdir(parents=True, exist_ok=True)
    (fragments / "check-limits.md").write_text(limits.table(), encoding="utf-8")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        printed = pool.map(partial(output, root=root), COMMANDS)
        for shown, text in zip(COMMANDS, printed, strict=True):
            (fragments / f"{shown.name}.txt").write_text(text, encoding="utf-8")
