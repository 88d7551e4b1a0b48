"""E, KL, H, I and the ELBO."""

from __future__ import annotations

from vaetheory.language.binding import covers, free_variables
from vaetheory.language.expressions import (
    KL,
    Density,
    Elbo,
    Entropy,
    Exp,
    Expectation,
    Expression,
    Gradient,
    IndexedProduct,
    IndexedSum,
    Log,
    MutualInformation,
    Number,
    Product,
    walk,
)
from vaetheory.language.variables import Variable
from vaetheory.latex.meaning.densities import as_density, joint, letter, observed, posterior
from vaetheory.latex.meaning.door import meaning
from vaetheory.latex.meaning.families import family_density
from vaetheory.latex.meaning.laws import _placed, bare_law, law_of
from vaetheory.latex.meaning.matrices import cross_entropy, of_diagonal
from vaetheory.latex.meaning.survey import ALWAYS_LETTERS
from vaetheory.latex.meaning.variables import Scope, random_variable
from vaetheory.latex.reader.errors import ReadError
from vaetheory.latex.reader.families import is_family_name
from vaetheory.latex.reader.syntax import (
    Called,
    Diverging,
    Expected,
    Group,
    Items,
    Name,
    Node,
    Sloped,
)
from vaetheory.latex.scopes import expected_over


@meaning.register
def _(node: Expected, scope: Scope) -> Expression:
    law = law_of(node.sub, node, scope)
    body = meaning(node.body, scope.within(*law.names))
    if not all(_are_drawn(inner, law.over) for inner in walk(body)):
        raise ReadError(
            "the copies below the sum are not those that E is taken over",
            node.sub.nodes[0].start if node.sub is not None and node.sub.nodes else node.start,
            node.sub.nodes[-1].end if node.sub is not None and node.sub.nodes else node.end,
        )
    return Expectation(law.law, body, law.over)


def _are_drawn(total: Expression, over: tuple[Variable, ...]) -> bool:
    """Whether the copies z_k that a sum runs through are among the variables that E is taken over,
    where it is taken over copies of them: in E_{z_{1:K+1}}[∑_k f(z_k)] they would be left free.
    """
    if not isinstance(total, IndexedSum | IndexedProduct):
        return True
    letters = {v.slot.split("_")[0] for v in over}
    copies = [
        v
        for v in free_variables(total.body)
        if v.slot.split("_")[0] in letters and any(i.variable == total.index for i in v.indices)
    ]
    if all(any(covers(o, v) for o in over) for v in copies):
        return True
    if not isinstance(total.low, Number) or not isinstance(total.high, Number):
        return False
    numbers = range(int(total.low.value), int(total.high.value) + 1)
    drawn = {i.offset for o in over for i in o.indices if i.variable is None}
    return len(numbers) <= len(over) and set(numbers) <= drawn


@meaning.register
def _(node: Diverging, scope: Scope) -> Expression:
    first, second = _distribution(node.first, scope), _distribution(node.second, scope)
    over: tuple[Variable, ...] | None = None
    if node.sub is not None and node.sub.nodes:
        over = tuple(random_variable(n, scope) for n in node.sub.nodes if isinstance(n, Name))
    over = over or expected_over(first)
    if not over:
        raise ReadError("which variable is this KL over?", node.first.start, node.first.end)
    return KL(first, second, over)


def _distribution(node: Node, scope: Scope) -> Expression:
    if isinstance(node, Name) and node.base in ALWAYS_LETTERS:
        return bare_law(node, scope).law
    if isinstance(node, Called) and is_family_name(node.name):
        from vaetheory.latex.meaning.families import implicit

        return implicit(node, scope)
    placed = _with_dot(node, scope)
    return placed if placed is not None else meaning(node, scope)


def _with_dot(node: Node, scope: Scope) -> Expression | None:
    law = _placed(node, (), scope)
    return law.law if law is not None else None


@meaning.register
def _(node: Sloped, scope: Scope) -> Expression:
    return Gradient(meaning(node.body, scope), node.parameter)


def elbo_of(group: Group | None, scope: Scope) -> Expression:
    """The ELBO of the file's posterior and joint; ELBO(x⁽ⁱ⁾) is that at another observation."""
    if group is not None and ";" in group.items.separators and group.kind == "[":
        parts = group.items.split(";")
        laws = [as_density(p.nodes[0], scope) for p in parts if len(p.nodes) == 1]
        if len(laws) == 2 and laws[0] is not None and laws[1] is not None:
            return Elbo(laws[0], laws[1], laws[0].of)
    if group is not None and len(group.items.nodes) == 1:
        own = as_density(group.items.nodes[0], scope)
        if own is not None and own.given:
            # ELBO(p(z|x)): at another law than q
            return Elbo(own, joint(scope), own.of)
    copy: Name | None = None
    seen = {n.base for n in observed(scope.facts)}
    for node in group.items.nodes if group is not None else ():
        if isinstance(node, Name) and node.base in seen:
            copy = node
    law = posterior(scope, copy)
    return Elbo(law, joint(scope, copy), law.of)


