"""Worlds for a statement: spaces for the slots, a joint distribution for every letter, as the
assumptions say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from vaetheory.checkers.numeric.backend import NUMPY
from vaetheory.checkers.numeric.binders import families_at, occurrences
from vaetheory.checkers.numeric.carriers import Carrier, Cells, Components, Real, Vector
from vaetheory.checkers.numeric.conditionals import (
    Bernoulli,
    Categorical,
    Conditional,
    Gaussian,
    Independent,
    Network,
    random_network,
)
from vaetheory.checkers.numeric.context import Context
from vaetheory.checkers.numeric.errors import CannotEvaluate
from vaetheory.checkers.numeric.families import carrier_of_family
from vaetheory.checkers.numeric.joints import Joint, Law, Modelled
from vaetheory.checkers.numeric.laws import Borrowed, Defined
from vaetheory.checkers.numeric.structure import Structure, expressions_of, structures
from vaetheory.checkers.numeric.world import Setting, World, carrier_of_space
from vaetheory.language.assumptions import Family, Owns, Reparameterized
from vaetheory.language.expressions import Expression, Letter, Value, walk
from vaetheory.language.statements import Statement
from vaetheory.language.variables import Continuum, Variable

_BITS = 3


def build_world(statement: Statement, setting: Setting) -> World:
    """The world of this setting. Raises CannotEvaluate where no numeric world meets the
    assumptions."""
    for assumption in statement.assumptions:
        if isinstance(assumption, Reparameterized):
            raise CannotEvaluate("numeric worlds do not generate a reparameterization")
    letters = structures(statement)
    graphs = {letter: structure.parents() for letter, structure in letters.items()}
    slots: dict[str, Variable] = {}
    for structure in letters.values():
        for slot, variable in structure.slots.items():
            slots.setdefault(slot, variable)
    sizes = _vector_sizes(statement, slots, setting)
    observed = _observed(letters, graphs) if setting.kind == "nonlinear" else set()
    carriers: dict[str, Carrier] = {}
    for slot, variable in slots.items():
        carriers[slot] = _space(statement, slot, variable, sizes, slot in observed, setting)
    vectors = frozenset(s for s in slots if s in sizes)
    world = World(setting, carriers, vectors)
    for assumption in statement.assumptions:
        if isinstance(assumption, Owns):
            world.owners[assumption.parameter] = assumption.letter
    for letter, structure in letters.items():
        world.joints[letter] = _joint(structure, graphs[letter], carriers, setting)
    return _with_fitted_grids(world)


def _everything(statement: Statement) -> list[Expression]:
    assumed = [e for a in statement.assumptions for e in expressions_of(a)]
    return [statement.left, statement.right, *assumed]


def _vector_sizes(
    statement: Statement, slots: dict[str, Variable], setting: Setting
) -> dict[str, int]:
    """The slots whose values have components (x with x_d), with the number of components."""
    bare = Context(World(setting, {}, frozenset()))
    arguments = {(v.name, len(v.indices)) for v in slots.values()}
    sizes: dict[str, int] = {}
    for expression in _everything(statement):
        for node in walk(expression):
            if isinstance(node, Value) and node.variable.indices:
                v = node.variable
                whole = (v.name, len(v.indices) - 1)
                if whole in arguments and (v.name, len(v.indices)) not in arguments:
                    sizes.setdefault(v.slot, 1)
        for variable, context in occurrences(expression, bare):
            if variable.slot in sizes and variable.indices:
                number = context.key(variable)[1][-1]
                sizes[variable.slot] = max(sizes[variable.slot], number)
    return sizes


def _observed(
    letters: dict[Letter, Structure], graphs: dict[Letter, dict[str, tuple[str, ...]]]
) -> set[str]:
    """The slots that generative letters generate last: data, binary in the worlds that are not
    conjugate."""
    found = set()
    for letter, structure in letters.items():
        order = list(graphs[letter])
        if not structure.is_recognition and len(order) > 1 and order[-1][0] in "xy":
            found.add(order[-1])
    return found


def _space(
    statement: Statement,
    slot: str,
    variable: Variable,
    sizes: dict[str, int],
    observed: bool,
    setting: Setting,
) -> Carrier:
    part = _part_from_family(statement, slot, sizes, setting)
    if part is None and isinstance(variable.space, Continuum):
        if observed:
            return Vector(Cells(2), sizes.get(slot, _BITS))
        part = Real()
    part = part or carrier_of_space(variable.space)
    if part is None:
        raise CannotEvaluate(f"no numeric space for {variable!r}")
    return Vector(part, sizes[slot]) if slot in sizes else part


def _part_from_family(
    statement: Statement, slot: str, sizes: dict[str, int], setting: Setting
) -> Carrier | None:
    bare = Context(World(setting, {}, frozenset()))
    for assumption in statement.assumptions:
        if isinstance(assumption, Family) and assumption.density.of[0].slot == slot:
            variable = assumption.density.of[0]
            indices = tuple(i.offset for i in variable.indices) + ((1,) if slot in sizes else ())
            for found, _ in families_at((variable.name, indices), assumption.definition, bare):
                name = found.family
                if name in ("bernoulli", "categorical"):
                    return Cells(2) if name == "bernoulli" else Cells(len(found.parameters), 1)
                if name in ("normal", "laplace", "gumbel"):
                    return Real()
                return carrier_of_family(name, (1.0, 1.0), NUMPY)
    return None


def _joint(
    structure: Structure,
    parents: dict[str, tuple[str, ...]],
    carriers: dict[str, Carrier],
    setting: Setting,
) -> Joint:
    laws: dict[str, Law] = {}
    for slot, above in parents.items():
        local = structure.locals.get(slot)
        if local and local.definition:
            density = local.definition.density
            laws[slot] = Defined(density.of[0], density.given, local.definition.definition)
        elif local and local.same_as:
            laws[slot] = Borrowed(local.same_as)
        else:
            sources = tuple((s, carriers[s]) for s in above)
            law = _conditional(structure, slot, carriers[slot], sources, setting)
            laws[slot] = Modelled(structure.letter, law, sources)
    return Joint(structure.letter, tuple(parents), parents, carriers, laws)


def _conditional(
    structure: Structure,
    slot: str,
    carrier: Carrier,
    sources: tuple[tuple[str, Carrier], ...],
    setting: Setting,
) -> Conditional:
    letter = structure.letter
    rng = setting.rng("law", letter.name, letter.subscript, slot, quantity=letter.name)
    inputs = sum(_feature_count(c) for _, c in sources)
    hidden = 2 if setting.kind == "nonlinear" and inputs else 0

    def network(spread: float = 1.0) -> Network:
        return random_network(rng, inputs, hidden=hidden, spread=spread * setting.spread)

    def gaussian() -> Gaussian:
        # posteriors wider than p's: divergences are large enough to be told apart, and weights p/q
        # have finite variance
        low, high = (0.1, 0.4) if structure.is_recognition else (-0.25, 0.2)
        constant = float(np.round(rng.uniform(low, high), 3))
        zeros = (0.0,) * inputs
        bend: tuple[tuple[float, float, tuple[float, ...]], ...] = ()
        if hidden:
            direction = tuple(float(w) for w in np.round(rng.uniform(-0.8, 0.8, inputs), 3))
            bend = ((float(np.round(rng.uniform(0.1, 0.2), 3)), 0.0, direction),)
        tangent = tuple((0.0, 0.0, zeros) for _ in bend)
        log_scale = Network(constant, zeros, bend)
        slope = Network(float(np.round(rng.uniform(-1, 1), 3)), zeros, tangent)
        mean = network()
        if not inputs and not structure.is_recognition and setting.kind == "nonlinear":
            mean, log_scale = Network(0.0, ()), Network(0.0, ())
        return Gaussian(mean, log_scale, network(), slope)

    match carrier:
        case Real():
            return gaussian()
        case Vector(part=Real(), size=size):
            return Independent(tuple(gaussian() for _ in range(size)))
        case Vector(part=Cells(size=2), size=size):
            logits = tuple(network(1.5) for _ in range(size))
            return Bernoulli(logits, tuple(network() for _ in range(size)))
        case Cells(size=size, first=first):
            logits = tuple(network() for _ in range(size))
            return Categorical(logits, tuple(network() for _ in range(size)), first)
    raise CannotEvaluate(f"no random law on the space of {slot}")


def _feature_count(carrier: Carrier) -> int:
    match carrier:
        case Vector(part=part, size=size):
            return size * _feature_count(part)
        case Cells(size=size):
            return size - 1
    return 1


def _with_fitted_grids(world: World) -> World:
    """The same world with grids that reach 7.5 standard deviations around where each letter puts
    each slot."""
    seen: dict[str, list[np.ndarray]] = {}
    context = Context(world, depth=1)
    for letter, joint in world.joints.items():
        rng = world.setting.rng("reach", letter.name, letter.subscript)
        values: dict[str, Components] = {}
        for slot in joint.order:
            u = tuple(rng.uniform(size=256) for _ in range(joint.carriers[slot].uniforms))
            if not joint.laws[slot].can_draw(context, slot):
                break
            values[slot] = joint.laws[slot].sample(context, slot, u, values)
            for part in values[slot]:
                seen.setdefault(slot, []).append(np.broadcast_to(np.asarray(part, float), 256))
    carriers: dict[str, Carrier] = {}
    for slot, carrier in world.carriers.items():
        part = carrier.part if isinstance(carrier, Vector) else carrier
        if isinstance(part, Real) and slot in seen:
            low = min(float(s.mean() - 7.5 * s.std()) for s in seen[slot])
            high = max(float(s.mean() + 7.5 * s.std()) for s in seen[slot])
            part = Real(round((low + high) / 2, 2), round((high - low) / 2 + 0.5, 2), 0.3)
        carriers[slot] = Vector(part, carrier.size) if isinstance(carrier, Vector) else part
    fitted = replace(world, carriers=carriers, joints={})
    for letter, joint in world.joints.items():
        laws = {
            slot: replace(law, parents=tuple((s, carriers[s]) for s, _ in law.parents))
            if isinstance(law, Modelled)
            else law
            for slot, law in joint.laws.items()
        }
        fitted.joints[letter] = Joint(letter, joint.order, joint.parents, carriers, laws)
    return fitted
