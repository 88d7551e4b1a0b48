"""Does c reach both the encoder and the decoder of a conditional model?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch

from vaetheory.audit import tracing
from vaetheory.audit.findings import Finding, finding
from vaetheory.audit.report import Report
from vaetheory.audit.roles import Role
from vaetheory.audit.tracing import Pass, Traced


def check(module: Any, traced: Traced, condition: Any, report: Report) -> list[Finding]:
    """A finding where changing c changes nothing on one side."""
    other = torch.roll(condition, 1, dims=0)
    if torch.equal(other, condition):
        return []
    here, there = traced.run(sign=1.0), traced.given(other).run(sign=1.0)
    encodes = not np.allclose(here.arrays[Role.MEAN], there.arrays[Role.MEAN])
    if not encodes:
        decodes: bool | None = not np.allclose(
            here.arrays[Role.RECONSTRUCTION], there.arrays[Role.RECONSTRUCTION]
        )
    else:
        decodes = _by_decoding(module, here, condition, other)
        decodes = _by_replay(module, traced, other) if decodes is None else decodes
    if decodes is None:
        report.assumed.append(
            "whether the decoder uses c could not be told: it has no decode(z, c)"
        )
    missing = [side for side, uses in (("encoder", encodes), ("decoder", decodes)) if uses is False]
    if not missing:
        return []
    why = f"changing c changes nothing in the {' and the '.join(missing)}"
    fix = "self.encoder(torch.cat([x, c], 1)); self.decoder(torch.cat([z, c], 1))"
    return [finding("condition-unused", why, fix)]


def _by_decoding(module: Any, here: Pass, condition: Any, other: Any) -> bool | None:
    """Whether decode(z, c) depends on c; None where it cannot be called so."""
    decode = getattr(module, "decode", None) or getattr(module, "decoder", None)
    if decode is None or here.latent is None:
        return None
    z = torch.from_numpy(here.latent).to(tracing.dtype_of(module))
    try:
        with torch.no_grad():
            return not torch.allclose(decode(z, condition), decode(z, other))
    except (TypeError, RuntimeError, ValueError):
        return None


def _by_replay(module: Any, traced: Traced, other: Any) -> bool | None:
    """Whether x̂ depends on c when the encoder's answers are held; None without an encoder."""
    names = [n for n in dir(module) if n.lower().startswith("enc") and callable(getattr(module, n))]
    if not names:
        return None
    answers: list[Any] = []
    with _held(module, names[0], answers):
        here = traced.run(sign=1.0)
        there = traced.given(other).run(sign=1.0)
    if not answers or not np.allclose(here.arrays[Role.MEAN], there.arrays[Role.MEAN]):
        return None
    return not np.allclose(here.arrays[Role.RECONSTRUCTION], there.arrays[Role.RECONSTRUCTION])


@contextmanager
def _held(module: Any, name: str, answers: list[Any]) -> Iterator[None]:
    """The encoder gives, at every later call, what it gave at the first."""
    encoder = getattr(module, name)

    def first(answer: Any) -> Any:
        answers.append(answer)
        return answers[0]

    if isinstance(encoder, torch.nn.Module):
        handle = encoder.register_forward_hook(lambda _, __, answer: first(answer))
        try:
            yield
        finally:
            handle.remove()
        return
    object.__setattr__(module, name, lambda *args, **kwargs: first(encoder(*args, **kwargs)))
    try:
        yield
    finally:
        object.__delattr__(module, name)
