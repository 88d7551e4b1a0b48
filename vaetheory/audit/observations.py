"""What the evidence shows beside the formula: findings on behaviour, and what was assumed."""

from __future__ import annotations

import math

from vaetheory.audit.design import Region
from vaetheory.audit.evidence import Evidence
from vaetheory.audit.findings import Finding, Weight, finding
from vaetheory.audit.monomials import Monomial
from vaetheory.audit.names import claimed_scale
from vaetheory.audit.plan import Fixed, Normal
from vaetheory.audit.recovery import Formula
from vaetheory.audit.regions import Departure
from vaetheory.audit.roles import SYMBOL, Role

_PLAIN_READINGS = frozenset(["log σ²", "log σ", "σ", "σ²", "1/σ²", "log 1/σ²"])
_SPOILING = frozenset({"gradient", "no-gradient", "random-bias"})


def spoils(findings: list[Finding]) -> bool:
    """Whether a finding makes the loss wrong whatever its value is."""
    return any(f.name in _SPOILING and f.kind.weight is Weight.WRONG for f in findings)


def numbers(evidence: Evidence) -> set[float]:
    """Numbers in the source and in what it reads from outside."""
    outside = {h.base for h in evidence.hypers if h.where != "argument"}
    return evidence.source.literals | outside


def findings(evidence: Evidence) -> list[Finding]:
    """Findings on gradients, regions, edges, state and noise."""
    found = [_departed(departure) for departure in evidence.departures]
    found += _gradients(evidence)
    if evidence.kink is not None:
        found += _kink(evidence)
    if evidence.edges:
        places = "; ".join(f"{edge.where}: {edge.outcome}" for edge in evidence.edges)
        found.append(finding(
            "infinite-edge", f"x̂ saturated on the right side costs about 0 nats, but at {places}",
            "F.binary_cross_entropy_with_logits(logits, x, reduction='sum')",
        ))  # fmt: skip
    found += _beside(evidence)
    drifted = sorted(evidence.formula.caller.drifted)
    if drifted:
        found.append(finding(
            "hidden-state", f"each call changes {', '.join(drifted)}: equal calls differ",
            "def loss(..., step):  # an argument in place of the counter",
        ))  # fmt: skip
    random = evidence.random
    if random is not None and abs(random.z) > 6.0 and not random.constant:
        found.append(finding(
            "random-bias",
            f"over {random.repeats} seeds the mean is {random.mean:.6g}, its expectation under "
            f"N(0, 1) noise {random.exact:.6g} (z = {random.z:.1f})",
            "eps = torch.randn_like(mu)",
        ))  # fmt: skip
    return found


def _beside(evidence: Evidence) -> list[Finding]:
    """Terms of labels and other heads, and shapes that broadcast over the batch."""
    formula = evidence.formula
    found = []
    if formula.of_aside:
        leaves = formula.caller.plan.leaves()
        aside = [leaf.name for leaf in leaves if leaf.role.is_aside]
        named = " and ".join(dict.fromkeys(aside))
        why = (
            f"beside the terms above the loss has one of {named}, which is no part of an ELBO of x "
            "(a classifier's loss, or a second reconstruction): the verdict is on the rest"
        )
        fix = "loss = vae_loss + alpha * classification_loss  # and log the two apart"
        found.append(finding("extra-term", why, fix))
    # A data term over every pair says already what broadcasts.
    return found if formula.data.name == "every pair" else found + broadcasts(evidence)


def broadcasts(evidence: Evidence) -> list[Finding]:
    """Two shapes that were meant to match, and broadcast over the batch instead."""
    if not evidence.broadcasts:
        return []
    one = evidence.broadcasts[0]
    why = (
        f"{one.where} puts {one.left} and {one.right} together, which broadcast to {one.result}: "
        "every example meets every other"
    )
    fix = "give both one shape: .sum(dim=1) on both sides, without keepdim; or .squeeze(1)"
    return [finding("broadcast", why, fix)]


def _departed(departure: Departure) -> Finding:
    shown = f"predicted {departure.predicted:.6g}, measured {departure.measured:.6g}"
    if not math.isfinite(departure.measured):
        where = f"{departure.region.value}: the loss is {departure.measured}, an overflow"
        return finding("infinite-edge", where, "write it so that it does not overflow")
    match departure.region:
        case Region.NEGATIVE_SCALE:
            why = f"for s between −4 and −0.3 the loss leaves its formula ({shown}): s is clamped"
            return finding("clamped-scale", why, "clamp wider, or not at all")
        case Region.LOGITS:
            why = f"for x̂ outside [0, 1] the loss leaves its formula ({shown})"
            return finding("clamped-reconstruction", why, "do not clamp inside the loss")
        case Region.BINARY:
            why = f"for x in {{0, 1}} the loss leaves its formula ({shown})"
            return finding("target-changed", why, "use x as it is")
        case Region.GENERIC:
            why = f"for x between 0 and 1 the loss leaves its formula ({shown}): a threshold inside"
            return finding("target-changed", why, "use x as it is")
        case _:
            why = f"{departure.region.value}: the loss leaves its formula ({shown})"
            return finding("nonlinear-kl", why, "use the KL itself")


def _gradients(evidence: Evidence) -> list[Finding]:
    check = evidence.gradients
    if check.unavailable == "no gradients" and evidence.formula.caller.framework.name == "torch":
        why = "the loss comes back as a plain number, which cannot be differentiated"
        return [finding("not-a-tensor", why, "return the tensor, call .item() only to print")]
    if check.slopes and all(slope.automatic is None for slope in check.slopes):
        why = "autograd finds no path from the loss to any argument (detach, no_grad, .data)"
        return [finding("no-gradient", why, "return the loss without detach()")]
    found = []
    for slope in check.wrong:
        got = "none" if slope.automatic is None else f"{slope.automatic:.6g}"
        why = (
            f"along a random direction of {SYMBOL[slope.role]} the value changes by "
            f"{slope.expected:.6g} but autograd says {got} (detach, no_grad, round, or .data)"
        )
        found.append(finding("gradient", why, "let the gradient through every term"))
    return found


