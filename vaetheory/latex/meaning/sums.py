"""∑, ∏ and ∫: over a random variable, or over an index with limits."""

from __future__ import annotations

from vaetheory.language.expressions import (
    Expression,
    IndexedProduct,
    IndexedSum,
    Integral,
    Value,
    to_expression,
)
from vaetheory.language.variables import Integers, Variable
from vaetheory.latex.meaning.door import meaning
from vaetheory.latex.meaning.survey import walk
from vaetheory.latex.meaning.variables import (
    Scope,
    index_variable,
    is_random,
    random_variable,
    size_for,
)
from vaetheory.latex.reader.errors import ReadError
from vaetheory.latex.reader.syntax import Applied, Big, Name


@meaning.register
def _(node: Big, scope: Scope) -> Expression:
    if node.sign == "∫":
        return _integral(node, scope)
    names = [n for n in (node.sub.nodes if node.sub else ()) if isinstance(n, Name)]
    if node.sub is not None and any(s in (r"\in", "=") for s in node.sub.separators):
        names = names[:1]
    for sign in node.sub.separators if node.sub is not None else ():
        if sign not in (r"\in", "=", ","):
            raise ReadError(
                f"limits of {node.sign} with {sign} are not read: write them as index = first",
                node.sub.nodes[0].start if node.sub is not None else node.start,
                node.sub.nodes[-1].end if node.sub is not None else node.end,
            )
    if not names:
        raise ReadError(
            f"{node.sign} over what? Write the index below it", node.start, node.start + 1
        )
    valued = _values(node, names[0]) if len(names) == 1 and node.sign == "∑" else None
    if valued is not None:
        return Integral(
            meaning(node.body, scope.within(valued.base)), (random_variable(valued, scope),)
        )
    in_set = node.sub is not None and r"\in" in node.sub.separators
    if in_set and names[0].base in scope.facts.highs:
        said = f"a sum over a part of what {names[0].base} goes over elsewhere is not read"
        raise ReadError(said, node.start, node.end)
    labels = [scope.facts.labels.get(n.base) for n in names]
    if False in labels and (node.low is not None or node.high is not None):
        raise ReadError(
            f"limits of {node.sign} that are not those of the whole set", node.start, node.end
        )
    unlimited = node.low is None and node.high is None
    if (unlimited or all(labels)) and all(is_random(n.base, scope) for n in names):
        if node.sign == "∏":
            raise ReadError(
                "a product over a random variable is not read", node.start, node.start + 1
            )
        _only_whole_sets(node, scope)
        over = tuple(random_variable(n, scope) for n in names)
        return Integral(meaning(node.body, scope.within(*(v.slot for v in over))), over)
    return _indexed(node, names, scope)


def _values(node: Big, index: Name) -> Name | None:
    """z for ∑_k p(z = k) f(z = k), which goes over all values of z; None for any other sum. Raises
    ReadError where k also stands elsewhere, as in π_k p(x | z = k).
    """
    found: dict[str, Name] = {}
    inside: set[int] = set()
    for one in walk(node.body):
        items = one.group.items if isinstance(one, Applied) else None
        if items is None or "=" not in items.separators:
            continue
        for sign, before, here in zip(items.separators, items.nodes, items.nodes[1:], strict=False):
            if sign == "=" and isinstance(here, Name) and here.base == index.base:
                inside.add(id(here))
                if isinstance(before, Name):
                    found[before.base] = before
    if not found:
        return None
    others = [
        n
        for n in walk(node.body)
        if isinstance(n, Name)
        and id(n) not in inside
        and index.base in (n.base, *(t.text for t in n.sub))
    ]
    if others or len(found) > 1:
        said = f"{index.base} is a value of a variable here and an index there: not read"
        raise ReadError(said, node.start, node.start + 1)
    return next(iter(found.values()))


def _indexed(node: Big, names: list[Name], scope: Scope) -> Expression:
    index = index_variable(names[0])
    low = meaning(node.low, scope) if node.low is not None else to_expression(1)
    if node.high is not None:
        high = meaning(node.high, scope)
    else:
        known = scope.facts.highs.get(names[0].base)
        high = meaning(known, scope) if known is not None else Value(_guess(names[0], scope))
    inside = scope.binding(index)
    body = _indexed(node, names[1:], inside) if len(names) > 1 else meaning(node.body, inside)
    build = IndexedSum if node.sign == "∑" else IndexedProduct
    return build(body, index, low, high)


def _guess(name: Name, scope: Scope) -> Variable:
    """The only size that the file names, or the capital of the index."""
    if len(scope.facts.sizes) == 1:
        return Variable(next(iter(scope.facts.sizes)), Integers())
    return size_for(name.base, scope)


def _integral(node: Big, scope: Scope) -> Expression:
    if node.high is not None or node.low is not None:
        _only_everything(node)
    _only_whole_sets(node, scope)
    over: tuple[Variable, ...] = tuple(random_variable(n, scope) for n in node.differentials)
    if not over and node.sub is not None:
        names = [n for n in node.sub.nodes if isinstance(n, Name)]
        if any(s == r"\in" for s in node.sub.separators):
            names = names[:1]
        over = tuple(random_variable(n, scope) for n in names if is_random(n.base, scope))
    if not over:
        over = tuple(random_variable(n, scope) for n in scope.facts.latents)
    return Integral(meaning(node.body, scope.within(*(v.slot for v in over))), over)


def _only_everything(node: Big) -> None:
    for limit in (node.low, node.high):
        if limit is not None and not any(getattr(n, "base", "") == r"\infty" for n in _walk(limit)):
            raise ReadError(
                "an integral over a part of the space is not read", limit.start, limit.end
            )


def _only_whole_sets(node: Big, scope: Scope) -> None:
    """Refuses ∫_A and ∑_{z > 0}: what stands below is the variable, or the whole of its space."""
    nodes = node.sub.nodes if node.sub is not None else ()
    signs = node.sub.separators if node.sub is not None else ()
    names = {n.base.lower() for n in node.differentials}
    names |= {
        n.base.lower()
        for k, n in enumerate(nodes)
        if isinstance(n, Name) and not (k and signs[k - 1] == r"\in") and is_random(n.base, scope)
    }
    if not names:
        names = {n.base.lower() for n in scope.facts.latents}
    for k, one in enumerate(nodes):
        behind = k > 0 and signs[k - 1] == r"\in"
        if k and signs[k - 1] not in (r"\in", ",", "="):
            raise ReadError(
                "a sum or integral over a part of the space is not read", one.start, one.end
            )
        if isinstance(one, Name) and not behind and is_random(one.base, scope):
            continue
        if any(getattr(n, "base", "") == r"\infty" for n in _walk(one)):
            continue
        core = one.base if isinstance(one, Name) else getattr(one, "base", one)
        base = getattr(core, "base", core)
        said = str(base).removeprefix(r"\mathcal").removeprefix(r"\mathbb")
        whole = said in ("R", r"\Omega") or (said.lower() in names and str(base) != said)
        whole = whole or (behind and said.lower() in names)
        if not whole:
            raise ReadError(
                "a sum or integral over a part of the space is not read", one.start, one.end
            )


def _walk(node: object) -> list[object]:
    return list(walk(node))
