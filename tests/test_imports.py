"""What importing the packages costs: which modules come along, and how long a command takes."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HEAVY = ("torch", "sympy", "numpy", "scipy", "matplotlib", "mpmath")
# What a browser has to load, too; each is imported where it is used and nowhere above.
LIGHT_ROOMS = ("language", "calculus", "worlds", "rules", "slips", "latex", "derivation", "review")


def loaded_after(statement: str) -> set[str]:
    """The top-level packages in `sys.modules` of a fresh interpreter after `statement`."""
    code = f"import sys; {statement}; print(*{{name.split('.')[0] for name in sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return set(done.stdout.split())


def rooms_that_stand() -> list[str]:
    """The light rooms below vaetheory, as module names."""
    house = ROOT / "vaetheory"
    return [
        f"vaetheory.{name}"
        for name in LIGHT_ROOMS
        if (house / name / "__init__.py").is_file() or (house / f"{name}.py").is_file()
    ]


def test_importing_vaetheory_is_light() -> None:
    assert loaded_after("import vaetheory").isdisjoint(HEAVY)


def test_importing_the_rooms_for_the_browser_is_light() -> None:
    rooms = rooms_that_stand()
    assert "vaetheory.language" in rooms
    assert loaded_after("import " + ", ".join(rooms)).isdisjoint({*HEAVY, "rich", "markdown"})


def test_the_command_line_starts_without_the_heavy_packages() -> None:
    assert loaded_after("import vaetheory.cli").isdisjoint(HEAVY)


def test_importing_the_configuration_needs_no_torch() -> None:
    assert loaded_after("import vaemodels.config").isdisjoint(HEAVY)


@pytest.mark.parametrize("module", ["sympy", "numpy"])
def test_a_heavy_import_is_seen(module: str) -> None:
    assert module in loaded_after(f"import {module}")


def test_list_answers_at_once() -> None:
    """Under 0.5 s of one processor, in one of twenty runs: what else runs only adds to it."""

    def seconds() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [sys.executable, "-m", "vaetheory", "list"], check=True, capture_output=True, cwd=ROOT
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    assert any(seconds() < 0.5 for _ in range(20))
