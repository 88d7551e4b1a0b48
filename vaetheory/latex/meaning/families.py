"""N(x; μ, σ²) and Bernoulli(x; p), for one component or, with vectors, as a product over
components.
"""

from __future__ import annotations

from vaetheory.language.distributions import FAMILIES
from vaetheory.language.expressions import (
    Expression,
    FamilyDensity,
    IndexedProduct,
    Number,
    Power,
    Value,
    to_expression,
)
from vaetheory.language.variables import Variable
from vaetheory.latex.meaning.door import meaning
from vaetheory.latex.meaning.matrices import is_covariance
from vaetheory.latex.meaning.survey import walk
from vaetheory.latex.meaning.variables import Scope, without_parameters
from vaetheory.latex.meaning.vectors import componentwise, index_of
from vaetheory.latex.reader.errors import ReadError
from vaetheory.latex.reader.families import FAMILY_OF
from vaetheory.latex.reader.syntax import (
    Applied,
    Called,
    Group,
    Items,
    Multiplied,
    Name,
    Node,
    Numeral,
    Raised,
)

_IDENTITY = {"I", r"\mathbbI", r"\mathbb1"}


def family_density(node: Called, scope: Scope, argument: Expression | None) -> Expression:
    """The density of a family. Raises ReadError where its parameters are not understood."""
    if node.group is None:
        raise ReadError("which parameters? Write N(x; mu, sigma^2)", node.start, node.end)
    items = node.group.items
    said, parameters = _split(items)
    family = FAMILY_OF[node.name]
    count = len(FAMILIES[family].parameters)
    if said is None and argument is None and len(parameters) == count + 1:
        said, parameters = parameters[0], parameters[1:]
    if len(parameters) != count:
        wanted = " and ".join(p.name for p in FAMILIES[family].parameters)
        raise ReadError(f"this family takes {wanted}", node.group.start, node.group.end)
    if said is None and argument is None:
        raise ReadError("the density of what? Write N(x; mu, sigma^2)", node.start, node.end)
    if family == "normal" and (
        _is_matrix(parameters[1])
        or is_covariance(parameters[1], scope)
        or any(_is_vector(p, scope) for p in parameters)
    ):
        return _over_components(family, said, parameters, scope, argument)
    value = argument if said is None else meaning(said, scope)
    assert value is not None
    return FamilyDensity(family, value, tuple(meaning(p, scope) for p in parameters))


def _is_vector(mean: Node, scope: Scope) -> bool:
    """Whether a parameter is a vector: the file gives its letter an index elsewhere, and not
    here.
    """
    if isinstance(mean, Raised):
        mean = mean.base
    if isinstance(mean, Applied):
        mean = mean.head
    return (
        isinstance(mean, Name)
        and not without_parameters(mean.sub)
        and mean.base in scope.facts.vectors
    )


def implicit(node: Called, scope: Scope) -> Expression:
    """N(μ, σ²) inside KL or H, where the variable is not written: that of the posterior stands
    in.
    """
    family = FAMILIES[FAMILY_OF[node.name]]
    variable = Variable(scope.facts.latents[0].base, family.support)
    assert node.group is not None
    said, parameters = _split(node.group.items)
    if said is not None or len(parameters) != len(family.parameters):
        return family_density(node, scope, None)
    return family_density(node, scope, Value(variable))


def _split(items: Items) -> tuple[Node | None, tuple[Node, ...]]:
    for separator in (";", "|", ":"):
        if separator in items.separators:
            parts = items.split(separator)
            if len(parts) == 2 and len(parts[0].nodes) == 1:
                return parts[0].nodes[0], parts[1].nodes
    return None, items.nodes


def _is_matrix(node: Node) -> bool:
    return any(
        (isinstance(n, Name) and n.base in _IDENTITY)
        or (isinstance(n, Called) and n.name == "diag")
        for n in walk(node)
    )


def _over_components(
    family: str,
    said: Node | None,
    parameters: tuple[Node, ...],
    scope: Scope,
    argument: Expression | None,
) -> Expression:
    of = _letter(said, argument)
    latent = of in {name.base for name in scope.facts.latents}
    # its own letter, or that of its mean, tells how long it is; of a latent also the posterior's
    letters = [of, *(n.base for n in walk(parameters[0]) if isinstance(n, Name))]
    index, high = index_of([*letters, *((r"\mu", r"\sigma") if latent else ())], scope)
    inside = scope.binding(index)
    value: Expression
    if said is not None:
        value = meaning(componentwise(said, index.name), inside)
    elif isinstance(argument, Value):
        value = Value(_component(argument.variable, index))
    else:
        raise ReadError("the density of what?", parameters[0].start, parameters[0].end)
    mean = meaning(componentwise(parameters[0], index.name), inside)
    rest = [
        _diagonal(_spread(p, index, scope) if latent else p, index, inside) for p in parameters[1:]
    ]
    body = FamilyDensity(family, value, (mean, *rest))
    return IndexedProduct(body, index, to_expression(1), Value(high))


def _letter(said: Node | None, argument: Expression | None) -> str:
    """The letter that a density is one of."""
    if isinstance(argument, Value):
        return argument.variable.name
    return said.base if isinstance(said, Name) else ""


def _spread(node: Node, index: Variable, scope: Scope) -> Node:
    """σ² I of a latent as diag(σ²), where the file sums over σ_j: N(z; μ, σ² I) with a vector σ
    (Kingma and Welling, 2014).
    """
    if not isinstance(node, Multiplied) or index.name not in scope.facts.ranged.get(r"\sigma", ()):
        return node
    bare = [n for n in walk(node) if isinstance(n, Name) and n.base == r"\sigma"]
    return componentwise(node, index.name) if bare else node


def _component(variable: Variable, index: Variable) -> Variable:
    return variable[index]


def _diagonal(node: Node, index: Variable, scope: Scope) -> Expression:
    """A diagonal entry of σ² I, I, or diag(σ²)."""
    match node:
        case Name() | Applied() if is_covariance(node, scope):
            return meaning(componentwise(node, index.name), scope)
        case Name(base=base) if base in _IDENTITY:
            return Number(to_expression(1).value)  # type: ignore[attr-defined]
        case Called(name="diag", group=Group(items=Items(nodes=(inner,)))):
            return meaning(componentwise(inner, index.name), scope)
        case Multiplied(factors=factors):
            kept = tuple(
                (op, f) for op, f in factors if not (isinstance(f, Name) and f.base in _IDENTITY)
            )
            if len(kept) < len(factors):
                if len(kept) == 1:
                    return meaning(kept[0][1], scope)
                return meaning(Multiplied(node.start, node.end, kept), scope)
        case Raised(base=Name(base=r"\sigma", sub=sub) as base, exponent=exponent) if (
            not without_parameters(sub)
        ):
            return Power(meaning(componentwise(base, index.name), scope), meaning(exponent, scope))
        case Raised(base=Applied(head=Name(base=r"\sigma")) as base, exponent=exponent):
            return Power(meaning(componentwise(base, index.name), scope), meaning(exponent, scope))
        case Numeral():
            return meaning(node, scope)
    raise ReadError(
        "of covariances only diagonal ones are read: σ² I or diag(σ²)", node.start, node.end
    )