@meaning.register
def _(node: Called, scope: Scope) -> Expression:
    match node.name:
        case "exp":
            assert node.group is not None
            return Exp(meaning(node.group, scope))
        case "ELBO":
            return elbo_of(node.group, scope)
        case "H":
            return _entropy(node, scope)
        case "I":
            return _information(node, scope)
    if is_family_name(node.name):
        return family_density(node, scope, None)
    if node.name in ("tr", "det") and node.group is not None:
        return of_diagonal(node.name, node.group, scope)
    if node.name == "BCE" and node.group is not None:
        return cross_entropy(node.group, scope)
    raise ReadError(f"{node.name} is not read yet", node.start, node.end)


def _entropy(node: Called, scope: Scope) -> Expression:
    """H[q(z|x)], H(q), H_q(z|x), and the cross entropy H(q, p) = −E_q[log p]."""
    items = node.group.items if node.group is not None else Items((), ())
    laws = items.split(",") if "|" not in items.separators else (items,)
    if len(laws) == 2 and all(len(part.nodes) == 1 for part in laws):
        first, second = (_distribution(part.nodes[0], scope) for part in laws)
        over = expected_over(first)
        if over is None:
            raise ReadError("which variable is this entropy over?", node.start, node.end)
        return -Expectation(first, Log(second), over)
    if node.sub is not None or all(_is_random(n, scope) for n in items.nodes):
        return _entropy_of_variables(node, items, scope)
    if len(items.nodes) != 1:
        raise ReadError("the entropy of what?", node.start, node.end)
    law = _distribution(items.nodes[0], scope)
    over = expected_over(law)
    if not over:
        raise ReadError("which variable is this entropy over?", node.start, node.end)
    return Entropy(law, over)


def _is_random(node: Node, scope: Scope) -> bool:
    return (
        isinstance(node, Name)
        and node.base in scope.facts.arguments
        and node.base not in ALWAYS_LETTERS
    )


def _entropy_of_variables(node: Called, items: Items, scope: Scope) -> Expression:
    said = node.sub.nodes[0] if node.sub is not None and node.sub.nodes else None
    if said is not None and not isinstance(said, Name):
        law = as_density(said, scope)
        if law is not None:
            return Entropy(law, law.of)
    if not all(isinstance(n, Name) for n in items.nodes):
        if len(items.nodes) == 1:
            inner = _distribution(items.nodes[0], scope)
            over = expected_over(inner)
            if over:
                return Entropy(inner, over)
        raise ReadError("the entropy of what?", node.start, node.end)
    parts = items.split("|")
    facts = scope.facts
    unsaid = facts.model_letter if scope.reading.model_for_i else facts.posterior_letter
    name = said if isinstance(said, Name) else Name(0, 0, unsaid)
    of = tuple(random_variable(n, scope) for n in parts[0].nodes if isinstance(n, Name))
    given = (
        tuple(random_variable(n, scope) for n in parts[1].nodes if isinstance(n, Name))
        if len(parts) > 1
        else ()
    )
    law = Density(letter(name, scope), of, given)
    if given and node.sub is None:
        raise ReadError(
            "H(z|x) may be averaged over x or not: write H[q(z|x)]", node.start, node.end
        )
    return Entropy(law, of)


def _information(node: Called, scope: Scope) -> Expression:
    """I(x; z), I_q(x; z | c)."""
    items = node.group.items if node.group is not None else Items((), ())
    bars = items.split("|")
    sides = bars[0].split(";", ",", ":")
    if len(sides) != 2 or not all(isinstance(n, Name) for n in items.nodes):
        raise ReadError("mutual information takes two variables: I(x; z)", node.start, node.end)
    left, right = (
        tuple(random_variable(n, scope) for n in s.nodes if isinstance(n, Name)) for s in sides
    )
    given = (
        tuple(random_variable(n, scope) for n in bars[1].nodes if isinstance(n, Name))
        if len(bars) > 1
        else ()
    )
    said = node.sub.nodes[0] if node.sub is not None and node.sub.nodes else None
    facts = scope.facts
    unsaid = facts.model_letter if scope.reading.model_for_i else facts.posterior_letter
    name = said if isinstance(said, Name) else Name(0, 0, unsaid)
    return MutualInformation(letter(name, scope), left, right, given)


__all__ = ["Product", "elbo_of"]
