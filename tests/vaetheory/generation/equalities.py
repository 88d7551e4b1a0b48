"""Steps that change an expression into an equal one, each written out here without the rules or the
calculus that they are to test.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from tests.vaetheory.generation.places import Place, changed, places
from tests.vaetheory.generation.terms import (
    COUNT,
    INDEX,
    LETTERS,
    SPACES,
    Scope,
    Terms,
    number,
    variable,
)
from vaetheory.language.assumptions import Assumption, SameDensity
from vaetheory.language.binding import bound_variables, free_variables, fresh_variable, substitute
from vaetheory.language.expressions import (
    KL,
    Density,
    Elbo,
    Entropy,
    Exp,
    Expectation,
    Expression,
    Gradient,
    IndexedSum,
    Integral,
    Log,
    MutualInformation,
    Power,
    Product,
    Sum,
    Value,
)
from vaetheory.language.variables import Variable

Step = Callable[[Place, Random], Expression | None]


def definition(place: Place, random: Random) -> Expression | None:
    """KL, H, I, ELBO and E by what they mean."""
    match place.expression:
        case KL(first=first, second=second, over=over):
            return Expectation(first, Log(first / second), over)
        case Entropy(law=law, over=over):
            return -Expectation(law, Log(law), over)
        case Elbo(posterior=law, joint=joint, over=over):
            return Expectation(law, Log(joint) - Log(law), over)
        case MutualInformation(letter=letter, left=left, right=right, given=given):
            one, other = Density(letter, left, given), Density(letter, right, given)
            return KL(Density(letter, left + right, given), one * other, left + right)
        case Expectation(law=law, body=body, over=over):
            return Integral(law * body, over)
    return None


def conditional(place: Place, random: Random) -> Expression | None:
    """p(a|b) = p(a,b)/p(b), p(a,b|c) = p(a|b,c) p(b|c), Bayes' rule."""
    match place.expression:
        case Density(letter=letter, of=of, given=given) if given and random.random() < 0.5:
            if random.random() < 0.5:
                return Density(letter, of + given) / Density(letter, given)
            below = Density(letter, given) / Density(letter, of)
            return Density(letter, given, of) / below
        case Density(letter=letter, of=of, given=given) if len(of) > 1:
            cut = random.randint(1, len(of) - 1)
            turned = random.sample(of, len(of))
            first, rest = tuple(turned[:cut]), tuple(turned[cut:])
            return Density(letter, first, (*rest, *given)) * Density(letter, rest, given)
    return None


def marginal(place: Place, random: Random) -> Expression | None:
    """p(a|b) = ∫ p(a,v|b) dv."""
    if isinstance(place.expression, Density):
        e = place.expression
        slots = [s for s in SPACES if s not in {v.slot for v in (*e.of, *e.given)}]
        if slots:
            bound = _unused(place, random.choice(slots))
            return Integral(Density(e.letter, (*e.of, bound), e.given), (bound,))
    return None


def _unused(place: Place, slot: str) -> Variable:
    new = variable(slot)
    avoid = set(free_variables(place.expression))
    return fresh_variable(new, avoid) if new in avoid else new


def logarithm(place: Place, random: Random) -> Expression | None:
    """log of a product, a quotient or a power; the other way round for sums of logarithms."""
    match place.expression:
        case Log(argument=Product(factors=factors)):
            return Sum(tuple(map(Log, factors)))
        case Log(argument=Power(base=base, exponent=exponent)):
            return exponent * Log(base)
        case Log(argument=Exp(argument=argument)):
            return argument
        case Sum(terms=(Log(argument=one), Log(argument=other), *rest)):
            return Sum((Log(one * other), *rest))
    return None


def constant_average(place: Place, random: Random) -> Expression | None:
    """e = E_law[e] for a variable that e does not know."""
    bound = _unused(place, random.choice(tuple(SPACES)))
    scope = tuple(v for v in place.scope if v != bound)
    return Expectation(Terms(random).law(bound, scope), place.expression, (bound,))


