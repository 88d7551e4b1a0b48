"""Trees → expressions. ``meaning`` is the door; each kind of node has its function, registered
here and in its siblings.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import singledispatch

from vaetheory.language.expressions import (
    Exp,
    Expression,
    Function,
    Log,
    Number,
    Pi,
    Power,
    Sum,
    Value,
)
from vaetheory.language.variables import Variable
from vaetheory.latex.meaning.densities import as_density
from vaetheory.latex.meaning.survey import (
    ALWAYS_LETTERS,
    BOUND_NAMES,
    FUNCTIONS,
    PARAMETERS,
    density_items,
    key_of,
    spelled,
    walk,
)
from vaetheory.latex.meaning.variables import (
    Scope,
    is_random,
    parameter_space,
    subscripts,
    value_variable,
    without_parameters,
)
from vaetheory.latex.reader.errors import ReadError
from vaetheory.latex.reader.syntax import (
    Added,
    Applied,
    Big,
    Dots,
    Expected,
    Fractional,
    Group,
    LogOf,
    Multiplied,
    Name,
    Node,
    Numeral,
    Raised,
    Rooted,
    Words,
)

MINUS_ONE = Number(Fraction(-1))


@singledispatch
def meaning(node: Node, scope: Scope) -> Expression:
    """What a tree means under the scope's reading. Raises ReadError, pointing at the place,
    where it means nothing.
    """
    raise ReadError("this is not a term", node.start, node.end)


@meaning.register
def _(node: Numeral, scope: Scope) -> Expression:
    return Number(node.value)


@meaning.register
def _(node: Words, scope: Scope) -> Expression:
    raise ReadError(f"words in the place of a term: {node.text!r}", node.start, node.end)


@meaning.register
def _(node: Dots, scope: Scope) -> Expression:
    raise ReadError(
        "an ellipsis cannot be checked: write the terms out or use \\sum", node.start, node.end
    )


@meaning.register
def _(node: Name, scope: Scope) -> Expression:
    if node.base == r"\pi" and not node.sub and not is_random(r"\pi", scope):
        return Pi()
    if node.base == "e" and not node.sub:
        return Exp(Number(Fraction(1)))
    defined = definition(node, scope)
    if defined is not None:
        return defined
    if (
        node.base in BOUND_NAMES
        and key_of(node) in scope.facts.bound_names
        and node.base not in scope.facts.arguments
    ):
        return bound_named(node, None, scope)
    if (
        node.base in ALWAYS_LETTERS
        and not is_random(node.base, scope)
        and scope.flavour != "bernoulli"
    ):
        raise ReadError(
            f"{node.base} of what? Write its arguments, such as {node.base}(z|x)",
            node.start,
            node.end,
        )
    return Value(value_variable(node, scope))


def definition(node: Name, scope: Scope) -> Expression | None:
    """What the file has defined the name to be, if it has; indices are those of the place of use."""
    key = key_of(node)
    index = spelled(node.sub)
    if key not in scope.facts.definitions and index in scope.indices:
        # w_k, defined once with an index: the index of the definition is that of the place of use
        key = f"{node.base}_"
    found = scope.facts.definitions.get(key)
    if found is None or key in scope.busy:
        return None
    inside = replace(scope, busy=scope.busy | {key})
    if key.endswith("_"):
        own = scope.facts.defined_indices[key]
        inside = replace(inside, indices={**scope.indices, own: scope.indices[index]})
    return meaning(found, inside)


def bound_named(name: Name, group: Group | None, scope: Scope) -> Expression:
    """ℒ, F, J: plus or minus the ELBO, as the reading says."""
    from vaetheory.latex.meaning.bounds import elbo_of

    sign = scope.reading.sign_of(key_of(name))
    elbo = elbo_of(group, scope)
    return elbo if sign > 0 else -elbo


@meaning.register
def _(node: Group, scope: Scope) -> Expression:
    if len(node.items.nodes) != 1:
        where = node.items.nodes[1] if len(node.items.nodes) > 1 else node
        raise ReadError("this bracket holds more than one term", where.start, where.end)
    return meaning(node.items.nodes[0], scope)


@meaning.register
def _(node: Applied, scope: Scope) -> Expression:
    head = node.head
    assert isinstance(head, Name)
    density = as_density(replace(node, power=None), scope)
    if density is not None:
        return _raised(density, node.power, scope)
    if "|" in node.group.items.separators and head.base in ALWAYS_LETTERS:
        raise ReadError(
            "the arguments of this density are not understood", node.group.start, node.group.end
        )
    if key_of(head) in scope.facts.definitions or f"{head.base}_" in scope.facts.definitions:
        defined = definition(head, scope)
        if defined is not None:
            return _raised(defined, node.power, scope)
    if (
        head.base in BOUND_NAMES
        and key_of(head) in scope.facts.bound_names
        and not _is_product(node, scope)
    ):
        return _raised(bound_named(head, node.group, scope), node.power, scope)
    if node.tight or _is_application(node, scope):
        return _raised(_function(head, node, scope), node.power, scope)
    if density_items(head, node.group) is not None and head.base in ALWAYS_LETTERS:
        raise ReadError(
            "the arguments of this density are not understood", node.group.start, node.group.end
        )
    return meaning(head, scope) * _raised(meaning(node.group, scope), node.power, scope)


def _is_product(node: Applied, scope: Scope) -> bool:
    return any(not isinstance(n, Name) for n in node.group.items.nodes)


def _is_application(node: Applied, scope: Scope) -> bool:
    """f(z) applies where f is a letter for functions, or where the bracket holds names of random
    variables only.
    """
    head, nodes = node.head, node.group.items.nodes
    assert isinstance(head, Name)
    if is_random(head.base, scope) or head.base in PARAMETERS or head.base.isdigit() or not nodes:
        return False
    names = all(isinstance(n, Name) for n in nodes)
    if names and all(
        isinstance(n, Name)
        and (is_random(n.base, scope) or n.base in (*PARAMETERS, r"\epsilon", "x", "z"))
        for n in nodes
    ):
        return True
    return (head.base in FUNCTIONS and (names or len(nodes) > 1)) or head.base in (
        "f",
        "g",
        "h",
        "s",
        "T",
    )


def _function(head: Name, node: Applied, scope: Scope) -> Expression:
    kept = [
        n
        for n in node.group.items.nodes
        if not (isinstance(n, Name) and n.base in PARAMETERS and len(node.group.items.nodes) > 1)
    ]
    arguments = tuple(meaning(n, scope) for n in kept)
    sub = without_parameters(head.sub)
    name = Variable(head.base + "'" * head.primes, parameter_space(head.base, scope))
    if sub:
        indices = subscripts(sub, scope)
        if indices is not None and any(i.variable is not None for i in indices):
            name = replace(name, indices=indices)
        else:
            said = spelled(sub)
            fused = f"{head.base}_" + (said if len(said) == 1 else f"{{{said}}}")
            name = Variable(fused, name.space)
    return Function(name, arguments)


def _raised(base: Expression, power: Node | None, scope: Scope) -> Expression:
    return base if power is None else Power(base, meaning(power, scope))


@meaning.register
def _(node: Added, scope: Scope) -> Expression:
    terms: list[Expression] = []
    for sign, term in regrouped(node, scope):
        value = meaning(term, scope)
        terms.append(value if sign > 0 else _negated(value))
    flat = [t for term in terms for t in (term.terms if isinstance(term, Sum) else (term,))]
    return flat[0] if len(flat) == 1 else Sum(tuple(flat))


def _negated(value: Expression) -> Expression:
    if isinstance(value, Number):
        return Number(-value.value)
    return -value


def regrouped(node: Added, scope: Scope) -> list[tuple[int, Node]]:
    """The terms, where a term that uses the index of an open ∑ or E before it is taken into that."""
    terms = list(node.terms)
    for k, (sign, term) in enumerate(terms):
        tail = _open_tail(term)
        if tail is None:
            continue
        bound = _bound_by(tail, scope) - set(scope.indices) - scope.bound
        stop = k
        for j in range(len(terms) - 1, k, -1):
            if any(free_use(terms[j][1], name) for name in bound):
                stop = j
                break
        if stop > k:
            inner = tail.body
            body = Added(inner.start, terms[stop][1].end, ((1, inner), *terms[k + 1 : stop + 1]))
            return [
                *terms[:k],
                (sign, _with_tail(term, replace(tail, body=body))),
                *terms[stop + 1 :],
            ]
    return terms


def _open_tail(term: Node) -> Big | Expected | None:
    """The ∑, ∫ without d… or E without brackets that ends a term, if one does."""
    while isinstance(term, Multiplied):
        term = term.factors[-1][1]
    if isinstance(term, Big) and not (term.sign == "∫" and term.differentials) and term.sign != "∏":
        return term
    if isinstance(term, Expected) and term.bare:
        return term
    return None


def _with_tail(term: Node, tail: Node) -> Node:
    if isinstance(term, Multiplied):
        op, last = term.factors[-1]
        return replace(term, factors=(*term.factors[:-1], (op, _with_tail(last, tail))))
    return tail


def _bound_by(tail: Big | Expected, scope: Scope) -> set[str]:
    if isinstance(tail, Big):
        names = [n for n in (tail.sub.nodes if tail.sub else ()) if isinstance(n, Name)]
        return {n.base for n in names[:1]} or (
            {n.base for n in scope.facts.latents} if tail.sign == "∫" else set()
        )
    if tail.sub is None:
        return {n.base for n in scope.facts.latents}
    named = {n.base for n in walk(tail.sub) if isinstance(n, Name)}
    return named & {n.base for n in scope.facts.latents}


def free_use(node: Node, base: str) -> bool:
    """Whether the letter occurs in the tree, as a letter or in an index, outside of what binds
    it again.
    """
    for one in walk(node):
        if (
            isinstance(one, Big)
            and one is node
            and one.sub
            and any(getattr(n, "base", "") == base for n in one.sub.nodes)
        ):
            return False
        if isinstance(one, Expected) and one is node:
            return False
        if isinstance(one, Name) and (
            one.base == base or any(t.text == base for t in (*one.sub, *one.sup))
        ):
            return not _closed_inside(node, base)
    return False


def _closed_inside(node: Node, base: str) -> bool:
    """Whether every use stands inside an E, KL, ∫ or ∑ of its own."""
    from vaetheory.latex.reader.syntax import Called, Diverging

    match node:
        case Expected() | Diverging():
            return True
        case Called(name="H" | "I" | "ELBO"):
            return True
        case Big(sub=sub, differentials=differentials):
            names = [*(sub.nodes if sub else ()), *differentials]
            if any(getattr(n, "base", "") == base for n in names):
                return True
            return _closed_inside(node.body, base)
        case Multiplied(factors=factors):
            return all(_closed_inside(f, base) for _, f in factors)
        case Group(items=items):
            return all(_closed_inside(n, base) for n in items.nodes)
        case Added(terms=terms):
            return all(_closed_inside(t, base) for _, t in terms)
        case LogOf(parts=parts):
            return all(_closed_inside(p, base) for _, p in parts)
        case Fractional(above=above, below=below):
            return _closed_inside(above, base) and _closed_inside(below, base)
    return not any(
        isinstance(one, Name)
        and (one.base == base or any(t.text == base for t in (*one.sub, *one.sup)))
        for one in walk(node)
    )


@meaning.register
def _(node: Multiplied, scope: Scope) -> Expression:
    return multiplied(node.factors, scope)


def multiplied(factors: tuple[tuple[str, Node], ...], scope: Scope) -> Expression:
    """A product; a slash takes what follows it, or, in the wide reading, all that follows."""
    from vaetheory.latex.meaning.vectors import inner_product

    for k, (op, _) in enumerate(factors):
        if op == "/" and scope.reading.wide_slash and k + 1 < len(factors):
            return multiplied(factors[:k], scope) / multiplied(
                (("*", factors[k][1]), *factors[k + 1 :]), scope
            )
    result: Expression | None = None
    k = 0
    while k < len(factors):
        op, factor = factors[k]
        paired = inner_product(factor, factors[k + 1][1], scope) if k + 1 < len(factors) else None
        if paired is not None:
            value, k = paired, k + 1
        else:
            value = meaning(factor, scope)
        if result is None:
            result = value
        elif op == "/":
            result = result / value
        else:
            result = result * value
        k += 1
    assert result is not None
    return result


@meaning.register
def _(node: Fractional, scope: Scope) -> Expression:
    above, below = meaning(node.above, scope), meaning(node.below, scope)
    if isinstance(above, Number) and isinstance(below, Number) and below.value:
        return Number(above.value / below.value)
    if above == Number(Fraction(1)):
        return Power(below, MINUS_ONE)
    return above / below


@meaning.register
def _(node: Raised, scope: Scope) -> Expression:
    from vaetheory.latex.meaning.vectors import squared_norm

    norm = squared_norm(node, scope)
    if norm is not None:
        return norm
    if isinstance(node.exponent, Name) and node.exponent.base in ("T", r"\top"):
        raise ReadError("a transpose is read in products of two vectors only", node.start, node.end)
    if isinstance(node.base, Name) and node.base.base == "e" and not node.base.sub:
        return Exp(meaning(node.exponent, scope))
    base, exponent = meaning(node.base, scope), meaning(node.exponent, scope)
    if (
        isinstance(base, Number)
        and isinstance(exponent, Number)
        and exponent.value.denominator == 1
    ):
        power = int(exponent.value)
        if abs(power) <= 64 and (base.value or power > 0):
            return Number(base.value**power)
    return Power(base, exponent)


@meaning.register
def _(node: Rooted, scope: Scope) -> Expression:
    return Power(meaning(node.body, scope), Number(Fraction(1, 2)))


@meaning.register
def _(node: LogOf, scope: Scope) -> Expression:
    parts = node.parts
    taken = len(parts)
    if scope.reading.narrow_log and taken > 1:
        taken = 2 if parts[1][0] == "/" else 1
    elif isinstance(parts[0][1], Group) and taken > 1:
        # log(a)/b with a bracket that is not a ratio's upper part: b divides the logarithm
        taken = taken if _is_probability(parts[1][1]) else 1
    elif taken > 1:
        taken = _reach(parts)
    log: Expression = Log(multiplied(parts[:taken], scope))
    if node.power is not None:
        log = Power(log, meaning(node.power, scope))
    for op, part in parts[taken:]:
        value = meaning(part, scope)
        log = log / value if op == "/" else log * value
    return log


def _is_probability(node: Node) -> bool:
    if isinstance(node, Applied) and isinstance(node.head, Name):
        return density_items(node.head, node.group) is not None
    return isinstance(node, Fractional) and _is_probability(node.above)


def _reach(parts: tuple[tuple[str, Node], ...]) -> int:
    """How far log reaches by default: over densities, or over plain letters and numbers, but not
    from one to the other.
    """
    dense = _is_probability(parts[0][1])
    for k, (_, part) in enumerate(parts):
        if k and not isinstance(part, Big | Group) and _is_probability(part) != dense:
            return k
    return len(parts)
