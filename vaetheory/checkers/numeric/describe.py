"""A numeric world in words, so that a counterexample can be redone."""

from __future__ import annotations

from typing import Any

from vaetheory.checkers.numeric.conditionals import (
    Bernoulli,
    Categorical,
    Conditional,
    Gaussian,
    Independent,
    Network,
)
from vaetheory.checkers.numeric.joints import Joint, Modelled
from vaetheory.checkers.numeric.laws import Borrowed, Defined
from vaetheory.checkers.numeric.world import World


def describe(world: World) -> dict[str, Any]:
    """The kind of world, every value that was drawn, and the law of every slot."""
    setting = world.setting
    found: dict[str, Any] = {"kind": setting.kind, "seed": setting.seed}
    found |= {name: world.drawn[name] for name in sorted(world.drawn)}
    for letter, joint in world.joints.items():
        name = f"{letter.name}_{letter.subscript}" if letter.subscript else letter.name
        for slot in joint.order:
            above = joint.parents[slot]
            bar = f"|{', '.join(above)}" if above else ""
            found[f"{name}({slot}{bar})"] = _law(joint, slot)
    return found


def _law(joint: Joint, slot: str) -> str:
    match joint.laws[slot]:
        case Modelled(law=law, parents=parents):
            return law_text(law, [s for s, _ in parents])
        case Defined(definition=definition):
            return repr(definition)
        case Borrowed(density=density):
            return repr(density)
    return ""


def law_text(law: Conditional, parents: list[str]) -> str:
    """The law as a formula in the features of its parents."""
    match law:
        case Gaussian(mean=mean, log_scale=scale):
            return f"N({network_text(mean, parents)}, exp({network_text(scale, parents)})²)"
        case Bernoulli(logits=logits):
            inside = "; ".join(network_text(n, parents) for n in logits)
            return f"Bernoulli, logits {inside}"
        case Categorical(logits=logits):
            inside = "; ".join(network_text(n, parents) for n in logits)
            return f"categorical, logits {inside}"
        case Independent(parts=parts):
            return " × ".join(law_text(part, parents) for part in parts)
    return type(law).__name__


def network_text(network: Network, parents: list[str]) -> str:
    """b + w·f + v tanh(c + u·f), with the features named after the parents."""
    names = _names(len(network.weights), parents)
    text = f"{network.bias:g}" + _linear(network.weights, names)
    for scale, shift, inner in network.hidden:
        text += f" {scale:+g} tanh({shift:g}{_linear(inner, names)})"
    return text


def _linear(weights: tuple[float, ...], names: list[str]) -> str:
    return "".join(f" {w:+g} {name}" for w, name in zip(weights, names, strict=True) if w)


def _names(count: int, parents: list[str]) -> list[str]:
    if count == len(parents):
        return parents
    label = parents[0] if len(parents) == 1 else "f"
    return [f"{label}_{k}" for k in range(1, count + 1)]
