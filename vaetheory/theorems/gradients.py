"""Gradients of expectations: the score function, baselines, and what may be left out of them."""

from __future__ import annotations

from vaetheory.derivation import Derivation, Step
from vaetheory.language.expressions import Expression, Function, Gradient, Value, to_expression
from vaetheory.language.notation import E, integral, log
from vaetheory.language.statements import Relation, Statement
from vaetheory.language.variables import Reals, Variable
from vaetheory.theorems.symbols import ELBO, p, q, x, z
from vaetheory.theorems.theorem import Mistake, Theorem

_PHI, _THETA = r"\phi", r"\theta"
_LAW = q(z | x)
_F = Function(Variable("f", Reals()), (Value(z),))
_B = Value(Variable("b", Reals()))
_SCORE = Gradient(log(_LAW), _PHI)
_ZERO = to_expression(0)
_WILLIAMS = (
    "Williams (1992), Simple statistical gradient-following algorithms; Mohamed, Rosca, "
    "Figurnov & Mnih (2020), Monte Carlo gradient estimation."
)


def _claim(left: Expression, right: Expression) -> Statement:
    return Statement(left, Relation.EQUAL, right)


_MEAN_SCORE = E(_LAW, _SCORE)

score_mean = Theorem(
    name="score-mean-zero",
    title="The score has mean zero",
    question="",
    statement=_claim(_MEAN_SCORE, _ZERO),
    derivation=Derivation(
        _MEAN_SCORE,
        (
            Step(integral(_LAW * _SCORE, z), "expectation"),
            Step(
                integral(Gradient(_LAW, _PHI), z),
                "score",
                note="∇q = q ∇log q, read from right to left.",
            ),
            Step(Gradient(integral(_LAW, z), _PHI), "gradient-inside"),
            Step(
                Gradient(to_expression(1), _PHI),
                "normalization",
                note="A density integrates to one whatever φ is.",
            ),
            Step(_ZERO, "gradient-of-product"),
        ),
    ),
    answer=(
        r"A density integrates to one for every $\phi$, so the gradient of its integral is zero; "
        r"and $\nabla_\phi q=q\,\nabla_\phi\log q$ makes this gradient an expectation: "
        r"$\mathbb{E}_{q_\phi}[\nabla_\phi\log q_\phi]=0$. This is why a baseline may be "
        r"subtracted, and why one term of the ELBO's gradient may be dropped."
    ),
    reference=_WILLIAMS,
    mistakes=(
        Mistake(
            "wrong-density",
            _claim(E(p(z), _SCORE), _ZERO),
            "The score averages to zero under its own density, not under another.",
        ),
        Mistake(
            "zero-everywhere",
            _claim(_SCORE, _ZERO),
            "The mean of the score is zero, not the score.",
        ),
        Mistake(
            "any-function",
            _claim(E(_LAW, _F * _SCORE), _ZERO),
            "A function that depends on z cannot be taken out of the expectation.",
        ),
        Mistake(
            "squared",
            _claim(E(_LAW, _SCORE**2), _ZERO),
            "The second moment of the score is the Fisher information.",
        ),
    ),
)

_GRADIENT = Gradient(E(_LAW, _F), _PHI)
_SCORE_FORM = E(_LAW, _F * _SCORE)

score_gradient = Theorem(
    name="score-function-gradient",
    title="The score-function gradient",
    question="1.4.1",
    statement=_claim(_GRADIENT, _SCORE_FORM),
    derivation=Derivation(
        _GRADIENT,
        (
            Step(Gradient(integral(_LAW * _F, z), _PHI), "expectation"),
            Step(integral(Gradient(_LAW * _F, _PHI), z), "gradient-inside"),
            Step(
                integral(_F * Gradient(_LAW, _PHI), z),
                "gradient-of-product",
                note="f does not depend on φ.",
            ),
            Step(integral(_F * _LAW * _SCORE, z), "score"),
            Step(_SCORE_FORM, "expectation"),
        ),
    ),
    answer=(
        r"$\nabla_\phi\mathbb{E}_{q_\phi}[f]=\mathbb{E}_{q_\phi}[f\,\nabla_\phi\log q_\phi]$ "
        r"needs nothing of $f$, not even that it can be differentiated, so it works for "
        r"discrete latents too. The price is variance: the value of $f$ enters, not its slope."
    ),
    reference=_WILLIAMS,
    mistakes=(
        Mistake(
            "gradient-of-f",
            _claim(_GRADIENT, E(_LAW, Gradient(_F, _PHI))),
            "The gradient is moved inside although the density depends on φ.",
        ),
        Mistake("score-forgotten", _claim(_GRADIENT, E(_LAW, _F)), "The score is forgotten."),
        Mistake(
            "log-of-value",
            _claim(_GRADIENT, E(p(z), _F * _SCORE)),
            "The expectation is under another density.",
        ),
        Mistake(
            "density-for-score",
            _claim(_GRADIENT, E(_LAW, _F * Gradient(_LAW, _PHI))),
            "∇q is written for ∇log q: the density is counted twice.",
        ),
        Mistake(
            "sign",
            _claim(_GRADIENT, -_SCORE_FORM),
            "The sign of a loss is carried into the identity.",
        ),
    ),
)

