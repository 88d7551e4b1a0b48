"""One claim of a line: settled by proof, by exact worlds, or under an assumption that is then
named.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from vaetheory.checkers.evidence import Verdict
from vaetheory.language.assumptions import Assumption, Dag, Different, Family, Sampled
from vaetheory.language.binding import free_variables
from vaetheory.language.expressions import (
    Density,
    Elbo,
    Expectation,
    Expression,
    Function,
    Integral,
    Letter,
    walk,
)
from vaetheory.language.statements import Relation, Statement
from vaetheory.language.variables import Index, Integers, Variable
from vaetheory.latex.meaning.densities import conditions, observed, posterior
from vaetheory.latex.meaning.survey import Facts
from vaetheory.latex.meaning.variables import Scope
from vaetheory.review.assumptions import densities, unconditional
from vaetheory.review.deciding import Decider, Decision
from vaetheory.review.families import (
    Formulas,
    components,
    guesses,
    has_components,
    instantiated,
    is_hidden,
    lacks_a_family,
)
from vaetheory.review.graphs import data_law, implied
from vaetheory.review.noise import as_stated, reparameterized
from vaetheory.review.proportions import NOT_SETTLED, as_logarithms, scaled
from vaetheory.review.slopes import along_scalars, owners


@dataclass(frozen=True, slots=True)
class Situation:
    """What a claim is settled in: what the file says and assumes, and who decides."""

    facts: Facts
    formulas: Formulas
    given: tuple[Assumption, ...]
    decider: Decider
    present: tuple[Density, ...] = ()
    graphs: tuple[Dag, ...] = ()
    drawn: tuple[Density, ...] = ()


@dataclass(frozen=True, slots=True)
class Claimed:
    """A statement and how it came out; ``found`` are the assumptions that were added."""

    statement: Statement
    decision: Decision
    found: tuple[Assumption, ...] = ()
    note: str = ""


def proportional(statement: Statement, situation: Situation) -> Claimed:
    """Decides ∝: it fails between densities whose ratio depends on the variable, and between
    losses that are opposite.
    """
    latents = tuple(n.base for n in situation.facts.latents)
    first: Claimed | None = None
    for one in as_logarithms(statement, latents):
        note = f"∝ is read as: the ratio of the two does not depend on {one.quantity}"
        claimed = replace(settle(one, False, situation), note=note)
        if claimed.decision.verdict is Verdict.HOLDS:
            return claimed
        first = first or claimed
    if first is not None:
        return first
    tries = scaled(statement, situation.formulas.scale)
    for one in tries:
        claimed = settle(one, True, situation)
        if claimed.decision.verdict is Verdict.HOLDS:
            note = f"∝ is read as: equal up to a positive scale and a constant; {claimed.note}"
            return replace(claimed, note=note)
    for one in tries:
        opposite = settle(replace(one, right=-one.right), True, situation)
        if opposite.decision.verdict is Verdict.HOLDS:
            return replace(settle(one, True, situation), note="the two are opposite in sign")
    return Claimed(statement, NOT_SETTLED)


def settle(statement: Statement, constant: bool, situation: Situation) -> Claimed:
    """Decides what a line claims, with as few assumptions as it takes."""
    moved = owners(statement, situation.facts)
    if moved is None:
        why = "what does this gradient move? No density and no formula here carries its parameter"
        return Claimed(statement, Decision(Verdict.UNDECIDED, "", why))
    statement = along_scalars(statement)
    statement = replace(
        statement,
        assumptions=(
            *statement.assumptions,
            *_relevant(statement, situation.given, families=False),
            *moved,
        ),
    )
    if constant and statement.relation is Relation.EQUAL:
        statement = replace(statement, relation=Relation.UP_TO_CONSTANT)
    if statement.relation is Relation.UP_TO_CONSTANT and not statement.quantity:
        return _up_to_constant(statement, situation)
    if statement.relation is Relation.UNBIASED:
        return _estimate(statement, situation)
    noisy = reparameterized(statement)
    if noisy is not None and as_stated(noisy[1], situation.given, situation.decider):
        over_latent, assumed = noisy
        claimed = _under_assumptions(over_latent, situation)
        if claimed.decision.verdict is Verdict.HOLDS:
            said = (*statement.assumptions, assumed)
            found = (*claimed.found, assumed)
            return replace(claimed, statement=replace(statement, assumptions=said), found=found)
    return _under_assumptions(statement, situation)


def _under_assumptions(statement: Statement, situation: Situation) -> Claimed:
    plain = situation.decider.decide(statement)
    first = Claimed(statement, plain)
    if plain.verdict is Verdict.HOLDS:
        return first
    worst = first
    for found in _extra(statement, situation):
        widened = replace(statement, assumptions=(*statement.assumptions, *found))
        checked = widened
        written = not is_hidden(found, statement)
        if written and (statement.relation is Relation.UP_TO_CONSTANT or has_components(statement)):
            checked = instantiated(widened, found)
        decision = situation.decider.decide(checked)
        if decision.verdict is Verdict.HOLDS:
            return Claimed(widened, decision, tuple(a for a in found if a not in situation.given))
        if any(isinstance(a, Family) for a in found):
            # under its family the line says something else than about any density: that verdict
            # counts
            worst = Claimed(widened, decision, found)
    if worst.decision.verdict is Verdict.FAILS and worst is first and _may_be_components(statement):
        why = (
            "p(x_d|z) beside p(x|z) is read as a component; without the family of p(x|z) it has "
            "no value"
        )
        return replace(first, decision=Decision(Verdict.UNDECIDED, "", why))
    return worst


def doubted_without_family(claimed: Claimed) -> Claimed:
    """What fails only for want of a family that is not stated is not held against the line."""
    if claimed.decision.verdict is Verdict.FAILS and lacks_a_family(claimed.statement):
        why = "a density on one side and its parameters on the other: of which family is it?"
        return replace(claimed, decision=Decision(Verdict.UNDECIDED, "", why))
    return claimed


def _may_be_components(statement: Statement) -> bool:
    return statement.relation is not Relation.UNBIASED and components(statement)


def _extra(statement: Statement, situation: Situation) -> list[tuple[Assumption, ...]]:
    """Assumptions that the file states or may leave unsaid, the likeliest first."""
    found: list[tuple[Assumption, ...]] = []
    stated = _relevant(statement, situation.given, families=True)
    stated = tuple(a for a in stated if a not in statement.assumptions)
    if stated:
        found.append(stated)
    fixed = conditions(situation.facts)
    seen = {n.base for n in observed(situation.facts)} - fixed
    same = unconditional(statement, fixed, seen)
    if same:
        found.append(tuple(same))
    data = data_law(statement)
    if data:
        found.append(tuple(data))
    found += implied(statement, situation.present, situation.graphs)
    if statement.relation.strict:
        found.extend((d,) for d in _different(statement))
    told = {_whose(a) for a in stated}
    for guess in guesses(statement, situation.formulas):
        # the file may state the posterior, and leave the standard normal prior unsaid
        unsaid = tuple(a for a in guess if _whose(a) not in told)
        if unsaid:
            found.append((*stated, *unsaid))
    return found


def _whose(assumption: Assumption) -> tuple[object, ...]:
    """Whose family it is, in whatever space its variables take their values."""
    if not isinstance(assumption, Family):
        return (assumption,)
    density = assumption.density
    return (
        density.letter,
        frozenset(v.slot for v in density.of),
        frozenset(v.slot for v in density.given),
    )


def _different(statement: Statement) -> list[Assumption]:
    for side in (statement.left, statement.right):
        for node in walk(side):
            if (
                isinstance(node, Elbo)
                and isinstance(node.posterior, Density)
                and isinstance(node.joint, Density)
            ):
                given = tuple(v for v in (*node.joint.of, *node.joint.given) if v not in node.over)
                return [Different(node.posterior, Density(node.joint.letter, node.over, given))]
    laws = [
        d for d in densities((statement.left, statement.right)) if d.letter.name == "q" and d.given
    ]
    if laws:
        return [Different(law, Density(_model(statement), law.of, law.given)) for law in laws[:1]]
    return []


def _model(statement: Statement) -> Letter:
    letters = [
        d.letter for d in densities((statement.left, statement.right)) if d.letter.name == "p"
    ]
    return letters[0] if letters else Letter("p")


def _relevant(
    statement: Statement, given: tuple[Assumption, ...], families: bool
) -> tuple[Assumption, ...]:
    letters = {d.letter for d in densities((statement.left, statement.right))}
    kept: list[Assumption] = []
    for assumption in given:
        match assumption:
            case Family(density=density):
                if families and density.letter in letters:
                    kept.append(assumption)
            case _:
                kept.append(assumption)
    return tuple(kept)


def _up_to_constant(statement: Statement, situation: Situation) -> Claimed:
    """Tries the quantities that both sides depend on: the decoder's mean, then q, then the
    parameters of p.
    """
    first: Claimed | None = None
    for quantity in _quantities(statement):
        claimed = _under_assumptions(replace(statement, quantity=quantity), situation)
        note = f"up to a term that does not depend on {quantity}"
        claimed = replace(claimed, note=note)
        if claimed.decision.verdict is Verdict.HOLDS and not _is_settled(quantity, claimed):
            return claimed
        first = first or claimed
    if first is None:
        decision = Decision(
            Verdict.UNDECIDED, "", "constant in what? Write what the constant does not depend on"
        )
        return Claimed(statement, decision)
    return first


def _is_settled(quantity: str, claimed: Claimed) -> bool:
    """Whether the law that a constant is to be free of has a family: nothing depends on it then."""
    families = (a for a in claimed.statement.assumptions if isinstance(a, Family))
    return quantity in {a.density.letter.name for a in families}


def _quantities(statement: Statement) -> list[str]:
    names = [_names(statement.left), _names(statement.right)]
    both = names[0] & names[1]
    either = names[0] | names[1]
    hats = sorted(n for n in either if n.startswith(r"\hat{"))
    found: list[str] = hats if hats else [n for n in (r"\mu", "f") if n in either]
    # x̂ moves with q: what depends on x̂ alone is no constant in q, though it does not have it
    return found if hats else found + [n for n in ("q", "z", "p") if n in both]


def _names(expression: Expression) -> set[str]:
    names = {v.name for v in free_variables(expression)}
    for node in walk(expression):
        if isinstance(node, Function):
            names.add(node.name.name)
        elif isinstance(node, Density):
            names.add(node.letter.name)
    return names


def _estimate(statement: Statement, situation: Situation) -> Claimed:
    """≈: the free copies of a variable are draws, from the law that the other side averages over.

    It fails only if it fails for every law that the copies may be drawn from.
    """
    if any(isinstance(a, Sampled) for a in statement.assumptions):
        return _under_assumptions(statement, situation)
    copies = _copies(statement, situation)
    first: Claimed | None = None
    slots = {v.slot for v in copies}
    stated = [law for law in situation.drawn if law.of[0].slot in slots]
    for law in stated or _laws(statement, situation):
        sampled: tuple[Assumption, ...] = tuple(
            Sampled(v, replace(law, of=(v,))) for v in copies if v.slot == law.of[0].slot
        )
        if not sampled:
            continue
        widened = replace(statement, assumptions=(*statement.assumptions, *sampled))
        claimed = _under_assumptions(widened, situation)
        claimed = replace(claimed, note="≈ is read as: an unbiased estimate")
        if claimed.decision.verdict is Verdict.HOLDS:
            return claimed
        if first is None or first.decision.verdict is Verdict.FAILS:
            first = claimed
    if first is not None:
        return first
    why = "≈ is read as an unbiased estimate, but no sampled variable is seen: write z̃ or z^{(l)}"
    return Claimed(statement, Decision(Verdict.UNDECIDED, "", why))


def _copies(statement: Statement, situation: Situation) -> list[Variable]:
    known = {a.variable for a in statement.assumptions if isinstance(a, Sampled)}
    new = free_variables(statement.right) - free_variables(statement.left) - known
    return sorted((v for v in new if not isinstance(v.space, Index | Integers)), key=repr)


def _laws(statement: Statement, situation: Situation) -> list[Density]:
    """What the copies may be drawn from: laws of expectations on the left, densities below ∫,
    the posterior.
    """
    found: dict[Density, None] = {}
    for node in walk(statement.left):
        if (
            isinstance(node, Expectation)
            and isinstance(node.law, Density)
            and len(node.law.of) == 1
        ):
            found[node.law] = None
        if isinstance(node, Integral):
            for inner in walk(node.body):
                if isinstance(inner, Density) and inner.of == node.over and len(inner.of) == 1:
                    found[inner] = None
    law = posterior(Scope(situation.facts, flavour=situation.formulas.flavour))
    if not found and len(law.of) == 1:
        found[law] = None
        letters = [
            d.letter
            for d in densities((statement.left, statement.right))
            if d.letter.name in ("p", "P")
        ]
        if letters:
            found[Density(letters[0], law.of)] = None
    return list(found)
