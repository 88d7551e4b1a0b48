"""The audit of one function, from the callable to the report."""

from __future__ import annotations

import functools
import inspect
import time
from collections.abc import Callable
from typing import Any

from vaetheory.audit import (
    callables,
    exploration,
    fixes,
    hints,
    layout_choice,
    outside,
    unsampled,
    verdict,
)
from vaetheory.audit import evidence as evidence_
from vaetheory.audit import signature as signature_
from vaetheory.audit.evidence import Evidence
from vaetheory.audit.findings import Finding, finding
from vaetheory.audit.names import role_of
from vaetheory.audit.plan import Fixed
from vaetheory.audit.recovery import Formula
from vaetheory.audit.report import Report, Verdict
from vaetheory.audit.roles import Role

# How many further values of text arguments are tried, in a third of the time each.
_MOST_OPTIONS = 3


def audit_function(
    function: Callable[..., Any],
    signature: str | None = None,
    name: str | None = None,
    seconds: float = 4.0,
) -> Report:
    """Call `function` on designed inputs and report what it computes.

    `signature` gives the roles of its parameters where names and shapes do not tell
    (`"recon,x,mu,logvar"`, or `"out.a=recon,out.b=mu"`); `seconds` bounds the search for a reading.
    """
    # What torch.compile was given, not what it made: to compile for each shape takes minutes.
    function = getattr(function, "_torchdynamo_orig_callable", function)
    report, evidence = examine(function, signature, name, seconds)
    if evidence is not None and evidence.formula.explained and not signature:
        report.assumed += _with_other_options(function, evidence, seconds)
    if report.verdict in _ELBOS and not signature:
        report = _with_its_model(function, report)
    return report


_ELBOS = (
    Verdict.NEGATIVE_ELBO,
    Verdict.ELBO,
    Verdict.SCALED_NEGATIVE_ELBO,
    Verdict.BETA_OBJECTIVE,
)


def _with_its_model(function: Callable[..., Any], report: Report) -> Report:
    """For a method that runs its model: the report on both, where the model makes it wrong."""
    from vaetheory.audit.models import audit_model, is_model

    owner = getattr(callables.implementation(function), "__self__", None)
    if owner is None or not is_model(owner):
        return report
    if {Role.MEAN, Role.SCALE} & {role_of(name) for name in inspect.signature(function).parameters}:
        return report
    whole = audit_model(owner, loss=function, name=report.function)
    if whole.verdict is Verdict.WRONG:
        whole.seconds += report.seconds
        return whole
    if whole.verdict is Verdict.UNDECIDED:
        report.assumed.append(
            "the model around it could not be run, so its sampler is not looked at"
        )
    report.seconds += whole.seconds
    return report


def examine(
    function: Callable[..., Any],
    signature: str | None = None,
    name: str | None = None,
    seconds: float = 4.0,
) -> tuple[Report, Evidence | None]:
    """The report, and the evidence that it rests on (None for what could not be called)."""
    start = time.perf_counter()
    name = name or str(getattr(function, "__qualname__", type(function).__name__))
    method = callables.implementation(function)
    if inspect.ismethod(method) and not _takes_latents(function, signature):
        # `training_step(self, batch)`: μ and s come from networks, which are stood in for.
        base, function = method.__self__, method.__func__
        found = exploration.explore(function, signature, seconds, base)
    elif (given := outside.opened(function)) and not _takes_latents(function, signature, most=1):
        # As it stands it would train the real model, once for every probe.
        found = exploration.explore(given, signature, seconds)
    else:
        stop = exploration.Stop(seconds)
        found = exploration.explore(function, signature, stop)
        if not found.settled and not found.is_called and inspect.ismethod(method):
            base, function = method.__self__, method.__func__
            stop.extend(seconds / 2)
            stood_in = exploration.explore(function, signature, stop, base)
            found = stood_in if stood_in.formula is not None else found
    if not found.settled and not found.is_called and (given := outside.opened(function)):
        stop = exploration.Stop(seconds / 2)
        with_model = exploration.explore(given, signature, stop)
        found = with_model if with_model.is_called else found
    evidence = None
    if found.formula is None:
        report = _uncallable(found, name)
    else:
        evidence, report = _judged(function, found.formula, name)
    if found.in_doubt and report.verdict is Verdict.WRONG:
        report = _cut(report)
    if report.verdict in _ELBOS and (unused := unsampled.found(function)):
        report.findings.append(unused)
        report.verdict = Verdict.WRONG
    if any(one.name == "random-bias" for one in report.findings):
        report = _weighted(report, function)
    if report.verdict is Verdict.UNDECIDED:
        report.findings = [_hinted(one, function) for one in report.findings]
    report.seconds = time.perf_counter() - start
    return report, evidence


