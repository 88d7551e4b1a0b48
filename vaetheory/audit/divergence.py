"""The latent side of a formula read as κ · KL[q(z|x) ‖ p(z)], closed form or one sample."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from vaetheory.audit.findings import Finding, finding
from vaetheory.audit.monomials import Monomial
from vaetheory.audit.names import looks_like_spread
from vaetheory.audit.recovery import Formula
from vaetheory.audit.roles import Role
from vaetheory.audit.terms import latent as terms
from vaetheory.audit.terms import slipped
from vaetheory.audit.terms.term import Term

_FIXES = {
    "log σ²": "-0.5 * (1 + logvar - mu**2 - logvar.exp()).sum()",
    "log σ": "-0.5 * (1 + 2*log_sigma - mu**2 - (2*log_sigma).exp()).sum()",
    "σ": "-0.5 * (1 + 2*sigma.log() - mu**2 - sigma**2).sum()",
    "σ²": "-0.5 * (1 + var.log() - mu**2 - var).sum()",
}


@dataclass(frozen=True)
class Divergence:
    """The latent side.

    `weight` is κ; `constant` is what the −1 of the KL (and log σ_p²) contributes per b and k, in
    units of κ.
    """

    present: bool
    weight: Monomial | None = None
    text: str = ""
    rows: tuple[tuple[str, Monomial, float], ...] = ()
    findings: tuple[Finding, ...] = ()
    because: str = ""
    constant: float = -0.5


def read(formula: Formula) -> Divergence:
    """The divergence of a formula's latent side."""
    part = formula.latent
    if not part.present:
        return Divergence(False)
    if part.fit is None:
        return Divergence(True, because="the latent term is none that is known here")
    coefficients = {t: c for t in part.terms if (c := formula.coefficients.get(t)) is not None}
    p = part.parametrization
    if len(coefficients) < len(part.terms) or not coefficients:
        text = f"s is {p.name}" if p is not None else ""
        return Divergence(True, text=text, because="its coefficients are not known")
    if p is None:
        return _unusual(formula, coefficients)
    pieces: tuple[tuple[Term, float], ...]
    if part.name == "one sample" and part.fit.terms[1] not in coefficients:
        half = ((terms.SAMPLE_SQUARE, 0.5), (p.log, -0.5 * p.log_factor))
        if all(term in coefficients for term, _ in half):
            said = "−log p(z) of one sample, with the exact entropy of q(z|x); "
            return _weighed(coefficients, half, p.name, said, -0.5)
    if part.name == "one sample":
        pieces = (
            (terms.SAMPLE_SQUARE, 0.5),
            (part.fit.terms[1], -0.5),
            (p.log, -0.5 * p.log_factor),
        )
        return _weighed(coefficients, pieces, p.name, "one-sample KL, log q(z|x) − log p(z); ", 0.0)
    if part.name == "two Gaussians" or part.name.startswith("two Gaussians, the prior's s"):
        first, second, third = part.fit.terms[:3]
        pieces = ((first, 0.5), (second, 0.5), (third, 0.5), (p.log, -0.5 * p.log_factor))
        centred = Role.PRIOR_MEAN not in formula.caller.plan.roles
        said = f"prior N({'0' if centred else 'μ_p'}, σ_p²) from arguments; "
        if apart := part.name.partition(", ")[2]:
            said += f"{apart}; "
        return _weighed(coefficients, pieces, p.name, said, -0.5)
    if part.name == "prior N(μ_p, 1)":
        pieces = ((terms.MEAN_APART, 0.5), (p.variance, 0.5), (p.log, -0.5 * p.log_factor))
        return _weighed(coefficients, pieces, p.name, "prior N(μ_p, 1) from arguments; ", -0.5)
    if part.name == "one sample, learned prior":
        of_prior, of_posterior = part.fit.terms[:2]
        log_prior = part.fit.terms[3]
        pieces = ((of_prior, 0.5), (of_posterior, -0.5), (p.log, -0.5 * p.log_factor),
                  (log_prior, 0.5))  # fmt: skip
        said = "one-sample KL, log q(z|x) − log p(z) with a prior from arguments; "
        return _weighed(coefficients, pieces, p.name, said, 0.0)
    if part.name in (slipped.TWO_GAUSSIANS, slipped.ONE_SAMPLE):
        return _slipped(part.name, p, coefficients)
    if part.name == "reversed":
        why = "the terms are μ²/σ² + 1/σ² + log σ²: the divergence of p from q, not of q from p"
        rows = tuple((t.text, c, float("nan")) for t, c in coefficients.items())
        return Divergence(
            True,
            None,
            f"s is {p.name}",
            rows,
            (finding("reversed-kl", why, _FIXES.get(p.name, _FIXES["log σ²"])),),
        )
    pieces = ((terms.MEAN_SQUARE, 0.5), (p.variance, 0.5), (p.log, -0.5 * p.log_factor))
    if Role.SCALE not in formula.caller.plan.roles and Role.PACKED not in formula.caller.plan.roles:
        return Divergence(True, because="the loss takes μ but no scale, so q(z|x) is not known")
    return _weighed(coefficients, pieces, p.name, "", -0.5, formula)


