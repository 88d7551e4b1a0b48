"""The data side of a formula read as w · (−log p(x|z)): which family, which weight."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction

from vaetheory.audit.findings import Finding, finding
from vaetheory.audit.monomials import Monomial
from vaetheory.audit.names import plain
from vaetheory.audit.recovery import Formula
from vaetheory.audit.roles import Role
from vaetheory.audit.terms import reconstruction as terms
from vaetheory.audit.terms.term import Term


class Family(Enum):
    """What kind of density the data term is the negative logarithm of."""

    ABSENT = "no data term"
    DISCRETE = "a family without a free scale"
    GAUSSIAN = "squared error: a Gaussian whose σ² the loss does not name"
    LOCATION = "a density of x − x̂ with a free scale"
    OWN_SCALE = "a family whose scale is an argument"
    UNKNOWN = "no likelihood"


@dataclass(frozen=True)
class Likelihood:
    """The data side.

    `weight` multiplies −log p(x|z) (for squared error: (x−x̂)² itself); `rows` are the terms with
    their coefficients; `because` says why an UNKNOWN one is unknown.
    """

    family: Family
    weight: Monomial | None = None
    text: str = ""
    rows: tuple[tuple[str, Monomial], ...] = ()
    findings: tuple[Finding, ...] = ()
    because: str = ""
    complete: bool = field(default=False)


_BCE = "−[x log x̂ + (1−x) log(1−x̂)]"
_PAIRS: dict[str, tuple[Term, Term, str]] = {
    "BCE on probabilities": (terms.ONES, terms.ZEROS, "x̂ is a probability"),
    "half of the BCE": (terms.ONES, terms.ZEROS, "x̂ is a probability"),
    "BCE on logits": (terms.LOGIT_ONES, terms.LOGIT_ZEROS, "x̂ is a logit"),
    "half of the BCE on logits": (terms.LOGIT_ONES, terms.LOGIT_ZEROS, "x̂ is a logit"),
}
_LOCATIONS = {
    terms.ABSOLUTE: "x̂ is the median of a Laplace density with b = 1",
    terms.SIGMOID_ABSOLUTE: "x̂ is squashed by a sigmoid; Laplace density with b = 1",
    terms.HUBER: "x̂ is the centre of a density ∝ exp(−huber(x−x̂))",
    terms.LOG_COSH: "x̂ is the centre of a density ∝ 1/cosh(x−x̂)",
}
_SQUARES = {
    terms.SQUARED: "x̂ is the mean of a Gaussian",
    terms.SIGMOID_SQUARED: "sigmoid(x̂) is the mean of a Gaussian",
    terms.TANH_SQUARED: "tanh(x̂) is the mean of a Gaussian",
}


def read(formula: Formula) -> Likelihood:
    """The likelihood of a formula's data side."""
    part = formula.data
    if not part.present:
        return Likelihood(Family.ABSENT)
    if part.fit is None:
        return Likelihood(Family.UNKNOWN, because="the data term is none that is known here")
    coefficients = {t: c for t in part.terms if (c := formula.coefficients.get(t)) is not None}
    if len(coefficients) < len(part.terms) or not coefficients:
        return Likelihood(Family.UNKNOWN, text=part.name, because="its coefficients are not known")
    if len(part.terms) == 1 and part.terms[0] in _SQUARES:
        (term,) = part.terms
        return Likelihood(
            Family.GAUSSIAN, coefficients[term], _SQUARES[term], ((term.text, coefficients[term]),)
        )
    if len(part.terms) == 1 and (text := _location(part.terms[0])):
        (term,) = part.terms
        rows = ((term.text, coefficients[term]),)
        return Likelihood(Family.LOCATION, coefficients[term], text, rows)
    if part.name in _PAIRS or part.fit.terms[0].text.startswith("−x log(x̂+"):
        return _bernoulli(formula, part.fit.terms, coefficients)
    return _other(formula, coefficients)


def _location(term: Term) -> str:
    """What x̂ is under a density ∝ exp(−term); empty where the term is no function of x − x̂."""
    if term.text.startswith(("huber", "log cosh(")):
        return _LOCATIONS.get(term, f"x̂ is the centre of a density ∝ exp(−{term.text})")
    return _LOCATIONS.get(term, "")


_SUMS_TO_ONE = re.compile(
    r"softmax|multinomial|categorical|\b(bow|words?|topics?|items?|vocab|docs?|clicks?)(_|\b)", re.I
)
_PIXELS = re.compile(r"recon\w*|x_?(hat|rec\w*|tilde|prime|decoded\w*)|(img|image)\w*|\w*pixels?")


