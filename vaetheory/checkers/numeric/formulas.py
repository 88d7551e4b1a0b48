"""The value of a plain formula at given parameters."""

from __future__ import annotations

from collections.abc import Mapping

from vaetheory.checkers.numeric.backend import NUMPY, Array, Backend
from vaetheory.checkers.numeric.context import Context, Key
from vaetheory.checkers.numeric.errors import CannotEvaluate
from vaetheory.checkers.numeric.evaluate import quiet
from vaetheory.checkers.numeric.meaning import value
from vaetheory.checkers.numeric.world import Setting, World
from vaetheory.language.binding import free_variables
from vaetheory.language.expressions import Expression
from vaetheory.language.variables import Integers, Variable


def formula_value(
    expression: Expression,
    values: Mapping[Variable, Array],
    *,
    counts: int = 1,
    backend: Backend = NUMPY,
) -> Array:
    """The expression at these values of its free variables; arrays give an array.

    An indexed variable may be given whole, as a tuple or a list of its components. Integer
    variables
    such as D that are not given are ``counts``. Raises CannotEvaluate when a variable has no value.
    """
    world = World(Setting(size=counts), {}, frozenset())
    bound: dict[Key, tuple[Array, ...]] = {}
    whole: set[str] = set()
    for variable, given in values.items():
        indices = tuple(i.offset for i in variable.indices)
        if isinstance(given, tuple | list):
            whole.add(variable.name)
            for k, component in enumerate(given, start=1):
                bound[variable.name, (*indices, k)] = (component,)
        else:
            bound[variable.name, indices] = (given,)
    names = {v.name for v in values}
    missing = sorted(
        repr(v)
        for v in free_variables(expression)
        if v.name not in names and not isinstance(v.space, Integers)
    )
    if missing:
        raise CannotEvaluate(f"no value for {', '.join(missing)}")
    depth = max((getattr(c, "ndim", 0) for part in bound.values() for c in part), default=0)
    with quiet():
        return value(expression, Context(world, backend, bound, depth=depth))
