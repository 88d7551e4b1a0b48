"""What stands below E: z ~ q(z|x), q(z|x), q, z, z|x, z_{1:K} ~ q: the law and the variables
that are averaged over.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from vaetheory.language.expressions import (
    Density,
    Expression,
    IndexedProduct,
    Number,
    Product,
    Value,
    to_expression,
)
from vaetheory.language.variables import Index, Integers, Reals, Variable
from vaetheory.latex.meaning.densities import as_density, density, joint, letter, posterior
from vaetheory.latex.meaning.door import meaning
from vaetheory.latex.meaning.families import family_density
from vaetheory.latex.meaning.survey import ALWAYS_LETTERS, PARAMETERS, spelled, walk
from vaetheory.latex.meaning.variables import Scope, random_variable
from vaetheory.latex.reader.errors import ReadError
from vaetheory.latex.reader.families import is_family_name
from vaetheory.latex.reader.syntax import (
    Applied,
    Big,
    Called,
    Dot,
    Dots,
    Expected,
    Group,
    Items,
    Multiplied,
    Name,
    Node,
    Numeral,
)
from vaetheory.latex.scopes import expected_over


@dataclass(frozen=True, slots=True)
class Law:
    """A law and the variables that it is averaged over; ``names`` are their letters."""

    law: Expression
    over: tuple[Variable, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The slots that are bound."""
        return tuple(v.slot for v in self.over)


def law_of(sub: Items | None, node: Node, scope: Scope) -> Law:
    """The law that an expectation is taken under. Raises ReadError where it is not said and
    cannot be guessed.
    """
    if sub is None or not sub.nodes:
        return _default(scope)
    laws: list[Law] = []
    pending: list[Node] = []
    clauses = _clauses(sub)
    for names, law in clauses:
        if law is None:
            pending.extend(names)
            continue
        laws.append(_sampled([*pending, *names], law, scope, node))
        pending = []
    if pending:
        laws.append(_only_names(pending, sub, scope, node))
    if len(laws) == 1:
        return laws[0]
    factors = tuple(
        f for one in laws for f in (one.law.factors if isinstance(one.law, Product) else (one.law,))
    )
    return Law(Product(factors), tuple(v for one in laws for v in one.over))


def _clauses(sub: Items) -> list[tuple[list[Node], Node | None]]:
    """(names, law) for each "names ~ law"; names alone with None; a law alone with no names."""
    clauses: list[tuple[list[Node], Node | None]] = []
    k = 0
    nodes, signs = sub.nodes, sub.separators
    while k < len(nodes):
        names = [nodes[k]]
        while (
            k < len(signs)
            and signs[k] in (",", ";")
            and _is_name(nodes[k])
            and _is_name(nodes[k + 1])
        ):
            k += 1
            names.append(nodes[k])
        if k < len(signs) and signs[k] == r"\sim":
            clauses.append((names, nodes[k + 1]))
            k += 2
        elif k < len(signs) and signs[k] == "|":
            # z | x: the posterior of z
            given = [nodes[k + 1]]
            k += 1
            while k < len(signs) and signs[k] == "," and _is_name(nodes[k + 1]):
                k += 1
                given.append(nodes[k])
            bars = Items(
                (*names, *given), (*[","] * (len(names) - 1), "|", *[","] * (len(given) - 1))
            )
            group = Group(nodes[0].start, nodes[k].end, "(", bars)
            clauses.append(([], Applied(nodes[0].start, nodes[k].end, Name(0, 0, "q"), group)))
            k += 1
        elif len(names) == 1 and not _is_name(nodes[k]):
            clauses.append(([], nodes[k]))
            k += 1
        else:
            clauses.append((names, None))
            k += 1
    return clauses


def _is_name(node: Node) -> bool:
    return isinstance(node, Name | Dots) and not (
        isinstance(node, Name) and node.base in ALWAYS_LETTERS
    )


def _default(scope: Scope) -> Law:
    law = posterior(scope)
    return Law(law, law.of)


def _only_names(names: list[Node], sub: Items, scope: Scope, node: Node) -> Law:
    first = names[0]
    if (
        len(names) == 1
        and isinstance(first, Name)
        and (first.base in ALWAYS_LETTERS or first.base in PARAMETERS)
    ):
        return bare_law(first, scope)
    variables = [random_variable(n, scope) for n in names if isinstance(n, Name)]
    q = posterior(scope)
    if len(variables) == 1 and variables[0].slot in {v.slot for v in q.of}:
        if scope.reading.prior_for_z:
            return Law(
                Density(letter(Name(0, 0, scope.facts.model_letter), scope), tuple(variables)),
                tuple(variables),
            )
        return Law(replace(q, of=tuple(variables)) if len(q.of) == 1 else q, tuple(variables))
    if variables and all(v.slot in {u.slot for u in q.given} for v in variables):
        # E_x: under the model's own marginal, unless the file speaks of a data distribution
        letters = [d[1] for d in scope.facts.densities if d[0] == "p" and "data" in d[1]]
        name = Name(0, 0, "p", ())
        law = letter(name, scope)
        if letters:
            law = replace(law, subscript=letters[0]) if law.subscript != letters[0] else law
        return Law(Density(law, tuple(variables)), tuple(variables))
    if len(names) == 1 and isinstance(first, Name) and first.base in _NOISE and scope.facts.noise:
        return _family([first], _standard(first, scope.facts.noise), scope)
    raise ReadError(
        "the law that E is taken under is not understood", sub.nodes[0].start, sub.nodes[-1].end
    )


