"""Rules about densities: conditioning, marginals, normalisation, what the assumptions say."""

from __future__ import annotations

from fractions import Fraction

from vaetheory.calculus.algebra import arrange, read, same
from vaetheory.calculus.independence import Relations, separated
from vaetheory.calculus.laws import is_law, normalised_in
from vaetheory.calculus.linear import ONE, as_expression
from vaetheory.language.assumptions import Dag, Family, SameDensity
from vaetheory.language.binding import covers, free_variables, substitute
from vaetheory.language.expressions import (
    Density,
    Expectation,
    Expression,
    Integral,
    Number,
    Product,
)
from vaetheory.language.variables import Variable
from vaetheory.rules.integration import linearity
from vaetheory.rules.rule import Assumptions, exhaust, rule


@rule(
    "product-rule",
    "Product rule",
    r"p(x,z)=p(x\mid z)\,p(z)=p(z\mid x)\,p(x)",
    "p of the condition is positive",
)
def product_rule(e: Expression, assumptions: Assumptions) -> Expression | None:
    """A joint density is a conditional density times the density of the condition; Bayes' rule
    is this, used twice.
    """
    del assumptions
    if isinstance(e, Density) and e.given:
        return Density(e.letter, e.of + e.given) / Density(e.letter, e.given)
    return None


@rule("marginalization", "Marginalization", r"\int p(x,z)\,dz=p(x)")
def marginalization(e: Expression, assumptions: Assumptions) -> Expression | None:
    """Integrating a joint density over a variable leaves the density of the other variables."""
    del assumptions
    match e:
        case Integral(body=body, over=over):
            return _integrate_one(body, over)
        case Expectation(law=Density() as law, body=body, over=over) if law.of:
            unused = [v for v in over if v in law.of and not _touches(body, (v,))]
            kept = tuple(v for v in law.of if v not in unused)
            if unused and kept:
                return Expectation(
                    Density(law.letter, kept, law.given),
                    body,
                    tuple(v for v in over if v not in unused),
                )
    return None


def _integrate_one(body: Expression, over: tuple[Variable, ...]) -> Expression | None:
    form = read(body, distribute=False)
    if len(form) != 1:
        return None
    ((monomial, coefficient),) = form.items()
    for variable in over:
        inside = [f for f in monomial if _touches(f[0], (variable,)) or _touches(f[1], (variable,))]
        if len(inside) != 1:
            continue
        density, power = inside[0]
        if (
            isinstance(density, Density)
            and power == ONE
            and variable in density.of
            and len(density.of) > 1
        ):
            rest = tuple(f for f in monomial if f != inside[0])
            smaller = Density(
                density.letter, tuple(v for v in density.of if v != variable), density.given
            )
            new = as_expression({rest: coefficient}) * smaller
            left = tuple(v for v in over if v != variable)
            return Integral(new, left) if left else new
    return None


@rule(
    "normalization",
    "Normalization",
    r"\int q(z)\,dz=1,\qquad \mathbb{E}_{q(z)}[c]=c",
    "c does not depend on z",
)
def normalization(e: Expression, assumptions: Assumptions) -> Expression | None:
    """A density integrates to one, so the expectation of what does not depend on the variable is
    that thing itself.
    """
    del assumptions
    match e:
        case Expectation(law=law, body=body, over=over) if is_law(law, over) and not _touches(
            body, over
        ):
            return body
        case Integral(body=body, over=over):
            form = read(body, distribute=False)
            if len(form) != 1:
                return None
            ((monomial, coefficient),) = form.items()
            inside = tuple(f for f in monomial if _touches(f[0], over) or _touches(f[1], over))
            whole: Expression | None = (
                Product(tuple(f[0] for f in inside))
                if len(inside) > 1
                else inside[0][0]
                if inside
                else None
            )
            if whole is not None and all(f[1] == ONE for f in inside) and is_law(whole, over):
                return as_expression({tuple(f for f in monomial if f not in inside): coefficient})
    return None


def _touches(e: Expression, over: tuple[Variable, ...]) -> bool:
    return any(covers(b, v) for v in free_variables(e) for b in over)


