"""The families that a derivation takes for granted: a Bernoulli or Gaussian decoder, a Gaussian
posterior, a standard prior.

They are found from the formulas that the derivation writes: x̂_d beside log(1 − x̂_d) is a
Bernoulli mean, μ_d and σ_d are those of the posterior. What is found is an assumption, and is named
in the verdict.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from vaetheory.language.assumptions import Assumption, Family
from vaetheory.language.binding import covers, free_variables, substitute
from vaetheory.language.distributions import bernoulli, normal
from vaetheory.language.expressions import (
    Density,
    Expression,
    Function,
    IndexedProduct,
    IndexedSum,
    Log,
    Number,
    Value,
    map_children,
    walk,
)
from vaetheory.language.notation import product
from vaetheory.language.statements import Statement
from vaetheory.language.variables import Index, Integers, Interval, Reals, Variable
from vaetheory.review.assumptions import densities, is_parametric

ONE, ZERO = Number(Fraction(1)), Number(Fraction(0))
_MEANS = ("f", r"\mu", "y", "p", r"\pi", r"\rho", "g", r"\theta", r"\lambda", "m")


_COMPONENT = Variable("d", Index())
_DIMENSION = Value(Variable("D", Integers()))


@dataclass(frozen=True, slots=True)
class Formulas:
    """What a derivation writes in the way of parameters: candidates for means, scales, and the
    index of a component.
    """

    flavour: str = ""
    means: tuple[Expression, ...] = ()
    scale: Expression | None = None
    index: Variable = _COMPONENT
    high: Expression = _DIMENSION


def formulas_of(expressions: Iterable[Expression], flavour: str) -> Formulas:
    """Collects the parameters of a derivation."""
    means: list[Expression] = []
    scale: Expression | None = None
    index, high = Variable("d", Index()), Value(Variable("D", Integers()))
    found = False
    for expression in expressions:
        for node in walk(expression):
            name = _name(node)
            if isinstance(node, IndexedSum | IndexedProduct) and not found:
                index, high, found = node.index, node.high, True  # type: ignore[assignment]
            if name is None:
                continue
            if (name.name.startswith(r"\hat{") or name.name in _MEANS) and node not in means:
                means.append(node)
            if name.name in (r"\sigma", r"\tau", "s", r"\Sigma") and scale is None:
                scale = node
    means.sort(key=lambda node: not str(getattr(_name(node), "name", "")).startswith(r"\hat{"))
    return Formulas(flavour, tuple(means[:4]), scale, index, high)


def _name(node: Expression) -> Variable | None:
    if isinstance(node, Value):
        return node.variable
    return node.name if isinstance(node, Function) else None


def guesses(statement: Statement, formulas: Formulas) -> list[tuple[Assumption, ...]]:
    """The families under which a line with a density on one side and a formula on the other may
    be meant.
    """
    sides = (statement.left, statement.right)
    written = any(is_parametric(side) or _of_one_pixel(side, formulas) for side in sides)
    if not formulas.flavour or not written:
        return []
    present = list(densities((statement.left, statement.right)))
    present += [d for d in _decoders(present) if d not in present]
    latent = tuple(_latents(present, formulas))
    # μ and σ belong to the posterior where there is one, and not to the decoder as well
    taken = any(a.density.letter.name in ("q", "Q") for a in latent if isinstance(a, Family))
    means = tuple(m for m in formulas.means if not (taken and _is_mu(m)))
    found = [(one, *latent) for one in _likelihoods(present, replace(formulas, means=means))]
    prior = tuple(_priors(present, sides, formulas)) if formulas.flavour == "gaussian" else ()
    return found or ([latent] if latent else [prior] if prior else [])


def _priors(
    present: list[Density], sides: tuple[Expression, ...], formulas: Formulas
) -> Iterator[Assumption]:
    """p(z) = ∏ N(z_d; 0, 1) in a line that writes p(z) and the value of z."""
    values = {n.variable for side in sides for n in walk(side) if isinstance(n, Value)}
    for density in present:
        if density.letter.name not in ("p", "P") or density.given or len(density.of) != 1:
            continue
        variable = density.of[0]
        indexed = variable[formulas.index] in values
        if variable.slot.lower() in ("x", "y") or not (indexed or variable in values):
            continue
        component = Value(variable[formulas.index]) if indexed else Value(variable)
        body = normal(component, ZERO, ONE)
        yield Family(density, product(body, formulas.index, formulas.high) if indexed else body)


def _of_one_pixel(side: Expression, formulas: Formulas) -> bool:
    """x_d log x̂_d + (1 − x_d) log(1 − x̂_d): a formula of a Bernoulli law without sum or power."""
    return formulas.flavour == "bernoulli" and any(
        isinstance(node, Log) and node.argument in formulas.means for node in walk(side)
    )


def _decoders(present: list[Density]) -> Iterator[Density]:
    """p(x|z), which a joint p(x, z) has in it."""
    hidden = {v.slot for d in present if d.letter.name in ("q", "Q") for v in d.of}
    for density in present:
        seen = tuple(v for v in density.of if v.slot not in hidden)
        latent = tuple(v for v in density.of if v.slot in hidden)
        if density.letter.name in ("p", "P") and len(seen) == 1 and latent:
            yield Density(density.letter, seen, (*latent, *density.given))


def _is_mu(node: Expression) -> bool:
    return getattr(_name(node), "name", "") in (r"\mu", "m")


def _likelihoods(present: list[Density], formulas: Formulas) -> Iterator[Assumption]:
    decoders = [
        d
        for d in present
        if d.letter.name in ("p", "P") and d.given and d.of[0].slot.lower() in ("x", "y")
    ]
    if not decoders:
        return
    decoder = decoders[0]
    argument = replace(decoder.of[0], indices=())
    whole = Density(decoder.letter, (argument,), decoder.given)
    for mean in formulas.means:
        name = _name(mean)
        assert name is not None
        if not name.name.endswith(argument.name[len(argument.slot) :]):
            # p(x_d | z) for one d has the mean x̂_d with the same d
            continue
        bound = name.indices[0].variable if name.indices else None
        index = bound or formulas.index
        component = Value(argument[index]) if name.indices else Value(argument)
        if formulas.flavour == "bernoulli" and isinstance(name.space, Interval):
            body: Expression = bernoulli(component, mean)
        elif (
            formulas.flavour == "gaussian"
            and isinstance(name.space, Reals)
            and not name.space.positive
        ):
            body = normal(
                component, mean, ONE if formulas.scale is None else _variance(formulas.scale)
            )
        else:
            continue
        yield Family(whole, product(body, index, formulas.high) if name.indices else body)


def _variance(scale: Expression) -> Expression:
    """σ², or Σ_d, which is a variance by itself."""
    name = _name(scale)
    return scale if name is not None and name.name == r"\Sigma" else scale**2


def _latents(present: list[Density], formulas: Formulas) -> Iterator[Assumption]:
    """q(z|x) = ∏ N(z_d; μ_d, σ_d²) and p(z) = ∏ N(z_d; 0, 1), where the derivation has μ and σ."""
    mean = next((m for m in formulas.means if getattr(_name(m), "name", "") in (r"\mu", "m")), None)
    scale = formulas.scale
    name = _name(scale) if scale is not None else None
    posteriors = [d for d in present if d.letter.name in ("q", "Q") and len(d.of) == 1]
    if mean is None or scale is None or name is None or not posteriors:
        return
    # one σ for all components of μ_j
    own = name.indices or getattr(_name(mean), "indices", ())
    indexed = bool(own)
    index = own[0].variable if indexed else formulas.index
    if index is None:
        # σ₁ is that of the first of two laws, and of no component
        return
    for density in _with_prior(present, posteriors[0]):
        if len(density.of) != 1 or density.of[0].slot != posteriors[0].of[0].slot:
            continue
        variable = density.of[0]
        component = Value(variable[index]) if indexed else Value(variable)
        if density in posteriors:
            body = normal(component, mean, _variance(scale))
        elif density.letter.name in ("p", "P") and not density.given:
            body = normal(component, ZERO, ONE)
        else:
            continue
        yield Family(density, product(body, index, formulas.high) if indexed else body)


def _with_prior(present: list[Density], posterior: Density) -> list[Density]:
    """The densities with p(z), which a joint p(x, z) has in it."""
    joints = [d for d in present if d.letter.name in ("p", "P") and len(d.of) > 1]
    priors = [Density(d.letter, posterior.of) for d in joints]
    return list(dict.fromkeys([*present, *priors]))


def components(statement: Statement) -> bool:
    """Whether p(x_d | z) stands beside p(x | z): a component, then, and no copy of x."""
    present = list(densities((statement.left, statement.right)))
    whole = {
        (d.letter, d.of[0].slot)
        for d in present
        if len(d.of) == 1 and not d.of[0].indices and d.of[0].slot.lower() in ("x", "y")
    }
    return any(
        (d.letter, d.of[0].slot) in whole for d in present if len(d.of) == 1 and d.of[0].indices
    )


def has_components(statement: Statement) -> bool:
    """Whether some density is of one indexed variable."""
    return any(
        len(d.of) == 1 and d.of[0].indices for d in densities((statement.left, statement.right))
    )


def is_hidden(families: tuple[Assumption, ...], statement: Statement) -> bool:
    """Whether a density whose family is assumed stands inside of a joint one, as p(x|z) does in
    the ELBO: there its formula cannot be put in.
    """
    joints = [
        (d.letter, {v.slot for v in d.of})
        for d in densities((statement.left, statement.right))
        if len(d.of) > 1
    ]
    return any(
        a.density.letter == letter and {v.slot for v in a.density.of} < slots
        for a in families
        if isinstance(a, Family)
        for letter, slots in joints
    )


def instantiated(statement: Statement, families: tuple[Assumption, ...]) -> Statement:
    """The statement with the formulas of the families in place of their densities, those of
    components too.
    """
    known = [a for a in families if isinstance(a, Family)]
    kept = tuple(a for a in statement.assumptions if a not in known)
    left, right = (_instantiate(side, known) for side in (statement.left, statement.right))
    return replace(statement, left=left, right=right, assumptions=kept)


def _instantiate(expression: Expression, known: list[Family]) -> Expression:
    if isinstance(expression, Density):
        for family in known:
            found = _formula(expression, family)
            if found is not None:
                return found
        return expression
    return map_children(expression, lambda child: _instantiate(child, known))


def _formula(density: Density, family: Family) -> Expression | None:
    if density == family.density:
        return family.definition
    same = density.letter == family.density.letter and len(density.of) == 1 == len(
        family.density.of
    )
    if (
        not same
        or density.given != family.density.given
        or not isinstance(family.definition, IndexedProduct)
    ):
        return None
    own, whole = density.of[0], family.density.of[0]
    if own.slot == whole.slot and len(own.indices) == 1 and not whole.indices:
        used = own.indices[0]
        if used.variable is not None and not used.offset:
            return substitute(family.definition.body, {family.definition.index: used.variable})
    return None


def lacks_a_family(statement: Statement) -> bool:
    """Whether a line says what a density or an average under one is by parameters or by the value
    of its argument, and nothing says of which family it is: it may be true of that family.
    """
    families = [a for a in statement.assumptions if isinstance(a, Family)]
    known = {v.name for a in families for v in free_variables(a.definition)}
    known |= {n.name.name for a in families for n in walk(a.definition) if isinstance(n, Function)}
    sides = (statement.left, statement.right)
    laws = [list(densities((side,))) for side in sides]
    if not any(laws):
        return False
    named = [{_of_a_law(n) for n in walk(side)} - known - {""} for side in sides]
    if named[0] ^ named[1]:
        return True
    if families or bool(laws[0]) == bool(laws[1]):
        return False
    formula, law = (sides[1], laws[0]) if laws[0] else (sides[0], laws[1])
    other = free_variables(statement.left) if laws[0] else free_variables(statement.right)
    arguments = {v.slot for d in law for v in (*d.of, *d.given)}
    free = free_variables(formula)
    for node in walk(formula):
        if isinstance(node, Function) and not isinstance(node.name.space, Index | Integers):
            # the logits ℓ_d of a decoder
            return True
        if not isinstance(node, Value) or node.variable not in free:
            continue
        variable = node.variable
        if isinstance(variable.space, Index | Integers):
            continue
        if variable.slot not in arguments and variable not in other:
            return True
        if any(covers(v, variable) and v in other for d in law for v in d.of):
            return True
    return False


_PARAMETERS = (r"\mu", r"\sigma", r"\Sigma", r"\tau", "m", "s", r"\nu")


def _of_a_law(node: Expression) -> str:
    """The name of a mean or a scale; empty for anything else."""
    name = _name(node)
    if name is None or isinstance(name.space, Index | Integers):
        return ""
    return name.name if name.name.startswith(r"\hat{") or name.name in _PARAMETERS else ""