_NOISE = (r"\epsilon", r"\varepsilon", r"\xi", r"\eta")


def _standard(name: Name, variance: str) -> Called:
    """N(0, 1) or N(0, I), which noise has that no other law is given to."""
    at = name.start, name.end
    one = Numeral(*at, Fraction(1)) if variance == "1" else Name(*at, "I")
    items = Items((Numeral(*at, Fraction(0)), one), (",",))
    return Called(*at, "Normal", None, Group(*at, "(", items))


def bare_law(name: Name, scope: Scope) -> Law:
    """A letter alone: q is the posterior as the file writes it, p the prior or the true
    posterior.
    """
    written = _only_form(name, scope)
    if written is not None:
        return Law(written, written.of)
    if name.base in ("q", "Q", r"\mathcalQ") or name.base in PARAMETERS:
        law = posterior(scope)
        if name.base in PARAMETERS:
            return Law(law, law.of)
        said = letter(name, scope)
        return Law(replace(law, letter=said), law.of)
    if name.base in ("p", "P"):
        said = letter(name, scope)
        if scope.facts.alone:
            # KL(p ‖ q) where there is only p(x) and q(x)
            of = tuple(random_variable(n, scope) for n in scope.facts.alone)
            return Law(Density(said, of), of)
        both = joint(scope)
        of = posterior(scope).of
        given = tuple(v for v in (*both.of, *both.given) if v not in of)
        prior = scope.reading.prior_for_p != scope.facts.prior_stated
        law = Density(said, of) if prior else Density(said, of, given)
        return Law(law, of)
    raise ReadError(
        f"the law {name.base} is not understood: write its arguments", name.start, name.end
    )


def _only_form(name: Name, scope: Scope) -> Density | None:
    """p_d as the file writes it, p_d(x), where its subscript is no parameter and it is written in
    one way only.
    """
    said = spelled(name.sub)
    if not said or all(part in PARAMETERS for part in said.split(",")):
        return None
    forms = {
        str([(n.base, spelled(n.sub)) for n in (*of, *given)]): (of, given)
        for base, sub, of, given in scope.facts.densities
        if base == name.base and sub == said
    }
    if len(forms) != 1:
        return None
    ((of, given),) = forms.values()
    return density(name, of, given, scope, name)


def _sampled(names: list[Node], law: Node, scope: Scope, node: Node) -> Law:
    """names ~ law."""
    if isinstance(law, Called) and is_family_name(law.name):
        return _family(names, law, scope)
    copies = _copies(names, scope) or _numbered_inside(names, node, scope)
    if copies is not None:
        return _many(copies, law, scope, node)
    variables = tuple(random_variable(n, scope) for n in names if isinstance(n, Name))
    if isinstance(law, Multiplied) and all(op == "*" for op, _ in law.factors):
        parts = [_sampled([], f, scope, node) for _, f in law.factors]
        over = tuple(v for p in parts for v in p.over)
        return Law(Product(tuple(p.law for p in parts)), variables or over)
    if isinstance(law, Name):
        if _is_marginal(law, variables, scope):
            return Law(Density(letter(law, scope, ()), variables), variables)
        said = bare_law(law, scope)
        if isinstance(said.law, Density) and len(variables) == len(said.law.of):
            return Law(replace(said.law, of=variables), variables)
        return said if not variables else Law(said.law, variables)
    placed = _placed(law, variables, scope)
    if placed is not None:
        return placed
    found = as_density(law, scope)
    if found is not None:
        if not variables:
            return Law(found, found.of)
        if len(variables) == len(found.of) and {v.slot for v in variables} == {
            v.slot for v in found.of
        }:
            by_slot = {v.slot: v for v in variables}
            return Law(replace(found, of=tuple(by_slot[v.slot] for v in found.of)), variables)
        if len(found.of) == 1 and {v.slot for v in variables} == {found.of[0].slot}:
            # z_1, z_2 ~ q(z|x): each of them
            return Law(Product(tuple(replace(found, of=(v,)) for v in variables)), variables)
        return Law(found, variables)
    value = meaning(law, scope)
    averaged = variables or expected_over(value)
    if not averaged:
        raise ReadError("the law that E is taken under is not understood", law.start, law.end)
    return Law(value, averaged)


def _is_marginal(law: Name, variables: tuple[Variable, ...], scope: Scope) -> bool:
    """x ~ p_data: a letter with a word below it, or p for something that is not the latent
    variable.
    """
    latents = {v.slot for v in posterior(scope).of}
    slots = {v.slot for v in variables}
    return bool(variables) and (law.base in ("p", "P", r"\mathcalD", "D") and not slots & latents)


