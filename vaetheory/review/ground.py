"""Whether a counterexample to a line counts: only where nothing in the line is a letter of which it
cannot be known what it stands for.

A letter on one side alone, as π_k in log p(x) = log ∑_k π_k p(x|z = k), is tied to the other side
by what the file says of it. Where that was not read, the line is not known to be false.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from vaetheory.language.assumptions import Assumption, Dag, Family, SameDensity, Sampled
from vaetheory.language.binding import free_variables
from vaetheory.language.expressions import (
    Density,
    Elbo,
    Expression,
    FamilyDensity,
    Function,
    Gradient,
    IndexedProduct,
    IndexedSum,
    Log,
    Number,
    Value,
    children,
    walk,
)
from vaetheory.language.statements import Relation, Statement
from vaetheory.language.variables import Index, Integers, Variable
from vaetheory.latex.meaning.survey import LARGE, Facts
from vaetheory.review.assumptions import densities

AROUND = 50_000  # characters on either side of a line that are looked at


@dataclass(frozen=True, slots=True)
class Place:
    """Where a line stands in its text: its left side begins at ``left``, what it claims goes from
    ``start`` to ``end``.
    """

    text: str
    left: int
    start: int
    end: int


def meant_otherwise(statement: Statement, facts: Facts, place: Place, *, is_named: bool) -> str:
    """Why nothing is held against a line that is false as it is read; empty where it is.
    ``is_named`` that a known mistake explains it.
    """
    text = place.text
    before, behind = text[: place.start][-AROUND:], text[place.end :][:AROUND]
    line = text[place.left : place.end]
    return (
        ("" if is_named else ungrounded(statement, facts, before + behind))
        or unknown_laws(statement)
        or reach_of_the_logarithm(line)
        or energy(line, before + line + behind)
        or entropy_of_variables(line)
        or gradient_of_the_prior(statement, before + line + behind)
    )


def ungrounded(statement: Statement, facts: Facts, elsewhere: str) -> str:
    """Why nothing is held against a line that is false as it is read; empty where it is.
    ``elsewhere`` is the text around the line.
    """
    sides = (statement.left, statement.right)
    nodes = [n for side in sides for n in walk(side)]
    present = [n for n in nodes if isinstance(n, Density)]
    sampled = statement.relation is Relation.UNBIASED
    # H[N(z; μ, σ²)] = ½ log 2πeσ²: not every parameter of a law comes back
    written = [set(_letters(side, inside=False)) for side in sides]
    anywhere = [set(_letters(side, inside=True)) for side in sides]
    alone = (written[0] - anywhere[1]) | (written[1] - anywhere[0])
    tied = {v.name for d in present for v in (*d.of, *d.given)}
    tied |= {name for a in statement.assumptions for name in _tied(a)}
    # β > 1 is put in as 1 + δ
    alone -= tied | ({r"\delta"} - facts.names)
    if not any(isinstance(a, Family) for a in statement.assumptions):
        # x_i for an example of which only the words say which one it is
        free = [
            {v.name for d in densities((s,)) for v in (*d.of, *d.given) if _EXAMPLE.search(v.name)}
            for s in sides
        ]
        alone |= free[0] ^ free[1]
    if statement.relation in (Relation.AT_LEAST, Relation.AT_MOST):
        # it may be said for every σ, but L_K is something that has a meaning
        alone = {
            name
            for name in alone
            if name[:1].isupper() or name.startswith(r"\math") or _is_restricted(name, elsewhere)
        }
    alone = {name for name in alone if _is_spoken_of(name, elsewhere)}
    if alone:
        said = " and ".join(sorted(alone)[:3])
        return f"false as it stands, but what {said} stands for was not understood"
    slopes = [
        n.body.variable for n in nodes if isinstance(n, Gradient) and isinstance(n.body, Value)
    ]
    if any(v.slot.split("_")[0] in facts.arguments for v in slopes):
        return "false of a letter, but what it is made of was not put in"
    if sampled and any(_EXAMPLE.search(v.slot) or v.indices for d in present for v in _seen(d)):
        return "false of one example, but which samples belong to it was not understood"
    if sampled or any(isinstance(n, Gradient) for n in nodes):
        return ""
    if any(isinstance(n, Number) and n.value > LARGE for n in nodes):
        return "false for this number, but it may stand for how many components there are"
    if _is_on_the_simplex(statement, elsewhere):
        return "false of any numbers, but these may be probabilities"
    if any(isinstance(n, FamilyDensity) for n in nodes) and present and not statement.assumptions:
        return "false of any density, but of which family these are was not understood"
    numbered = {n.index for n in nodes if isinstance(n, IndexedSum | IndexedProduct)}
    values = {v.slot for d in present for v in (*d.of, *d.given)} & {"i", "j", "k", "l"}
    if len(values) > 1 or any(v in numbered for d in present for v in (*d.of, *d.given)):
        return "false as it stands, but a value of a variable is read as a variable of its own"
    if present and not any(isinstance(a, Family) for a in statement.assumptions):
        numbers = [any(_is_of_a_law(n) for n in walk(side)) for side in sides]
        if numbers[0] != numbers[1]:
            return "false of any density, but of which family these are was not understood"
    foreign = _foreign(statement)
    if foreign:
        return f"false as it stands, but how {foreign} belong together was not understood"
    stated = {a.letter for a in statement.assumptions if isinstance(a, Dag)}
    if any(_is_link(d, facts) for d in present if d.letter not in stated):
        return "false as it stands, but what the latents depend on was not understood"
    if any(_is_of_another(n, present) for n in nodes if isinstance(n, Elbo)):
        return "false of the ELBO, but it may be that of another likelihood"
    return ""


def _seen(density: Density) -> list[Variable]:
    return [v for v in (*density.of, *density.given) if v.slot.lower().startswith("x")]


_SIMPLEX = re.compile(
    r"probabilit|categorical|simplex|softmax|one-hot|mixture|multinomial|Lagrange|weights"
    r"|encoder gives|\bsum(s)? to (one|1)\b|\\sum_?[^=$]{0,24}= ?1\b|Wahrscheinlich|gewichte",
    re.IGNORECASE,
)


def _is_on_the_simplex(statement: Statement, text: str) -> bool:
    """Whether a line sums over numbers π_k, which the text may say are probabilities."""
    for side in (statement.left, statement.right):
        for node in walk(side):
            if isinstance(node, IndexedSum):
                inside = {n.variable for n in walk(node.body) if isinstance(n, Value)}
                inside |= {n.name for n in walk(node.body) if isinstance(n, Function)}
                weighs = any(
                    node.index in {i.variable for i in v.indices}
                    and re.split(r"[_^{]", v.name.lstrip("\\"))[0] in _WEIGHTS
                    for v in inside
                )
                if weighs and _SIMPLEX.search(text):
                    return True
    return False


_WEIGHTS = {
    "pi",
    "r",
    "w",
    "alpha",
    "rho",
    "lambda",
    "gamma",
    "q",
    "p",
    "omega",
    "theta",
    "a",
    "phi",
}


def _bare(name: str) -> str:
    bare = re.sub(r"\\(hat|bar|tilde|math[a-z]+?)\b|[{}\\']", "", name.split("_")[0])
    return bare.removeprefix("math")[-12:].removeprefix("cal")


def _is_spoken_of(name: str, text: str) -> bool:
    """Whether the text has the letter, and may say what it is."""
    return _bare(name) in text


def _is_restricted(name: str, text: str) -> bool:
    """Whether the text has β > 1, 0 < β < 1, β ∈ (0, 1) or the like."""
    letter, sign = re.escape(_bare(name)), r"(<|>|\\(le|ge|leq|geq|in|ne|neq)\b)"
    return re.search(rf"{letter}\}}?\s*{sign}|{sign}\s*\\?{letter}\b", text) is not None


_EXAMPLE = re.compile(r"_[bijlmnTKt]$")


def _called(density: Density) -> str:
    """The letter, with a word or a number below it, as in q_agg and q_0."""
    said = density.letter.subscript
    worded = (
        re.search(r"[A-Za-z]{3}|^[\dTK]$", re.sub(r"\\[A-Za-z]+", "", said)) and "data" not in said
    )
    return f"{density.letter.name}_{said}" if worded else density.letter.name


_ENERGY = re.compile(r"energ|boltzmann|partition function|hamilton", re.IGNORECASE)


_LOG_OF_PRODUCT = re.compile(r"\\(log|ln)\s*\\[dt]?frac[^&=\[\]]*?\\(cdot|times)\s*\\[dt]?frac")


def reach_of_the_logarithm(line: str) -> str:
    """Why log a/b · c/d may be meant: the logarithm may be of both fractions."""
    if _LOG_OF_PRODUCT.search(line):
        return "false as it stands, but how far the logarithm reaches is not clear: write brackets"
    return ""


def energy(line: str, text: str) -> str:
    """Why a line with E(z) may be meant: E may be an energy there."""
    if _ENERGY.search(text) and re.search(r"(?<![\\A-Za-z{])E\s*\(", line):
        return "false as it stands, but E may be an energy here"
    return ""


def unknown_laws(statement: Statement) -> str:
    """Why a line that brings in a law of its own, such as m(z), on one side only may be meant: what
    law that is the words say. Empty where it does not.
    """
    sides = (statement.left, statement.right)
    laws = [{_called(d) for d in densities((side,))} - _USUAL for side in sides]
    alone = sorted(laws[0] ^ laws[1])
    if alone:
        return f"false of any law {alone[0]}, but which one it is was not understood"
    return ""


def _is_of_another(elbo: Elbo, present: list[Density]) -> bool:
    """Whether an ELBO of p(x, y) stands beside p(x|y), of which it may be meant to be a bound."""
    if not isinstance(elbo.joint, Density):
        return False
    before = set(elbo.joint.of)
    return any(
        d.letter == elbo.joint.letter and d.given and {*d.of, *d.given} <= before - set(elbo.over)
        for d in present
    )


def _is_link(density: Density, facts: Facts) -> bool:
    """Whether a density has one latent layer behind the bar of another, as q(z_3|z_2) has: what
    else it depends on is left unsaid.
    """
    hidden = facts.hidden
    of, given = (
        [v for v in part if v.slot.split("_")[0] in hidden] for part in (density.of, density.given)
    )
    return any(
        a.slot.split("_")[0] == b.slot.split("_")[0] and a.slot != b.slot for a in of for b in given
    )


_USUAL = {"p", "q", "P", "Q"}


def _letters(side: Expression, *, inside: bool) -> Iterator[str]:
    """The parameters and functions that a side speaks of; with those ``inside`` of laws that it
    names, or without.
    """
    free = {v for v in free_variables(side) if not isinstance(v.space, Index | Integers)}
    waiting = [side]
    while waiting:
        node = waiting.pop()
        if isinstance(node, FamilyDensity) and not inside:
            continue
        if isinstance(node, Function):
            yield node.name.name
        if isinstance(node, Value) and node.variable in free:
            yield node.variable.name
        waiting.extend(children(node))


def _tied(assumption: Assumption) -> set[str]:
    match assumption:
        case Family(definition=definition):
            named = {n.name.name for n in walk(definition) if isinstance(n, Function)}
            return named | {v.name for v in free_variables(definition)}
        case Sampled(variable=variable):
            return {variable.name}
    return set()


def _is_of_a_law(node: Expression) -> bool:
    """Whether a node is log 2π, log K or the like, which a law brings with it."""
    return isinstance(node, Log) and not any(
        isinstance(n, Density | Function) for n in walk(node.argument)
    )


def _foreign(statement: Statement) -> str:
    """Two observed variables of which each side has another one: log p(𝒟) and ∑_n log p(x_n)."""
    found: list[set[str]] = []
    for side in (statement.left, statement.right):
        present = [n for n in walk(side) if isinstance(n, Density)]
        slots = {v.slot for d in present for v in (*d.of, *d.given)}
        hidden = {v.slot for d in present if d.letter.name in ("q", "Q") for v in d.of}
        found.append(slots - hidden)
    alone = [found[0] - found[1], found[1] - found[0]]
    if all(alone) and not found[0] & found[1]:
        return " and ".join(sorted(min(names) for names in alone))
    return ""


_ENTROPY = re.compile(
    r"(?<![A-Za-z\\])(\\math(cal|bb|rm)\s?)?\{?[Hh]\}?\s*[(\[]\s*"
    r"(?![pPqQrR]\b)[A-Za-z]\s*([)\]|]|\\mid)"
)


def entropy_of_variables(line: str) -> str:
    """Why a line with H(x) or h(x|z) may be meant: of which law the entropy is only words say."""
    found = _ENTROPY.search(line)
    if found is None:
        return ""
    return f"false as it stands, but of which law {found.group().strip('(|')} is was not understood"


def gradient_of_the_prior(statement: Statement, text: str) -> str:
    """Why a line such as ∇_θ log p_θ(x, z) = ∇_θ log p_θ(x|z) may be meant: the prior of the file
    may have no θ. Empty where the file writes p_θ(z).
    """
    slopes = [
        {n for n in walk(side) if isinstance(n, Gradient)}
        for side in (statement.left, statement.right)
    ]
    laws = [{d for n in found for d in _laws_in(n)} for found in slopes]
    parameters = {n.parameter for found in slopes for n in found}
    if not all(laws) or laws[0] == laws[1] or len(parameters) != 1:
        return ""
    parameter = parameters.pop()
    owned = re.search(r"p_\{?" + re.escape(parameter) + r"(?![A-Za-z])", _tight(text))
    if owned and not _writes_prior(parameter, text):
        return f"false if p(z) depends on {parameter}, and the file does not say so"
    return ""


def _laws_in(node: Gradient) -> list[Density]:
    return [n for n in walk(node.body) if isinstance(n, Density) and n.letter.name in ("p", "P")]


def _writes_prior(parameter: str, text: str) -> bool:
    near = re.compile(r"p_\{?" + re.escape(parameter) + r"\}?\((\\\w+\{?)?z\}?\)|p\(z;")
    return near.search(_tight(text)) is not None


def kept_condition(statement: Statement, found: tuple[Assumption, ...], text: str) -> str:
    """Why p(z) for p(z|c) is not taken for granted: the file speaks of p(z|c), elsewhere than in
    this line.
    """
    present = set(densities((statement.left, statement.right)))
    text = text[: 2 * AROUND]
    for assumption in found:
        match assumption:
            case SameDensity(first=Density() as first, second=Density() as second):
                longer = first if first.given else second
                shorter = second if first.given else first
                if not longer.given or shorter.given or longer.of != shorter.of:
                    continue
                names = [[re.escape(v.name) for v in part] for part in (longer.of, longer.given)]
                written = rf"[pP](_[^(]{{1,12}})?\({','.join(names[0])}\|{','.join(names[1])}\)"
                depends = r"\bdepends?\b[^.]{0,40}\$" + names[1][0] + r"\$"
                said = re.search(depends, text) and not _NOT.search(text)
                if (longer in present and not said) or shorter not in present:
                    continue
                if _INDEPENDENT.search(text):
                    continue
                if re.search(written, _tight(text)):
                    return f"true only if {shorter} is {longer}, and the file writes {longer}"
    return ""


_INDEPENDENT = re.compile(r"(?<!not )(?<!n't )\bindependen|\bunabhängig|\bindépendan", re.I)
_NOT = re.compile(r"\bnot\b|\bindepend|n't\b|unabh|indépend")


def _tight(text: str) -> str:
    """The text without blanks, and with one sign for the bar."""
    bare = re.sub(
        r"\\(left|right|big|Big|bigl|bigr|,|;|!|mathbf|boldsymbol|bm)(?![a-z])|\s", "", text
    )
    return re.sub(r"\\(middle)?(mid|vert|\|)|\\middle\|", "|", bare)
