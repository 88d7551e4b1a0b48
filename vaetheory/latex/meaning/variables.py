"""Names → variables: which slot a letter fills, and whether its index is a bound one, a layer or
only a mark.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from vaetheory.language.expressions import Value
from vaetheory.language.variables import (
    Continuum,
    FiniteSet,
    Index,
    Integers,
    Interval,
    Reals,
    Space,
    Subscript,
    Variable,
)
from vaetheory.latex.meaning.readings import AS_WRITTEN, Reading
from vaetheory.latex.meaning.survey import PARAMETERS, Facts, spelled
from vaetheory.latex.reader.errors import ReadError
from vaetheory.latex.reader.syntax import Name
from vaetheory.latex.reader.tokens import Token

_COPY_ACCENTS = (r"\tilde{", r"\hat{", r"\bar{", r"\check{")


@dataclass(frozen=True, slots=True)
class Scope:
    """What is known at one place of a formula: the file's facts, the reading, and the indices
    that are bound here.
    """

    facts: Facts
    reading: Reading = AS_WRITTEN
    indices: dict[str, Variable] = field(default_factory=dict)
    bound: frozenset[str] = frozenset()
    flavour: str = ""
    busy: frozenset[str] = frozenset()
    spaces: dict[str, Space] = field(default_factory=dict)

    def binding(self, index: Variable) -> Scope:
        """The scope inside a sum over this index."""
        return replace(self, indices={**self.indices, index.name: index})

    def within(self, *names: str) -> Scope:
        """The scope inside an expectation or integral over variables of these names."""
        return replace(self, bound=self.bound | set(names))


def is_random(base: str, scope: Scope) -> bool:
    """Whether the letter stands as an argument of some density of the file."""
    return base in scope.facts.arguments or isinstance(
        scope.spaces.get(base), Continuum | FiniteSet
    )


def random_variable(name: Name, scope: Scope) -> Variable:
    """The variable that an argument of a density is."""
    base = name.base
    for accent in _COPY_ACCENTS:
        if base.startswith(accent) and base[len(accent) : -1] in scope.facts.arguments | {"z", "x"}:
            # z̃ is a copy: another variable of the slot of z
            slot = base[len(accent) : -1]
            return _indexed(Variable(base, space_of(slot, scope), slot), name, scope)
    if base not in scope.facts.arguments and base in scope.indices:
        raise ReadError(
            f"the index {base} stands where a random variable is wanted", name.start, name.end
        )
    return _indexed(Variable(base, space_of(base, scope)), name, scope)


def space_of(base: str, scope: Scope) -> Space:
    """Where a random variable lives: in a finite set if it is only ever summed over."""
    if base in scope.spaces:
        return scope.spaces[base]
    if base in scope.facts.summed and base not in scope.facts.integrated:
        return FiniteSet()
    if scope.flavour == "bernoulli" and base in ("x", "X", "y", "t"):
        return FiniteSet(2)
    if scope.flavour == "gaussian":
        return Reals()
    return Continuum()


def _indexed(variable: Variable, name: Name, scope: Scope) -> Variable:
    if name.primes:
        variable = replace(variable, name=variable.name + "'" * name.primes)
    for script, mark in ((name.sub, "_"), (name.sup, "^")):
        if not script:
            continue
        found = subscripts(script, scope)
        if found is None and scope.reading.same_copies and is_example(script):
            continue
        if found is not None and (mark == "^" or not _is_layer(name.base, found, scope)):
            variable = replace(variable, indices=variable.indices + found)
        else:
            said = spelled(script)
            fused = f"{variable.name}{mark}" + (said if len(said) == 1 else f"{{{said}}}")
            layer = name.base in scope.facts.layered and mark == "_"
            variable = replace(variable, name=fused, slot=fused if layer else variable.slot)
    return variable


def is_example(script: tuple[Token, ...]) -> bool:
    """Whether a script only numbers the example: x^{(i)}, x_i, x_n."""
    return spelled(script).strip("()[]") in ("i", "n")


def _is_layer(base: str, found: tuple[Subscript, ...], scope: Scope) -> bool:
    return base in scope.facts.layered and all(s.variable is None for s in found)


def subscripts(script: tuple[Token, ...], scope: Scope) -> tuple[Subscript, ...] | None:
    """The indices that a script names when all of them are bound here or are numbers; else None."""
    tokens = [t for t in script if not t.is_("{", "}", "(", ")", "[", "]")]
    found: list[Subscript] = []
    part: list[Token] = []
    for token in [*tokens, None]:
        if token is not None and not token.is_(","):
            part.append(token)
            continue
        one = _subscript(part, scope)
        if one is None:
            # ij is i, j when both are bound
            several = [_subscript([t], scope) for t in part]
            if not several or any(s is None or s.variable is None for s in several):
                return None
            found.extend(s for s in several if s is not None)
        else:
            found.append(one)
        part = []
    return tuple(found) or None


def _subscript(part: list[Token], scope: Scope) -> Subscript | None:
    if len(part) == 1 and part[0].text.isdigit():
        return Subscript(None, int(part[0].text))
    if not part or part[0].text not in scope.indices:
        return None
    index = scope.indices[part[0].text]
    if len(part) == 1:
        return Subscript(index)
    if len(part) == 3 and part[1].is_("+", "-") and part[2].text.isdigit():
        return Subscript(index, int(part[1].text + part[2].text))
    return None


def value_variable(name: Name, scope: Scope) -> Variable:
    """The variable that a letter standing as a number is: a parameter, a size, an index in use,
    or a value of z.
    """
    base = name.base
    if base in scope.indices and not name.sub and not name.sup:
        return scope.indices[base]
    copied = base.startswith(r"\tilde{") and is_random(base[7:-1], scope)
    if is_random(base, scope) or copied:
        return random_variable(name, scope)
    stripped = replace(name, sub=without_parameters(name.sub))
    variable = Variable(base, parameter_space(base, scope))
    marked = _marked(variable, stripped, scope) if base in MARKED else None
    return _indexed(variable, stripped, scope) if marked is None else marked


MARKED = (r"\mu", r"\sigma", r"\Sigma", "m")
"""Letters whose subscript may say which of two laws they belong to: μ_1, σ_q."""


def _marked(variable: Variable, name: Name, scope: Scope) -> Variable | None:
    """μ_{1,j}, μ_{1j}, μ_{q,j}, μ_j^{(1)}: component j of the mean of one of several laws, however
    it is spelled; None for anything else.
    """
    tokens = [t for t in (*name.sub, *name.sup) if not t.is_("{", "}", "(", ")", "[", "]", ",")]
    if name.primes or any(not t.text.isalnum() and t.text not in PARAMETERS for t in tokens):
        return None
    bound = [t for t in tokens if t.text in scope.indices]
    marks = [t for t in tokens if t.text not in scope.indices]
    if not bound or len(marks) != 1:
        return None
    indices = tuple(Subscript(scope.indices[t.text]) for t in bound)
    said = marks[0].text
    if said.isdigit():
        return replace(variable, indices=(Subscript(None, int(said)), *indices))
    return replace(variable, name=f"{variable.name}_{{{said}}}", indices=indices)


_DEPEND = (r"\mu", r"\sigma", r"\Sigma", r"\tau", "s", "m")


def moving(base: str, script: tuple[Token, ...], scope: Scope) -> tuple[Value, ...]:
    """The parameters that a letter depends on, of those that the file takes gradients by: those
    below it, and for what a network puts out (x̂, μ, σ) all of them. A letter whose space the
    caller has told is a number of its own.
    """
    slopes = sorted(scope.facts.slopes & PARAMETERS)
    if not slopes or base in scope.facts.slopes or base in scope.spaces:
        return ()
    said = {t.text for t in script}
    network = base.startswith(r"\hat{") or base in _DEPEND
    return tuple(Value(Variable(s, Reals())) for s in slopes if s in said or network)


def without_parameters(script: tuple[Token, ...]) -> tuple[Token, ...]:
    """A subscript without θ, φ and the commas that part them from an index."""
    kept = [t for t in script if t.text not in PARAMETERS and not t.is_("{", "}")]
    while kept and kept[0].is_(",", ";"):
        kept.pop(0)
    while kept and kept[-1].is_(",", ";"):
        kept.pop()
    return tuple(kept)


def parameter_space(base: str, scope: Scope) -> Space:
    """Where a parameter lives, by the habits of the field: σ > 0, D a whole number, x̂ a
    probability or a mean.
    """
    if base in scope.spaces:
        return scope.spaces[base]
    if base in scope.facts.sizes:
        return Integers()
    if base in (r"\sigma", r"\hat{\sigma}", r"\tau", r"\beta", r"\Sigma", r"\lambda", "s"):
        return Reals(positive=True)
    if base in (r"\epsilon", r"\delta", r"\gamma") and base not in scope.facts.averaged:
        # thresholds and weights; noise stands below an E, and is no parameter
        return Reals(positive=True)
    core = (
        base.removeprefix(r"\hat{")
        .removeprefix(r"\bar{")
        .removeprefix(r"\tilde{")
        .removesuffix("}")
    )
    if scope.flavour == "bernoulli":
        hats = rf"\hat{{{base}}}" in scope.facts.names
        if base in ("x", "X", "t") or (base == "y" and hats):
            return FiniteSet(2)
        if core in ("x", "y", "p") or base in (
            r"\mu",
            r"\pi",
            r"\rho",
            r"\theta",
            "f",
            "g",
            "y",
            "p",
            r"\lambda",
        ):
            return Interval()
    return Reals()


def size_for(index: str, scope: Scope) -> Variable:
    """The upper limit of a sum that does not say it: D for d, K for k."""
    return Variable(index.upper() if index.isalpha() and len(index) == 1 else "N", Integers())


def index_variable(name: Name) -> Variable:
    """The index that a sum binds."""
    return Variable(name.base, Index())
