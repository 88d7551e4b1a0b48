"""Numbers, names, brackets, applications and sums."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from vaetheory.language.expressions import (
    Exp,
    Expression,
    Function,
    Number,
    Pi,
    Power,
    Sum,
    Value,
)
from vaetheory.language.variables import Integers, Variable
from vaetheory.latex.meaning.arguments import at_arguments
from vaetheory.latex.meaning.bounds import elbo_of
from vaetheory.latex.meaning.copies import data_set
from vaetheory.latex.meaning.densities import as_density, observed
from vaetheory.latex.meaning.door import meaning
from vaetheory.latex.meaning.laws import bare_law
from vaetheory.latex.meaning.reach import regrouped
from vaetheory.latex.meaning.survey import (
    ALWAYS_LETTERS,
    BOUND_NAMES,
    FUNCTIONS,
    PARAMETERS,
    density_items,
    key_of,
    names_a_term,
    spelled,
    word_key,
)
from vaetheory.latex.meaning.variables import (
    Scope,
    is_random,
    moving,
    parameter_space,
    subscripts,
    value_variable,
    without_parameters,
)
from vaetheory.latex.meaning.vectors import MATRICES
from vaetheory.latex.reader.errors import ReadError
from vaetheory.latex.reader.syntax import (
    Added,
    Applied,
    Dots,
    Group,
    Name,
    Node,
    Numeral,
    Words,
)
from vaetheory.latex.reader.tokens import LETTER, Token


@meaning.register
def _(node: Numeral, scope: Scope) -> Expression:
    if node.value in scope.facts.large:
        # 784, to which a sum goes: true or false for any number of terms
        return Value(Variable(str(node.value), Integers()))
    return Number(node.value)


@meaning.register
def _(node: Words, scope: Scope) -> Expression:
    key = word_key(node)
    found = scope.facts.definitions.get(key)
    if found is not None and key not in scope.busy:
        return meaning(found, replace(scope, busy=scope.busy | {key}))
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
    if node.base in scope.facts.matrices and node.base not in scope.facts.arguments:
        raise ReadError(f"{node.base} is a matrix, and not read", node.start, node.end)
    if node.base in MATRICES and not node.sub:
        said = f"{node.base} is a matrix: it is read, where it is diagonal, in tr and det only"
        raise ReadError(said, node.start, node.end)
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
        if node.base in ("q", "Q"):
            return bare_law(node, scope).law
        raise ReadError(
            f"{node.base} of what? Write its arguments, such as {node.base}(z|x)",
            node.start,
            node.end,
        )
    unbound = node.base not in scope.indices and not is_random(node.base, scope)
    opaque = node.base == "f" or (node.base in _UNSAID and bool(node.sub))
    if opaque and scope.bound and unbound:
        # below an expectation it may be a function of what is averaged over, and no constant
        said = f"what is {node.base} here? Define it, or write what it depends on: {node.base}(z)"
        raise ReadError(said, node.start, node.end)
    if names_a_term(node):
        raise ReadError("a term of the bound by name: say what it is", node.start, node.end)
    variable = value_variable(node, scope)
    if not is_random(node.base, scope) and node.base not in scope.indices:
        depends = moving(node.base, node.sub, scope)
        if depends:
            return Function(variable, depends)
    return Value(variable)


_UNSAID = ("w", "r", r"\omega", r"\tilde{w}", r"\bar{w}", r"\hat{w}")


def definition(node: Name, scope: Scope, group: Group | None = None) -> Expression | None:
    """What the file has defined the name to be, if it has; with the indices of the place of use,
    and with the arguments in ``group`` for those that it was defined with.
    """
    key = key_of(node)
    index = spelled(node.sub)
    if key not in scope.facts.definitions and index in scope.indices:
        # w_k, defined once with an index: the index of the definition is that of the place of use
        key = f"{node.base}_"
    found = scope.facts.definitions.get(key)
    if found is None or key in scope.busy:
        return None
    if group is not None:
        found = at_arguments(found, scope.facts.defined_arguments.get(key, ()), group, scope)
    inside = replace(scope, busy=scope.busy | {key})
    if key.endswith("_"):
        own = scope.facts.defined_indices[key]
        inside = replace(inside, indices={**scope.indices, own: scope.indices[index]})
    return meaning(found, inside)


def bound_named(name: Name, group: Group | None, scope: Scope) -> Expression:
    """ℒ, F, J: plus or minus the ELBO, as the reading says."""
    hidden = scope.facts.hidden - {n.base for n in observed(scope.facts)}
    for node in group.items.nodes if group is not None else ():
        if isinstance(node, Name) and node.base in hidden:
            # a bound on log p(x, y), or the bound at one y: which of the two only the file can say
            said = f"{name.base} with the latent {node.base} as an argument is none of the ELBO"
            raise ReadError(f"{said}: define it", node.start, node.end)
        if isinstance(node, Name) and _is_data_set(node, scope):
            said = "the bound of a whole data set is not read: write the sum over its examples"
            raise ReadError(said, node.start, node.end)
    sign = scope.reading.sign_of(key_of(name))
    elbo = elbo_of(group, scope)
    return elbo if sign > 0 else -elbo


def _is_data_set(node: Name, scope: Scope) -> bool:
    """X or 𝒟 beside densities of x."""
    seen = {n.base for n in observed(scope.facts)}
    small = node.base.removeprefix(r"\mathcal").lower()
    return node.base not in seen and node.base != small and (small in seen or small == "d")


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
    listed = data_set(node, scope)
    if listed is not None:
        return _raised(listed, node.power, scope)
    if "|" in node.group.items.separators and head.base in ALWAYS_LETTERS:
        raise ReadError(
            "the arguments of this density are not understood", node.group.start, node.group.end
        )
    if key_of(head) in scope.facts.definitions or f"{head.base}_" in scope.facts.definitions:
        defined = definition(head, scope, node.group)
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
    inside = tuple(
        Token(LETTER, n.base, n.start, n.end)
        for n in node.group.items.nodes
        if isinstance(n, Name) and n not in kept
    )
    arguments += moving(head.base, (*head.sub, *inside), scope)
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
