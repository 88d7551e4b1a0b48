"""The formulas that ``assert_implements`` knows, each from an expression that is derived here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from vaetheory.checkers.closed_forms import NoClosedForm, entropy, kl_divergence, log_density
from vaetheory.checkers.numeric.formulas import formula_value
from vaetheory.language.binding import substitute
from vaetheory.language.distributions import FAMILIES
from vaetheory.language.expressions import Expression, FamilyDensity, Value
from vaetheory.language.notation import exp, log, summation
from vaetheory.language.variables import FiniteSet, Index, Integers, Reals, Variable
from vaetheory.testing.arguments import (
    Argument,
    Drawn,
    bits,
    chance,
    counts,
    factor,
    of_space,
    real,
    scale,
    simplex,
    vector,
)
from vaetheory.theorems import THEOREMS

Values = Mapping[str, Drawn]


@dataclass(frozen=True)
class Formula:
    """One number computed from parameters, in nats. ``arguments`` are the forms in which code may
    take them, ``default`` those that are passed when nothing is said, ``mistakes`` the names of
    plausible wrong formulas with the reason and the value.
    """

    title: str
    arguments: dict[str, Argument]
    default: tuple[str, ...]
    value: Callable[[Values], float]
    mistakes: tuple[tuple[str, str, Callable[[Values], float]], ...] = field(default=())


def _summed(*terms: tuple[Expression, dict[str, Variable]], sign: int = 1) -> Any:
    """Σ over the components of elementwise expressions in the named parameters."""

    def of(values: Values) -> float:
        total = 0.0
        for expression, variables in terms:
            for row in zip(*(values[name] for name in variables), strict=True):
                at = dict(zip(variables.values(), row, strict=True))
                total += float(formula_value(expression, at))
        return sign * total

    return of


# --- from theorems -----------------------------------------------------------------------------


def _of_theorem(name: str, variables: dict[str, tuple[str, tuple[int, ...]]]) -> dict[str, Any]:
    """The right side of a theorem, and of each of its mistakes, as functions of parameters."""
    theorem = THEOREMS[name]

    def at(expression: Expression) -> Callable[[Values], float]:
        def of(values: Values) -> float:
            given: dict[Variable, Any] = {}
            for parameter, (symbol, indices) in variables.items():
                variable = Variable(symbol, Reals())
                for index in indices:
                    variable = variable[index]
                given[variable] = list(values[parameter])
            size = len(next(iter(values.values())))
            return float(formula_value(expression, given, counts=size))

        return of

    wrong = tuple((m.name, m.why, at(m.statement.right)) for m in theorem.mistakes)
    return {"value": at(theorem.statement.right), "mistakes": wrong}


_MU, _SIGMA = r"\mu", r"\sigma"

GAUSSIANS: dict[str, Formula] = {
    "gaussian-kl": Formula(
        "KL[N(μ, diag σ²) ‖ N(0, I)]",
        {**real("mean"), **scale()},
        ("mean", "std"),
        **_of_theorem("gaussian-kl-standard", {"mean": (_MU, ()), "std": (_SIGMA, ())}),
    ),
    "gaussian-kl-two": Formula(
        "KL[N(μ₁, diag σ₁²) ‖ N(μ₂, diag σ₂²)]",
        {**real("mean_1"), **scale("_1"), **real("mean_2"), **scale("_2")},
        ("mean_1", "std_1", "mean_2", "std_2"),
        **_of_theorem(
            "gaussian-kl-diagonal",
            {
                "mean_1": (_MU, (1,)),
                "mean_2": (_MU, (2,)),
                "std_1": (_SIGMA, (1,)),
                "std_2": (_SIGMA, (2,)),
            },
        ),
    ),
}


# --- from families -----------------------------------------------------------------------------

_LISTS = ("categorical", "dirichlet")
_FULL = "multivariate normal"
_PLAIN = {
    "log-normal": ("mean", "variance"),
    "normal": ("mean", "variance"),
    "laplace": ("mean", "scale"),
    "gumbel": ("location", "scale"),
    "weibull": ("scale", "shape"),
    "pareto": ("minimum", "shape"),
    "gamma": ("shape", "rate"),
    "inverse gamma": ("shape", "scale"),
    "beta": ("alpha", "beta"),
    "exponential": ("rate",),
    "poisson": ("rate",),
    "half-normal": ("scale",),
    "bernoulli": ("probability",),
    "geometric": ("probability",),
}
"""What code calls the parameters of a family, in its order."""


def _law(name: str, count: int, tag: str) -> FamilyDensity:
    members = FAMILIES[name]
    spaces = members.spaces(count)
    symbols = tuple(Value(Variable(f"{tag}{i}", p.space)) for i, p in enumerate(spaces))
    return FamilyDensity(name, Value(Variable("x", members.support)), symbols)


def _symbols(law: FamilyDensity) -> list[Variable]:
    return [p.variable for p in law.parameters if isinstance(p, Value)]


def _forms(name: str, tail: str) -> tuple[dict[str, Argument], tuple[str, ...], tuple[str, ...]]:
    """The arguments for one law of a scalar family, the defaults, and the formula's parameters."""
    plain = tuple(f"{n}{tail}" for n in _PLAIN[name])
    if name in ("normal", "log-normal"):
        # the formula has the variance, code the standard deviation
        forms = {**real(f"mean{tail}"), **scale(tail)}
        return forms, (f"mean{tail}", f"std{tail}"), (f"mean{tail}", f"std{tail}")
    if _PLAIN[name] == ("probability",):
        forms = {
            (k + tail): Argument(f"probability{tail}", a.draw, a.to_code, a.from_code)
            for k, a in chance().items()
        }
        return forms, plain, plain
    spaces = [p.space for p in FAMILIES[name].parameters]
    forms = {n: Argument(n, of_space(s)) for n, s in zip(plain, spaces, strict=True)}
    return forms, plain, plain