_CENTRED = E(_LAW, (_F - _B) * _SCORE)

score_baseline = Theorem(
    name="score-function-baseline",
    title="A baseline does not bias the score-function gradient",
    question="1.4.1",
    statement=_claim(_GRADIENT, _CENTRED),
    derivation=Derivation(
        _GRADIENT,
        (
            Step(_SCORE_FORM, "theorem:score-function-gradient"),
            Step(
                _SCORE_FORM - _B * _MEAN_SCORE,
                "theorem:score-mean-zero",
                note="Subtract b times zero.",
            ),
            Step(E(_LAW, _F * _SCORE - _B * _SCORE), "linearity"),
            Step(_CENTRED, "algebra"),
        ),
    ),
    answer=(
        r"Because the score has mean zero, any $b$ that does not depend on $z$ may be subtracted "
        r"from $f$: the mean stays, and a $b$ near the typical value of $f$ "
        r"removes most of the variance."
    ),
    reference=_WILLIAMS,
    mistakes=(
        Mistake(
            "baseline-of-z",
            _claim(_GRADIENT, E(_LAW, (_F - log(p(z))) * _SCORE)),
            "A baseline that depends on z biases the gradient.",
        ),
        Mistake(
            "baseline-added-outside",
            _claim(_GRADIENT, _SCORE_FORM - _B),
            "The baseline is subtracted from the gradient instead of from f.",
        ),
        Mistake(
            "baseline-scaled",
            _claim(_GRADIENT, _B * _CENTRED),
            "The baseline is multiplied with instead of subtracted.",
        ),
        Mistake("without-score", _claim(_GRADIENT, E(_LAW, _F - _B)), "The score is forgotten."),
    ),
)

_THETA_GRADIENT = Gradient(ELBO, _THETA)
_LOG_RATIO = log(p(x, z)) - log(_LAW)

elbo_theta = Theorem(
    name="elbo-gradient-decoder",
    title="The ELBO's gradient with respect to the decoder",
    question="",
    statement=_claim(_THETA_GRADIENT, E(_LAW, Gradient(log(p(x, z)), _THETA))),
    derivation=Derivation(
        _THETA_GRADIENT,
        (
            Step(Gradient(E(_LAW, log(p(x, z) / _LAW)), _THETA), "elbo-definition"),
            Step(Gradient(E(_LAW, _LOG_RATIO), _THETA), "log-of-product"),
            Step(
                E(_LAW, Gradient(_LOG_RATIO, _THETA)),
                "gradient-inside",
                note="q does not depend on θ.",
            ),
            Step(
                E(_LAW, Gradient(log(p(x, z)), _THETA) - Gradient(log(_LAW), _THETA)),
                "gradient-terms",
            ),
            Step(E(_LAW, Gradient(log(p(x, z)), _THETA)), "gradient-of-product"),
        ),
    ),
    answer=(
        r"The samples do not depend on $\theta$, so the gradient passes straight inside: one "
        r"sample of $q(z\mid x)$ gives an unbiased gradient for the decoder. "
        r"It is the gradient of $\phi$ that needs a trick."
    ),
    reference="Kingma & Welling (2014), §2.3; Kingma & Welling (2019), An introduction to VAEs, "
    "§2.4.",
    mistakes=(
        Mistake(
            "under-posterior",
            _claim(_THETA_GRADIENT, E(p(z | x), Gradient(log(p(x, z)), _THETA))),
            "That is the gradient of log p(x); the ELBO averages under q.",
        ),
        Mistake(
            "without-log",
            _claim(_THETA_GRADIENT, E(_LAW, Gradient(p(x, z), _THETA))),
            "The logarithm is lost.",
        ),
        Mistake(
            "evidence-gradient",
            _claim(_THETA_GRADIENT, Gradient(log(p(x)), _THETA)),
            "The bound and the evidence have different gradients unless q is the posterior.",
        ),
        Mistake(
            "log-p-constant",
            _claim(_THETA_GRADIENT, _ZERO),
            "log p(x, z) is treated as constant in θ.",
        ),
        Mistake(
            "prior-only",
            _claim(_THETA_GRADIENT, E(_LAW, Gradient(log(p(z)), _THETA))),
            "Only the prior is differentiated.",
        ),
    ),
)

