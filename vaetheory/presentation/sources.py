"""Real source for pages: the text of a module, class or function, found without importing it."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

from vaetheory.presentation.evidence import PageError


@dataclass(frozen=True)
class Source:
    """A stretch of a file: `first` is the number of its first line."""

    file: str
    first: int
    text: str

    @property
    def last(self) -> int:
        """The number of its last line."""
        return self.first + self.text.count("\n")


def _module_file(root: Path, module: str) -> Path:
    path = root.joinpath(*module.split("."))
    for candidate in (path.with_suffix(".py"), path / "__init__.py"):
        if candidate.is_file():
            return candidate
    raise PageError(f"no module {module!r} below {root.name or root}")


def find(root: Path, name: str) -> Source:
    """The source of `package.module` or `package.module:Class.method`. Raises PageError."""
    module, _, inside = name.partition(":")
    path = _module_file(root, module)
    text = path.read_text(encoding="utf-8")
    file = path.relative_to(root).as_posix()
    if not inside:
        return Source(file, 1, text.rstrip("\n"))
    node: ast.AST = ast.parse(text)
    for part in inside.split("."):
        found = [
            child
            for child in getattr(node, "body", [])
            if isinstance(child, ast.FunctionDef | ast.ClassDef) and child.name == part
        ]
        if not found:
            raise PageError(f"{file} has no {inside!r}: is the page older than the code?")
        node = found[-1]
    assert isinstance(node, ast.FunctionDef | ast.ClassDef)
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    lines = text.splitlines()[first - 1 : node.end_lineno]
    return Source(file, first, "\n".join(lines))
