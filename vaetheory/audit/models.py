"""Whole models: is the training loss an unbiased estimate of the −ELBO that it claims to be?"""

from __future__ import annotations

import inspect
import sys
import time
import types
from collections.abc import Callable
from typing import Any

from vaetheory.audit.findings import Finding, Weight, finding
from vaetheory.audit.report import Report, Verdict

_OF_MODELS = frozenset(
    [
        "sampler-scale",
        "sampler-mean",
        "sampler-noise",
        "no-sampling",
        "condition-unused",
        "biased-reconstruction",
        "logits-as-probabilities",
        "output-range",
    ]
)
_LOSS_NAMES = ("loss_function", "loss", "compute_loss", "vae_loss", "elbo_loss", "criterion")


def is_model(function: Any) -> bool:
    """Whether this is a torch module with parameters whose forward takes no μ: a model, no loss."""
    torch = sys.modules.get("torch")
    if torch is None or not isinstance(function, torch.nn.Module):
        return False
    from vaetheory.audit.names import role_of
    from vaetheory.audit.roles import Role
    from vaetheory.audit.tracing import forward_names

    roles = {role_of(name) for name in forward_names(function)}
    return any(True for _ in function.parameters()) and Role.MEAN not in roles and len(roles) <= 2


def audit_model(
    module: Any = None, *, encoder: Callable[..., Any] | None = None,
    decoder: Callable[..., Any] | None = None, sampler: Callable[..., Any] | None = None,
    loss: Callable[..., Any] | None = None, example: Any = None, condition: Any = None,
    name: str | None = None,
) -> Report:  # fmt: skip
    """Audit a model with its loss.

    Either `module`, whose forward(x) or forward(x, c) returns x̂, μ, s (and z) as a tuple, dict or
    record; or `encoder` x → (μ, s), `sampler` (μ, s) → z and `decoder` z → x̂. `loss` is found on
    the module where it is not given; `example` is a batch of inputs, `condition` a batch of c.
    """
    from vaetheory.audit.frameworks.pytorch import Torch

    start = time.perf_counter()
    with Torch().session():
        report = _audit(module, encoder, decoder, sampler, loss, example, condition, name)
    report.seconds = time.perf_counter() - start
    return report


def _audit(
    module: Any, encoder: Any, decoder: Any, sampler: Any, loss: Any, example: Any,
    condition: Any, name: str | None,
) -> Report:  # fmt: skip
    from vaetheory.audit import conditions, model_inputs, ranges, tracing, unbiased
    from vaetheory.audit import sampler as sampler_
    from vaetheory.audit.auditor import examine

    title = name or (type(module).__name__ if module is not None else "model")
    evidence = None
    if module is not None and example is None:
        try:
            example, condition = model_inputs.guess(module, condition)
        except tracing.ModelError:
            example = None  # said below, once the loss has been audited
    loss = loss or _own_loss(module)
    if loss is not None and module is not None and not _has_forward(module):
        report = examine(loss, name=name or title)[0]
        report.assumed.append("the model has no forward, so its sampler could not be looked at")
        return report
    if loss is None and module is not None and (inner := _loss_inside(module, example, condition)):
        report = examine(inner, name=title)[0]
        report.assumed.append("forward gives the loss, so its sampler could not be looked at")
        return report
    loss = loss or _loss_beside(module)
    if loss is None:
        report = Report(title, Verdict.UNDECIDED)
        report.assumed.append("no loss was given or found, so only the sampler was looked at")
    else:
        report, evidence = examine(loss, name=name or title)
    try:
        traced = _traced(module, encoder, decoder, sampler, example, condition)
        of_kl = evidence.formula.latent.parametrization if evidence is not None else None
        found = sampler_.inspect_sampler(traced, of_kl)
    except tracing.ModelError as error:
        return _undecided(report, str(error))
    report.findings += found.findings
    if found.because:
        return _undecided(report, found.because)
    if found.parametrization is not None:
        report.assumed.append(f"z is drawn with the σ of s read as {found.parametrization.name}")
        if evidence is not None and not found.findings:
            decode = decoder or getattr(module, "decode", None)
            report.assumed += unbiased.check(traced, evidence.formula, found, decode, report)
    if evidence is not None:
        report.findings += ranges.check(traced, evidence.formula)
    report.findings += _evaluation(module, traced)
    if condition is not None and module is not None:
        report.findings += conditions.check(module, traced, condition, report)
    if any(f.kind.weight is Weight.WRONG and f.name in _OF_MODELS for f in report.findings):
        report.verdict = Verdict.WRONG
    elif loss is None:
        return _undecided(report, "a model without its loss has no objective to judge")
    return report


