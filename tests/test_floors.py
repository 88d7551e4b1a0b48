"""Imports go downward only, and every check here is shown a fault that it must catch."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import floors

ROOT = Path(__file__).parent.parent


FOLDERS = {
    f"vaetheory/{name}"
    for name in ("language", "calculus", "worlds", "rules", "slips", "checkers", "latex",
                 "theorems", "review", "audit", "presentation")
} | {"vaemodels/experiments", "vaemodels/commands"}  # fmt: skip


def house(root: Path, **files: str) -> Path:
    """A tree of empty rooms below `root`, with the given `path__with__underscores=source` files."""
    for name in floors.FLOORS:
        (root / name).parent.mkdir(exist_ok=True)
        if name in FOLDERS:
            (root / name).mkdir()
            (root / name / "__init__.py").touch()
        else:
            (root / f"{name}.py").touch()
    for path, source in files.items():
        (root / (path.replace("__", "/") + ".py")).write_text(source, encoding="utf-8")
    return root


def test_the_house_stands() -> None:
    assert floors.violations(ROOT) == []


def test_tests_of_one_package_do_not_lean_on_the_other() -> None:
    assert floors.violations_in_tests(ROOT) == []


def test_an_empty_house_is_fine(tmp_path: Path) -> None:
    assert floors.violations(house(tmp_path)) == []


LEGAL = {
    "downward": {"vaetheory__rules__linearity": "from vaetheory.language import expressions"},
    "own room": {"vaetheory__rules__linearity": "from . import logs\nfrom .logs import split",
                 "vaetheory__rules__logs": ""},
    "relative, downward": {"vaetheory__rules__linearity": "from ..language import expressions"},
    "single files of one floor": {"vaemodels__models": "import vaemodels.likelihoods"},
    "the arrow": {"vaemodels__world": "import vaetheory.checkers.exact"},
    "the arrow from experiments": {"vaemodels__experiments__collapse": "import vaetheory"},
    "standard library": {"vaetheory__language__variables": "import functools, fractions"},
    "sympy in its one file": {"vaetheory__checkers__symbolic": "import sympy"},
    "torch in a model": {"vaemodels__networks": "import torch.nn as nn"},
}  # fmt: skip

ILLEGAL = {
    "upward": (
        {"vaetheory__language__expressions": "from vaetheory.latex import writer"},
        "vaetheory/latex (floor 3) lies above vaetheory/language (floor 1)",
    ),
    "upward, relative": (
        {"vaetheory__language__expressions": "from ..latex import writer"},
        "lies above",
    ),
    "upward, inside a function": (
        {"vaetheory__worlds__finite": "def f():\n    import vaetheory.derivation\n"},
        "lies above",
    ),
    "upward, for types only": (
        {"vaetheory__worlds__finite": "if TYPE_CHECKING:\n    import vaetheory.derivation\n"},
        "lies above",
    ),
    "upward, by name": (
        {"vaetheory__worlds__finite": "import_module('vaetheory.derivation')"},
        "lies above",
    ),
    "to the package itself": (
        {"vaetheory__worlds__finite": "from vaetheory import verify"},
        "vaetheory/__init__ (floor 8) lies above",
    ),
    "rules to checkers": (
        {"vaetheory__rules__linearity": "from vaetheory.checkers import exact"},
        "share a floor but no door",
    ),
    "checkers to rules": (
        {"vaetheory__checkers__exact": "import vaetheory.rules.linearity"},
        "share a floor but no door",
    ),
    "latex to rules": (
        {"vaetheory__latex__writer": "import vaetheory.rules"},
        "share a floor but no door",
    ),
    "rules to slips": (
        {"vaetheory__rules__logs": "import vaetheory.slips"},
        "share a floor but no door",
    ),
    "calculus to worlds": (
        {"vaetheory__calculus__terms": "import vaetheory.worlds"},
        "share a floor but no door",
    ),
    "sympy outside its file": (
        {"vaetheory__checkers__exact": "import sympy"},
        "sympy is not allowed in this room",
    ),
    "numpy in the language": (
        {"vaetheory__language__variables": "def f():\n    import numpy as np\n"},
        "numpy is not allowed in this room",
    ),
    "torch in figures": (
        {"vaemodels__figures": "from torch import Tensor"},
        "torch is not allowed in this room",
    ),
    "theory to models": (
        {"vaetheory__theorems__elbo": "import vaemodels.objectives"},
        "no arrow leads from this file to vaemodels",
    ),
    "models to theory from elsewhere": (
        {"vaemodels__objectives": "from vaetheory.language import expressions"},
        "no arrow leads from this file to vaetheory",
    ),
    "a room without a floor": (
        {"vaetheory__helpers": ""},
        "vaetheory/helpers has no floor",
    ),
    "to a room without a floor": (
        {"vaetheory__cli": "import vaetheory.shed"},
        "vaetheory/shed has no floor",
    ),
}  # fmt: skip


@pytest.mark.parametrize("files", LEGAL.values(), ids=LEGAL.keys())
def test_what_the_house_allows(tmp_path: Path, files: dict[str, str]) -> None:
    assert floors.violations(house(tmp_path, **files)) == []


@pytest.mark.parametrize(("files", "why"), ILLEGAL.values(), ids=ILLEGAL.keys())
def test_a_planted_violation_is_caught(tmp_path: Path, files: dict[str, str], why: str) -> None:
    found = floors.violations(house(tmp_path, **files))
    assert len(found) == 1, found
    assert why in found[0]


def test_a_planted_leaning_test_is_caught(tmp_path: Path) -> None:
    for folder in ("tests/vaetheory", "tests/vaemodels"):
        (tmp_path / folder).mkdir(parents=True)
    house(tmp_path)
    (tmp_path / "tests/vaetheory/test_a.py").write_text("import vaemodels.models\n")
    (tmp_path / "tests/vaemodels/test_b.py").write_text("import vaetheory\n")
    (tmp_path / "tests/vaemodels/test_bridge.py").write_text("import vaetheory\n")
    found = floors.violations_in_tests(tmp_path)
    assert [line.split(":")[0] for line in found] == [
        "tests/vaemodels/test_b.py",
        "tests/vaetheory/test_a.py",
    ]


def test_violations_name_file_line_and_module(tmp_path: Path) -> None:
    house(tmp_path, vaetheory__language__variables="import math\n\nimport torch.nn\n")
    assert floors.violations(tmp_path) == [
        "vaetheory/language/variables.py:3: imports torch.nn: torch is not allowed in this room"
    ]
