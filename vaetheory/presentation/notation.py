"""What the densities in a formula are called: for the pointer, and as a legend for everybody.

A density such as q(z | x) is recognized in TeX by its letter and its arguments. While a page is
built each is marked (`\\htmlData`), so that `docs/assets/notation.js` can say its name where it is
pointed at or touched; the same words stand in a legend below each derivation, which needs neither.
"""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree as etree

from vaetheory.presentation.elements import child

Entry = tuple[str, str, str, str]
# Letter and arguments → key, TeX, name, and what it is in a VAE.
DENSITIES: dict[tuple[str, str], Entry] = {
    ("p", "z"): ("prior", r"p(z)", "prior", "what is drawn from to generate; here N(0, I)"),
    ("p", "x|z"): ("likelihood", r"p(x\mid z)", "likelihood", "the decoder"),
    ("p", "x"): ("evidence", r"p(x)", "evidence", "marginal likelihood of x: ∫ p(x | z) p(z) dz"),
    ("p", "x,z"): ("joint", r"p(x, z)", "joint density", "p(x | z) p(z)"),
    ("p", "z|x"): ("true", r"p(z\mid x)", "true posterior", "what q(z | x) approximates"),
    ("q", "z|x"): ("posterior", r"q(z\mid x)", "approximate posterior", "the encoder"),
    ("q", "z"): ("aggregate", r"q(z)", "aggregate posterior", "q(z | x) averaged over the images"),
    ("q", "x"): ("data", r"q(x)", "data distribution", "what the images are drawn from"),
    ("q", "x,z"): ("inferred", r"q(x, z)", "joint density under q", "q(z | x) q(x)"),
    ("q", "x|z"): ("inverse", r"q(x\mid z)", "images behind a code", "q(x, z) / q(z)"),
    ("p", "c"): ("classes", r"p(c)", "prior of the class", "how frequent each class is"),
    ("q", "c|x"): ("classifier", r"q(c\mid x)", "classifier", "approximate posterior of the class"),
    ("p", "x|c"): (
        "evidence-c",
        r"p(x\mid c)",
        "evidence given the class",
        "∫ p(x | z, c) p(z | c) dz",
    ),
    ("p", "z|c"): ("prior-c", r"p(z\mid c)", "prior given the class", "here p(z)"),
    ("p", "x|z,c"): (
        "likelihood-c",
        r"p(x\mid z, c)",
        "conditional likelihood",
        "the decoder of a CVAE",
    ),
    ("q", "z|x,c"): (
        "posterior-c",
        r"q(z\mid x, c)",
        "conditional posterior",
        "the encoder of a CVAE",
    ),
    ("p", "z|x,c"): (
        "true-c",
        r"p(z\mid x, c)",
        "true posterior given the class",
        "what q(z | x, c) approximates",
    ),
    ("p", "x,z|c"): (
        "joint-c",
        r"p(x, z\mid c)",
        "joint density given the class",
        "p(x | z, c) p(z | c)",
    ),
}
BY_KEY = {entry[0]: entry for entry in DENSITIES.values()}
# One letter, perhaps with a subscript, and arguments without brackets inside.
_DENSITY = re.compile(r"(?<![A-Za-z\\_^])([pq])(_\{?\\?[A-Za-z]+\}?)?\(([^(){}\[\]]{1,40})\)")
_SPACE = re.compile(r"\\[,;:! ]|\s+")


def _entry(found: re.Match[str]) -> Entry | None:
    bar = found[3].replace(r"\mid", "|").replace(r"\vert", "|")
    return DENSITIES.get((found[1], _SPACE.sub("", bar)))


def found(tex: str) -> list[Entry]:
    """The densities that occur in `tex`, each once, in the order of the table."""
    keys = {entry[0] for match in _DENSITY.finditer(tex) if (entry := _entry(match))}
    return [entry for entry in DENSITIES.values() if entry[0] in keys]


def marked(tex: str) -> str:
    """The same formula with each known density marked by its key, for KaTeX's HTML."""

    def mark(match: re.Match[str]) -> str:
        entry = _entry(match)
        return rf"\htmlData{{n={entry[0]}}}{{{match[0]}}}" if entry else match[0]

    return _DENSITY.sub(mark, tex)


def script() -> str:
    """The words for `docs/assets/notation.js`, as a script that works from a file, too."""
    words = {key: f"{name}: {meaning}" for key, _, name, meaning in BY_KEY.values()}
    return f"window.vaeNotation = {json.dumps(words, ensure_ascii=False)};\n"


def legend(parent: etree.Element, entries: list[Entry]) -> None:
    """The densities by name, folded."""
    if not entries:
        return
    details = child(parent, "details", class_="legend")
    child(details, "summary", "What the densities are in a VAE")
    definitions(details, entries)


def definitions(parent: etree.Element, entries: list[Entry]) -> None:
    """The densities as a list of definitions."""
    items = child(parent, "dl")
    for _, tex, name, meaning in entries:
        child(items, "dt", f"${tex}$")
        child(items, "dd", f"{name}: {meaning}")
