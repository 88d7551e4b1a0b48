"""1.4.4: the Gumbel-max trick draws from a categorical distribution."""

from __future__ import annotations

from vaetheory.derivation import Derivation, Step
from vaetheory.language.distributions.gumbel import gumbel
from vaetheory.language.expressions import Expression
from vaetheory.language.notation import exp, integral, log
from vaetheory.language.statements import Relation, Statement
from vaetheory.language.variables import Reals, Variable
from vaetheory.theorems.symbols import value
from vaetheory.theorems.theorem import QUADRATURE, Mistake, Theorem

_PI = Variable(r"\pi", Reals(positive=True))
_A, _B, _C = (value(_PI[i]) for i in (1, 2, 3))
_G = Variable("g", Reals())
_OTHERS = exp(-_B * exp(-value(_G))) * exp(-_C * exp(-value(_G)))
_WINS = integral(gumbel(_G, log(_A), 1) * _OTHERS, _G)
_SUM = _A + _B + _C


def _claim(right: Expression, left: Expression = _WINS) -> Statement:
    return Statement(left, Relation.EQUAL, right)


gumbel_max = Theorem(
    name="gumbel-max",
    title="The largest of shifted Gumbel variables is drawn from the categorical distribution",
    question="1.4.4",
    statement=_claim(_A / _SUM),
    derivation=Derivation(
        _WINS,
        (
            Step(
                integral(gumbel(_G, log(_A), 1) * exp(-(_B + _C) * exp(-value(_G))), _G),
                "algebra",
                note="Both others stay below g: their distribution functions multiply.",
            ),
            Step(integral(_A / _SUM * gumbel(_G, log(_SUM), 1), _G), "gumbel-product"),
            Step(_A / _SUM, "normalization", note="A Gumbel density integrates to one."),
        ),
    ),
    answer=(
        r"Add independent Gumbel noise to the logits $\log\pi_k$ and take the largest: the "
        r"integral of the density of $\log\pi_1+g_1$ at $g$ times the probability that the others "
        r"stay below $g$ is "
        r"$\pi_1/\sum_k\pi_k$. The noise no longer depends on the parameters, which is "
        r"reparameterization; the arg max, though, has derivative zero, so Gumbel-softmax "
        r"replaces it with a softmax at temperature $\tau$. "
        r"Shown for three classes."
    ),
    reference="Maddison, Mnih & Teh (2017), The concrete distribution; Jang, Gu & Poole (2017), "
    "Categorical reparameterization with Gumbel-softmax.",
    kinds=(QUADRATURE,),
    mistakes=(
        Mistake(
            "softmax-of-weights",
            _claim(exp(_A) / (exp(_A) + exp(_B) + exp(_C))),
            "The weights are taken for logits.",
        ),
        Mistake("one-rival-lost", _claim(_A / (_A + _B)), "A rival is forgotten."),
        Mistake(
            "squared",
            _claim(_A**2 / (_A**2 + _B**2 + _C**2)),
            "The temperature is taken into the law of the maximum.",
        ),
        Mistake("turned", _claim((_B + _C) / _SUM), "The probability of losing is written."),
    ),
)