def _weighed(
    coefficients: dict[Term, Monomial],
    pieces: tuple[tuple[Term, float], ...],
    name: str,
    prefix: str,
    constant: float,
    formula: Formula | None = None,
) -> Divergence:
    """κ from pieces that should each carry κ times a known factor."""
    text = f"{prefix}s is {name}"
    rows = tuple((t.text, coefficients.get(t, Monomial(0.0)), factor) for t, factor in pieces)
    fix = _FIXES.get(name, _FIXES["log σ²"])
    missing = [t.text for t, _ in pieces if t not in coefficients]
    if missing:
        why = f"{' and '.join(missing)} does not occur in the loss; q(z|x) is not held to the prior"
        return Divergence(True, None, text, rows, (finding("missing-term", why, fix),))
    weights = [coefficients[t] / Monomial(factor) for t, factor in pieces]
    if all(weight.is_close(weights[0]) for weight in weights):
        return Divergence(True, weights[0], text, rows, constant=constant)
    if formula is not None and (prior := _other_prior(formula, pieces, weights)) is not None:
        variance, constant = prior
        said = f"{text}; the prior is N(0, σ_p²) with σ_p² = {variance}"
        return Divergence(True, weights[2], said, rows, constant=constant)
    shown = ", ".join(f"{t.text}: {coefficients[t]}" for t, _ in pieces)
    why = f"the coefficients are {shown}; they must be as {_ratio(pieces)}"
    return Divergence(True, None, text, rows, (finding("kl-coefficients", why, fix),))


def _ratio(pieces: tuple[tuple[Term, float], ...]) -> str:
    return " : ".join(str(Monomial(factor)) for _, factor in pieces)


def _other_prior(
    formula: Formula, pieces: tuple[tuple[Term, float], ...], weights: list[Monomial]
) -> tuple[Monomial, float] | None:
    """σ_p² and the constant per (b, k), if the terms are those of KL[q ‖ N(0, σ_p²)].

    A σ_p² that is a number must show in the constant ½(log σ_p² − 1) too: without it, another prior
    cannot be told from a lost factor on log σ². One that follows a hyperparameter named after it
    needs no such proof.
    """
    mean, variance, log = weights
    if not mean.is_close(variance):
        return None
    prior = log / mean
    base = _at_base(prior, formula)
    if base is None or base <= 0:
        return None
    constant = 0.5 * (math.log(base) - 1)
    if prior.powers:
        names = [symbol.removeprefix("e^").strip("()") for symbol, _ in prior.powers]
        return (prior, constant) if all(looks_like_spread(name) for name in names) else None
    # Near 1 the constant differs from −½ only in second order, and a slip would pass as a prior.
    shown = abs(math.log(base)) >= 0.02 and _shows(formula, pieces[2], constant)
    return (prior, constant) if shown else None


def _at_base(monomial: Monomial, formula: Formula) -> float | None:
    values = {h.name: h.base for h in formula.caller.hypers}
    values |= {f"e^{h.name}": math.exp(h.base) for h in formula.caller.hypers if h.base < 700}
    try:
        return monomial.value(values)
    except (KeyError, ZeroDivisionError, OverflowError):
        return None


