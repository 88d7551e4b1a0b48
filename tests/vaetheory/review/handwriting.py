"""Theorems as students would hand them in: as files of LaTeX, and in the notation of many hands."""

from __future__ import annotations

import re
from collections.abc import Callable

from hypothesis import strategies as st

from vaetheory.derivation import Derivation
from vaetheory.language.assumptions import Assumption, Dag, Different, Family, SameDensity, Sampled
from vaetheory.language.expressions import Value
from vaetheory.language.statements import Statement
from vaetheory.latex.assumptions import describe
from vaetheory.latex.writer import relation_tex, to_latex


def remark(assumption: Assumption) -> str:
    """The assumption as a remark that the reader knows, or as a comment."""
    match assumption:
        case SameDensity(first=first, second=second):
            said = f"{to_latex(first)} = {to_latex(second)}"
        case Different(first=first, second=second):
            said = rf"{to_latex(first)} \ne {to_latex(second)}"
        case Family(density=density, definition=definition):
            said = f"{to_latex(density)} = {to_latex(definition)}"
        case Sampled(variable=variable, law=law):
            said = rf"{to_latex(Value(variable))} \sim {to_latex(law)}"
        case Dag(letter=letter, parents=parents):
            factors = " ".join(
                f"{letter.name}({slot}{'|' + ', '.join(above) if above else ''})"
                for slot, above in parents
            )
            said = f"{letter.name}({', '.join(slot for slot, _ in parents)}) = {factors}"
        case _:
            return f"% {describe(assumption)}\n"
    return f"% assume: {said}\n"


def as_file(derivation: Derivation) -> str:
    """The derivation as an align environment under its assumptions."""
    rows = [
        f"&{relation_tex(step.relation, step.quantity)} {to_latex(step.expression)}\\\\\n"
        for step in derivation.steps
    ]
    head = "".join(map(remark, derivation.assumptions))
    return (
        f"{head}\\begin{{align*}}\n{to_latex(derivation.start)}\n{''.join(rows)}\\end{{align*}}\n"
    )


def as_line(statement: Statement) -> str:
    """The statement as a display under its assumptions."""
    return "".join(map(remark, statement.assumptions)) + f"$${to_latex(statement)}$$\n"


Change = Callable[[str], str]


def _plain(old: str, new: str) -> Change:
    return lambda text: text.replace(old, new)


def _pattern(old: str, new: str) -> Change:
    return lambda text: re.sub(old, new, text)


_SAME: Change = lambda text: text  # noqa: E731

# each group is a habit; of each group one is drawn
HABITS: tuple[tuple[Change, ...], ...] = (
    (_SAME, _plain(r"\mid ", "|"), _plain(r"\mid ", r"\vert "), _plain(r"\mid ", r"\,|\, "),
    _plain(r"\mid ", "∣")),
    (
        _SAME,
        _plain(r"\mathbb{E}", " E"),
        _plain(r"\mathbb{E}", r"\mathrm{E}"),
        _plain(r"\mathbb{E}", r"\operatorname{E}"),
        _plain(r"\mathbb{E}", r"\mathop{\mathbb{E}}\limits"),
        _plain(r"\mathbb{E}", "𝔼"),
        _plain(r"\mathbb{E}_{q(", r"\mathbb{E}_{z\sim q("),
    ),
    (
        _SAME,
        _plain(r"\mathrm{KL}", "D_{KL}"),
        _plain(r"\mathrm{KL}", r"D_{\mathrm{KL}}"),
        _plain(r"\mathrm{KL}", "KL"),
        _plain(r"\mathrm{KL}", r"\mathbb{KL}"),
        _plain(r"\mathrm{KL}", r"\text{KL}"),
        _plain(r"\mathrm{KL}", r"\mathcal{D}_{\text{KL}}"),
    ),
    (_SAME, _plain(r"\|", "||"), _plain(r"\|", r"\Vert "), _plain(r"\|", r"\parallel "),
    _plain(r"\|", r"\mid\mid "), _plain(r"\|", "‖")),
    (_SAME, _plain(r"\log", r"\ln"), _plain(r"\log", r"\,\log "), _plain(r"\log", "log ")),
    (
        _SAME,
        lambda text: text.replace(r"\left", "").replace(r"\right", ""),
        lambda text: text.replace(r"\left", r"\Big").replace(r"\right", r"\Big"),
        lambda text: text.replace(r"\left[", r"\left(").replace(r"\right]", r"\right)"),
        lambda text: text.replace(r"\left[", r"\left\{").replace(r"\right]", r"\right\}"),
    ),
    (_SAME, _plain("p(", r"p_\theta("), _plain("p(", r"p_{\theta}(")),
    (_SAME, _plain("q(", r"q_\phi("), _plain("q(", r"q_{\phi}(")),
    (
        _SAME,
        _pattern(r"(?<![A-Za-z\\])([xz])(?![A-Za-z])", r"\\mathbf{\1}"),
        _pattern(r"(?<![A-Za-z\\])([xz])(?![A-Za-z])", r"\\boldsymbol{\1}"),
        _pattern(r"(?<![A-Za-z\\])([xz])(?![A-Za-z])", r"{\1}"),
        _pattern(r"(?<![A-Za-ce-z\\])z(?![A-Za-z])", "h"),
    ),
    (_SAME, _plain(r"\frac", r"\dfrac"), _plain(r"\frac", r"\tfrac")),
    (_SAME, _pattern(r"\\,d(?=[xz{\\])", " d"), _pattern(r"\\,d(?=[xz{\\])", r"\\,\\mathrm{d}")),
    (_SAME, _plain("=", "{}="), _plain("&", "&amp;")),
)  # fmt: skip

hands = st.tuples(*(st.integers(0, len(group) - 1) for group in HABITS))


def written_by(hand: tuple[int, ...], text: str) -> str:
    """The text in the notation of one hand."""
    for group, chosen in zip(HABITS, hand, strict=True):
        text = group[chosen](text)
    return text
