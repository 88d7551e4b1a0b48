"""From evidence to a verdict: which objective is this, with which β, and what is wrong with it?"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

from vaetheory.audit import (
    constants,
    divergence,
    layout_choice,
    likelihood,
    observations,
    sizes,
    wording,
)
from vaetheory.audit.constants import Constant
from vaetheory.audit.divergence import Divergence
from vaetheory.audit.evidence import Evidence
from vaetheory.audit.findings import Finding, Weight, finding
from vaetheory.audit.likelihood import Likelihood
from vaetheory.audit.monomials import Monomial
from vaetheory.audit.report import Report, Row, Verdict
from vaetheory.audit.roles import SYMBOL, Role
from vaetheory.audit.weighting import Weighting, weigh

_ONE = Monomial(1.0)
_BETA_NAME = re.compile(r".*(beta|weight|lambda|lambd|coef|factor|kl|kld|alpha|gamma|w).*", re.I)


@dataclass(frozen=True)
class _Sides:
    data: Likelihood
    latent: Divergence
    constant: Constant


def judge(evidence: Evidence, name: str) -> Report:
    """The report on a function that could be called."""
    formula = evidence.formula
    report = Report(name, Verdict.UNDECIDED, assumed=observations.assumptions(evidence))
    if not formula.explained:
        return _unexplained(evidence, report)
    data, latent = likelihood.read(formula), divergence.read(formula)
    sides = _Sides(data, latent, constants.read(formula, data, latent))
    report.up_to_constant = sides.constant.missing
    report.findings = [*data.findings, *latent.findings, *observations.findings(evidence)]
    report.parametrization = "; ".join(text for text in (data.text, latent.text) if text)
    report.reduction = wording.reduction(
        data.weight, _latent_coefficient(latent), evidence.per_example,
        len(formula.layout.base.event) > 1,
    )  # fmt: skip
    report.terms = _rows(sides, None)
    if any(f.kind.weight is Weight.WRONG for f in (*data.findings, *latent.findings)):
        report.verdict = Verdict.WRONG
        return report
    because = data.because or latent.because
    if because:
        return _undecided(report, because)
    if not formula.data.present or not formula.latent.present:
        return _one_side(evidence, sides, report)
    return _both_sides(evidence, sides, report)


def _undecided(report: Report, because: str) -> Report:
    report.verdict = Verdict.UNDECIDED
    fix = "audit the two terms one by one, or say what is what with --signature"
    report.findings.append(finding("undecided", f"undecided, because {because}", fix))
    return report


def _unexplained(evidence: Evidence, report: Report) -> Report:
    """What can be said of a function whose value was not recovered."""
    formula = evidence.formula
    data, latent = likelihood.read(formula), divergence.read(formula)
    if Role.TARGET in evidence.unused and Role.TARGET in formula.caller.plan.roles:
        why = "x is not used: the loss compares the reconstruction with nothing"
        report.findings.append(finding("missing-reconstruction", why, "compare x_hat with x"))
        report.verdict = Verdict.WRONG
        return report
    reasons = []
    if evidence.mixes:
        reasons.append(
            "its value has terms that mix examples of a batch (batch statistics, an MMD or a total "
            "correlation), which no per-example ELBO has"
        )
    if evidence.ordered:
        reasons.append("its value changes when the examples of a batch are shuffled")
    if not evidence.additive:
        reasons.append("the data side and the latent side are not simply added")
    if formula.data.present and not formula.data.explained:
        reasons.append("the data term is none that is known here")
    if formula.latent.present and not formula.latent.explained:
        reasons.append("the latent term is none that is known here")
    if {Role.MASK, Role.MISSING} & formula.caller.plan.roles and formula.shots and not formula.mask:
        reasons.append("the mask does more than pick the entries of x that count")
    if not reasons and formula.shots:
        worst = max(formula.shots, key=lambda shot: shot.residual)
        unread = [t.text for t, m in formula.coefficients.items() if m is None]
        if unread:
            reasons.append(
                f"the coefficient of {', '.join(unread)} is no monomial in the sizes B, D and K"
            )
        else:
            shown = ", ".join(f"{k} = {v:g}" for k, v in worst.sizes.symbols.items())
            reasons.append(f"{worst.residual:.2g} of the value stays unexplained at {shown}")
    report.parametrization = "; ".join(text for text in (data.text, latent.text) if text)
    report.findings += observations.broadcasts(evidence)
    return _undecided(report, "; ".join(reasons) or "nothing that it returns varies")


def _latent_coefficient(latent: Divergence) -> Monomial | None:
    if latent.weight is not None:
        return latent.weight
    return latent.rows[0][1] if latent.rows else None


def _rows(sides: _Sides, scale: Monomial | None, weighting: Weighting | None = None) -> list[Row]:
    """The terms, each with the coefficient that a −ELBO of the same scale would give it."""
    rows = []
    for text, coefficient in sides.data.rows:
        rows.append(Row(text, str(coefficient), str(coefficient)))
    for text, coefficient, factor in sides.latent.rows:
        if scale is None or factor != factor:
            expected = "" if factor != factor else f"{Monomial(factor)} of the KL's weight"
        else:
            expected = str(scale * Monomial(factor))
        rows.append(Row(text, str(coefficient), expected))
    return rows


def _one_side(evidence: Evidence, sides: _Sides, report: Report) -> Report:
    """A reconstruction or a KL alone, or a loss that ignores its latent arguments."""
    roles = evidence.formula.caller.plan.roles
    latent_roles = [role for role in (Role.MEAN, Role.SCALE) if role in roles]
    if not evidence.formula.latent.present and latent_roles:
        if any(s.role.is_latent and s.automatic for s in evidence.gradients.slopes):
            because = (
                "μ and s change its gradient and not its value: a weight of the KL is detached"
            )
            return _undecided(report, because)
        named = " and ".join(SYMBOL[role] for role in latent_roles)
        why = f"{named} never change the loss: the KL is missing, and so is all regularization"
        fix = "loss = reconstruction - 0.5 * (1 + logvar - mu**2 - logvar.exp()).sum()"
        report.findings.append(finding("missing-kl", why, fix))
        report.verdict = Verdict.WRONG
        return report
    data_roles = {Role.TARGET, Role.RECONSTRUCTION} & set(roles)
    if not evidence.formula.data.present and data_roles:
        why = "x̂ never changes the loss: the reconstruction term is missing"
        fix = "loss = F.binary_cross_entropy(x_hat, x, reduction='sum') + kl"
        report.findings.append(finding("missing-reconstruction", why, fix))
        report.verdict = Verdict.WRONG
        return report
    weight = sides.latent.weight if sides.latent.present else sides.data.weight
    what = "the KL" if sides.latent.present else "the reconstruction term"
    return _undecided(report, f"this is {what} alone (times {weight}), not a whole objective")


def _both_sides(evidence: Evidence, sides: _Sides, report: Report) -> Report:
    data, kl = sides.data, sides.latent.weight
    further = {Role.PRIOR_MEAN, Role.PRIOR_SCALE} & evidence.formula.caller.plan.roles
    if further and further <= set(evidence.unused):
        leaves = evidence.formula.caller.plan.leaves()
        named = " and ".join(leaf.name for leaf in leaves if leaf.role in further)
        because = (
            f"{named} never change it: a second latent without a KL, or a prior that is unused"
        )
        return _undecided(report, because)
    assert data.weight is not None
    assert kl is not None
    weighting = weigh(data, kl, sides.constant)
    sign = 1.0 if data.weight.number > 0 else -1.0
    if weighting.beta.number < 0:
        return _wrong_sign(report, sides, sign)
    literal = _literal_sizes(evidence, weighting.beta)
    if literal:
        where = ", ".join(f"{symbol} = {size:g}" for symbol, size in literal.items())
        why = f"β = {weighting.beta} is 1 only where {where}, which is a number in the source"
        fix = "read the sizes off the arrays: x[0].numel(), len(x)"
        report.findings.append(finding("literal-size", why, fix))
        scale = weighting.scale
        for symbol, size in literal.items():
            scale = scale * Monomial(size ** float(scale.power(symbol))) if symbol != "B" else scale
            scale = scale.without(symbol) if symbol != "B" else scale
        weighting = Weighting(_ONE, scale, weighting.stated_for, weighting.exact_scale)
    if _is_one_on_grey_images(evidence, weighting.beta):
        why = (
            f"β = {weighting.beta}: the data term is a mean over the channels, so this is an ELBO "
            "for images of one channel only"
        )
        if layout_choice.is_grey(evidence.formula.caller.function):
            report.assumed.append(f"{why}, as the file's are")
        else:
            fix = "sum over all three axes of an image"
            report.findings.append(finding("literal-size", why, fix))
        scale = weighting.scale.without("C")
        weighting = Weighting(_ONE, scale, weighting.stated_for, weighting.exact_scale)
    report.terms = _rows(sides, weighting.scale)
    report.beta = wording.as_number(weighting.beta)
    if weighting.stated_for:
        report.parametrization += f" ({weighting.stated_for})"
    declared, hidden = _declared(evidence, weighting.beta)
    if not hidden.is_close(_ONE):
        report.findings.append(_hidden_beta(weighting, hidden))
    if weighting.beta.is_close(_ONE) and evidence.kink is None:
        report.verdict = _scaled(weighting.scale, sign)
    else:
        report.verdict = Verdict.BETA_OBJECTIVE
    if evidence.kink is not None and evidence.kink.name == "nonlinear-kl":
        return _undecided(report, "the KL enters through a function that is not linear in it")
    if report.verdict is Verdict.ELBO and _is_named_loss(evidence, report.function):
        why = "it is the ELBO itself: minimizing it makes the model worse"
        report.findings.append(finding("elbo-as-loss", why, "return -elbo"))
    if observations.spoils(report.findings):
        report.verdict = Verdict.WRONG
    if declared:
        report.assumed += observations.declared(evidence, weighting.beta)
    return report


def _is_named_loss(evidence: Evidence, function: str) -> bool:
    """Whether the function, or the output that was chosen, is called a loss."""
    selection = evidence.formula.caller.selection
    paths = [str(path[-1]) for path, _ in selection.parts if path] if selection else []
    names = [function.rpartition(".")[2], *paths]
    return any("loss" in name.lower() and "neg" not in name.lower() for name in names)


def _scaled(scale: Monomial, sign: float) -> Verdict:
    """ω = 1 or 1/B: the ELBO of the batch, or its mean per example; anything else is a scale."""
    positive = Monomial(abs(scale.number), scale.powers, scale.tolerance)
    plain = any(positive.is_close(one) for one in (_ONE, _ONE / Monomial(1.0, (("B", _POWER),))))
    if sign < 0:
        return Verdict.ELBO
    return Verdict.NEGATIVE_ELBO if plain else Verdict.SCALED_NEGATIVE_ELBO


def _wrong_sign(report: Report, sides: _Sides, sign: float) -> Report:
    report.verdict = Verdict.WRONG
    report.terms = _rows(sides, None)
    why = (
        "the KL is subtracted from a loss that is minimized: the posterior is pushed away from the "
        "prior without bound"
        if sign > 0
        else "the reconstruction and the KL are added with opposite signs"
    )
    fix = "loss = reconstruction + kl, with kl = -0.5 * (1 + logvar - mu**2 - logvar.exp()).sum()"
    name = "kl-sign" if sign > 0 else "reconstruction-sign"
    report.findings.append(finding(name, why, fix))
    return report


def _hidden_beta(weighting: Weighting, hidden: Monomial) -> Finding:
    why = f"the KL is weighted by β = {weighting.beta} per example"
    if weighting.stated_for:
        why += f" (for {weighting.stated_for}; β = 1 would need {weighting.exact_scale})"
    if not weighting.beta.is_close(hidden):
        why += f", of which {hidden} is set by no argument"
    sizes = [s for s in ("B", "D", "C", "H", "W", "K") if hidden.power(s)]
    if sizes:
        why += f": the reductions of the two terms differ in {', '.join(sizes)}"
        fix = "sum both terms over their dimensions, then average both over the batch"
    else:
        why += ": a number in the source"
        fix = "make β an argument: def loss(..., beta=1.0)"
    return finding("hidden-beta", why, fix)


def _is_one_on_grey_images(evidence: Evidence, beta: Monomial) -> bool:
    """Whether β is C to some power, of images [B, H, W, C] that the file does not say are coloured.

    `keras.losses.binary_crossentropy` is a mean over the last axis, and with one channel that is
    the sum.
    """
    formula = evidence.formula
    if not formula.base.sizes.channels_last or [symbol for symbol, _ in beta.powers] != ["C"]:
        return False
    if not beta.without("C").is_close(_ONE):
        return False
    return layout_choice.is_grey(formula.caller.function) is not False


def _declared(evidence: Evidence, beta: Monomial) -> tuple[list[str], Monomial]:
    """The hyperparameters in β, and what is left of β without them."""
    symbols = [effect.symbol for effect in evidence.effects if beta.power(effect.symbol)]
    hidden = beta.without(*symbols)
    if hidden.is_number and not hidden.is_close(_ONE):
        for name, value in evidence.source.declared.items():
            named = _BETA_NAME.fullmatch(name) and value > 0
            if named and (hidden.is_close(Monomial(value)) or hidden.is_close(Monomial(1 / value))):
                return [*symbols, name], _ONE
    return symbols, hidden


def _literal_sizes(evidence: Evidence, beta: Monomial) -> dict[str, float]:
    """Sizes from literals in the source at which β is exactly 1, such as D = 784."""
    symbols = [s for s, _ in beta.powers]
    if not symbols or any(s not in ("B", "D", "K") for s in symbols):
        return {}
    given = observations.numbers(evidence)
    if any(beta.without(*symbols).is_close(Monomial(w)) for w in given if w <= 1):
        # The number is itself in the source: a weight, not a size.
        return {}
    plausible = [sizes.plausible(symbol, given) for symbol in symbols]
    for numbers in itertools.product(*plausible):
        chosen = dict(zip(symbols, numbers, strict=True))
        if abs(beta.value(chosen) - 1) < 1e-6:
            return chosen
    return {}


_POWER = _ONE.power("B") + 1
