"""A Markdown fragment about how the checkers themselves were tried, from the committed results.

A number is shown only if a file holds it; what has no file is "not yet run".
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

Document = dict[str, Any]
Rows = list[tuple[str, str]]


def deciders(found: Document) -> str:
    """Prover and exact checker against each other."""
    share = found["share exactly equal, no proof found"]
    rows = [
        ("pairs of expressions", f"{found['pairs']:,}"),
        ("proved", f"{found['proved']:,}"),
        ("refuted by an exact world", f"{found['refuted by an exact world']:,}"),
        ("**proved and refuted**", f"**{found['proved and refuted']:,}**"),
        (
            "exactly equal, no proof found",
            f"{found['exactly equal, no proof found']:,} ({share:.2%} of those exactly equal)",
        ),
        ("a proof, median", f"{found['proof, milliseconds']['median']:.2g} ms"),
        ("an exact decision, median", f"{found['exact decision, milliseconds']['median']:.2g} ms"),
    ]
    text = (
        "Random pairs of expressions, equal by construction or slipped by one mistake, are given "
        "to the prover and to the exact checker. A pair that one proves and the other refutes "
        "would be a defect of one of the two."
    )
    command = f"python scripts/two_deciders.py --pairs {found['pairs']} --first {found['first']}"
    return _section("Two deciders against each other", text, rows, command, found)


def fuzzing(found: Document) -> str:
    """The fuzzer of `vaetheory check`."""
    rows = [
        ("inputs", f"{found['executions']:,}"),
        ("lines that held", f"{found['holding']:,}"),
        ("of these tried with a planted fault", f"{found['planted']:,}"),
        ("**findings**", f"**{len(found['findings'])}**"),
        ("slowest input", f"{found['slowest_seconds']:.2g} s"),
        ("memory at most", f"{found['peak_megabytes']} MB"),
        ("processor minutes", f"{found['processor_minutes']:g}"),
    ]
    text = (
        "A coverage-guided fuzzer writes derivations, heaps of notation and raw bytes. A crash, a "
        "`fails` without a counterexample, a `holds` that survives a planted fault, more than 5 s "
        "or 500 MB for one input would each be a finding."
    )
    return _section("Strangers' input", text, rows, "make fuzz", found)


def closed_forms(found: Document) -> str:
    """Our closed forms against SymPy's integration."""
    lines = [
        "| family | ours | SymPy by terms | SymPy as a whole | times faster |",
        "|---|---:|---|---|---:|",
    ]
    for row in found["rows"]:
        routes = [
            way["verdict"] + (f", {way['seconds']:.2f} s" if way["seconds"] else "")
            for way in row["sympy"].values()
        ]
        ratio = f"{row['ratio']:,.0f}" if row["ratio"] else "no right answer"
        ours = f"{row['ours_ms']:.2g} ms"
        lines.append(f"| {row['family']} | {ours} | {' | '.join(routes)} | {ratio} |")
    text = (
        "KL divergences between two members of a family, derived by linearity and the moments of "
        "the sufficient statistics, against two ways of integrating with SymPy "
        f"({found['limit']:g} s each). SymPy's answer counts when it agrees with quadrature."
    )
    command = f"python scripts/closed_form_speed.py --limit {found['limit']:g}"
    return _section("Closed forms", text, [], command, found, "\n".join(lines))


def sampling(found: Document) -> str:
    """The Monte Carlo checker's points and its largest check."""
    gains = [g for row in found["gains"] for g in row["gains"]]
    rows = [
        ("sides of theorems measured", f"{len(gains)}"),
        ("gain of scrambled Sobol points, median", f"{found['median gain']:,.0f} ×"),
        ("smallest and largest gain", f"{min(gains):,.1f} × … {max(gains):,.0f} ×"),
    ]
    for check in found["large"]:
        rows.append(
            (
                f"{check['samples']:,} samples for each mean, {check['library']}",
                f"{check['verdict']}, z = {check['z']:.2f} (bound {check['bound']:.2f}); "
                f"deviations from {check['detectable deviation']:.1g} nats are caught; "
                f"{check['processor seconds']:,.0f} s, {check['megabytes at most']} MB",
            )
        )
    text = (
        "The gain says how many times more plain draws the same standard error would take, at "
        f"{found['draws']:,} draws. The large check is of the Gaussian KL, in both worlds."
    )
    command = f"python scripts/sampling.py --samples {found['large'][0]['samples']}"
    return _section("Sampling", text, rows, command, found)


def _section(
    title: str, text: str, rows: Rows, command: str, found: Document, table: str = ""
) -> str:
    if rows:
        body = "\n".join(f"| {name} | {value} |" for name, value in rows)
        table = f"| what | measured |\n|---|---|\n{body}"
    origin = f"`{command}`, {found['date']}"
    if "seed" in found:
        origin += f", seed {found['seed']}"
    return f"### {title}\n\n{text}\n\n{table}\n\n{origin}"


PARTS: tuple[tuple[str, str, Callable[[Document], str]], ...] = (
    ("Two deciders against each other", "two_deciders.json", deciders),
    ("Strangers' input", "fuzz.json", fuzzing),
    ("Closed forms", "closed_forms.json", closed_forms),
    ("Sampling", "sampling.json", sampling),
)


def measured(results: Path) -> str:
    """All sections; a part without its file says so."""
    sections = []
    for title, name, part in PARTS:
        path = results / name
        if path.exists():
            sections.append(part(json.loads(path.read_text(encoding="utf-8"))))
        else:
            sections.append(f"### {title}\n\nNot yet run.")
    return "\n\n".join(sections)


def write(results: Path, fragments: Path) -> None:
    """`measured.md` into the folder `fragments`."""
    fragments.mkdir(parents=True, exist_ok=True)
    (fragments / "measured.md").write_text(measured(results) + "\n", encoding="utf-8")
