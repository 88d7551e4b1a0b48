"""The commands that are letters, and the accents that they may have."""

from __future__ import annotations

from vaetheory.latex.reader.unknowns import MARKED

ACCENTS = {
    r"\hat", r"\tilde", r"\bar", r"\widehat", r"\widetilde", r"\overline", r"\check", r"\dot",
}  # fmt: skip
SAME_ACCENT = {r"\widehat": r"\hat", r"\widetilde": r"\tilde", r"\overline": r"\bar"}
GREEK = MARKED | {
    r"\alpha", r"\beta", r"\gamma", r"\delta", r"\epsilon", r"\zeta", r"\eta", r"\theta", r"\kappa",
    r"\lambda", r"\mu", r"\nu", r"\xi", r"\pi", r"\rho", r"\sigma", r"\tau", r"\phi", r"\chi",
    r"\psi", r"\omega", r"\Gamma", r"\Delta", r"\Theta", r"\Lambda", r"\Pi", r"\Sigma", r"\Phi",
    r"\Psi", r"\Omega", r"\ell", r"\iota",
}  # fmt: skip
SYMBOLIC = {r"\infty", r"\top", r"\emptyset"}
