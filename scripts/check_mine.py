"""The box of the page "Check mine": its examples, sorted by what the checker says about them.

What stands here is also what a reader without JavaScript sees: the examples, and the command.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path

from vaetheory import theorems
from vaetheory.review.reviewing import review


@dataclass(frozen=True)
class Example:
    """A file of `docs/examples`, its title in the menu, and the goal that goes with it."""

    file: str
    title: str
    goal: str = ""


EXAMPLES = (
    Example("right.tex", "1.1.1 to 1.2.1 in one chain"),
    Example("jensen.tex", "Jensen's inequality, with a macro for E"),
    Example("elbo-brackets.tex", "subscripts, \\ln, \\Vert, split", "1.1.1"),
    Example("entropy-form.md", "1.2.3 in Markdown, with prose between", "1.2.3"),
    Example("bernoulli.tex", "1.3.1 cross-entropy from a product", "1.3.1"),
    Example("begun.md", "1.2.1, only begun: ask for a hint", "1.2.1"),
    Example("wrong.tex", "+ KL where − KL belongs"),
    Example("kl-turned.tex", "the KL divergence the other way round"),
    Example("equals-for-bound.tex", "= where only ≥ is true, in eqnarray"),
    Example("log-inside.tex", "a logarithm moved into an integral"),
    Example("posterior-for-prior.tex", "the posterior where the prior belongs"),
    Example("cannot-read.tex", "something that it does not read"),
)
GROUPS = {"holds": "Right", "fails": "Wrong"}
OTHER = "Not answered"


def questions() -> list[str]:
    """The questions of the homework that have a theorem, in their order there."""
    return sorted({t.question for t in theorems.CATALOGUE if t.question[:1].isdigit()}) + sorted(
        {t.question for t in theorems.CATALOGUE if t.question and not t.question[0].isdigit()}
    )


def box(folder: Path, version: str) -> str:
    """The HTML of the box, with the version of Python for the browser that it loads."""
    inside = "\n".join(_example(folder, example) for example in EXAMPLES)
    goals = escape("|".join(questions()), quote=True)
    return (
        f'<div class="check-mine" data-widget="check-mine" data-version="{version}" '
        f'data-goals="{goals}">\n'
        "<p>The box that checks as you type needs JavaScript. The command "
        "<code>vaetheory check FILE</code> says the same; these are the examples that the box "
        f"would offer.</p>\n{inside}\n</div>\n"
    )


def _example(folder: Path, example: Example) -> str:
    text = (folder / example.file).read_text(encoding="utf-8")
    group = GROUPS.get(review(text, example.file).verdict, OTHER)
    # an empty line would end the block of HTML
    shown = escape(text.rstrip("\n")).replace("\n", "&#10;")
    return (
        f'<div class="check-example" data-title="{escape(example.title, quote=True)}" '
        f'data-name="{example.file}" data-group="{group}" data-goal="{example.goal}">'
        f"<p>{group}: {escape(example.title)}</p>"
        f'<pre tabindex="0">{shown}</pre></div>'
    )


def write(root: Path, fragments: Path, version: str) -> None:
    """The fragment `check-mine.md` that the page sets in."""
    fragments.mkdir(parents=True, exist_ok=True)
    page = box(root / "docs" / "examples", version)
    (fragments / "check-mine.md").write_text(page, encoding="utf-8")