def _half(
    formula: Formula, lost: Term, text: str, coefficients: dict[Term, Monomial]
) -> Likelihood:
    """−x log x̂ alone: half of a BCE, or the whole of a multinomial whose x̂ sums to 1."""
    rows = tuple((term.text, c) for term, c in coefficients.items())
    weight = next(iter(coefficients.values()))
    names = {
        leaf.role: leaf.name.rpartition(".")[2] for leaf in formula.caller.plan.leaves()
    }  # fmt: skip
    # A softmax elsewhere in the source may be a classifier's: only the names speak of x̂.
    said = [names.get(role, "") for role in (Role.RECONSTRUCTION, Role.TARGET)]
    said.append(str(getattr(formula.caller.function, "__name__", "")))
    is_ones = "(1−x)" in lost.text
    if is_ones and "logit" not in text and _SUMS_TO_ONE.search(" ".join(said)):
        text = "x̂ is taken to sum to 1 over its entries (a softmax): −x log x̂ is a multinomial"
        return Likelihood(Family.DISCRETE, weight, text, rows, complete=True)
    why = f"the term {lost.text} is not there: pixels of one value cost nothing"
    if is_ones and "logit" not in text:
        if not _PIXELS.fullmatch(plain(names.get(Role.RECONSTRUCTION, ""))):
            because = (
                "the data term is −x log x̂ alone: the whole of a multinomial if x̂ sums to 1 over "
                "its entries (a softmax), half of a cross-entropy if it does not"
            )
            return Likelihood(Family.UNKNOWN, weight, text, rows, because=because)
        why += " (only if x̂ summed to 1 over its entries, as a softmax does, would this be whole)"
    fix = "F.binary_cross_entropy(x_hat, x, reduction='sum')"
    return Likelihood(Family.UNKNOWN, weight, text, rows, (finding("half-bce", why, fix),))


def _bernoulli(
    formula: Formula, pair: tuple[Term, ...], coefficients: dict[Term, Monomial]
) -> Likelihood:
    ones, zeros, text = _PAIRS.get(formula.data.name, _PAIRS["BCE on probabilities"])
    if len(pair) == 2:
        ones, zeros = pair
    rows = tuple((term.text, c) for term, c in coefficients.items())
    if ones not in coefficients or zeros not in coefficients:
        return _half(formula, zeros if ones in coefficients else ones, text, coefficients)
    one, zero = coefficients[ones], coefficients[zeros]
    if not one.is_close(zero):
        why = f"the half for x = 1 has coefficient {one}, the half for x = 0 has {zero}"
        fix = "give both halves one weight (no pos_weight)"
        return Likelihood(Family.UNKNOWN, one, text, rows, (finding("unequal-bce", why, fix),))
    if "+" in ones.text:
        text += f", with ε inside the logarithm ({ones.text})"
    shown = _BCE if "logit" not in text else _BCE.replace("x̂", "sigmoid(x̂)")
    return Likelihood(Family.DISCRETE, one, text, ((f"BCE {shown}", one),), complete=True)


