r"""Expressions and statements as TeX, set as a textbook would set them, for KaTeX and for LaTeX.

    to_latex(E(q(z | x), log(p(x, z))))  gives  \mathbb{E}_{q(z\mid x)}\left[\log p(x, z)\right]

A difference is written as a difference, a power −1 as a fraction, and brackets stand only where
they are needed. What is written here, the reader of this room reads back as the same expression.
"""

from __future__ import annotations

from functools import singledispatch

from vaetheory.language.distributions import family
from vaetheory.language.expressions import (
    KL,
    Density,
    Elbo,
    Entropy,
    Exp,
    Expectation,
    Expression,
    FamilyDensity,
    Function,
    Gradient,
    IndexedProduct,
    IndexedSum,
    Integral,
    Log,
    MutualInformation,
    Number,
    Pi,
    Power,
    Product,
    Sum,
    Value,
)
from vaetheory.language.statements import Relation, Statement
from vaetheory.language.variables import FiniteSet, Variable
from vaetheory.latex.algebra import write_number, write_power, write_product, write_sum
from vaetheory.latex.brackets import PRODUCT, TIGHT, Written, bracket, inside, join, square
from vaetheory.latex.names import letter_tex, list_tex, variable_tex
from vaetheory.latex.scopes import binds_as_expected, standard_elbo

RELATION_TEX = {
    "=": "=",
    "≤": r"\le",
    "≥": r"\ge",
    "<": "<",
    ">": ">",
    "≡": r"\equiv",
    "≈": r"\approx",
    "≐": r"\doteq",
}


def to_latex(said: Expression | Statement) -> str:
    """An expression, or a statement without its assumptions, as TeX without dollar signs."""
    if isinstance(said, Statement):
        sign = relation_tex(said.relation, said.quantity)
        return f"{to_latex(said.left)} {sign} {to_latex(said.right)}"
    return write(said).text


def relation_tex(relation: Relation, quantity: str = "") -> str:
    """The sign of a relation; ≐ carries what its constant does not depend on."""
    sign = RELATION_TEX[relation.value]
    return rf"\overset{{{quantity}}}{{{sign}}}" if quantity else sign


@singledispatch
def write(expression: Expression) -> Written:
    """The expression as TeX together with what its surroundings must know about it."""
    raise TypeError(f"no way to write {type(expression).__name__}")


@write.register
def _(e: Number) -> Written:
    return write_number(e.value)


@write.register
def _(e: Pi) -> Written:
    return Written(r"\pi")


@write.register
def _(e: Value) -> Written:
    return Written(variable_tex(e.variable))


@write.register
def _(e: Function) -> Written:
    arguments = ", ".join(to_latex(a) for a in e.arguments)
    if all(isinstance(a, Value) for a in e.arguments):
        return Written(f"{variable_tex(e.name)}({arguments})")
    # \! tells an application from a product with a bracket
    return Written(rf"{variable_tex(e.name)}\!\left({arguments}\right)")


@write.register
def _(e: Density) -> Written:
    return Written(f"{letter_tex(e.letter)}({_conditional(e.of, e.given)})")


@write.register
def _(e: FamilyDensity) -> Written:
    parameters = ", ".join(to_latex(p) for p in e.parameters)
    return Written(f"{family(e.family).tex}" + bracket(rf"{to_latex(e.argument)};\, {parameters}"))


@write.register
def _(e: Sum) -> Written:
    return write_sum(e, write)


@write.register
def _(e: Product) -> Written:
    return write_product(e, write)


@write.register
def _(e: Power) -> Written:
    return write_power(e, write)


@write.register
def _(e: Log) -> Written:
    argument = write(e.argument)
    if _needs_bracket(e.argument, argument):
        return Written(rf"\log{bracket(argument.text)}", PRODUCT, True)
    return Written(join(r"\log", argument.text), PRODUCT, True)


def _needs_bracket(inner: Expression, written: Written) -> bool:
    """Whether log has to be told where its argument ends: behind sums, products and powers of
    more than a letter.
    """
    match inner:
        case Sum():
            return True
        case Number(value=value):
            return value < 0
        case Product():
            # one fraction bar holds together by itself
            return written.strength < TIGHT or not written.text.startswith(r"\frac")
        case Power(base=base):
            return not (isinstance(base, Value) or written.text.startswith((r"\frac", r"\sqrt")))
    return written.strength < PRODUCT


@write.register
def _(e: Exp) -> Written:
    return Written(rf"\exp{bracket(to_latex(e.argument))}")


@write.register
def _(e: Expectation) -> Written:
    law = to_latex(e.law)
    if not binds_as_expected(e.law, e.over):
        law = rf"{list_tex(e.over)} \sim {law}"
    return Written(rf"\mathbb{{E}}_{{{law}}}{square(to_latex(e.body))}")


@write.register
def _(e: KL) -> Written:
    content = rf"{to_latex(e.first)} \,\|\, {to_latex(e.second)}"
    return Written(rf"\mathrm{{KL}}{_over(e.first, e.over)}{square(content)}")


@write.register
def _(e: Entropy) -> Written:
    return Written(rf"\mathrm{{H}}{_over(e.law, e.over)}{square(to_latex(e.law))}")


@write.register
def _(e: MutualInformation) -> Written:
    pair = f"{list_tex(e.left)}; {_conditional(e.right, e.given)}"
    return Written(rf"\mathrm{{I}}_{{{letter_tex(e.letter)}}}({pair})")


@write.register
def _(e: Elbo) -> Written:
    argument = standard_elbo(e)
    if argument is not None:
        return Written(rf"\mathrm{{ELBO}}({variable_tex(argument)})")
    content = rf"{to_latex(e.posterior)};\, {to_latex(e.joint)}"
    return Written(rf"\mathrm{{ELBO}}{_over(e.posterior, e.over)}{square(content)}")


@write.register
def _(e: Integral) -> Written:
    finite = [v for v in e.over if isinstance(v.space, FiniteSet)]
    rest = [v for v in e.over if not isinstance(v.space, FiniteSet)]
    body = write(e.body)
    text = "".join(rf"\sum_{{{variable_tex(v)}}} " for v in finite)
    if not rest:
        return Written(text + inside(body, PRODUCT), PRODUCT, True)
    differentials = r"\,".join("d" + variable_tex(v) for v in rest)
    return Written(rf"{text}\int {inside(body, PRODUCT)} \,{differentials}", PRODUCT, bool(finite))


@write.register
def _(e: Gradient) -> Written:
    return Written(rf"\nabla_{{{e.parameter}}} {inside(write(e.body), PRODUCT)}", PRODUCT, True)


@write.register
def _(e: IndexedSum) -> Written:
    return _indexed(r"\sum", e)


@write.register
def _(e: IndexedProduct) -> Written:
    return _indexed(r"\prod", e)


def _indexed(sign: str, e: IndexedSum | IndexedProduct) -> Written:
    limits = f"_{{{variable_tex(e.index)}={to_latex(e.low)}}}^{{{to_latex(e.high)}}}"
    return Written(f"{sign}{limits} {inside(write(e.body), PRODUCT)}", PRODUCT, True)


def _over(law: Expression, over: tuple[Variable, ...]) -> str:
    return "" if binds_as_expected(law, over) else f"_{{{list_tex(over)}}}"


def _conditional(of: tuple[Variable, ...], given: tuple[Variable, ...]) -> str:
    return list_tex(of) + (rf"\mid {list_tex(given)}" if given else "")