def cancelled(place: Place, random: Random) -> Expression | None:
    """e = e · d/d, or e + f − f, or e log d / log d with d in scope."""
    scope = tuple(v for v in place.scope if v.slot in SPACES)
    if scope and not place.differentiated:
        density = Terms(random).density(scope)
        if random.random() < 0.5:
            return place.expression * (density / density)
        return place.expression + (Log(density) - Log(density))
    return None


def renamed(place: Place, random: Random) -> Expression | None:
    """Another name for what is bound."""
    e = place.expression
    bound = bound_variables(e)
    if not bound or isinstance(e, MutualInformation | IndexedSum):
        return None
    old = random.choice(bound)
    inner = [getattr(e, n) for n in e.__dataclass_fields__]  # type: ignore[attr-defined]
    parts = [v for v in inner if isinstance(v, Expression)]
    avoid = set(bound).union(*(free_variables(v) for v in parts))
    new = fresh_variable(variable(old.slot, random.randint(0, 2)), avoid)
    fields = {
        n: substitute(v, {old: new}) if isinstance(v, Expression) else v
        for n, v in zip(e.__dataclass_fields__, inner, strict=True)  # type: ignore[attr-defined]
    }
    fields["over"] = tuple(new if v == old else v for v in bound)
    return type(e)(**fields)


def split_average(place: Place, random: Random) -> Expression | None:
    """E[f + g] = E[f] + E[g]; E[c f] = c E[f]."""
    match place.expression:
        case Expectation(law=law, body=Sum(terms=terms), over=over):
            return Sum(tuple(Expectation(law, t, over) for t in terms))
        case Expectation(law=law, body=Product(factors=factors), over=over):
            outside = [f for f in factors if not free_variables(f) & set(over)]
            inside = tuple(f for f in factors if f not in outside) or (number(1),)
            if outside:
                return Product((*outside, Expectation(law, Product(inside), over)))
    return None


def importance(place: Place, random: Random) -> Expression | None:
    """E_q[f] = E_r[f q/r]."""
    match place.expression:
        case Expectation(law=Density() as law, body=body, over=over) if law.of == over:
            scope = tuple(v for v in place.scope if v not in over)
            other = Density(random.choice(LETTERS), over, _given(over, scope, random))
            return Expectation(other, body * (law / other), over)
    return None


def _given(over: Scope, scope: Scope, random: Random) -> Scope:
    taken = {b.slot for b in over}
    others = tuple(v for v in scope if v.slot in SPACES and v.slot not in taken)
    return Terms(random).arguments(others) if others and random.random() < 0.5 else ()


def widened(place: Place, random: Random) -> Expression | None:
    """E_{q(z|b)}[f] = E_{q(z,v|b)}[f] = E_{q(v|b)} E_{q(z|v,b)}[f], the tower."""
    match place.expression:
        case Expectation(law=Density() as law, body=body, over=over) if law.of == over:
            slots = [s for s in SPACES if s not in {v.slot for v in (*law.of, *law.given)}]
            if not slots:
                return None
            slot = random.choice(slots)
            avoid = free_variables(body) | free_variables(law) | set(over)
            new = variable(slot)
            new = fresh_variable(new, set(avoid)) if new in avoid else new
            if random.random() < 0.5:
                joint = Density(law.letter, (*law.of, new), law.given)
                return Expectation(joint, body, (*over, new))
            inner = Density(law.letter, law.of, (*law.given, new))
            outer = Density(law.letter, (new,), law.given)
            return Expectation(outer, Expectation(inner, body, over), (new,))
    return None


def swapped(place: Place, random: Random) -> Expression | None:
    """Two independent averages in the other order, or as one."""
    match place.expression:
        case Expectation(
            law=outer, body=Expectation(law=inner, body=body, over=second), over=first
        ) if not free_variables(inner) & set(first) and not set(first) & set(second):
            if free_variables(outer) & set(second):
                return None
            if random.random() < 0.5:
                return Expectation(outer * inner, body, first + second)
            return Expectation(inner, Expectation(outer, body, first), second)
    return None


