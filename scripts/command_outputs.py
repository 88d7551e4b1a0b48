"""What the commands print about the examples, run anew for every build of the site."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

COLUMNS = 76


@dataclass(frozen=True)
class Shown:
    """A command of `vaetheory` and the exit code that the page promises."""

    name: str
    arguments: tuple[str, ...]
    code: int


COMMANDS = (
    Shown("check-right", ("check", "docs/examples/right.tex"), 0),
    Shown("check-wrong", ("check", "docs/examples/wrong.tex"), 1),
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
    for shown in COMMANDS:
        (fragments / f"{shown.name}.txt").write_text(output(shown, root), encoding="utf-8")