def _squared(name: str, law: FamilyDensity, expression: Expression) -> Expression:
    """The expression in the standard deviation, where the family has the variance."""
    if name not in ("normal", "log-normal"):
        return expression
    variance = _symbols(law)[1]
    return substitute(expression, {variance: Value(variance) ** 2})


def _scalar(name: str) -> dict[str, Formula]:
    """KL, entropy and negative log-likelihood of a family on numbers, summed over components."""
    count = len(FAMILIES[name].parameters)
    first, second = _law(name, count, "a"), _law(name, count, "b")
    key = name.replace(" ", "-")
    found: dict[str, Formula] = {}
    forms, default, named = _forms(name, "")
    ones, default_1, named_1 = _forms(name, "_1")
    twos, default_2, named_2 = _forms(name, "_2")
    divergence = _squared(name, second, _squared(name, first, kl_divergence(first, second).value))
    variables = dict(zip((*named_1, *named_2), (*_symbols(first), *_symbols(second)), strict=True))
    arguments = {**ones, **twos}
    if name == "pareto":
        # finite only where the first law lies inside the second's support
        arguments["minimum_1"] = Argument("minimum_1", vector(1.6, 2.5))
        arguments["minimum_2"] = Argument("minimum_2", vector(0.6, 1.5))
    if name in ("gumbel", "weibull"):
        # the moment generating function of the ratio of scales must exist
        arguments |= {n: Argument(n, vector(0.9, 1.6)) for n in ("scale_1", "scale_2")}
    turned = {_other(n): v for n, v in variables.items()}
    found[f"kl-{key}"] = Formula(
        f"KL between two {name} laws, summed over the components",
        arguments,
        (*default_1, *default_2),
        _summed((divergence, variables)),
        (("turned", "The divergence is the wrong way round.", _summed((divergence, turned))),)
        if name != "pareto"
        else (),
    )
    own = dict(zip(named, _symbols(first), strict=True))
    try:
        surprise = _squared(name, first, entropy(first).value)
    except NoClosedForm:
        pass
    else:
        found[f"entropy-{key}"] = Formula(
            f"the entropy of a {name} law, summed over the components",
            forms,
            default,
            _summed((surprise, own)),
        )
    target = first.argument
    assert isinstance(target, Value)
    draw = _target(name)
    loss = _squared(name, first, log_density(first))
    found[f"nll-{key}"] = Formula(
        f"−log of a {name} density, summed over the components",
        {"target": Argument("target", draw), **forms},
        ("target", *default),
        _summed((loss, {"target": target.variable, **own}), sign=-1),
    )
    return found


def _other(name: str) -> str:
    return f"{name[:-1]}{'2' if name.endswith('1') else '1'}"


def _target(name: str) -> Any:
    support = FAMILIES[name].support
    if isinstance(support, FiniteSet):
        return bits
    if isinstance(support, Integers):
        return counts
    return vector(2.6, 4) if name == "pareto" else of_space(support)


def _listed(name: str) -> dict[str, Formula]:
    """KL and entropy of one categorical or Dirichlet law, whose parameters are a vector."""
    plain, draw = ("probabilities", simplex) if name == "categorical" else ("alpha", None)

    def argument(tail: str) -> dict[str, Argument]:
        drawn = draw or (lambda random, n: vector(0.6, 2.5)(random, n + 1))
        return {f"{plain}{tail}": Argument(f"{plain}{tail}", drawn)}

    def divergence(values: Values) -> float:
        first, second = values[f"{plain}_1"], values[f"{plain}_2"]
        laws = _law(name, len(first), "a"), _law(name, len(first), "b")
        at = dict(zip(_symbols(laws[0]) + _symbols(laws[1]), [*first, *second], strict=True))
        return float(formula_value(kl_divergence(*laws).value, at))

    def surprise(values: Values) -> float:
        law = _law(name, len(values[plain]), "a")
        return float(
            formula_value(entropy(law).value, dict(zip(_symbols(law), values[plain], strict=True)))
        )

    def turned(values: Values) -> float:
        return divergence({_other(n): v for n, v in values.items()})

    both = {**argument("_1"), **argument("_2")}
    wrong = (("turned", "The divergence is the wrong way round.", turned),)
    return {
        f"kl-{name}": Formula(f"KL between two {name} laws", both, tuple(both), divergence, wrong),
        f"entropy-{name}": Formula(
            f"the entropy of a {name} law", argument(""), (plain,), surprise
        ),
    }