def copies(place: Place, random: Random) -> Expression | None:
    """E_q[f] is the mean of K such averages over copies; E[f]² is an average over two copies."""
    match place.expression:
        case Expectation(law=law, body=body, over=(bound,)) if (
            INDEX not in place.scope and not place.differentiated
        ):
            copy = Variable(f"{bound.slot}c", bound.space, bound.slot)[INDEX]
            if copy in free_variables(body) | free_variables(law):
                return None
            law, body = (substitute(part, {bound: copy}) for part in (law, body))
            mean = Expectation(law, body, (copy,))
            return IndexedSum(mean, INDEX, number(1), Value(COUNT)) / Value(COUNT)
        case Power(base=Expectation(law=law, body=body, over=(bound,)), exponent=two) if (
            two == number(2)
        ):
            copy = fresh_variable(bound, {bound, *free_variables(body), *free_variables(law)})
            other = Expectation(
                substitute(law, {bound: copy}), substitute(body, {bound: copy}), (copy,)
            )
            return Expectation(law, body * other, (bound,))
    return None


def zero_score(place: Place, random: Random) -> Expression | None:
    """e = e + E_q[∇ log q]."""
    if place.differentiated:
        return None
    bound = _unused(place, random.choice(tuple(SPACES)))
    law = Terms(random).law(bound, tuple(v for v in place.scope if v != bound))
    score = Gradient(Log(law), r"\phi")
    return place.expression + Expectation(law, score, (bound,))


def power(place: Place, random: Random) -> Expression | None:
    """d = (d²)^½ = exp(log d) for a density; f · f = f²."""
    match place.expression:
        case Density() as density if not place.differentiated:
            if random.random() < 0.5:
                return Power(Power(density, number(2)), number(1) / number(2))
            return Exp(Log(density))
        case Power(base=base, exponent=two) if two == number(2):
            return base * base
    return None


def distributed(place: Place, random: Random) -> Expression | None:
    """a (b + c) = a b + a c, and the terms in another order."""
    match place.expression:
        case Product(factors=factors):
            sums = [f for f in factors if isinstance(f, Sum)]
            if sums:
                rest = list(factors)
                rest.remove(sums[0])
                return Sum(tuple(Product((*rest, t)) for t in sums[0].terms))
            return Product(tuple(random.sample(factors, len(factors))))
        case Sum(terms=terms):
            return Sum(tuple(random.sample(terms, len(terms))))
    return None


STEPS: tuple[Step, ...] = (
    definition,
    definition,
    conditional,
    conditional,
    marginal,
    logarithm,
    logarithm,
    constant_average,
    cancelled,
    renamed,
    split_average,
    split_average,
    importance,
    widened,
    swapped,
    copies,
    power,
    distributed,
    zero_score,
)


def equal_expression(
    expression: Expression, random: Random, steps: int, assumptions: tuple[Assumption, ...] = ()
) -> Expression:
    """The expression after so many random steps, each of which keeps its value."""
    allowed = [*STEPS, *(_assumed(a) for a in assumptions if isinstance(a, SameDensity))]
    for _ in range(steps):
        for _ in range(12):
            place = random.choice(places(expression))
            new = random.choice(allowed)(place, random)
            if new is not None:
                expression = changed(expression, place.path, new)
                break
    return expression


def _assumed(assumption: SameDensity) -> Step:
    def same(place: Place, random: Random) -> Expression | None:
        e, first, second = place.expression, assumption.first, assumption.second
        if not isinstance(e, Density) or place.differentiated or e.letter != first.letter:
            return None
        at = {v.slot: v for v in (*e.of, *e.given)}
        if ({v.slot for v in e.of}, {v.slot for v in e.given}) != (
            {v.slot for v in first.of},
            {v.slot for v in first.given},
        ):
            return None
        of, given = (tuple(at[v.slot] for v in side) for side in (second.of, second.given))
        return Density(second.letter, of, given)

    return same
