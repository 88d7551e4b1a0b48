"""What a loss is about that the audit does not cover, read off its source to explain why."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from types import FunctionType
from typing import Any

from vaetheory.audit import source as source_
from vaetheory.audit.callables import implementation

_MOST_FUNCTIONS = 24
_LIBRARIES = frozenset(["torch", "numpy", "jax", "keras", "tensorflow", "math", "typing"])
# The first group that matches is quoted. These only explain; no verdict rests on them.
_HINTS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.I), said)
    for pattern, said in (
        (r"(?<!binary_)\b((?:F\.|nn\.|nn\.functional\.|tf\.nn\.|optax\.)*"
         r"(?:(?:sparse_)?(?:categorical_|softmax_)?cross_?entropy\w*|nll_?loss|NLLLoss|"
         r"CrossEntropyLoss))\b",
         "tokens are read as whole numbers [B, D], with x̂ as [B, D, V] or [B, V, D]"),
        (r"(gumbel\w*|\bOneHotCategorical|\bCategorical\b|\w*categorical_dim\w*|"
         r"\bq\w*\s*=\s*\w*\.?softmax)",
         "discrete latents are not covered"),
        (r"(\bvq_?\w*|codebook\w*|quantiz\w*|commitment\w*)",
         "a vector-quantized latent has no Gaussian q(z|x): this is not such a bound"),
        (r"(logsumexp|log_?mean_?exp|\biwae\w*|\blog_?w(?:eights?)?\b|importance\w*)",
         "importance-weighted bounds are not covered"),
        (r"(\w*\bmmd\w*|\w*_kernel\w*|\bkernel\w*|\brbf\w*|sliced_\w*)",
         "terms that compare whole batches are not covered"),
        (r"(\w*lpips\w*|\bvgg\w*|perceptual\w*|\w*ssim\w*)",
         "a perceptual distance is the −log of no density that is known here"),
        (r"(\bdiscriminator\w*|\badv(?:ersarial)?_\w*|\bd_z\w*|\bg_loss\b|\bgan_\w*)",
         "an adversarial term is no part of an ELBO"),
    )
)  # fmt: skip


def hints(function: Callable[..., Any]) -> list[str]:
    """Sentences such as `its source has "F.cross_entropy": targets that are classes …`."""
    text = "\n".join(_code(part) for part in _reached(function))
    found = []
    for pattern, said in _HINTS:
        match = pattern.search(text)
        if match is not None:
            found.append(f"its source has {match.group(1)!r}: {said}")
    return found


def _code(function: FunctionType) -> str:
    """Source without comments and strings, so that prose does not speak for the code."""
    text = source_.read(function).text
    text = re.sub(r'("""|\'\'\')(?s:.*?)\1', "", text)
    return re.sub(r"#.*", "", text)


def _reached(function: Callable[..., Any]) -> Iterator[FunctionType]:
    """The function and what it calls by name in its own module."""
    start = implementation(function)
    queue: list[Any] = [getattr(start, "__func__", start)]
    seen: set[int] = set()
    while queue and len(seen) < _MOST_FUNCTIONS:
        part = queue.pop(0)
        if not isinstance(part, FunctionType) or id(part) in seen:
            continue
        seen.add(id(part))
        if part.__module__.partition(".")[0] in _LIBRARIES:
            continue
        yield part
        queue += [part.__globals__.get(name) for name in part.__code__.co_names]
