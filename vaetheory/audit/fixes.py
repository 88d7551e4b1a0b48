"""The line that mends a finding, in the names and the library of the function that has it.

Where the whole objective must change the line sets `loss`; where one term must, `rec` or `kl`, with
the reduction that the other term has. What a line cannot say stays in words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from vaetheory.audit import divergence, likelihood
from vaetheory.audit.evidence import Evidence
from vaetheory.audit.findings import Finding
from vaetheory.audit.likelihood import Family
from vaetheory.audit.monomials import Monomial
from vaetheory.audit.names import claimed_scale
from vaetheory.audit.recovery import Formula
from vaetheory.audit.roles import Role
from vaetheory.audit.terms import slipped

_WHOLE = frozenset((
    "hidden-beta", "kl-sign", "reconstruction-sign", "elbo-as-loss", "missing-kl", "broadcast",
    "missing-reconstruction", "free-bits", "capacity", "nonlinear-kl", "no-gradient",
    "not-a-tensor", "literal-size", "extra-term",
))  # fmt: skip
_OF_KL = frozenset((
    "missing-term", "kl-coefficients", "kl-scale", "reversed-kl", "swapped-mean-and-scale",
))  # fmt: skip
_OF_DATA = frozenset((
    "swapped-bce", "half-bce", "unequal-bce", "logits-as-probabilities", "norm-not-squared",
    "scale-term", "clamped-reconstruction", "target-changed", "every-pair", "infinite-edge",
))  # fmt: skip
_REMARKS = {
    "free-bits": "  # if the ELBO is meant",
    "capacity": "  # if the ELBO is meant",
    "nonlinear-kl": "  # if the ELBO is meant",
    "swapped-bce": "  # the prediction first, the target second",
    "extra-term": "  # and the other term apart: loss = vae_loss + alpha * other",
    "elbo-as-loss": "  # what is minimized",
}
_DEFAULTS = {
    Role.RECONSTRUCTION: "x_hat", Role.TARGET: "x", Role.MEAN: "mu", Role.SCALE: "logvar",
    Role.SAMPLE: "z", Role.PRIOR_MEAN: "mu_p", Role.PRIOR_SCALE: "logvar_p",
    Role.RECONSTRUCTION_SCALE: "x_logvar",
}  # fmt: skip
_LIBRARIES = {"torch": "torch", "numpy": "np", "jax": "jnp", "tensorflow": "tf",
              "keras": "keras.ops"}  # fmt: skip


def mended(findings: list[Finding], evidence: Evidence) -> list[Finding]:
    """The findings, each with a line of code for this function where there is one."""
    writer = _Writer(evidence)
    return [
        one if (line := writer.line(one)) is None else replace(one, fix=line) for one in findings
    ]


@dataclass
class _Writer:
    evidence: Evidence

    @property
    def formula(self) -> Formula:
        return self.evidence.formula

    def line(self, one: Finding) -> str | None:
        roles = self.formula.caller.plan.roles
        if {Role.PACKED, Role.SECOND_MEAN, Role.MASK, Role.MISSING} & roles:
            return None  # the halves, and what is observed, have names of their own inside
        if one.name in _WHOLE or (one.name == "gradient" and "x̂" in one.why):
            name = "vae_loss" if one.name == "extra-term" else "loss"
            return f"{name} = {self.whole(one.name)}" + _REMARKS.get(one.name, "")
        if one.name in _OF_KL or one.name == "gradient":
            return f"kl = {self.kl(self.reduction(of_data=True))}"
        if one.name == "infinite-edge" and self.formula.data.name != "BCE on probabilities":
            return None
        if one.name in _OF_DATA:
            line = f"rec = {self.data(self.reduction(of_data=False))}"
            return line + _REMARKS.get(one.name, "")
        if one.name == "clamped-scale":
            s = self.name(Role.SCALE)
            return f"{s} = {self.clamped(s)}"
        return None

    def whole(self, finding: str) -> str:
        """The objective: both terms summed over an example, and what they are reduced to alike."""
        reduction = "per example" if self.evidence.per_example else self.reduction(of_data=False)
        if finding == "broadcast" and self.library == "torch":
            reduction = "per example"
        weight = "".join(f"{name} * " for name in self.declared())
        total = f"{self.data(reduction)} + {weight}{self.kl(reduction)}"
        mean = reduction == "per example" and not self.evidence.per_example
        return f"({total}).mean()" if mean else total

    def declared(self) -> list[str]:
        """The arguments and attributes that weight the KL."""
        data = likelihood.read(self.formula).weight or Monomial(1.0)
        kl = divergence.read(self.formula).weight or Monomial(1.0)
        found = (kl / data).powers
        kinked = self.evidence.kink is not None
        known = {effect.symbol for effect in self.evidence.effects}
        return [
            s for s, power in found
            if power == 1 and s in known and re.fullmatch(r"[A-Za-z_][\w.]*", s) and not kinked
        ]  # fmt: skip

    def reduction(self, *, of_data: bool) -> str:
        """How one side is reduced over the batch, so that the other can follow."""
        if self.evidence.per_example:
            return "per example"
        coefficients = self.formula.coefficients
        side = self.formula.data.terms if of_data else self.formula.latent.terms
        found = [c for t in side if (c := coefficients.get(t)) is not None]
        return "mean" if found and found[0].power("B") == -1 else "sum"

    @property
    def library(self) -> str:
        return self.formula.caller.framework.name

    def name(self, role: Role) -> str:
        """What the function calls an array."""
        for leaf in self.formula.caller.plan.leaves():
            if leaf.role is role:
                return leaf.name
        return _DEFAULTS[role]

    def call(self, function: str, argument: str) -> str:
        return f"{_LIBRARIES[self.library]}.{function}({argument})"

    def clamped(self, s: str) -> str:
        if self.library == "torch":
            return f"{s}.clamp(-30, 20)  # wide, or not at all"
        name = "clip_by_value" if self.library == "tensorflow" else "clip"
        return f"{self.call(name, f'{s}, -30, 20')}  # wide, or not at all"

    def reduced(self, entries: str, reduction: str) -> str:
        """Entries summed over an example, and over or averaged over the batch."""
        if self.library in ("tensorflow", "keras"):
            total = "reduce_sum" if self.library == "tensorflow" else "sum"
            if reduction == "per example":
                sizes = self.formula.layout.base
                rank = len(sizes.latent if entries == self.latent_entries() else sizes.event)
                axes = ", ".join(map(str, range(1, 1 + rank)))
                return self.call(total, f"{entries}, axis=[{axes}]")
            whole = self.call(total, entries)
        elif reduction == "per example":
            flat = "flatten(1)" if self.library == "torch" else f"reshape(len({self.name_x}), -1)"
            return f"({entries}).{flat}.sum(1)"
        else:
            whole = f"({entries}).sum()"
        return f"{whole} / len({self.name_x})" if reduction == "mean" else whole

    @property
    def name_x(self) -> str:
        roles = self.formula.caller.plan.roles
        return self.name(Role.TARGET if Role.TARGET in roles else Role.MEAN)

    def data(self, reduction: str) -> str:
        """−log p(x|z) of the family found, or of the one that a wrong term was meant for."""
        x, mean = self.name(Role.TARGET), self.name(Role.RECONSTRUCTION)
        found = likelihood.read(self.formula)
        part = self.formula.data.name
        if "with its own" in part:
            return self.own_scale(x, mean, reduction)
        if ("BCE" in part and part != "every pair") or part == "sigmoid twice":
            return self.bce(x, mean, reduction, logits="logit" in part or part == "sigmoid twice")
        if part.startswith("categorical") and self.library == "torch":
            return self.categorical(x, mean, reduction)
        if part == "absolute error (Laplace)":
            return self.reduced(self.call("abs", f"{x} - {mean}"), reduction)
        half = found.family is Family.GAUSSIAN and found.weight is not None
        if half and abs(abs(found.weight.number) - 0.5) < 1e-6:  # type: ignore[union-attr]
            return self.reduced(f"0.5 * ({x} - {mean}) ** 2", reduction)
        return self.reduced(f"({x} - {mean}) ** 2", reduction)

    def bce(self, x: str, p: str, reduction: str, *, logits: bool) -> str:
        if self.library == "torch":
            space = getattr(self.formula.caller.function, "__globals__", {})
            head = "F." if "F" in space else "torch.nn.functional."
            name = "binary_cross_entropy" + ("_with_logits" if logits else "")
            if reduction == "per example":
                return f'{head}{name}({p}, {x}, reduction="none").flatten(1).sum(1)'
            whole = f'{head}{name}({p}, {x}, reduction="sum")'
            return f"{whole} / len({x})" if reduction == "mean" else whole
        if logits and self.library in ("numpy", "jax"):
            return self.reduced(f"{self.call('logaddexp', f'0, {p}')} - {p} * {x}", reduction)
        log = "math.log" if self.library == "tensorflow" else "log"
        ones, zeros = (self.call(log, f"{q} + 1e-8") for q in (p, f"1 - {p}"))
        return self.reduced(f"-({x} * {ones} + (1 - {x}) * {zeros})", reduction)

    def categorical(self, x: str, logits: str, reduction: str) -> str:
        """Σ −log p(token), of x̂ as [B, V, D]."""
        if not self.formula.layout.base.sorts_first:
            logits = f"{logits}.transpose(1, 2)"
        name = "nll_loss" if "log probabilities" in self.formula.data.name else "cross_entropy"
        head = f"torch.nn.functional.{name}({logits}, {x}, reduction="
        if reduction == "per example":
            return f'{head}"none").sum(1)'
        return f'{head}"sum")' + (f" / len({x})" if reduction == "mean" else "")

    def own_scale(self, x: str, mean: str, reduction: str) -> str:
        s = self.name(Role.RECONSTRUCTION_SCALE)
        part = self.formula.data.name
        reading = part.partition("its own ")[2].partition(",")[0]
        if reading in ("b", "log b"):
            size = s if reading == "b" else self.call("exp", s)
            log = self.call("log", s) if reading == "b" else s
            error = self.call("abs", f"{x} - {mean}")
            return self.reduced(f"{error} / {size} + {log}", reduction)
        variance, log = self.variance(reading, s)
        return self.reduced(f"0.5 * (({x} - {mean}) ** 2 / {variance} + {log})", reduction)

    def variance(self, reading: str, s: str) -> tuple[str, str]:
        """σ² and log σ² as functions of s."""
        log = self.call("math.log" if self.library == "tensorflow" else "log", s)
        return {
            "log σ": (self.call("exp", f"2 * {s}"), f"2 * {s}"),
            "σ": (f"{s} ** 2", f"2 * {log}"),
            "σ²": (s, log),
        }.get(reading, (self.call("exp", s), s))

    def kl(self, reduction: str) -> str:
        """The KL under the reading of s that was found, or that its name claims."""
        return self.reduced(self.latent_entries(), reduction)

    def latent_entries(self) -> str:
        """The KL of one entry."""
        mu, s = self.name(Role.MEAN), self.name(Role.SCALE)
        p = self.formula.latent.parametrization
        claimed = claimed_scale(s)
        reading = p.name if p is not None else claimed or "log σ²"
        if reading not in ("log σ²", "log σ", "σ", "σ²") and claimed:
            reading = claimed
        variance, log = self.variance(reading, s)
        roles = self.formula.caller.plan.roles
        if Role.SAMPLE in roles and self.formula.latent.name in (slipped.ONE_SAMPLE, "one sample"):
            z = self.name(Role.SAMPLE)
            return f"0.5 * ({z}**2 - ({z} - {mu})**2 / {variance} - {log})"
        if Role.PRIOR_SCALE in roles:
            of_prior, log_prior = self.variance(reading, self.name(Role.PRIOR_SCALE))
            shift = f"{mu} - {self.name(Role.PRIOR_MEAN)}" if Role.PRIOR_MEAN in roles else mu
            spread = f"({variance} + ({shift})**2) / ({of_prior})"
            return f"0.5 * ({log_prior} - {log} + {spread} - 1)"
        return f"-0.5 * (1 + {log} - {mu}**2 - {variance})"