def _with_other_options(
    function: Callable[..., Any], evidence: Evidence, seconds: float
) -> list[str]:
    """What the function computes when an argument is given another of the texts that it knows."""
    found: list[str] = []
    for parameter in evidence.formula.caller.plan.parameters:
        chosen = parameter.node.value if isinstance(parameter.node, Fixed) else None
        others = [o for o in evidence.source.options.get(parameter.name, []) if o != chosen]
        if not isinstance(chosen, str):
            continue
        for other in others[: _MOST_OPTIONS - len(found)]:
            bound = functools.partial(function, **{parameter.name: other})
            report, _ = examine(bound, None, None, seconds / (2 * _MOST_OPTIONS))
            beta = f", β = {report.beta}" if report.beta is not None else ""
            names = ", ".join(item.name for item in report.findings if item.name != "undecided")
            told = f"{report.verdict.value}{beta}{f' ({names})' if names else ''}"
            found.append(f"with {parameter.name} = {other!r}: {told}")
    return found


def _takes_latents(function: Callable[..., Any], given: str | None, most: int = 6) -> bool:
    """Whether one of the likeliest readings of the arguments has a mean of q(z|x) among them."""
    found = signature_.readings(function, given=given)
    return any({Role.MEAN, Role.PACKED} & reading.plan.roles for reading in found[:most])


def _judged(function: Callable[..., Any], formula: Formula, name: str) -> tuple[Evidence, Report]:
    """Evidence and report, on flat vectors or on images where that makes a difference."""
    other = layout_choice.on_images(formula)
    evidence = evidence_.gather(function, formula)
    report = _reported(evidence, name)
    if other is None:
        return evidence, report
    there = evidence_.gather(function, other)
    on_images = _reported(there, name)
    wanted = layout_choice.is_for_images(function) or _plainer(on_images, report)
    if wanted:
        evidence, report, on_images = there, on_images, report
    shape = "[B, D]" if wanted else other.layout.name
    report.assumed.append(
        f"for x of shape {shape} it computes something else: {on_images.verdict.value}"
        + (f", β = {on_images.beta}" if on_images.beta is not None else "")
    )
    return evidence, report


def _reported(evidence: Evidence, name: str) -> Report:
    """The verdict, with a line of code for this function under each finding that has one."""
    report = verdict.judge(evidence, name)
    report.findings = fixes.mended(report.findings, evidence)
    return report


def _plainer(one: Report, other: Report) -> bool:
    """Whether one reading leaves less to explain: no hidden β, or one that is a number."""
    return (one.exit_code, isinstance(one.beta, str)) < (
        other.exit_code,
        isinstance(other.beta, str),
    )


def _cut(report: Report) -> Report:
    """Not wrong but undecided, where another reading of vague names could not be tried in time."""
    taken = report.assumed[0] if report.assumed else ""
    why = f"undecided, because the time for trying what its arguments are ran out (with {taken})"
    fix = "say what the arguments are: --signature recon,x,mu,logvar"
    report.verdict = Verdict.UNDECIDED
    report.findings = [finding("undecided", why, fix)]
    return report


def _weighted(report: Report, function: Callable[..., Any]) -> Report:
    """Not biased but undecided, where the source speaks of importance weights."""
    said = [hint for hint in hints.hints(function) if "importance-weighted" in hint]
    if said:
        why = f"undecided, because its mean over its noise is no ELBO; {said[0]}"
        report.verdict, report.beta = Verdict.UNDECIDED, None
        report.findings = [finding("undecided", why, "audit it with one sample")]
    return report


def _hinted(one: Finding, function: Callable[..., Any]) -> Finding:
    """`undecided, because …` with what the source speaks of beside it."""
    if one.name != "undecided":
        return one
    return finding("undecided", "; ".join([one.why, *hints.hints(function)]), one.fix)


def _uncallable(found: exploration.Exploration, name: str) -> Report:
    """A plain `undecided, because …`."""
    report = Report(name, Verdict.UNDECIDED)
    if found.random_beyond_control:
        because = (
            "it draws random numbers that are not standard normal noise, so it has no one value"
        )
    elif found.remembers:
        because = "equal calls give different values, through state that could not be held still"
    elif found.failures:
        reading, error = next(iter(found.failures.items()))
        because = f"it could not be called: with {reading}, {error}"
    else:
        because = "nothing that it returns varies with its arguments"
    fix = "say what the arguments are: --signature recon,x,mu,logvar"
    report.findings.append(finding("undecided", f"undecided, because {because}", fix))
    return report