_PHI_GRADIENT = Gradient(ELBO, _PHI)

elbo_phi = Theorem(
    name="elbo-gradient-encoder",
    title="The ELBO's score-function gradient with respect to the encoder",
    question="1.4.1",
    statement=_claim(_PHI_GRADIENT, E(_LAW, _LOG_RATIO * _SCORE)),
    derivation=Derivation(
        _PHI_GRADIENT,
        (
            Step(Gradient(E(_LAW, log(p(x, z) / _LAW)), _PHI), "elbo-definition"),
            Step(Gradient(E(_LAW, _LOG_RATIO), _PHI), "log-of-product"),
            Step(Gradient(integral(_LAW * _LOG_RATIO, z), _PHI), "expectation"),
            Step(integral(Gradient(_LAW * _LOG_RATIO, _PHI), z), "gradient-inside"),
            Step(
                integral(_LOG_RATIO * Gradient(_LAW, _PHI) + _LAW * Gradient(_LOG_RATIO, _PHI), z),
                "gradient-of-product",
                note="The density stands in the law and in the logarithm: two terms.",
            ),
            Step(
                integral(_LOG_RATIO * Gradient(_LAW, _PHI) - _LAW * _SCORE, z),
                "gradient-terms",
                note="p does not depend on φ.",
            ),
            Step(integral(_LOG_RATIO * _LAW * _SCORE - _LAW * _SCORE, z), "score"),
            Step(integral(_LOG_RATIO * _LAW * _SCORE, z) - integral(_LAW * _SCORE, z), "linearity"),
            Step(E(_LAW, _LOG_RATIO * _SCORE) - _MEAN_SCORE, "expectation"),
            Step(
                E(_LAW, _LOG_RATIO * _SCORE),
                "theorem:score-mean-zero",
                note="The term that the logarithm contributes has mean zero.",
            ),
        ),
    ),
    answer=(
        r"$q$ occurs twice: as the law of the samples and inside the logarithm. The second "
        r"contributes $-\mathbb{E}_q[\nabla_\phi\log q]$, which is zero on average, so "
        r"$\nabla_\phi\mathrm{ELBO}=\mathbb{E}_q[(\log p(x,z)-\log q(z\mid x))\,\nabla_\phi\log "
        r"q(z\mid x)]$. Zero on average is not zero: leaving that term out of an estimate "
        r"changes its variance, which *sticking the landing* uses in the pathwise gradient."
    ),
    reference="Ranganath, Gerrish & Blei (2014), Black box variational inference; Roeder, Wu & "
    "Duvenaud (2017), Sticking the landing.",
    mistakes=(
        Mistake(
            "gradient-inside",
            _claim(_PHI_GRADIENT, E(_LAW, Gradient(_LOG_RATIO, _PHI))),
            "The gradient is moved inside although the law depends on φ; what is left is zero.",
        ),
        Mistake(
            "entropy-term-lost",
            _claim(_PHI_GRADIENT, E(_LAW, log(p(x, z)) * _SCORE)),
            "log q is dropped from the factor together with its own gradient.",
        ),
        Mistake(
            "likelihood-for-joint",
            _claim(_PHI_GRADIENT, E(_LAW, (log(p(x | z)) - log(_LAW)) * _SCORE)),
            "The prior is lost.",
        ),
        Mistake(
            "sign-of-entropy",
            _claim(_PHI_GRADIENT, E(_LAW, (log(p(x, z)) + log(_LAW)) * _SCORE)),
            "The sign of log q is lost.",
        ),
    ),
)