def _shows(formula: Formula, log: tuple[Term, float], constant: float) -> bool:
    """Whether the intercepts have this constant per (b, k), beside any multiple of w·B·D."""
    term, factor = log
    rows, intercepts = [], []
    for shot in formula.shots:
        sizes = shot.sizes
        data = next((shot.coefficients[t] for t in formula.data.terms), 0.0)
        weight = shot.coefficients[term] / factor
        rows.append((weight * sizes.batch * sizes.latents, data * sizes.batch * sizes.dimensions))
        intercepts.append(shot.intercept)
    matrix = np.array(rows)
    solution = np.linalg.lstsq(matrix, np.array(intercepts), rcond=None)[0]
    left = np.abs(matrix @ solution - intercepts).max()
    exact = left <= 1e-8 * max(map(abs, intercepts))
    return bool(exact and math.isclose(float(solution[0]), constant, rel_tol=1e-8))


_PRIOR_FIX = (
    "0.5 * (logvar_p - logvar + (logvar.exp() + (mu - mu_p)**2) / logvar_p.exp() - 1).sum()"
)
_SAMPLE_FIX = "log_q = -0.5 * (logvar + (z - mu)**2 / logvar.exp()).sum()  # mind the brackets"


def _slipped(name: str, p: terms.Parametrization, coefficients: dict[Term, Monomial]) -> Divergence:
    """A KL between two learned Gaussians, or log q − log p of one sample, with a slip in it."""
    rows = tuple((t.text, c, float("nan")) for t, c in coefficients.items())
    shown = " + ".join(f"({c})·{t.text}" for t, c in coefficients.items())
    text = f"s is {p.name}"
    if name == slipped.TWO_GAUSSIANS:
        if slipped.is_reversed(p, {t: c.number for t, c in coefficients.items()}):
            why = f"the latent term is {shown}: the divergence of p from q, not of q from p"
            return Divergence(True, None, text, rows, (finding("reversed-kl", why, _PRIOR_FIX),))
        why = (
            f"the latent term is {shown}; between two Gaussians it must be "
            "½[(μ−μ_p)²/σ_p² + σ²/σ_p² + log σ_p² − log σ² − 1]"
        )
        return Divergence(True, None, text, rows, (finding("kl-scale", why, _PRIOR_FIX),))
    why = (
        f"the latent term is {shown}; log q(z|x) − log p(z) of a sample is "
        "½[z² − (z−μ)²/σ² − log σ²]"
    )
    return Divergence(True, None, text, rows, (finding("kl-scale", why, _SAMPLE_FIX),))


def _unusual(formula: Formula, coefficients: dict[Term, Monomial]) -> Divergence:
    """A sum of pieces that no parametrization explains."""
    rows = tuple((t.text, c, float("nan")) for t, c in coefficients.items())
    shown = " + ".join(f"({c})·{t.text}" for t, c in coefficients.items())
    found = set(coefficients)
    of_scale = [t for t in found if Role.SCALE in t.roles]
    if not of_scale and Role.SCALE not in formula.caller.plan.roles:
        return Divergence(
            True, None, "", rows, because="the loss takes μ but no scale, so q(z|x) is not known"
        )
    slipped_mean = found & {terms.MEAN_LINEAR, terms.MEAN_ABSOLUTE}
    rest = found - slipped_mean
    if slipped_mean and any(rest == {p.variance, p.log} for p in terms.PARAMETRIZATIONS):
        why = f"the latent term is {shown}: {slipped_mean.pop().text} stands where μ² belongs"
        return Divergence(True, None, "", rows, (finding("missing-term", why, _FIXES["log σ²"]),))
    if terms.MEAN_EXP in found or any(t.text == "μ" for t in found):
        why = f"the latent term is {shown}: μ stands where log σ² belongs"
        return Divergence(
            True, None, "", rows, (finding("swapped-mean-and-scale", why, _FIXES["log σ²"]),)
        )
    if not of_scale:
        why = f"the latent term is {shown}: σ² and log σ² do not occur, so σ is free to collapse"
        return Divergence(True, None, "", rows, (finding("missing-term", why, _FIXES["log σ²"]),))
    why = f"the latent term is {shown}: under no reading of s (σ, σ², log σ, log σ²) is that a KL"
    return Divergence(True, None, "", rows, (finding("kl-scale", why, _FIXES["log σ²"]),))
