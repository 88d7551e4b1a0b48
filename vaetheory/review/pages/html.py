"""The report as one HTML page that needs nothing else: no script, no font, no request."""

from __future__ import annotations

from html import escape

from vaetheory.review.pages.words import MARKS, counterexample_rows, headline, position, summary
from vaetheory.review.report import FAILS, UNREAD, FileReport, LineReport

_STYLE = """
:root { color-scheme: light dark; --good: #1a7f37; --bad: #b3261e; --open: #8a6100; }
@media (prefers-color-scheme: dark) { :root { --good: #57d27a; --bad: #ff8a80; --open: #e0b040; } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
pre { overflow-x: auto; padding: .5rem; border: 1px solid #8884; border-radius: 4px; }
.holds > h3, .assumed > h3 { color: var(--good); }
.fails > h3 { color: var(--bad); }
.undecided > h3, .unread > h3 { color: var(--open); }
h3 { margin: 1.2rem 0 .2rem; font-size: 1rem; }
td { padding: .1rem .8rem .1rem 0; vertical-align: top; }
"""


def to_html(reports: list[FileReport]) -> str:
    """All reports on one page; everything that comes from the files is escaped."""
    body = "\n".join(_file(r) for r in reports)
    if len(reports) > 1:
        items = "".join(f"<li>{escape(summary(r))}</li>" for r in reports)
        body = f"<ul>{items}</ul>\n{body}"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Derivations '
        "checked</title>"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE}</style></head>\n<body><h1>Derivations "
        f"checked</h1>\n{body}\n</body></html>\n"
    )


def _file(report: FileReport) -> str:
    out = [f"<section><h2>{escape(report.file)}</h2>", f"<p>{escape(summary(report))}</p>"]
    out += [_line(line) for line in report.lines]
    if report.goal is not None:
        out.append(
            f"<p><strong>Goal {escape(report.goal.question)}.</strong> "
            f"{escape(report.goal.why)}</p>"
        )
    if report.hint:
        out.append(f"<p><strong>Hint.</strong> {escape(report.hint)}</p>")
    return "\n".join([*out, "</section>"])


def _line(line: LineReport) -> str:
    head = f"{MARKS[line.verdict]} {headline(line)}"
    out = [
        f'<div class="{line.verdict}"><h3>{escape(head)}</h3>',
        f"<pre>{escape(line.latex)}</pre>",
    ]
    if line.verdict in (FAILS, UNREAD):
        out.append(f"<p>{escape(position(line))}</p><pre>{escape(line.excerpt)}</pre>")
    if line.mistake is not None:
        said = f"Probably {line.mistake.name}: it becomes true with {line.mistake.repair}."
        out.append(f"<p><em>{escape(said)}</em></p>")
    for said in (
        line.why,
        "Assuming " + "; ".join(line.assumptions) if line.assumptions else "",
        line.reading,
    ):
        if said:
            out.append(f"<p>{escape(said)}</p>")
    if line.counterexample is not None:
        rows = counterexample_rows(line.counterexample)
        cells = "".join(f"<tr><td>{escape(k)}</td><td>{escape(v)}</td></tr>" for k, v in rows)
        out.append(f"<p>A world in which the sides differ:</p><table>{cells}</table>")
    return "\n".join([*out, "</div>"])
