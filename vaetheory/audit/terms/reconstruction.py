"""Reconstruction terms: −log p(x|z) of the usual likelihoods, entry by entry.

Theorems: bernoulli-bce (the Bernoulli likelihood), gaussian-squared-error (the Gaussian one).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from vaetheory.audit.roles import Role
from vaetheory.audit.terms.term import Array, Hypothesis, Term, Values, entrywise, sigmoid, softplus

_PAIR = (Role.TARGET, Role.RECONSTRUCTION)
_SCALED = (Role.TARGET, Role.RECONSTRUCTION, Role.RECONSTRUCTION_SCALE)


def _pair(text: str, summand: Callable[[Array, Array], Array]) -> Term:
    return entrywise(text, _PAIR, summand)


# −log ∏_d Bernoulli(x_d; x̂_d), cut in two so that a lost or weighted half is seen.
ONES = _pair("−x log x̂", lambda x, p: -x * np.log(p))
ZEROS = _pair("−(1−x) log(1−x̂)", lambda x, p: -(1 - x) * np.log1p(-p))
LOGIT_ONES = _pair("−x log sigmoid(x̂)", lambda x, a: x * softplus(-a))
LOGIT_ZEROS = _pair("−(1−x) log(1−sigmoid(x̂))", lambda x, a: (1 - x) * softplus(a))
DOUBLE_ONES = _pair("−x log sigmoid(sigmoid(x̂))", lambda x, a: x * softplus(-sigmoid(a)))
DOUBLE_ZEROS = _pair(
    "−(1−x) log(1−sigmoid(sigmoid(x̂)))", lambda x, a: (1 - x) * softplus(sigmoid(a))
)
SWAPPED_ONES = _pair("−x̂ log x", lambda x, p: -p * np.log(x))
SWAPPED_ZEROS = _pair("−(1−x̂) log(1−x)", lambda x, p: -(1 - p) * np.log1p(-x))

SQUARED = _pair("(x−x̂)²", lambda x, m: (x - m) ** 2)
SIGMOID_SQUARED = _pair("(x−sigmoid(x̂))²", lambda x, a: (x - sigmoid(a)) ** 2)
TANH_SQUARED = _pair("(x−tanh(x̂))²", lambda x, a: (x - np.tanh(a)) ** 2)
ABSOLUTE = _pair("|x−x̂|", lambda x, m: np.abs(x - m))
SIGMOID_ABSOLUTE = _pair("|x−sigmoid(x̂)|", lambda x, a: np.abs(x - sigmoid(a)))
HUBER = _pair(
    "huber(x−x̂)",
    lambda x, m: np.where(np.abs(x - m) < 1, 0.5 * (x - m) ** 2, np.abs(x - m) - 0.5),
)
LOG_COSH = _pair(
    "log cosh(x−x̂)", lambda x, m: np.abs(x - m) + softplus(-2 * np.abs(x - m)) - np.log(2)
)


def huber_of(width: float) -> Term:
    """t²/(2δ) for |t| < δ, else |t| − δ/2: `F.smooth_l1_loss(beta=δ)`, and δ⁻¹ `F.huber_loss`."""
    return _pair(
        f"huber(x−x̂; δ = {width:g})",
        lambda x, m: np.where(
            np.abs(x - m) < width, 0.5 * (x - m) ** 2 / width, np.abs(x - m) - 0.5 * width
        ),
    )


def log_cosh_of(width: float) -> Term:
    """log cosh(α (x−x̂))/α."""
    return _pair(
        f"log cosh({width:g}·(x−x̂))/{width:g}",
        lambda x, m: np.abs(x - m) + (softplus(-2 * width * np.abs(x - m)) - np.log(2)) / width,
    )


def widths(numbers: Iterable[float]) -> tuple[Hypothesis, ...]:
    """Huber and log cosh with a width out of numbers that the function reads."""
    usual = sorted({abs(float(n)) for n in numbers if n and 1e-6 <= abs(n) <= 1e4} - {1.0})
    found = [Hypothesis((huber_of(n),), f"Huber with δ = {n:g}") for n in usual]
    return (*found, *(Hypothesis((log_cosh_of(n),), f"log cosh with α = {n:g}") for n in usual))


POISSON_RATE = _pair("x̂", lambda x, m: np.broadcast_to(m, x.shape))
POISSON_LOG = _pair("−x log x̂", lambda x, m: -x * np.log(m))
EXP_RATE = _pair("exp(x̂)", lambda x, m: np.exp(m) + 0 * x)
LOG_RATE = _pair("−x x̂", lambda x, m: -x * m)


def _log_norm(p: Array) -> Array:
    """log C(p), the normalizer of the continuous Bernoulli: C = 2 artanh(1−2p)/(1−2p)."""
    u = 1 - 2 * p
    series = np.log(2) + u**2 / 3 + 7 * u**4 / 90
    with np.errstate(all="ignore"):
        exact = np.log(2 * np.arctanh(u) / u)
    return np.where(np.abs(u) < 1e-3, series, exact)


def _log_softmax(a: Array) -> Array:
    """log softmax over the entries of an example: over axis 1, as `F.log_softmax(a, dim=1)`."""
    top = a.max(axis=1, keepdims=True)
    return np.asarray(a - top - np.log(np.exp(a - top).sum(axis=1, keepdims=True)))


def _of_tokens(text: str, of_entries: Callable[[Array], Array]) -> Term:
    """A function of x̂ at the token that is there: x is [B, D], x̂ [B, D, V] or [B, V, D]."""

    def total(values: Values) -> float:
        x, recon = values[Role.TARGET], values[Role.RECONSTRUCTION]
        chosen = x.reshape(x.shape[0], -1).astype(np.int64)
        if recon.shape[:2] != chosen.shape:
            recon = np.moveaxis(recon, 1, -1)
        with np.errstate(all="ignore"):
            entries = of_entries(recon)
        return float(np.take_along_axis(entries, chosen[..., None], axis=-1).sum())

    return Term(text, frozenset(_PAIR), total)


def _minus_log_softmax(a: Array) -> Array:
    top = a.max(axis=-1, keepdims=True)
    return np.asarray(top + np.log(np.exp(a - top).sum(axis=-1, keepdims=True)) - a)


TOKEN_LOGITS = _of_tokens("−log softmax(x̂)[x]", _minus_log_softmax)
TOKEN_LOGS = _of_tokens("−x̂[x]", lambda a: -a)
TOKEN_PROBABILITIES = _of_tokens("−log x̂[x]", lambda p: -np.log(p))


def categorical() -> tuple[Hypothesis, ...]:
    """What a reconstruction term of tokens can be."""
    return (
        Hypothesis((TOKEN_LOGITS,), "categorical on logits"),
        Hypothesis((TOKEN_LOGS,), "categorical on log probabilities"),
        Hypothesis((TOKEN_PROBABILITIES,), "categorical on probabilities"),
    )


MULTINOMIAL = _pair("−x log softmax(x̂)", lambda x, a: -x * _log_softmax(a))
CONTINUOUS_NORM = _pair("−log C(x̂)", lambda x, p: -_log_norm(p) + 0 * x)
LOGIT_CONTINUOUS_NORM = _pair("−log C(sigmoid(x̂))", lambda x, a: -_log_norm(sigmoid(a)) + 0 * x)


def _examples(values: Values) -> Array:
    """Squared error per example, shape (B,)."""
    squared = (values[Role.TARGET] - values[Role.RECONSTRUCTION]) ** 2
    return np.asarray(squared.reshape(squared.shape[0], -1).sum(axis=1))


NORM_OF_EXAMPLE = Term("‖x−x̂‖ (per example)", frozenset(_PAIR),
                       lambda v: float(np.sqrt(_examples(v)).sum()))  # fmt: skip
NORM_OF_BATCH = Term("‖x−x̂‖ (over the batch)", frozenset(_PAIR),
                     lambda v: float(np.sqrt(_examples(v).sum())))  # fmt: skip
LOG_OF_EXAMPLE = Term("log Σ_d (x−x̂)² (per example)", frozenset(_PAIR),
                      lambda v: float(np.log(_examples(v)).sum()))  # fmt: skip
LOG_OF_BATCH = Term("log Σ_b Σ_d (x−x̂)² (over the batch)", frozenset(_PAIR),
                    lambda v: float(np.log(_examples(v).sum())))  # fmt: skip


Scalars = tuple[Callable[[Array], Array], ...]


def _every_pair(text: str, of_x: Scalars, of_recon: Scalars) -> Term:
    """Σ_ij Σ_d Σ_k f_k(x_id) g_k(x̂_jd): what is left when x and x̂ broadcast over the batch."""

    def total(values: Values) -> float:
        x, recon = values[Role.TARGET], values[Role.RECONSTRUCTION]
        with np.errstate(all="ignore"):
            return float(sum((f(x).sum(axis=0) * g(recon).sum(axis=0)).sum()
                             for f, g in zip(of_x, of_recon, strict=True)))  # fmt: skip

    return Term(f"{text}, over every pair of examples", frozenset(_PAIR), total)


_ONE_EACH, _ITSELF = np.ones_like, np.asarray
EVERY_SQUARED = _every_pair(
    "(x−x̂)²", (np.square, _ITSELF, _ONE_EACH), (_ONE_EACH, lambda m: -2 * m, np.square)
)
EVERY_BCE = _every_pair(
    "BCE", (_ITSELF, lambda x: 1 - x), (lambda p: -np.log(p), lambda p: -np.log1p(-p))
)
EVERY_LOGIT_BCE = _every_pair("BCE on logits", (_ONE_EACH, _ITSELF), (softplus, lambda a: -a))


def with_epsilon(epsilon: float) -> tuple[Term, Term]:
    """Both halves of the BCE with ε inside the logarithms: log(x̂ + ε), log(1 − x̂ + ε)."""
    return (
        _pair(f"−x log(x̂+{epsilon:g})", lambda x, p: -x * np.log(p + epsilon)),
        _pair(f"−(1−x) log(1−x̂+{epsilon:g})", lambda x, p: -(1 - x) * np.log(1 - p + epsilon)),
    )


def log_of_rate(epsilon: float) -> Term:
    """−x log(x̂ + ε), as `F.poisson_nll_loss(log_input=False)` has it."""
    return _pair(f"−x log(x̂+{epsilon:g}) of a rate", lambda x, m: -x * np.log(m + epsilon))


def _scaled(text: str, summand: Callable[[Array, Array, Array], Array]) -> Term:
    return entrywise(text, _SCALED, summand)


# A decoder that also gives its scale: (x−x̂)²/σ² and log σ² with σ² written four ways.
SCALED_SQUARED = {
    "log σ²": _scaled("(x−x̂)² e^(−s_x)", lambda x, m, s: (x - m) ** 2 * np.exp(-s)),
    "log σ": _scaled("(x−x̂)² e^(−2 s_x)", lambda x, m, s: (x - m) ** 2 * np.exp(-2 * s)),
    "σ": _scaled("(x−x̂)²/s_x²", lambda x, m, s: (x - m) ** 2 / s**2),
    "σ²": _scaled("(x−x̂)²/s_x", lambda x, m, s: (x - m) ** 2 / s),
}
SCALED_ABSOLUTE = {
    "log b": _scaled("|x−x̂| e^(−s_x)", lambda x, m, s: np.abs(x - m) * np.exp(-s)),
    "b": _scaled("|x−x̂|/s_x", lambda x, m, s: np.abs(x - m) / s),
}
LOG_SCALE = _scaled("log s_x", lambda x, m, s: np.log(s) + 0 * x)
LINEAR_SCALE = _scaled("s_x", lambda x, m, s: s + 0 * x)

EPSILONS = (*(10.0**-k for k in range(2, 13)), float(np.finfo(np.float32).eps))


def hypotheses() -> tuple[Hypothesis, ...]:
    """What a reconstruction term can be, the usual ones first."""
    plain = (
        Hypothesis((ONES, ZEROS), "BCE on probabilities"),
        Hypothesis((LOGIT_ONES, LOGIT_ZEROS), "BCE on logits"),
        Hypothesis((SQUARED,), "squared error"),
        Hypothesis((ABSOLUTE,), "absolute error (Laplace)"),
        Hypothesis((SIGMOID_SQUARED,), "squared error after a sigmoid"),
        Hypothesis((SIGMOID_ABSOLUTE,), "absolute error after a sigmoid"),
        Hypothesis((TANH_SQUARED,), "squared error after tanh"),
        Hypothesis((HUBER,), "Huber"),
        Hypothesis((LOG_COSH,), "log cosh"),
        Hypothesis((ONES, ZEROS, CONTINUOUS_NORM), "continuous Bernoulli on probabilities"),
        Hypothesis((LOGIT_ONES, LOGIT_ZEROS, LOGIT_CONTINUOUS_NORM),
                   "continuous Bernoulli on logits"),
        # softplus(x) − x x̂, of which the first depends on the data alone.
        Hypothesis((LOG_RATE,), "swapped BCE on logits"),
        Hypothesis((POISSON_RATE, POISSON_LOG), "Poisson on rates"),
        Hypothesis((EXP_RATE, LOG_RATE), "Poisson on log rates"),
        Hypothesis((MULTINOMIAL,), "multinomial on logits"),
        Hypothesis((ONES,), "half of the BCE"),
        Hypothesis((ZEROS,), "half of the BCE"),
        Hypothesis((LOGIT_ONES,), "half of the BCE on logits"),
        Hypothesis((LOGIT_ZEROS,), "half of the BCE on logits"),
        Hypothesis((SWAPPED_ONES, SWAPPED_ZEROS), "swapped BCE"),
        Hypothesis((DOUBLE_ONES, DOUBLE_ZEROS), "sigmoid twice"),
        Hypothesis((NORM_OF_EXAMPLE,), "norm"),
        Hypothesis((NORM_OF_BATCH,), "norm"),
        Hypothesis((LOG_OF_EXAMPLE,), "optimal σ per example"),
        Hypothesis((LOG_OF_BATCH,), "optimal σ over the batch"),
        Hypothesis((EVERY_SQUARED,), "every pair"),
        Hypothesis((EVERY_BCE,), "every pair"),
        Hypothesis((EVERY_LOGIT_BCE,), "every pair"),
        Hypothesis((SQUARED, ABSOLUTE), "mixture"),
        Hypothesis((ONES, ZEROS, SQUARED), "mixture"),
        Hypothesis((ONES, ZEROS, ABSOLUTE), "mixture"),
        Hypothesis((LOGIT_ONES, LOGIT_ZEROS, SIGMOID_SQUARED), "mixture"),
        Hypothesis((LOGIT_ONES, LOGIT_ZEROS, SQUARED), "mixture"),
    )  # fmt: skip
    slack = tuple(Hypothesis(with_epsilon(e), "BCE on probabilities") for e in EPSILONS)
    rates = tuple(
        Hypothesis((POISSON_RATE, log_of_rate(e)), "Poisson on rates, with ε inside the logarithm")
        for e in EPSILONS
    )
    return plain + slack + rates


def scaled_hypotheses() -> tuple[Hypothesis, ...]:
    """What a reconstruction term with a scale argument can be."""
    found = []
    for parametrization, term in (*SCALED_SQUARED.items(), *SCALED_ABSOLUTE.items()):
        kind = "Gaussian" if term in SCALED_SQUARED.values() else "Laplace"
        for log_term in (LINEAR_SCALE, LOG_SCALE):
            found.append(Hypothesis((term, log_term), f"{kind} with its own {parametrization}"))
        found.append(Hypothesis((term,), f"{kind} with its own {parametrization}, log lost"))
    return tuple(found)


BY_NAME = {hypothesis.name: hypothesis for hypothesis in hypotheses()}
