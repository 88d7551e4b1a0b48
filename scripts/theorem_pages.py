"""A page for each theorem of the catalogue, written into docs/theorems/ before a build."""

from __future__ import annotations

from pathlib import Path

from vaetheory import theorems
from vaetheory.presentation import beside
from vaetheory.theorems.theorem import Theorem

# Pages on the homework show these theorems, too: the search should find those.
FRONT = """---
search:
  exclude: {excluded}
---

"""
ROOT = Path(__file__).parent.parent
QUESTIONS = {
    "1.1.1": "homework/1-1-1.md",
    "1.1.2": "homework/1-1-2.md",
    "1.2.1": "homework/1-2-1.md",
    "1.2.2": "homework/1-2-2.md",
    "1.2.3": "homework/1-2-3.md",
    "1.3.1": "homework/1-3-1.md",
    "1.3.2": "homework/1-3-2.md",
    "App. B": "homework/appendix-b.md",
    "eq. 2": "homework/eq-2.md",
    "1.4.1": "homework/1-4-1.md",
    "1.4.2": "homework/1-4-2.md",
    "1.4.3": "homework/1-4-3.md",
    "1.4.4": "homework/1-4-4.md",
    "2.1": "models/vae.md",
    "2.2": "models/cvae.md",
}


def place(theorem: Theorem, used_by: list[str]) -> str:
    """What question it answers, what it uses and what uses it, as one paragraph."""

    def links(names: list[str]) -> str:
        return ", ".join(f"[{theorems.get(name).title}]({name}.md)" for name in names)

    parts = []
    if theorem.question:
        parts.append(f"Question [{theorem.question}](../{QUESTIONS[theorem.question]}).")
    if theorem.uses:
        parts.append(f"Uses: {links(list(theorem.uses))}.")
    if used_by:
        parts.append(f"Used by: {links(used_by)}.")
    lines = [group.anchor for group in beside.all_groups(ROOT) if group.theorem == theorem.name]
    if lines:
        there = ", ".join(f"[{a.replace('-', ' ')}](../side-by-side.md#{a})" for a in lines)
        parts.append(f"In the code, side by side: {there}.")
    return " ".join(parts)


def page(theorem: Theorem, used_by: list[str]) -> str:
    """The Markdown of a theorem's page."""
    name = theorem.name
    sections = [
        f"# {theorem.title}",
        place(theorem, used_by),
        f"{{{{ statement {name} }}}}",
        f"{{{{ answer {name} }}}}",
        "## Derivation",
        f"{{{{ derivation {name} }}}}",
        "## Evidence",
        f"{{{{ evidence {name} }}}}",
        "## Common mistakes",
        f"{{{{ mistakes {name} }}}}",
        "[Every theorem](../theorems.md)",
    ]
    excluded = str(bool(theorem.question)).lower()
    return FRONT.format(excluded=excluded) + "\n\n".join(filter(None, sections)) + "\n"


def write(folder: Path) -> None:
    """The pages of all theorems; pages of theorems that are gone are removed."""
    catalogue = [theorems.get(name) for name in theorems.names()]
    folder.mkdir(exist_ok=True)
    wanted = {f"{theorem.name}.md" for theorem in catalogue}
    for old in folder.glob("*.md"):
        if old.name not in wanted:
            old.unlink()
    for theorem in catalogue:
        used_by = [other.name for other in catalogue if theorem.name in other.uses]
        (folder / f"{theorem.name}.md").write_text(page(theorem, used_by), encoding="utf-8")
