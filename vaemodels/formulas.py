"""Derived formulas as torch functions: what the theorems say, evaluated on tensors, with gradients.

An expression of ``vaetheory`` without densities left in it (the right side of a theorem) is
evaluated as it stands. A variable with an index, μ_d, is a tensor whose last axis is d; a sum over
that index is a sum over the last axis.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import singledispatch

import torch
from torch import Tensor

from vaetheory.language.expressions import (
    Exp,
    Expectation,
    Expression,
    Function,
    IndexedSum,
    Log,
    Number,
    Pi,
    Power,
    Product,
    Sum,
    Value,
)

Values = Mapping[str, Tensor]


def formula(expression: Expression, values: Values) -> Tensor:
    """The value of the expression, in nats where the theorem's sides are.

    Args:
        expression: a side of a theorem; an expectation stands for its integrand (one sample of z).
        values: a tensor for each name of a variable or function, e.g. ``{r"\\mu": mu}``; the last
            axis is the index d for those that carry one, the axes before it are a batch.

    Raises:
        KeyError: a name has no value.
        TypeError: the expression contains a density or an integral, which has no closed form.
    """
    return _value(expression, values)


@singledispatch
def _value(expression: Expression, values: Values) -> Tensor:
    raise TypeError(f"{type(expression).__name__} is no closed form: {expression!r}")


@_value.register
def _(e: Number, values: Values) -> Tensor:
    return torch.tensor(float(e.value), dtype=torch.float64)


@_value.register
def _(e: Pi, values: Values) -> Tensor:
    return torch.tensor(math.pi, dtype=torch.float64)


@_value.register
def _(e: Value, values: Values) -> Tensor:
    return _named(e.variable.name, values)


@_value.register
def _(e: Function, values: Values) -> Tensor:
    return _named(e.name.name, values)


def _named(name: str, values: Values) -> Tensor:
    try:
        return values[name]
    except KeyError:
        given = ", ".join(sorted(values))
        raise KeyError(f"no value for {name}; there are values for {given}") from None


@_value.register
def _(e: Sum, values: Values) -> Tensor:
    first, *rest = (_value(t, values) for t in e.terms)
    for term in rest:
        first = first + term
    return first


@_value.register
def _(e: Product, values: Values) -> Tensor:
    first, *rest = (_value(f, values) for f in e.factors)
    for factor in rest:
        first = first * factor
    return first


@_value.register
def _(e: Power, values: Values) -> Tensor:
    return _value(e.base, values) ** _value(e.exponent, values)


@_value.register
def _(e: Log, values: Values) -> Tensor:
    return _value(e.argument, values).log()


@_value.register
def _(e: Exp, values: Values) -> Tensor:
    return _value(e.argument, values).exp()


@_value.register
def _(e: Expectation, values: Values) -> Tensor:
    return _value(e.body, values)


@_value.register
def _(e: IndexedSum, values: Values) -> Tensor:
    return _value(e.body, values).sum(dim=-1)
