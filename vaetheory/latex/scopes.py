"""Which variables a law binds when nothing else is said.

The writer leaves them out, the reader puts them back.
"""

from __future__ import annotations

from dataclasses import replace

from vaetheory.language.expressions import (
    Density,
    Elbo,
    Expression,
    FamilyDensity,
    IndexedProduct,
    Letter,
    Product,
    Value,
)
from vaetheory.language.variables import Variable


def expected_over(law: Expression) -> tuple[Variable, ...] | None:
    """The variables that a law is a density in; None where the law does not say.

    For ∏_k q(z_k | x) this is z: binding z binds all its components.
    """
    match law:
        case Density(of=of):
            return of
        case FamilyDensity(argument=Value(variable=variable)):
            return (variable,)
        case Product(factors=factors):
            found: list[Variable] = []
            for factor in factors:
                inner = expected_over(factor)
                if inner is None:
                    return None
                found.extend(v for v in inner if v not in found)
            return tuple(found)
        case IndexedProduct(body=body, index=index):
            inner = expected_over(body)
            if inner is None:
                return None
            return tuple(_without(v, index) for v in inner)
    return None


def _without(variable: Variable, index: Variable) -> Variable:
    kept = tuple(i for i in variable.indices if i.variable != index)
    return replace(variable, indices=kept)


def binds_as_expected(law: Expression, over: tuple[Variable, ...]) -> bool:
    """Whether ``over`` is what the law says anyway."""
    return expected_over(law) == over


def standard_elbo(elbo: Elbo) -> Variable | None:
    """The x of ELBO(x) where the posterior is q(z | x) and the joint p(x, z), else None."""
    match elbo.posterior, elbo.joint:
        case (
            Density(letter=q, of=(z,), given=(x,)),
            Density(letter=p, of=(x1, z1), given=()),
        ) if (x, z) == (x1, z1) and elbo.over == (z,):
            plain = (q, p, z.name, x.name) == (Letter("q"), Letter("p"), "z", "x")
            return x if plain and not z.indices else None
    return None
