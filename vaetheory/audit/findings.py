"""Findings: what can be wrong with a VAE loss, why, and the line that mends it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Weight(Enum):
    """How much a finding says against the loss."""

    WRONG = "the loss is not the objective that it looks like"
    CAUTION = "the loss can be right, but this will bite"


@dataclass(frozen=True)
class Kind:
    """A sort of finding: its name, its weight, and the theorem whose equation it breaks."""

    name: str
    weight: Weight
    theorem: str
    summary: str


@dataclass(frozen=True)
class Finding:
    """One finding about one function."""

    kind: Kind
    why: str
    fix: str

    @property
    def name(self) -> str:
        """The kind's name."""
        return self.kind.name

    def as_json(self) -> dict[str, str]:
        """`name`, `why` (with the theorem it breaks) and `fix`."""
        link = f" [theorem {self.kind.theorem}]"
        linked = self.why if not self.kind.theorem or self.why.endswith(link) else self.why + link
        return {"name": self.name, "why": linked, "fix": self.fix}


_KL, _BCE, _MSE = "gaussian-kl-standard", "bernoulli-bce", "gaussian-squared-error"
_ELBO = "elbo-reconstruction-kl"
_ONE = "reconstruction-one-sample"
_W, _C = Weight.WRONG, Weight.CAUTION

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("hidden-beta", _W, _ELBO,
             "the reductions of the two terms differ, which weights the KL by a factor nobody set"),
        Kind("kl-sign", _W, _ELBO, "the KL enters with the wrong sign"),
        Kind("reconstruction-sign", _W, _ELBO, "the reconstruction enters with the wrong sign"),
        Kind("missing-kl", _W, _ELBO, "the latent arguments are not used"),
        Kind("missing-reconstruction", _W, _ELBO, "the data arguments are not used"),
        Kind("missing-term", _W, _KL, "μ², σ² or log σ² is missing from the KL"),
        Kind("kl-coefficients", _W, _KL, "μ², σ² and −log σ² do not carry equal coefficients"),
        Kind("kl-scale", _W, _KL, "σ² and log σ² are read from s in ways that do not fit together"),
        Kind("reversed-kl", _W, _KL, "KL[p ‖ q] in place of KL[q ‖ p]"),
        Kind("swapped-mean-and-scale", _W, _KL, "μ is used as the scale and s as the mean"),
        Kind("swapped-bce", _W, _BCE, "the target stands where the probability belongs"),
        Kind("unequal-bce", _W, _BCE, "the halves for x = 1 and x = 0 are weighted differently"),
        Kind("half-bce", _W, _BCE, "only one half of the cross-entropy is there"),
        Kind("logits-as-probabilities", _W, _BCE, "a sigmoid is missing or applied twice"),
        Kind("output-range", _W, _BCE, "the model's x̂ is no probability, but is read as one"),
        Kind("norm-not-squared", _W, _MSE, "a root of the summed squared error"),
        Kind("scale-term", _W, _MSE, "the decoder's σ does not match between its two terms"),
        Kind("gradient", _W, _ELBO, "autograd does not differentiate the returned value"),
        Kind("no-gradient", _W, "", "the loss is detached from every argument"),
        Kind("elbo-as-loss", _C, _ELBO, "what is named a loss is to be maximized"),
        Kind("free-bits", _C, _ELBO, "the KL is held from below"),
        Kind("capacity", _C, _ELBO, "|KL − C| in place of the KL"),
        Kind("nonlinear-kl", _C, _ELBO, "the KL enters through a nonlinear function"),
        Kind("clamped-reconstruction", _C, _MSE, "x̂ is clamped inside the loss"),
        Kind("not-a-tensor", _C, "", "the loss is a plain number"),
        Kind("clamped-scale", _C, _KL, "s is clamped inside its usual range"),
        Kind("hidden-state", _C, "", "equal calls give different values, through a counter"),
        Kind("literal-size", _C, _ELBO, "a size is a number in the source"),
        Kind("infinite-edge", _C, _BCE, "saturated inputs give nan or infinity"),
        Kind("target-changed", _C, _BCE, "x is changed inside (thresholded, rescaled)"),
        Kind("random-bias", _W, _ELBO, "the mean over the noise is not the exact expectation"),
        Kind("sampler-scale", _W, _KL, "the sampler's σ is not the KL's σ"),
        Kind("sampler-mean", _W, _KL, "z is not centred at the KL's μ"),
        Kind("sampler-noise", _W, _KL, "the sampler's noise is not standard normal"),
        Kind("no-sampling", _W, _ELBO, "z is not sampled in training"),
        Kind("every-pair", _W, _ONE, "every x is compared with every x̂ of the batch"),
        Kind("broadcast", _C, _ELBO, "two shapes broadcast over the batch, [B, 1] against [B]"),
        Kind("extra-term", _C, _ELBO, "a term of labels or other heads is added to the objective"),
        Kind("biased-reconstruction", _W, _ONE, "x̂ in training is no decoded sample of q(z|x)"),
        Kind("condition-unused", _W, "cvae-bound", "c reaches only one side of the model"),
        Kind("evaluation-noise", _C, _ELBO, "evaluation still draws noise"),
        Kind("undecided", _C, "", "what could not be decided"),
    )
}  # fmt: skip


def finding(name: str, why: str, fix: str) -> Finding:
    """A finding of a known kind."""
    return Finding(KINDS[name], why, fix)
