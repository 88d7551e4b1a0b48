"""The derivations under ``derivations/``: many hands' notations, right and wrong, with what must be
said about each.

An entry begins with ``=== name [expected] .suffix``. Expected is ``holds`` (every line holds or is
assumed), ``wrong N`` (line N fails and no other), or ``open`` (nothing fails, something stays
undecided). The suffix is .tex unless another is given.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "derivations"
_HEAD = re.compile(
    r"^=== (?P<name>.*?) \[(?P<expected>.*?)\](?: (?P<suffix>\.\w+))?$\n", re.MULTILINE
)


@dataclass(frozen=True)
class Entry:
    """One derivation with what is expected of its lines."""

    topic: str
    name: str
    expected: str
    suffix: str
    text: str

    @property
    def wrong(self) -> int:
        """The number of the wrong line, 0 when there is none."""
        return int(self.expected.removeprefix("wrong ")) if self.expected.startswith("wrong") else 0


def entries() -> Iterator[Entry]:
    """All derivations of the folder."""
    for path in sorted(FOLDER.glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        heads = list(_HEAD.finditer(text))
        for head, after in zip(heads, [*heads[1:], None], strict=True):
            body = text[head.end() : after.start() if after else len(text)]
            yield Entry(path.stem, head["name"], head["expected"], head["suffix"] or ".tex", body)


ENTRIES = tuple(entries())
