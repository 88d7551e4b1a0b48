"""An experiment on a page: what was expected, what came out, how sure that is, how to run it again.

Everything comes from the result file that `vaemodels experiment` wrote, and from the figure beside
it. Verdicts are computed here, from the intervals and the regions claimed, when the page is built;
a file whose own verdicts say otherwise, or that a trial run left, stops the build.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as etree

from markdown import Markdown
from markdown.util import AtomicString

from vaetheory.presentation.drawings import with_small_pictures
from vaetheory.presentation.elements import child, table
from vaetheory.presentation.evidence import PageError
from vaetheory.presentation.maths import stashed

SUPPORTED, NOT_SUPPORTED, UNDECIDED = "supported", "not supported", "undecided"
EXACT = "computed exactly"
RESULTS = Path("docs/results/experiments")

Part = dict[str, Any]


def part_verdict(part: Part) -> str:
    """Whether the interval lies in the region claimed, outside it, or across its border."""
    low, high = part["interval"]["low"], part["interval"]["high"]
    region = part["region"]
    least = -math.inf if region["low"] is None else region["low"]
    most = math.inf if region["high"] is None else region["high"]
    if region["closed"]:
        inside, outside = least <= low and high <= most, high < least or low > most
    else:
        inside, outside = least < low and high < most, high <= least or low >= most
    return SUPPORTED if inside else NOT_SUPPORTED if outside else UNDECIDED


def worst(verdicts: Sequence[str]) -> str:
    """Not supported before undecided before supported."""
    return next((v for v in (NOT_SUPPORTED, UNDECIDED) if v in verdicts), SUPPORTED)


def read(folder: Path, name: str) -> dict[str, Any]:
    """The result file of an experiment, its verdicts recomputed. Raises PageError."""
    path = folder / f"{name}.json"
    again = f"vaemodels experiment {name} --out {folder.as_posix()}"
    if not path.is_file():
        raise PageError(f"no result of the experiment {name!r}: run `{again}`")
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if document["size"] == "tiny":
        raise PageError(f"{path} comes from a trial run, which decides nothing: run `{again}`")
    for claim in document["claims"]:
        found = worst([part_verdict(part) for part in claim["parts"]])
        if found != claim["verdict"]:
            raise PageError(
                f"{path}: the claim {claim['name']!r} is called {claim['verdict']}, but its "
                f"intervals say {found}: run `{again}`"
            )
    return document


def in_words(part: Part) -> str:
    """A part of a claim: what, how much, and the interval of it."""
    interval = part["interval"]
    low, high = interval["low"], interval["high"]
    unit = f" {part['unit']}" if part["unit"] else ""
    half = (high - low) / 2
    value = f"{part['label']}: {number(interval['estimate'], half)}{unit}"
    if interval["method"] == EXACT:
        return value
    return f"{value} [{number(low, half)}, {number(high, half)}]"


def summary(claims: Sequence[dict[str, Any]]) -> str:
    """The verdict line: `Supported: 4 of 5 claims; undecided: 1.`"""
    verdicts = [claim["verdict"] for claim in claims]
    counts = {verdict: verdicts.count(verdict) for verdict in (SUPPORTED, UNDECIDED, NOT_SUPPORTED)}
    if counts[SUPPORTED] == len(claims):
        return f"All {len(claims)} claims are supported." if len(claims) > 1 else "Supported."
    others = [f"{verdict}: {n}" for verdict, n in list(counts.items())[1:] if n]
    return f"Supported: {counts[SUPPORTED]} of {len(claims)} claims; {'; '.join(others)}."


def methods(claims: Sequence[dict[str, Any]]) -> str:
    """How sure it is: which intervals, over how many repeats, at which level."""
    made = {
        (part["interval"]["method"], part["interval"]["n"])
        for claim in claims
        for part in claim["parts"]
        if part["interval"]["method"] != EXACT
    }
    if not made:
        return "Computed exactly: no chance is involved."
    listed = "; ".join(f"{method}, n = {n:,}" for method, n in sorted(made))
    level = f"{claims[0]['level']:.0%}".replace("%", " %")
    return (
        f"In brackets: intervals that cover jointly, for all parts of a claim, with {level} "
        f"probability ({listed}). A claim is supported if its intervals lie wholly where it says, "
        "not supported if one lies wholly elsewhere, and undecided otherwise."
    )


class ExperimentWriter:
    """Writes experiments into a page."""

    def __init__(self, md: Markdown, folder: Path) -> None:
        self._md = md
        self._folder = folder

    def experiment(self, parent: etree.Element, name: str) -> None:
        """Verdict line, claims, figure, and the command that runs it again."""
        document = read(self._folder, name)
        claims = document["claims"]
        block = child(parent, "section", class_="experiment", id=f"experiment-{name}")
        line = child(block, "p", class_="experiment-verdict")
        child(line, "strong", AtomicString(summary(claims)))
        late = " Some claims were restated after the measurement." if _restated(document) else ""
        line[-1].tail = AtomicString(f"{late} {document['asks']}")
        body = table(block, "experiment", ("expected", "came out", "verdict"))
        for claim in claims:
            row = child(body, "tr")
            expected = child(row, "td", AtomicString(claim["expected"]))
            if claim.get("revised"):
                child(expected, "small", AtomicString(claim["revised"]))
            found = child(row, "td")
            for part in claim["parts"]:
                child(found, "div", AtomicString(in_words(part)))
            slug = claim["verdict"].replace(" ", "-")
            mark = child(child(row, "td"), "span", claim["verdict"], f"verdict verdict-{slug}")
            mark.set("title", claim["name"].replace("-", " "))
        self._figure(block, name, document["caption"])
        child(block, "p", AtomicString(methods(claims)), "experiment-how-sure")
        self._origin(child(block, "p", class_="experiment-origin"), document)

    def experiments(self, parent: etree.Element) -> None:
        """The table of all of them: what each asks, and its verdict."""
        body = table(parent, "experiments", ("question", "experiment", "verdict", "run it"))
        documents = [read(self._folder, path.stem) for path in sorted(self._folder.glob("*.json"))]
        for document in sorted(documents, key=lambda document: _order(document["question"])):
            question, name = document["question"], document["name"]
            page = question.replace(". ", "-").replace(".", "-")
            row = child(body, "tr")
            child(row, "td", AtomicString(question))
            cell = child(row, "td")
            link = f"/homework/{page}.md#experiment-{name}"
            child(cell, "a", AtomicString(document["title"]), href=link)
            child(cell, "div", AtomicString(document["asks"]))
            verdict = child(row, "td", AtomicString(summary(document["claims"])))
            if _restated(document):
                child(verdict, "small", "some restated after the measurement")
            child(child(row, "td"), "code", AtomicString(document["command"]))

    def _figure(self, parent: etree.Element, name: str, caption: str) -> None:
        path = self._folder / f"{name}.svg"
        if not path.is_file():
            raise PageError(f"the experiment {name!r} has no figure {path}")
        text = with_small_pictures(path.read_text(encoding="utf-8"))
        label = f'<svg role="img" aria-label="{escape(caption, quote=True)}" '
        drawing = text[text.index("<svg") :].replace("<svg ", label, 1).strip()
        figure = child(parent, "figure")
        child(figure, "div", class_="drawing").text = stashed(
            self._md, re.sub(r"\n\s*\n", "\n", drawing)
        )
        child(figure, "figcaption", AtomicString(caption))

    def _origin(self, line: etree.Element, document: dict[str, Any]) -> None:
        line.text = "Run it again: "
        child(line, "code", AtomicString(document["command"])).tail = AtomicString(
            f". This result: seed {document['seed']}, {document['device']}, "
            f"torch {document['versions']['torch']}, {document['date'][:10]}, "
            f"{document['seconds']:,.0f} s"
        )
        if document["size"] == "full":
            line[-1].tail = AtomicString(f"{line[-1].tail}, full size")
        if _restated(document):
            line[-1].tail = AtomicString(
                f"{line[-1].tail}. Claims that say what was claimed first were restated on "
                f"{document['restated'][:10]}, after this measurement, and await other seeds"
            )


def _restated(document: dict[str, Any]) -> bool:
    """Whether some claims are younger than the numbers they speak of."""
    return bool(document.get("restated"))


def _order(question: str) -> tuple[bool, str]:
    """Numbered questions by their numbers, then the others."""
    return not question[0].isdigit(), question


def number(value: float, half_width: float) -> str:
    """With the digits that an interval of this half-width leaves; far from 1, a power of ten.

    >>> number(-14.4387, 4.2), number(0.99264, 0.021), number(732430.0, 240.0)
    ('−14.4', '0.993', '732,430')
    """
    if value != 0 and not 1e-4 <= abs(value) < 1e6:
        mantissa, exponent = f"{value:.2e}".split("e")
        raised = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
        return f"{mantissa}·10{raised}".replace("-", "−")
    if half_width > 0:
        decimals = min(5, max(0, 1 - math.floor(math.log10(half_width))))
        return f"{value:,.{decimals}f}".replace("-", "−")
    return (f"{value:.4g}" if abs(value) < 1000 else f"{value:,.0f}").replace("-", "−")