@rule(
    "unused-draws",
    "Draws that are not used",
    r"\mathbb{E}_{q(z_1)\,q(z_2)}[f(z_1)]=\mathbb{E}_{q(z_1)}[f(z_1)]",
    "the draws are independent",
)
def unused_draws(e: Expression, assumptions: Assumptions) -> Expression | None:
    """An independent draw that the function does not use integrates to one; the expectation
    splits over sums first.
    """
    if not isinstance(e, Expectation):
        return None
    split = linearity.rewrite(e, assumptions) if linearity.rewrite else None
    if split is not None:
        return split
    factors = e.law.factors if isinstance(e.law, Product) else ()
    for factor in factors:
        own = normalised_in(factor)
        others = [f for f in factors if f is not factor]
        if (
            own is None
            or not set(own) <= set(e.over)
            or any(_touches(f, own) for f in (e.body, *others))
        ):
            continue
        law = Product(tuple(others)) if len(others) > 1 else others[0]
        return Expectation(law, e.body, tuple(v for v in e.over if v not in own))
    return None


@rule(
    "unbiased-average",
    "An average of unbiased estimates",
    r"p(x)=\mathbb{E}\Big[\frac1K\sum_k\frac{p(x,z_k)}{q(z_k\mid x)}\Big]",
    "q(z|x) > 0 wherever p(x, z) > 0",
)
def unbiased_average(e: Expression, assumptions: Assumptions) -> Expression | None:
    """Each importance weight has the mean p(x); so has their average, whatever their number."""
    if isinstance(e, Expectation):
        simpler = unused_draws.rewrite(e, assumptions) if unused_draws.rewrite else None
        if simpler is not None:
            return simpler
        return Integral(e.law * e.body, e.over)
    return marginalization.rewrite(e, assumptions) if marginalization.rewrite else None


@rule(
    "tower",
    "Iterated expectation",
    r"\mathbb{E}_{p(x)}\mathbb{E}_{q(z\mid x)}[f]=\mathbb{E}_{p(x)\,q(z\mid x)}[f]",
)
def tower(e: Expression, assumptions: Assumptions) -> Expression | None:
    """Drawing one variable and then the other, given the first, is drawing both from the product
    of the densities.
    """
    del assumptions
    match e:
        case Expectation(
            law=outer, body=Expectation(law=inner, body=body, over=over), over=first
        ) if not _touches(outer, over) and not set(first) & set(over):
            return Expectation(outer * inner, body, first + over)
    return None


@rule(
    "iterated-expectation",
    "Iterated expectation of a joint density",
    r"\mathbb{E}_{q(x,z)}[f]=\mathbb{E}_{q(x)}\mathbb{E}_{q(z\mid x)}[f]",
)
def iterated_expectation(e: Expression, assumptions: Assumptions) -> Expression | None:
    """Averaging under a joint density is averaging over one variable and, inside, over the other
    given the first.
    """
    merged = tower.rewrite(e, assumptions) if tower.rewrite else None
    whole = merged if merged is not None else e
    if isinstance(whole, Expectation):
        law = arrange(whole.law)
        joined = joint_law.rewrite(law, assumptions) if joint_law.rewrite else None
        if joined is not None:
            return Expectation(joined, whole.body, whole.over)
    return merged


@rule("joint-law", "Joint density of a chain", r"q(x)\,q(z\mid x)=q(x,z)")
def joint_law(e: Expression, assumptions: Assumptions) -> Expression | None:
    """A density times a conditional density of the same letter, given its argument, is their
    joint density.
    """
    del assumptions
    if not isinstance(e, Product):
        return None
    for first in e.factors:
        for second in e.factors:
            if (
                isinstance(first, Density)
                and isinstance(second, Density)
                and first != second
                and first.letter == second.letter
                and set(second.given) == set(first.of) | set(first.given)
            ):
                rest = list(e.factors)
                rest.remove(first)
                rest.remove(second)
                joint = Density(first.letter, first.of + second.of, first.given)
                return Product((joint, *rest)) if rest else joint
    return None


@rule(
    "factorization",
    "Factorization along the graph",
    r"p(x,z_1,z_2)=p(z_2)\,p(z_1\mid z_2)\,p(x\mid z_1)",
    "the graph that is assumed",
)
def factorization(e: Expression, assumptions: Assumptions) -> Expression | None:
    """A joint density is the product of each variable's density given its parents in the graph;
    what is not a parent drops out.
    """
    if not isinstance(e, Density):
        return None
    for assumption in assumptions:
        if isinstance(assumption, Dag) and assumption.letter == e.letter:
            arguments = {v.slot: v for v in (*e.of, *e.given)}
            parents = dict(assumption.parents)
            given = {v.slot for v in e.given}
            of = {v.slot for v in e.of}
            known = all(set(above) <= set(arguments) for s, above in assumption.parents if s in of)
            if len(e.of) > 1 and known and not given & _descendants(assumption, of):
                return Product(
                    tuple(
                        Density(e.letter, (arguments[s],), tuple(arguments[a] for a in above))
                        for s, above in assumption.parents
                        if s in of
                    )
                )
            if (
                len(e.of) == 1
                and given > set(parents.get(e.of[0].slot, ()))
                and e.of[0].slot in parents
            ):
                keep = frozenset(parents[e.of[0].slot])
                if separated(assumption, frozenset((e.of[0].slot,)), frozenset(given - keep), keep):
                    return Density(e.letter, e.of, tuple(v for v in e.given if v.slot in keep))
    return None


