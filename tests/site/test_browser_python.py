"""What goes into the browser: only what needs no package, and all that it asks for."""

from __future__ import annotations

import ast
import sys

import browser_python
import check_mine

from tests.site.conftest import ROOT


def imported(text: bytes) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
    return found


def foreign(files: dict[str, bytes]) -> set[str]:
    """What the files import that is neither in Python nor among them."""
    inside = {name.removesuffix(".py").removesuffix("/__init__") for name in files}
    asked = {module for text in files.values() for module in imported(text)}
    own = {m for m in asked if m.split(".")[0] == "vaetheory"}
    lost = {m for m in own if m != "vaetheory" and m[10:].replace(".", "/") not in inside}
    return lost | {m for m in asked - own if m.split(".")[0] not in sys.stdlib_module_names}


# Asked for late, by whoever verifies theorems or audits; a review never does.
LATE = {"vaetheory.checkers.symbolic", "vaetheory.checkers.quadrature",
        "vaetheory.checkers.monte_carlo", "vaetheory.review.terminal"}  # fmt: skip


def test_nothing_in_the_archive_needs_a_package() -> None:
    asked = foreign(browser_python.sources())
    assert asked <= LATE, asked - LATE


def test_a_package_would_be_seen() -> None:
    files = browser_python.sources()
    files["review/session.py"] += b"\nimport sympy\nimport vaetheory.audit.auditor\n"
    assert foreign(files) - LATE == {"sympy", "vaetheory.audit.auditor"}


def test_the_archive_is_the_same_for_the_same_files() -> None:
    files = browser_python.sources()
    assert browser_python.archive(files) == browser_python.archive(files)
    other = {**files, "review/session.py": b"pass\n"}
    versions = {browser_python.version(browser_python.archive(f)) for f in (files, other)}
    assert len(versions) == 2


def test_the_menu_has_right_and_wrong_examples_in_several_notations() -> None:
    box = check_mine.box(ROOT / "docs" / "examples", "0")
    for group in ("Right", "Wrong", "Not answered"):
        assert f'data-group="{group}"' in box
    texts = [(ROOT / "docs" / "examples" / e.file).read_text() for e in check_mine.EXAMPLES]
    for notation in (r"\begin{align", r"\begin{eqnarray", r"\begin{split}", "$$", r"\[", r"\ln"):
        assert any(notation in text for text in texts), notation