def _kink(evidence: Evidence) -> list[Finding]:
    kink = evidence.kink
    assert kink is not None
    threshold = f"{kink.threshold:.6g}"
    why = {
        "free-bits": f"below a threshold the KL is replaced by a constant (in all {threshold} in "
        "this loss): there its gradient is 0",
        "capacity": f"the loss has |KL − C| with coefficient·C = {threshold}: below C the KL is "
        "pushed up",
    }.get(kink.name, f"near the prior the KL enters with {kink.slope:.3g} of its slope elsewhere")
    return [finding(kink.name, why, "loss = reconstruction + kl  # if the ELBO is meant")]


def assumptions(evidence: Evidence) -> list[str]:
    """What was taken for granted, in sentences."""
    formula = evidence.formula
    caller = formula.caller
    found = [
        f"{caller.plan.describe()}; x as {formula.layout.name}, arrays of {caller.framework.name}"
    ]
    for parameter in caller.plan.parameters:
        if isinstance(parameter.node, Normal) and parameter.node.scale is None:
            found.append(f"{parameter.name} is given as N(x̂, 1)")
    found += _options(evidence)
    found += _lying_names(formula)
    if formula.mask:
        found.append(f"probed with nothing masked; with random masks {formula.mask}")
    if Role.SECOND_MEAN in caller.plan.roles:
        found.append("two latents, each with a KL: K counts both")
    if caller.selection is not None and caller.selection.how:
        found.append(caller.selection.how)
    if caller.steps:
        found.append("it calls backward(): the objective is what it calls it on")
    bound = [f"{h.name} is {h.size}" for h in caller.hypers if h.size]
    if bound:
        found.append("taken to follow the sizes: " + ", ".join(bound))
    loose = [
        h.name for h in caller.hypers if h.where == "argument" and not h.size and not h.counts_steps
    ]
    if loose:
        found.append("probed as hyperparameters: " + ", ".join(loose))
    if formula.lost:
        named = ", ".join(formula.lost)
        found.append(
            f"with another {named} it is another sum: this is for the values as they stand"
        )
    if formula.explained:
        found += _frozen(formula)
    for effect in evidence.effects:
        if effect.schedule:
            table = ", ".join(f"{v:g} → {w:.4g}" for v, w in effect.schedule)
            found.append(f"{effect.symbol} runs as {table}")
    if formula.tolerance > 1e-8:
        found.append("the function computes in float32, so coefficients are known to about 1e-5")
    if evidence.random is not None:
        r = evidence.random
        found.append(
            f"the loss draws noise: mean {r.mean:.6g}, spread {r.spread:.3g} over {r.repeats} "
            "seeds; coefficients are those of its expectation (a bias of "
            f"{r.detectable:.2g} would be seen)"
        )
    if evidence.unseen is not None and formula.explained:
        found.append(f"on sizes not used in the fit the prediction is off by {evidence.unseen:.1g}")
    return found


def _options(evidence: Evidence) -> list[str]:
    """Texts that were chosen for arguments which the source compares with texts."""
    found = []
    for parameter in evidence.formula.caller.plan.parameters:
        chosen = parameter.node.value if isinstance(parameter.node, Fixed) else None
        others = [o for o in evidence.source.options.get(parameter.name, []) if o != chosen]
        if isinstance(chosen, str) and others:
            found.append(f"{parameter.name} = {chosen!r}, not {' or '.join(map(repr, others))}")
    return found


def _lying_names(formula: Formula) -> list[str]:
    """Names of scale arguments that say something else than the loss does with them."""
    p = formula.latent.parametrization
    if p is None or not formula.explained or p.name not in _PLAIN_READINGS:
        return []
    return [
        f"{leaf.name} is called {claim}, but the loss reads it as {p.name}: give it that"
        for leaf in formula.caller.plan.leaves()
        if leaf.role is Role.SCALE and (claim := claimed_scale(leaf.name)) not in (None, p.name)
    ]


def _frozen(formula: Formula) -> list[str]:
    found = []
    sizes = formula.base.sizes
    if all(formula.is_frozen(s) for s in sizes.symbols if s not in ("B", "K")):
        found.append(
            f"D is {sizes.dimensions} in the source: another D could not be tried, so a factor "
            f"{sizes.dimensions} is read as D, and a literal cannot be told from it"
        )
    if formula.latent.present and formula.is_frozen("K"):
        found.append(f"K is {sizes.latents} in the source, and no other K could be tried")
    if formula.is_frozen("B"):
        found.append(f"B is {sizes.batch} in all calls that worked")
    return found


def declared(evidence: Evidence, beta: Monomial) -> list[str]:
    """What the declared weights are set to as the function stands, and what β then is."""
    found: list[str] = []
    as_it_stands = beta
    for effect in evidence.effects:
        power = beta.power(effect.symbol)
        hyper = effect.hyper
        if not power or effect.schedule:
            continue
        where = "the argument " if hyper.where == "argument" else ""
        value = f" = {hyper.base:g}" if hyper.given else ""
        found.append(f"β is declared by {where}{hyper.name}{value}")
        if hyper.given:
            factor = Monomial(effect.at_base ** float(power), (), beta.tolerance)
            as_it_stands = as_it_stands.without(effect.symbol) * factor
    if as_it_stands is not beta:
        found.append(f"as it stands, β = {as_it_stands}")
    return list(dict.fromkeys(found))