def _placed(law: Node, variables: tuple[Variable, ...], scope: Scope) -> Law | None:
    """q(· | x) with the sampled variable in the place of the dot."""
    if not isinstance(law, Applied) or not isinstance(law.head, Name):
        return None
    parts = law.group.items.split("|")
    if not any(isinstance(n, Dot) for n in parts[0].nodes):
        return None
    given = tuple(n for n in (parts[1].nodes if len(parts) > 1 else ()) if isinstance(n, Name))
    given = tuple(n for n in given if n.base not in PARAMETERS)
    behind = tuple(random_variable(n, scope) for n in given)
    over = variables or posterior(scope).of
    return Law(Density(letter(law.head, scope), over, behind), over)


def _copies(names: list[Node], scope: Scope) -> tuple[Name, Name] | None:
    """(z, K) for z_{1:K} and for z_1, …, z_K; None for anything else."""
    first = names[0] if names else None
    if not isinstance(first, Name) or first.base in scope.facts.layered - {first.base}:
        return None
    said = spelled(first.sub or first.sup).strip("()")
    if len(names) == 1 and said.startswith("1:") and len(said) == 3 and said[2].isupper():
        return Name(first.start, first.end, first.base), Name(first.start, first.end, said[2])
    if len(names) == 3 and isinstance(names[1], Dots) and isinstance(names[2], Name):
        last = spelled(names[2].sub or names[2].sup).strip("()")
        limits = {h.base for h in scope.facts.highs.values() if isinstance(h, Name)}
        if said == "1" and len(last) == 1 and (last.isupper() or last in limits):
            return Name(first.start, first.end, first.base), Name(first.start, first.end, last)
    return None


def _numbered_inside(names: list[Node], node: Node, scope: Scope) -> tuple[Name, Name] | None:
    """(z, K) for E_{z_k ~ q}[1/K ∑_{k=1}^K f(z_k)]: the sum inside says that all are meant."""
    first = names[0] if len(names) == 1 else None
    if not isinstance(first, Name) or not isinstance(node, Expected):
        return None
    index = spelled(first.sub or first.sup)
    high = scope.facts.highs.get(index)
    if index in scope.indices or not isinstance(high, Name) or first.base in scope.facts.layered:
        return None
    inside: set[int] = set()
    for big in walk(node.body):
        if isinstance(big, Big) and big.sign in "∑∏" and big.sub is not None:
            bound = {n.base for n in big.sub.nodes[:1] if isinstance(n, Name)}
            if index in bound:
                inside |= {id(n) for n in walk(big.body)}
    copies = [
        n
        for n in walk(node.body)
        if isinstance(n, Name) and n.base == first.base and spelled(n.sub or n.sup) == index
    ]
    if not copies or any(id(n) not in inside for n in copies):
        return None
    return Name(first.start, first.end, first.base), high


def _many(copies: tuple[Name, Name], law: Node, scope: Scope, node: Node) -> Law:
    """∏_k q(z_k | x) over z."""
    name, high = copies
    index = next(
        (i for i, h in scope.facts.highs.items() if isinstance(h, Name) and h.base == high.base),
        high.base.lower(),
    )
    bound = Variable(index, Index())
    inside = scope.binding(bound)
    variable = random_variable(replace(name, sub=()), scope)
    if isinstance(law, Big) and law.sign == "∏" and law.sub is not None:
        # z_{1:K} ~ ∏_k q(z_k | x)
        own = law.sub.nodes[:1]
        if not own or not isinstance(own[0], Name):
            raise ReadError("the law of the copies is not understood", law.start, law.end)
        bound = Variable(own[0].base, Index())
        inside, law = scope.binding(bound), law.body
    one = _sampled([], law, inside, node) if not isinstance(law, Name) else bare_law(law, inside)
    if not isinstance(one.law, Density):
        raise ReadError("the law of the copies is not understood", law.start, law.end)
    slot = replace(variable, indices=())
    copy = replace(one.law, of=(slot[bound],))
    size = Variable(high.base, Integers())
    product = IndexedProduct(copy, bound, Number(to_expression(1).value), Value(size))  # type: ignore[attr-defined]
    return Law(product, (slot,))


def _family(names: list[Node], law: Called, scope: Scope) -> Law:
    variables = tuple(random_variable(n, scope) for n in names if isinstance(n, Name))
    if not variables:
        value = family_density(law, scope, None)
        over = expected_over(value)
        if over:
            return Law(value, over)
    if len(variables) != 1:
        raise ReadError(
            "which variable does this law belong to? Write \\epsilon \\sim", law.start, law.end
        )
    variable = replace(variables[0], space=Reals()) if law.name == "Normal" else variables[0]
    return Law(family_density(law, scope, Value(variable)), (variable,))


__all__ = ["Law", "bare_law", "density", "law_of"]
