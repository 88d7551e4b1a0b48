"""``vaetheory check FILE …``: derivations in LaTeX, Markdown or notebooks, checked line by line."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from vaetheory.review.pages.gradebook import to_csv
from vaetheory.review.pages.html import to_html
from vaetheory.review.pages.markdown import to_markdown
from vaetheory.review.pages.text import to_text
from vaetheory.review.report import FAILS, UNDECIDED, UNREAD, FileReport
from vaetheory.review.reviewing import review

GOOD, WRONG, UNREADABLE, OPEN = 0, 1, 2, 3
MAXIMUM_BYTES = 4_000_000


def parser() -> argparse.ArgumentParser:
    """The arguments of the command."""
    arguments = argparse.ArgumentParser(
        prog="vaetheory check",
        description="Check derivations about ELBOs and KL divergences line by line: which line "
        "holds and by which rule, "
        "which does not, and a world in which its two sides differ.",
        epilog="Exit codes: 0 every line holds; 1 a line is wrong; 2 nothing could be read, or "
        "wrong usage; "
        "3 not everything could be decided.",
    )
    arguments.add_argument(
        "files", nargs="+", metavar="FILE", help=".tex, .md or .ipynb; - reads standard input"
    )
    arguments.add_argument(
        "--json", action="store_true", help="print one JSON document and nothing else"
    )
    arguments.add_argument(
        "--goal",
        metavar="KEY",
        help="a question such as 1.1.1, or a theorem's name: does the chain arrive there?",
    )
    arguments.add_argument(
        "--hint", action="store_true", help="reveal the next step towards the goal, and no more"
    )
    arguments.add_argument(
        "--format",
        choices=("text", "html", "markdown", "csv"),
        default="text",
        help="how to print the report",
    )
    return arguments


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    arguments = parser()
    try:
        options = arguments.parse_args(argv)
    except SystemExit as stop:
        return int(stop.code or 0)
    if options.goal is not None:
        from vaetheory.review.goals import theorems_for

        if not theorems_for(options.goal):
            print(
                f"no question or theorem is called {options.goal!r}: try 1.1.1, or `vaetheory "
                f"list`",
                file=sys.stderr,
            )
            return UNREADABLE
    began = time.monotonic()
    reports = [_review(name, options.goal, options.hint) for name in options.files]
    if options.json:
        document = {
            "schema": 1,
            "files": [r.to_json() for r in reports],
            "seconds": round(time.monotonic() - began, 3),
        }
        sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=1) + "\n")
    else:
        _print(reports, options.format)
    return exit_code(reports)


def _review(name: str, goal: str | None, hint: bool) -> FileReport:
    try:
        text = _text(name)
    except (OSError, ValueError) as error:
        return FileReport(name, [], why=_reason(error))
    report = review(text, name if name != "-" else "standard input")
    if report.lines and (goal is not None or hint):
        from vaetheory.review.goals import pursue

        pursue(report, text, name, goal, hint)
    return report


def _reason(error: Exception) -> str:
    return error.strerror if isinstance(error, OSError) and error.strerror else str(error)


def _text(name: str) -> str:
    data = sys.stdin.buffer.read(MAXIMUM_BYTES + 1) if name == "-" else _bytes(Path(name))
    if data.startswith(b"%PDF"):
        return "%PDF"
    if data.startswith(b"PK\x03\x04"):
        return "PK\x03\x04"
    if len(data) > MAXIMUM_BYTES:
        raise ValueError(f"more than {MAXIMUM_BYTES:,} bytes: hand in one derivation per file")
    for encoding in ("utf-8-sig", "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")


def _bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MAXIMUM_BYTES + 1)


def _print(reports: list[FileReport], form: str) -> None:
    if form == "text" and sys.stdout.isatty():
        from vaetheory.review.terminal import show

        show(reports)
        return
    page = {"text": to_text, "html": to_html, "markdown": to_markdown, "csv": to_csv}[form](reports)
    sys.stdout.write(page)


def exit_code(reports: Sequence[FileReport]) -> int:
    """1 where a line is wrong; 2 where nothing was read; 3 where something stays open; else 0."""
    if any(r.verdict == FAILS for r in reports):
        return WRONG
    if all(not any(line.verdict != UNREAD for line in r.lines) for r in reports):
        return UNREADABLE
    if any(r.verdict in (UNREAD, UNDECIDED) for r in reports):
        return OPEN
    return GOOD


if __name__ == "__main__":
    raise SystemExit(main())