def _full() -> dict[str, Formula]:
    """KL and entropy of Gaussians with full covariance."""

    def numbers(values: Values, tail: str) -> list[float]:
        lower = values[f"cholesky{tail}"]
        return [*values[f"mean{tail}"], *(c for i, r in enumerate(lower) for c in r[: i + 1])]

    def divergence(values: Values) -> float:
        first, second = numbers(values, "_1"), numbers(values, "_2")
        laws = _law(_FULL, len(first), "a"), _law(_FULL, len(first), "b")
        at = dict(zip(_symbols(laws[0]) + _symbols(laws[1]), [*first, *second], strict=True))
        return float(formula_value(kl_divergence(*laws).value, at))

    def surprise(values: Values) -> float:
        lower = values["cholesky"]
        own = numbers({"mean": [0.0] * len(lower), "cholesky": lower}, "")
        law = _law(_FULL, len(own), "a")
        return float(formula_value(entropy(law).value, dict(zip(_symbols(law), own, strict=True))))

    def turned(values: Values) -> float:
        return divergence({_other(n): v for n, v in values.items()})

    return {
        "gaussian-kl-full": Formula(
            "KL[N(μ₁, Σ₁) ‖ N(μ₂, Σ₂)]",
            {**real("mean_1"), **factor("_1"), **real("mean_2"), **factor("_2")},
            ("mean_1", "covariance_1", "mean_2", "covariance_2"),
            divergence,
            (("turned", "The divergence is the wrong way round.", turned),),
        ),
        "gaussian-entropy-full": Formula(
            "the entropy of N(μ, Σ)", factor(), ("covariance",), surprise
        ),
    }


# --- the bounds --------------------------------------------------------------------------------

_SAMPLE, _SAMPLES = Variable("k", Index()), Variable("K", Integers())
_WEIGHT = Variable("w", Reals())


def _importance(values: Values) -> float:
    weights = values["log_weights"]
    mean = summation(exp(Value(_WEIGHT[_SAMPLE])), _SAMPLE, _SAMPLES) / Value(_SAMPLES)
    return float(formula_value(log(mean), {_WEIGHT: list(weights)}, counts=len(weights)))


def _mean_of_logs(values: Values) -> float:
    return float(sum(values["log_weights"]) / len(values["log_weights"]))


def _bounds(known: Mapping[str, Formula]) -> dict[str, Formula]:
    """The ELBO with its KL in closed form, from the parts above, and the importance-weighted
    bound.
    """
    kl = known["gaussian-kl"]

    def elbo(likelihood: Formula) -> Callable[[Values], float]:
        return lambda v: -likelihood.value(_named(v)) - kl.value(_latent(v))

    def added(likelihood: Formula) -> Callable[[Values], float]:
        return lambda v: -likelihood.value(_named(v)) + kl.value(_latent(v))

    found: dict[str, Formula] = {}
    for name, likelihood in (("bernoulli", known["bce"]), ("gaussian", known["gaussian-nll"])):
        decoder = {
            f"decoder_{n}" if n != "target" else n: Argument(
                f"decoder_{a.parameter}" if n != "target" else n, a.draw, a.to_code, a.from_code
            )
            for n, a in likelihood.arguments.items()
        }
        default = tuple(f"decoder_{n}" if n != "target" else n for n in likelihood.default)
        found[f"elbo-{name}"] = Formula(
            f"log p(x | z) at one z, with a {name} decoder, minus KL[q(z | x) ‖ N(0, I)]",
            {**decoder, **kl.arguments},
            (*default, "mean", "std"),
            elbo(likelihood),
            (("added-kl", "The KL is added; it is subtracted.", added(likelihood)),),
        )
    found["iw-bound"] = Formula(
        "log (1/K) Σ exp(log w_k)",
        {"log_weights": Argument("log_weights", vector(-4, 2))},
        ("log_weights",),
        _importance,
        (("mean-of-logs", "The mean of the log weights is the ELBO.", _mean_of_logs),),
    )
    return found


def _named(values: Values) -> Values:
    return {n.removeprefix("decoder_"): v for n, v in values.items() if n not in ("mean", "std")}


def _latent(values: Values) -> Values:
    return {n: values[n] for n in ("mean", "std")}


def _collected() -> dict[str, Formula]:
    found = dict(GAUSSIANS)
    for name in FAMILIES:
        if name in _PLAIN:
            found |= _scalar(name)
    for name in _LISTS:
        found |= _listed(name)
    found |= _full()
    aliases = {
        "bce": "nll-bernoulli",
        "gaussian-nll": "nll-normal",
        "gaussian-entropy": "entropy-normal",
    }
    found |= {alias: found[name] for alias, name in aliases.items()}
    return found | _bounds(found)


FORMULAS: dict[str, Formula] = _collected()
"""What ``assert_implements`` knows, by name."""