def _has_forward(module: Any) -> bool:
    """Whether a module defines what calling it does (a Lightning module need not)."""
    forward = getattr(type(module), "forward", None)
    return getattr(forward, "__name__", "") != "_forward_unimplemented"


def _own_loss(module: Any) -> Callable[..., Any] | None:
    """The module's own loss, or its training step."""
    for name in (*_LOSS_NAMES, "training_step", "train_step"):
        if callable(found := getattr(module, name, None)):
            return found  # type: ignore[no-any-return]
    return None


def _loss_beside(module: Any) -> Callable[..., Any] | None:
    """A loss function of x̂, x, μ and s in the file that the module is from."""
    space = vars(sys.modules.get(type(module).__module__, types.ModuleType("none")))
    functions = [f for f in space.values() if isinstance(f, types.FunctionType)]
    return next((f for f in functions if _takes_outputs(f)), None)


def _takes_outputs(function: types.FunctionType) -> bool:
    """Whether a function's arguments are x̂, x, μ and s by their names."""
    from vaetheory.audit.names import role_of
    from vaetheory.audit.roles import Role

    roles = [role_of(name) for name in inspect.signature(function).parameters]
    wanted = (Role.RECONSTRUCTION, Role.TARGET, Role.MEAN, Role.SCALE)
    return all(roles.count(role) == 1 for role in wanted)


def _loss_inside(module: Any, example: Any, condition: Any) -> Callable[..., Any] | None:
    """`forward`, if it returns the loss itself: one number, or a record with one named so."""
    from vaetheory.audit import outputs
    from vaetheory.audit import source as source_
    from vaetheory.audit.frameworks.pytorch import Torch

    if example is None:
        return None
    arguments = (example,) if condition is None else (example, condition)
    try:
        found = outputs.components(module(*arguments), Torch(), source_.read(module).returned)
    except (RuntimeError, TypeError, ValueError):
        return None
    scalars = [c for c in found if c.values.size == 1]
    is_loss = len(found) == 1 or any(outputs.is_total(c.name) for c in scalars)
    forward: Callable[..., Any] = module.forward
    return forward if scalars and is_loss else None


def _undecided(report: Report, because: str) -> Report:
    report.verdict = Verdict.UNDECIDED
    fix = "give example=, loss=, or the parts: encoder=, sampler=, decoder="
    report.findings.append(finding("undecided", f"undecided, because {because}", fix))
    return report


def _traced(
    module: Any, encoder: Any, decoder: Any, sampler: Any, example: Any, condition: Any
) -> Any:
    from vaetheory.audit import model_inputs, tracing

    if module is None:
        if encoder is None or decoder is None or sampler is None or example is None:
            raise tracing.ModelError(
                "parts need encoder=, sampler=, decoder= and example= together"
            )
        return tracing.trace_coders(encoder, decoder, sampler, example, condition)
    module.train()
    if example is None:
        example, condition = model_inputs.guess(module, condition)
    return tracing.trace(module, example, condition)


def _evaluation(module: Any, traced: Any) -> list[Finding]:
    """Whether two evaluations of one x agree."""
    import numpy as np

    from vaetheory.audit.roles import Role

    if module is None:
        return []
    was_training = module.training
    module.eval()
    try:
        runs = [traced.run(seed=seed).arrays.get(Role.RECONSTRUCTION) for seed in (1, 2)]
    finally:
        module.train(was_training)
    if runs[0] is None or runs[1] is None or np.allclose(runs[0], runs[1]):
        return []
    why = "in eval mode two passes over one x give two reconstructions: z is still sampled"
    fix = "z = z if self.training else mu"
    return [finding("evaluation-noise", why, fix)]
