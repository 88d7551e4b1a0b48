"""Which theorems lean on which, drawn as SVG that takes the page's colours.

Columns are depths: what leans on nothing stands at the left, and an arrow leads from a theorem to
what uses it. Theorems that neither use nor are used stand in the table only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.etree import ElementTree as etree

from vaetheory.presentation.elements import child

Uses = Mapping[str, Sequence[str]]

COLUMN, WIDTH, ROW, HEIGHT, MARGIN = 286, 236, 44, 30, 4


def used_by(uses: Uses) -> dict[str, list[str]]:
    """For each theorem the theorems whose derivations cite it."""
    return {name: [other for other in uses if name in uses[other]] for name in uses}


def depths(uses: Uses) -> dict[str, int]:
    """How long the longest chain below each theorem is; 0 for what leans on nothing.

    Raises ValueError where a theorem leans on itself.
    """
    known: dict[str, int] = {}

    def depth(name: str, above: tuple[str, ...]) -> int:
        if name in above:
            raise ValueError(f"theorems lean on each other: {' → '.join([*above, name])}")
        if name not in known:
            below = [depth(used, (*above, name)) for used in uses[name]]
            known[name] = 1 + max(below) if below else 0
        return known[name]

    return {name: depth(name, ()) for name in uses}


def families(uses: Uses) -> list[list[str]]:
    """The theorems that hang together, the largest family first; without those that stand alone."""
    users = used_by(uses)
    unseen = dict.fromkeys(uses)
    found = []
    while unseen:
        todo, family = [next(iter(unseen))], []
        while todo:
            name = todo.pop()
            if name in unseen:
                del unseen[name]
                family.append(name)
                todo += [*uses[name], *users[name]]
        if len(family) > 1:
            found.append([name for name in uses if name in family])
    return sorted(found, key=len, reverse=True)


def places(uses: Uses) -> dict[str, tuple[int, int]]:
    """Column and row of each theorem that is drawn: one family below the other."""
    depth = depths(uses)
    at: dict[str, tuple[int, int]] = {}
    top = 0
    for family in families(uses):
        filled: dict[int, int] = {}
        for name in sorted(family, key=depth.__getitem__):
            row = max(filled.get(depth[name], 0), *(at[used][1] - top for used in uses[name]), 0)
            at[name] = (depth[name], top + row)
            filled[depth[name]] = row + 1
        top += max(filled.values())
    return at


def draw(parent: etree.Element, uses: Uses, titles: Mapping[str, str]) -> None:
    """The drawing as a figure. Each box is a link to the theorem's page and bears its title."""
    at = places(uses)
    figure = child(parent, "figure", class_="graph")
    if not at:
        child(figure, "figcaption", "No theorem cites another.")
        return
    columns, rows = (1 + max(place[axis] for place in at.values()) for axis in (0, 1))
    frame = child(figure, "div", class_="graph-frame", tabindex="0", role="region")
    frame.set("aria-label", "Drawing: which theorems lean on which")
    width, height = (columns - 1) * COLUMN + WIDTH + 2 * MARGIN, rows * ROW + 2 * MARGIN
    svg = child(frame, "svg", class_="graph-drawing", viewBox=f"0 0 {width} {height}")
    svg.set("style", f"width: {width}px")
    edges = child(svg, "g", class_="edges")
    edges.set("aria-hidden", "true")
    for name in at:
        for used in uses[name]:
            child(edges, "path", d=_arrow(at[used], at[name]))
    for name, place in at.items():
        _box(svg, name, name.replace("-", " "), place, titles[name])
    count = sum(len(uses[name]) for name in at)
    alone = len(uses) - len(at)
    child(
        figure,
        "figcaption",
        f"{len(at)} theorems and {count} citations: an arrow leads from a theorem to one whose "
        f"derivation cites it. The other {alone} cite none and are cited by none. Drawn from the "
        "derivations while this page was built; the table below says the same.",
    )


def _corner(place: tuple[int, int]) -> tuple[int, int]:
    return MARGIN + place[0] * COLUMN, MARGIN + place[1] * ROW


def _arrow(start: tuple[int, int], end: tuple[int, int]) -> str:
    (x, y), (to_x, to_y) = _corner(start), _corner(end)
    x, y, to_y = x + WIDTH, y + HEIGHT // 2, to_y + HEIGHT // 2
    bend = (to_x - x) // 2
    head = f"M{to_x - 7} {to_y - 4}L{to_x} {to_y}L{to_x - 7} {to_y + 4}"
    return f"M{x} {y}C{x + bend} {y} {to_x - bend} {to_y} {to_x} {to_y}{head}"


def _box(svg: etree.Element, name: str, label: str, place: tuple[int, int], title: str) -> None:
    x, y = _corner(place)
    # An HTML link: MkDocs resolves it, and Material's scripts cannot read the links of SVG.
    inside = child(svg, "foreignObject", x=str(x), y=str(y), width=str(WIDTH), height=str(HEIGHT))
    child(inside, "a", label, href=f"/theorems/{name}.md", title=title)
