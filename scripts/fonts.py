"""Fonts in two files each: what nearly every page needs, and the rest.

A browser loads a file of a font only where a page has characters of its `unicode-range`, so a page
with `\\mathbb{E}` need not fetch all of KaTeX's symbols. The glyphs are those of the fonts
themselves (KaTeX: MIT; Source Serif: SIL Open Font License), subset with fontTools.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

ASCII = range(0x20, 0x7F)
LETTERS = range(0x41, 0x5B)
TEXT = {*ASCII, *map(ord, "\u00a0§¶±·¹²³½×é–—‘’“”…−")}
MATHS = {*ASCII, *map(ord, "\u00a0±·×ΓΔΘΛΠΣΦΨΩ′…←→∂∇∈−∗∘∞∣∥∫≈≠≡≤≥⋅⋯⟨⟩∝∼≐⊙⇒⟺⊤")}
GREEK = range(0x391, 0x3CA)
STYLES = {
    "400-normal": (400, "normal"),
    "400-italic": (400, "italic"),
    "600-normal": (600, "normal"),
}
SCRIPTS: dict[str, Iterable[int]] = {"latin": TEXT, "greek": GREEK}
COMMON: dict[str, Iterable[int]] = {
    "KaTeX_AMS-Regular": LETTERS,
    "KaTeX_Main-Regular": MATHS,
    **{f"source-serif-4-{name}-{s}": used for name, used in SCRIPTS.items() for s in STYLES},
}
_FACE = re.compile(r"@font-face\{([^}]*)src:url\((fonts/([\w-]+)\.woff2)\)[^}]*\}")


def split(font: Path, target: Path, without: Iterable[int] = ()) -> list[tuple[str, str]]:
    """Write the files of a font into `target`: (file name, unicode-range) of each.

    A font that is not listed is copied, and its range is that of its characters. Of overlapping
    ranges browsers take the last, so `without` leaves out what another font has.
    """
    characters = _characters(font) - set(without)
    common = characters & set(COMMON.get(font.stem, ()))
    if not common:
        shutil.copy(font, target)
        return [(font.name, ranges(characters))]
    written = []
    for name, chosen in (("common", common), ("other", characters - common)):
        file = f"{font.stem}-{name}.woff2"
        _subset(font, chosen, target / file)
        written.append((file, ranges(chosen)))
    return written


def ranges(characters: Iterable[int]) -> str:
    """Characters as CSS writes them: `U+41-5A, U+2212`."""
    spans: list[list[int]] = []
    for point in sorted(characters):
        if spans and point == spans[-1][1] + 1:
            spans[-1][1] = point
        else:
            spans.append([point, point])
    return ", ".join(f"U+{a:X}" if a == b else f"U+{a:X}-{b:X}" for a, b in spans)


def katex(distribution: Path, target: Path) -> None:
    """KaTeX's stylesheet and fonts, in the one format that every current browser takes."""
    (target / "fonts").mkdir(parents=True)

    def faces(found: re.Match[str]) -> str:
        font = distribution / found[2]
        if font.stem not in COMMON:
            shutil.copy(font, target / "fonts")
            return found[0]
        return "".join(
            f'@font-face{{{found[1]}src:url(fonts/{file}) format("woff2");unicode-range:{points}}}'
            for file, points in split(font, target / "fonts")
        )

    sheet = (distribution / "katex.min.css").read_text(encoding="utf-8")
    (target / "katex.min.css").write_text(_FACE.sub(faces, sheet), encoding="utf-8")


def serif(files: Path, target: Path) -> None:
    """The text face, with a stylesheet `faces.css` beside it."""
    target.mkdir(parents=True)
    sheet = []
    for style, (weight, slant) in STYLES.items():
        known: set[int] = set()
        for script in SCRIPTS:
            font = files / f"source-serif-4-{script}-{style}.woff2"
            parts = split(font, target, known)
            known |= _characters(font)
            for file, points in parts:
                sheet.append(
                    f'@font-face {{ font-display: swap; font-family: "Source Serif 4"; '
                    f"font-style: {slant}; font-weight: {weight}; "
                    f'src: url("{file}") format("woff2"); unicode-range: {points}; }}'
                )
    (target / "faces.css").write_text("\n".join(sheet) + "\n", encoding="utf-8")


def _characters(font: Path) -> set[int]:
    with TTFont(font) as opened:
        return set(opened.getBestCmap())


def _subset(font: Path, characters: Iterable[int], target: Path) -> None:
    options = subset.Options()
    options.flavor = "woff2"
    options.layout_features = ["*"]
    options.notdef_outline = True
    # Not ∋ for ∈: what is mirrored in text from right to left.
    options.bidi_closure = False
    chosen = subset.Subsetter(options)
    chosen.populate(unicodes=list(characters))
    with subset.load_font(font, options) as opened:
        chosen.subset(opened)
        subset.save_font(opened, target, options)