def _descendants(dag: Dag, slots: set[str]) -> set[str]:
    found: set[str] = set()
    for slot, above in dag.parents:
        if set(above) & (slots | found):
            found.add(slot)
    return found


@rule(
    "markov-reversal",
    "The chain read backwards",
    r"q(x_1,x_2\mid x_0)=q(x_2\mid x_0)\,q(x_1\mid x_2,x_0)",
    "the Markov chain that is assumed",
)
def markov_reversal(e: Expression, assumptions: Assumptions) -> Expression | None:
    """Bayes' rule along a Markov chain: given the start, each state depends on the next only."""
    if not isinstance(e, Density):
        return None
    joint = Density(e.letter, e.of + e.given)
    if e.given:
        return joint / Density(e.letter, e.given)
    parts = Relations(assumptions).split(joint)
    if parts is None:
        return None
    return Product(
        tuple(part if power == 1 else part ** Number(Fraction(power)) for part, power in parts)
    )


@rule(
    "factorized-expectation",
    "Expectation along the graph",
    r"\mathbb{E}_{q(z_1,z_2\mid x)}[f]=\mathbb{E}_{q(z_1\mid x)}\mathbb{E}_{q(z_2\mid z_1)}[f]",
    "the graph that is assumed",
)
def factorized_expectation(e: Expression, assumptions: Assumptions) -> Expression | None:
    """Under a graph, averaging over both latents is averaging over the first and, inside, over
    the second given its parents.
    """
    merged = tower.rewrite(e, assumptions) if tower.rewrite else None
    whole = e if merged is None else merged
    if isinstance(whole, Expectation):
        law = exhaust(markov_reversal, whole.law, assumptions)
        if not same(law, whole.law):
            return Expectation(law, whole.body, whole.over)
    return merged


@rule("same-density", "Equal densities", r"p(z\mid c)=p(z)", "the equality that is assumed")
def same_density(e: Expression, assumptions: Assumptions) -> Expression | None:
    """Two densities that are assumed to be equal may stand for each other."""
    if not isinstance(e, Density):
        return None
    for assumption in assumptions:
        if isinstance(assumption, SameDensity):
            first, second = assumption.first, assumption.second
            if (
                first.letter == e.letter
                and _slots(first.of) == _slots(e.of)
                and _slots(first.given) == _slots(e.given)
            ):
                slots = {v.slot for v in (*first.of, *first.given)}
                if {v.slot for v in (*second.of, *second.given)} <= slots:
                    of, given = (
                        tuple(_argument(e, v.slot) for v in side)
                        for side in (second.of, second.given)
                    )
                    return Density(second.letter, of, given)
    return None


def _slots(variables: tuple[Variable, ...]) -> frozenset[str]:
    return frozenset(v.slot for v in variables)


def _argument(e: Density, slot: str) -> Variable:
    return next(v for v in (*e.of, *e.given) if v.slot == slot)


@rule(
    "family",
    "The family of the density",
    r"p(x\mid z)=\prod_{d}\mathrm{Bernoulli}(x_d;\hat x_d(z))",
    "the family that is assumed",
)
def family_rule(e: Expression, assumptions: Assumptions) -> Expression | None:
    """The decoder's density is the one that the model was given: a product of Bernoullis, or of
    Gaussians.
    """
    if not isinstance(e, Density):
        return None
    for assumption in assumptions:
        if isinstance(assumption, Family):
            known = assumption.density
            if (
                known.letter == e.letter
                and _slots(known.of) == _slots(e.of)
                and _slots(known.given) == _slots(e.given)
            ):
                return arrange(
                    substitute(
                        assumption.definition,
                        {v: _argument(e, v.slot) for v in (*known.of, *known.given)},
                    )
                )
    return None