def _other(formula: Formula, coefficients: dict[Term, Monomial]) -> Likelihood:
    part = formula.data
    rows = tuple((term.text, c) for term, c in coefficients.items())
    values = list(coefficients.values())
    if part.name == "categorical on log probabilities" and not _says_log(formula):
        because = "the data term is −x̂[x], which is a likelihood only if x̂ holds log probabilities"
        return Likelihood(Family.UNKNOWN, values[0], part.name, rows, because=because)
    if part.name.startswith(("continuous", "Poisson", "multinomial", "categorical")):
        if all(value.is_close(values[0]) for value in values) and len(rows) == len(
            part.fit.terms if part.fit else ()
        ):
            return Likelihood(Family.DISCRETE, values[0], part.name, rows, complete=True)
        return Likelihood(
            Family.UNKNOWN,
            None,
            part.name,
            rows,
            because=f"the terms of the {part.name} carry unequal coefficients",
        )
    if part.name.startswith("swapped BCE"):
        why = (
            "the loss is −[x̂ log x + (1−x̂) log(1−x)]: it is linear in x̂, and infinite at x = 0 or 1"
        )
        if "logits" in part.name:
            why = "x̂ is in the loss as −x x̂ alone: x was given as the logit, and x̂ as the target"
        fix = "F.binary_cross_entropy(x_hat, x, reduction='sum')  # input first, target second"
        return Likelihood(
            Family.UNKNOWN, values[0], part.name, rows, (finding("swapped-bce", why, fix),)
        )
    if part.name == "sigmoid twice":
        why = "the sigmoid is applied twice: the probabilities lie between ½ and 0.73 only"
        fix = "F.binary_cross_entropy_with_logits(logits, x, reduction='sum')"
        return Likelihood(
            Family.UNKNOWN,
            values[0],
            part.name,
            rows,
            (finding("logits-as-probabilities", why, fix),),
        )
    if part.name == "norm":
        why = f"the data term is {rows[0][0]}, a root of the squared error: no −log p of a Gaussian"
        fix = "((x - x_hat) ** 2).sum()"
        return Likelihood(
            Family.UNKNOWN, values[0], part.name, rows, (finding("norm-not-squared", why, fix),)
        )
    if part.name == "every pair":
        why = f"the data term is {rows[0][0]}: x and x̂ broadcast to [B, B, …], and each x is held "
        why += "against every x̂ of the batch"
        fix = "x = x.view_as(x_hat)"
        return Likelihood(
            Family.UNKNOWN, values[0], part.name, rows, (finding("every-pair", why, fix),)
        )
    if part.name.startswith("optimal σ"):
        return _optimal(part.name, values[0], rows)
    if "with its own" in part.name:
        return _own_scale(formula, coefficients, rows)
    return Likelihood(
        Family.UNKNOWN,
        None,
        part.name,
        rows,
        because="two reconstruction terms are added: no single likelihood",
    )


def _says_log(formula: Formula) -> bool:
    """Whether x̂ is called a logarithm: `logp`, `log_probs`, but not `logits` or `probs`."""
    leaves = formula.caller.plan.leaves()
    names = [plain(leaf.name) for leaf in leaves if leaf.role is Role.RECONSTRUCTION]
    return any("log" in name and "logit" not in name for name in names)


def _optimal(name: str, weight: Monomial, rows: tuple[tuple[str, Monomial], ...]) -> Likelihood:
    """D/2 · log Σ(x−x̂)² is −log p at the best σ² (theorem optimal-decoder-variance)."""
    count = (
        [("D", Fraction(1))]
        if name.endswith("example")
        else [("B", Fraction(1)), ("D", Fraction(1))]
    )
    full = weight * Monomial(2.0) / Monomial(1.0, tuple(count))
    text = f"x̂ is the mean of a Gaussian with the {name}: σ² = mean squared error"
    return Likelihood(Family.DISCRETE, full, text, rows)


_LOG_FACTORS = {
    ("log σ²", "s_x"): 1.0,
    ("log σ", "s_x"): 2.0,
    ("σ", "log s_x"): 2.0,
    ("σ²", "log s_x"): 1.0,
    ("log b", "s_x"): 1.0,
    ("b", "log s_x"): 1.0,
}


def _own_scale(
    formula: Formula, coefficients: dict[Term, Monomial], rows: tuple[tuple[str, Monomial], ...]
) -> Likelihood:
    """c·[(x−x̂)²/σ² + log σ²] with one c, or |x−x̂|/b + log b with one c."""
    scaled = formula.data.terms[0]
    gaussian = scaled in terms.SCALED_SQUARED.values()
    table = terms.SCALED_SQUARED if gaussian else terms.SCALED_ABSOLUTE
    parametrization = next((n for n, t in table.items() if t == scaled), "")
    text = f"x̂ and s_x give the decoder's mean and {parametrization}"
    quadratic = coefficients[scaled]
    weight = quadratic * Monomial(2.0) if gaussian else quadratic
    log = formula.data.terms[1] if len(formula.data.terms) > 1 else None
    factor = _LOG_FACTORS.get((parametrization, log.text)) if log is not None else None
    fix = "0.5 * ((x - x_hat) ** 2 / var + var.log()).sum()  # or F.gaussian_nll_loss"
    if log is None or factor is None:
        why = "the decoder's scale divides the error, but log σ² is not (or not so) added"
        return Likelihood(Family.UNKNOWN, weight, text, rows, (finding("scale-term", why, fix),))
    wanted = quadratic * Monomial(factor)
    if not coefficients[log].is_close(wanted):
        has = coefficients[log]
        why = f"{log.text} has coefficient {has}; beside {quadratic} it must be {wanted}"
        return Likelihood(Family.UNKNOWN, weight, text, rows, (finding("scale-term", why, fix),))
    return Likelihood(Family.OWN_SCALE, weight, text, rows)
