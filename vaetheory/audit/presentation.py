"""The report in a terminal: rich, width-aware, no colour when piped."""

from __future__ import annotations

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from vaetheory.audit.findings import Weight
from vaetheory.audit.report import Report, Verdict

_COLOURS = {
    Verdict.NEGATIVE_ELBO: "green",
    Verdict.ELBO: "green",
    Verdict.SCALED_NEGATIVE_ELBO: "green",
    Verdict.BETA_OBJECTIVE: "yellow",
    Verdict.WRONG: "red",
    Verdict.UNDECIDED: "cyan",
}
_MEANING = {
    Verdict.NEGATIVE_ELBO: "minimizing it maximizes the ELBO",
    Verdict.ELBO: "maximize it",
    Verdict.SCALED_NEGATIVE_ELBO: "same minimum as the negative ELBO, another scale",
    Verdict.BETA_OBJECTIVE: "the KL is weighted",
    Verdict.WRONG: "not a bound on log p(x)",
    Verdict.UNDECIDED: "",
}


def show(report: Report, console: Console) -> None:
    """Print a report."""
    console.print(_headline(report))
    if report.beta is not None:
        console.print(Text(f"  β = {report.beta}", "bold"))
    for label, text in (("reduction", report.reduction), ("arguments", report.parametrization)):
        if text:
            console.print(
                Padding(Text.assemble((f"{label}: ", "dim"), text), (0, 0, 0, 2), expand=False)
            )
    if report.terms:
        console.print(Padding(_terms(report), (1, 0, 0, 2), expand=False))
    for item in report.findings:
        document = item.as_json()
        style = "red" if item.kind.weight is Weight.WRONG else "yellow"
        console.print()
        console.print(Text.assemble("  ", (item.name, f"bold {style}")))
        console.print(_indented(Text(document["why"]), 4))
        console.print(
            Padding(Text.assemble(("fix: ", "dim"), document["fix"]), (0, 0, 0, 4), expand=False)
        )
    if report.assumed:
        console.print()
        console.print(Text("  assumed", "dim"))
        for line in report.assumed:
            console.print(_indented(Text(f"– {line}", "dim"), 4))


def _indented(text: Text, by: int) -> Padding:
    return Padding(text, (0, 0, 0, by), expand=False)


def _headline(report: Report) -> Text:
    verdict = report.verdict
    text = Text.assemble(
        (report.function, "bold"), ": ", (verdict.value, f"bold {_COLOURS[verdict]}")
    )
    if report.up_to_constant and verdict not in (Verdict.WRONG, Verdict.UNDECIDED):
        text.append(", up to a constant")
    if any(item.name == "extra-term" for item in report.findings):
        text.append(", beside another term")
    elif _MEANING[verdict]:
        text.append(f" ({_MEANING[verdict]})")
    text.append(f"  [{report.seconds:.1f} s]", "dim")
    return text


def _terms(report: Report) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("term, summed over b and its entries")
    table.add_column("coefficient")
    table.add_column("in the ELBO")
    for row in report.terms:
        differs = row.expected != row.coefficient
        table.add_row(Text(row.term), Text(row.coefficient, "red" if differs else ""),
                      Text(row.expected))  # fmt: skip
    return table
