"""A counterexample on a page: the world that was chosen, and both sides there."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as etree

from markdown.util import AtomicString

from vaetheory.presentation.elements import child

# Of several refutations the one that can be redone by hand is shown in full.
BY_HAND = ("exact", "closed form", "quadrature", "Monte Carlo")


def refutation(parent: etree.Element, figures: dict[str, dict[str, Any]]) -> None:
    """The simplest counterexample among those of the kinds in `figures`, folded."""
    for kind in BY_HAND:
        found = figures.get(kind, {}).get("counterexample")
        if found is not None:
            break
    else:
        return
    details = child(parent, "details", class_="counterexample")
    child(details, "summary", "the numbers")
    child(details, "p", f"{kind}: {figures[kind].get('why', 'refuted')}")
    rows = child(child(details, "table", class_="world"), "tbody")
    for name, value in _flat(found["world"]):
        _row(rows, name, value)
    for side in ("left", "right", "difference"):
        decimal = f"{found[f'{side}_decimal']:.4f}".replace("-", "−")
        _row(rows, side, f"{found[side]} ≈ {decimal}")


def _row(rows: etree.Element, name: str, value: str) -> None:
    row = child(rows, "tr")
    # Names such as x_1 and products such as a*b are no Markdown here.
    child(row, "th", scope="row").text = AtomicString(name)
    child(row, "td").text = AtomicString(value)


def _flat(world: dict[str, Any]) -> list[tuple[str, str]]:
    """The entries of a world, tables cell by cell on one line, in the order they were given."""
    entries: list[tuple[str, str]] = []
    for name, value in world.items():
        if isinstance(value, dict) and any(isinstance(v, dict | list) for v in value.values()):
            prefix = "" if name == "tables" else f"{name} of "
            entries += [(prefix + key, _line(item)) for key, item in value.items()]
        else:
            entries.append((name, _line(value)))
    return entries


def _line(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{key}: {_line(item)}" for key, item in value.items())
    if isinstance(value, list):
        return ", ".join(map(_line, value))
    return str(value)
