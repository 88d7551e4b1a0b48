"""The document of `vaetheory verify --json` for pages: computed once, kept, looked up by name."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Protocol

Report = dict[str, Any]


class TheoremLibrary(Protocol):
    """What a page needs of `vaetheory.theorems`; tests pass one of their own."""

    def names(self) -> Sequence[str]:
        """Every theorem's name, in the order of the homework."""

    def get(self, name: str) -> Any:
        """The theorem: title, question, answer, reference and derivation."""

    def report(self, *, seed: int = 0) -> Report:
        """The document of `verify --json`."""


class PageError(ValueError):
    """A page asks for what is not there or is not true; the message says which and what to do."""


def fingerprint(folder: Path, seed: int) -> str:
    """A hash of every Python source below `folder`, and of the seed: what the report depends on."""
    digest = hashlib.sha256(str(seed).encode())
    for path in sorted(folder.rglob("*.py")):
        if "presentation" not in path.relative_to(folder).parts:
            digest.update(path.relative_to(folder).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


@cache
def library_report(
    cache_folder: Path, seed: int, progress: Callable[[Report], None] | None = None
) -> Report:
    """The report on `vaetheory.theorems`, from `cache_folder` where the sources are unchanged.

    `progress` is called with each theorem's entry as it is done, if anything has to be done.
    """
    from vaetheory import theorems

    kept = cache_folder / f"evidence-{fingerprint(Path(__file__).parent.parent, seed)}.json"
    if not kept.is_file():
        report = theorems.report(seed=seed, progress=progress)
        kept.parent.mkdir(parents=True, exist_ok=True)
        partial = kept.with_suffix(".part")
        partial.write_text(json.dumps(report, ensure_ascii=False), encoding="utf-8")
        partial.replace(kept)
    document: Report = json.loads(kept.read_text(encoding="utf-8"))
    return document


class Evidence:
    """Lookups in one report that refuse what is unknown or does not hold."""

    def __init__(self, library: TheoremLibrary, report: Report) -> None:
        self.library = library
        self.seed: int = report["seed"]
        self._entries: dict[str, Report] = {entry["name"]: entry for entry in report["theorems"]}

    def names(self) -> list[str]:
        """Every theorem of the report, in its order."""
        return list(self._entries)

    def entry(self, name: str) -> Report:
        """The entry of a theorem that holds, its mistakes refuted. Raises PageError."""
        if name not in self._entries:
            known = ", ".join(self._entries)
            raise PageError(f"there is no theorem {name!r}; there are: {known}")
        entry = self._entries[name]
        if entry["holds"] is not True:
            raise PageError(f"the theorem {name!r} does not hold: see `vaetheory verify {name}`")
        for mistake in entry["mistakes"]:
            if not mistake["refuted_by"]:
                raise PageError(
                    f"nothing refutes the mistake {mistake['name']!r} of {name!r}: "
                    f"see `vaetheory verify {name}`"
                )
        return entry
