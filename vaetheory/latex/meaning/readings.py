"""The choices that notation leaves open. A line fails only if it fails under every reading that
the file allows.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a file; the defaults come first.

    ``shorthand``: q(z) stands for q(z | x). ``narrow_log``: log takes one factor only.
    ``wide_slash``: what follows a slash stands below it as a whole. ``signs``: for ℒ and its like,
    +1 for the ELBO and −1 for its negative. ``prior_for_p``: a bare p in KL(q ‖ p) is the prior,
    not the posterior. ``prior_for_z``: E_z is under p(z). ``same_copies``: x is short for x⁽ⁱ⁾.
    ``model_for_i``: I(x; z) is that of p, not that of q. ``one_posterior``: q_θ and q_φ are one.
    """

    shorthand: bool = False
    narrow_log: bool = False
    wide_slash: bool = False
    prior_for_p: bool = False
    prior_for_z: bool = False
    same_copies: bool = False
    model_for_i: bool = False
    one_posterior: bool = False
    signs: tuple[tuple[str, int], ...] = field(default=())

    def describe(self) -> str:
        """What was chosen against the default, in words; empty for the default reading."""
        said = [_WORDS[f.name] for f in fields(self) if f.name in _WORDS and getattr(self, f.name)]
        said += [
            f"{name} is the {'ELBO' if sign > 0 else 'negative ELBO'}" for name, sign in self.signs
        ]
        return "; ".join(said)

    def sign_of(self, name: str) -> int:
        """+1 or −1 for a name that stands for the bound."""
        return dict(self.signs).get(name, 1)

    def with_sign(self, name: str, sign: int) -> Reading:
        """The same reading with the sign of one name chosen."""
        return replace(self, signs=(*(s for s in self.signs if s[0] != name), (name, sign)))


_WORDS = {
    "shorthand": "q(z) is short for q(z|x)",
    "narrow_log": "log takes only the factor behind it",
    "wide_slash": "all that follows a slash stands below it",
    "prior_for_p": "the bare p is the prior",
    "same_copies": "x is short for the observation with its number",
    "prior_for_z": "the expectation over z is under the prior",
    "model_for_i": "entropy and information without a law are those of p",
    "one_posterior": "q with another parameter below it is the same q",
}


AS_WRITTEN = Reading()
"""The reading without any shorthand: what is tried first."""
