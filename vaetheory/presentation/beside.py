"""Real source beside its mathematics: groups of lines, each with its equation, theorem and tests.

The pairing is data, `docs/side-by-side.toml`; the lines, the theorems and the tests are looked up,
and what is gone stops the build.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from vaetheory.presentation import sources
from vaetheory.presentation.evidence import PageError

SHEET = Path("docs") / "side-by-side.toml"


@dataclass(frozen=True)
class Group:
    """Lines of a source from `first` on, and the equation that they are."""

    anchor: str
    label: str
    first: int
    text: str
    tex: str
    say: str
    theorem: str
    tests: tuple[str, ...]


def anchor(test: str) -> str:
    """The anchor of a test, `package.module:function`, on the page."""
    return test.rpartition(":")[2].replace("_", "-")


def names(root: Path) -> list[str]:
    """The sources that are set beside their mathematics."""
    return [entry["name"] for entry in _read(root)]


def groups(root: Path, name: str) -> list[Group]:
    """The groups of one source. Together they are the whole of it. Raises PageError."""
    found = next((entry for entry in _read(root) if entry["name"] == name), None)
    if found is None:
        raise PageError(f"{SHEET} has no source {name!r}")
    source = sources.find(root, name)
    lines = source.text.splitlines()
    starts = [_line(lines, group["from"], name) for group in found["group"]]
    if starts[0] != 0 or starts != sorted(set(starts)):
        raise PageError(f"{SHEET}: the groups of {name!r} must begin at its first line, in order")
    made = []
    for group, start, end in zip(found["group"], starts, [*starts[1:], len(lines)], strict=True):
        tests = tuple(group.get("tests", ()))
        for test in tests:
            sources.find(root, test)
        made.append(
            Group(
                f"{name.rpartition(':')[2]}-{group['key']}".lower().replace("_", "-"),
                f"`{name.rpartition(':')[2]}`, {group['key']}",
                source.first + start,
                "\n".join(lines[start:end]).rstrip(),
                group["tex"],
                group["say"],
                group.get("theorem", ""),
                tests,
            )
        )
    return made


def all_groups(root: Path) -> list[Group]:
    """Every group of every source."""
    return [group for name in names(root) for group in groups(root, name)]


def page_text(root: Path, name: str) -> str:
    """The Markdown of one source: a row for each group, equation left, lines right."""
    source = sources.find(root, name)
    out = [f'<p class="beside-file"><code>{source.file}</code></p>', ""]
    for group in groups(root, name):
        links = []
        if group.theorem:
            links.append(f"[the theorem](theorems/{group.theorem}.md)")
        links += [f"[the test](#{anchor(test)})" for test in group.tests]
        out += [
            f'<div class="beside" id="{group.anchor}" markdown="block">',
            "",
            '<div class="beside-maths" markdown="block">',
            "",
            f"$${group.tex}$$",
            "",
            " · ".join([group.say, *links]),
            "",
            "</div>",
            "",
            f'````python linenums="{group.first}"',
            group.text,
            "````",
            "",
            "</div>",
            "",
        ]
    return "\n".join(out)


def tests_text(root: Path) -> str:
    """The Markdown of the tests that hold the equations, each with links back to them."""
    everything = all_groups(root)
    out = []
    for test in dict.fromkeys(test for group in everything for test in group.tests):
        source = sources.find(root, test)
        held = [group for group in everything if test in group.tests]
        back = ", ".join(f"[{group.label}](#{group.anchor})" for group in held)
        out += [
            f"### {test.rpartition(':')[2].replace('_', ' ')} {{ #{anchor(test)} }}",
            "",
            f"Holds: {back}. `{source.file}`, lines {source.first}–{source.last}.",
            "",
            '??? example "The test"',
            "",
            f'    ````python linenums="{source.first}"',
            *(f"    {line}" for line in source.text.splitlines()),
            "    ````",
            "",
        ]
    return "\n".join(out)


def _read(root: Path) -> list[dict]:  # type: ignore[type-arg]
    with (root / SHEET).open("rb") as file:
        found: list[dict] = tomllib.load(file)["source"]  # type: ignore[type-arg]
    return found


def _line(lines: list[str], start: str, name: str) -> int:
    found = [number for number, line in enumerate(lines) if start in line]
    if not found:
        raise PageError(f"{SHEET}: no line of {name!r} contains {start!r}")
    return found[0]
