"""Latents in layers and in time: the hierarchical ELBO and the diffusion bound."""

from __future__ import annotations

from vaetheory.derivation import Derivation, Step
from vaetheory.language.assumptions import Dag
from vaetheory.language.expressions import Expression
from vaetheory.language.notation import KL, E, elbo, log
from vaetheory.language.statements import Relation, Statement
from vaetheory.language.variables import Variable
from vaetheory.theorems.symbols import p, q, x
from vaetheory.theorems.theorem import Mistake, Theorem

_EQ, _MORE, _LESS = Relation.EQUAL, Relation.AT_LEAST, Relation.AT_MOST

# --- two layers -----------------------------------------------------------------------------------
# -----------------------

_Z1, _Z2 = Variable("z", slot="z_1")[1], Variable("z", slot="z_2")[2]
_LAYERS = (
    Dag(p, (("z_2", ()), ("z_1", ("z_2",)), ("x", ("z_1",)))),
    Dag(q, (("x", ()), ("z_1", ("x",)), ("z_2", ("z_1",)))),
)
_LAW = q(_Z1, _Z2 | x)
_ELBO2 = elbo(_LAW, p(x, _Z1, _Z2))
_FIRST = E(q(_Z1 | x), log(p(x | _Z1)))
_BETWEEN = E(_LAW, log(q(_Z1 | x) / p(_Z1 | _Z2)))
_TOP = E(q(_Z1 | x), KL(q(_Z2 | _Z1), p(_Z2)))


def _layers(right: Expression, relation: Relation = _EQ) -> Statement:
    return Statement(_ELBO2, relation, right, _LAYERS)


_SPLIT = log(p(x | _Z1)) - log(q(_Z1 | x) / p(_Z1 | _Z2)) - log(q(_Z2 | _Z1) / p(_Z2))

hierarchical_elbo = Theorem(
    name="hierarchical-elbo",
    title="The ELBO with two layers of latents",
    question="",
    statement=_layers(_FIRST - _BETWEEN - _TOP),
    derivation=Derivation(
        _ELBO2,
        (
            Step(E(_LAW, log(p(x, _Z1, _Z2) / _LAW)), "elbo-definition"),
            Step(
                E(_LAW, log(p(x | _Z1) * p(_Z1 | _Z2) * p(_Z2) / (q(_Z1 | x) * q(_Z2 | _Z1)))),
                "factorization",
                note="The model goes down, z₂ → z₁ → x; the encoder goes up, x → z₁ → z₂.",
            ),
            Step(E(_LAW, _SPLIT), "log-of-product"),
            Step(
                E(_LAW, log(p(x | _Z1))) - _BETWEEN - E(_LAW, log(q(_Z2 | _Z1) / p(_Z2))),
                "linearity",
            ),
            Step(
                _FIRST - _BETWEEN - E(_LAW, log(q(_Z2 | _Z1) / p(_Z2))),
                "marginalization",
                note="The first integrand does not contain z₂.",
            ),
            Step(
                _FIRST - _BETWEEN - E(q(_Z1 | x), E(q(_Z2 | _Z1), log(q(_Z2 | _Z1) / p(_Z2)))),
                "factorized-expectation",
            ),
            Step(_FIRST - _BETWEEN - _TOP, "kl-definition"),
        ),
        _LAYERS,
    ),
    answer=(
        r"Each layer pays for its own misfit: the reconstruction from $z_1$, minus the log ratio "
        r"of $q(z_1\mid x)$ to $p(z_1\mid z_2)$ averaged over both layers, minus the divergence "
        r"of the top "
        r"layer from its prior. The middle term is not a KL divergence for each $z_2$, because "
        r"$z_2$ is drawn after $z_1$."
    ),
    reference="Sønderby, Raiko, Maaløe, Sønderby & Winther (2016), Ladder variational "
    "autoencoders.",
    mistakes=(
        Mistake(
            "top-layer-lost",
            _layers(_FIRST - _BETWEEN),
            "The divergence of the top layer is forgotten.",
        ),
        Mistake(
            "independent-layers",
            _layers(_FIRST - KL(q(_Z1 | x), p(_Z1)) - _TOP),
            "The marginal prior of z₁ stands where p(z₁|z₂) belongs.",
        ),
        Mistake(
            "sign",
            _layers(_FIRST - _BETWEEN + _TOP),
            "A divergence is added instead of subtracted.",
        ),
        Mistake(
            "two-reconstructions",
            _layers(_FIRST + _FIRST - _BETWEEN - _TOP),
            "The reconstruction is counted for each layer.",
        ),
    ),
)

# --- three steps of diffusion
# ------------------------------------------------------------------------------------------------


def _step(t: int) -> Variable:
    return Variable("x", slot=f"x_{t}")[t]


_X0, _X1, _X2, _X3 = (_step(t) for t in range(4))
_CHAIN = (
    Dag(q, (("x_0", ()), ("x_1", ("x_0",)), ("x_2", ("x_1",)), ("x_3", ("x_2",)))),
    Dag(p, (("x_3", ()), ("x_2", ("x_3",)), ("x_1", ("x_2",)), ("x_0", ("x_1",)))),
)
_NOISING = q(_X1, _X2, _X3 | _X0)
_BOUND = elbo(_NOISING, p(_X0, _X1, _X2, _X3))
_RECONSTRUCTION = E(q(_X1 | _X0), log(p(_X0 | _X1)))
_STEP1 = E(q(_X2 | _X0), KL(q(_X1 | (_X2, _X0)), p(_X1 | _X2)))
_STEP2 = E(q(_X3 | _X0), KL(q(_X2 | (_X3, _X0)), p(_X2 | _X3)))
_PRIOR = KL(q(_X3 | _X0), p(_X3))


def _diffusion(right: Expression, relation: Relation = _EQ) -> Statement:
    return Statement(_BOUND, relation, right, _CHAIN)


_BACKWARD = q(_X3 | _X0) * q(_X2 | (_X3, _X0)) * q(_X1 | (_X2, _X0))
_TERMS = (
    log(p(_X0 | _X1)),
    log(q(_X1 | (_X2, _X0)) / p(_X1 | _X2)),
    log(q(_X2 | (_X3, _X0)) / p(_X2 | _X3)),
    log(q(_X3 | _X0) / p(_X3)),
)

diffusion_bound = Theorem(
    name="diffusion-bound",
    title="The bound of a diffusion model with T = 3 steps",
    question="",
    statement=_diffusion(_RECONSTRUCTION - _STEP1 - _STEP2 - _PRIOR),
    derivation=Derivation(
        _BOUND,
        (
            Step(E(_NOISING, log(p(_X0, _X1, _X2, _X3) / _NOISING)), "elbo-definition"),
            Step(
                E(_NOISING, log(p(_X3) * p(_X2 | _X3) * p(_X1 | _X2) * p(_X0 | _X1) / _NOISING)),
                "factorization",
                note="The model denoises step by step.",
            ),
            Step(
                E(_NOISING, log(p(_X3) * p(_X2 | _X3) * p(_X1 | _X2) * p(_X0 | _X1) / _BACKWARD)),
                "markov-reversal",
                note="The noising chain, read backwards with x₀ known: q(x₁|x₂, x₀) is Gaussian "
                "and known in closed form.",
            ),
            Step(E(_NOISING, _TERMS[0] - _TERMS[1] - _TERMS[2] - _TERMS[3]), "log-of-product"),
            Step(
                E(_NOISING, _TERMS[0])
                - E(_NOISING, _TERMS[1])
                - E(_NOISING, _TERMS[2])
                - E(_NOISING, _TERMS[3]),
                "linearity",
            ),
            Step(
                _RECONSTRUCTION
                - E(q(_X1, _X2 | _X0), _TERMS[1])
                - E(q(_X2, _X3 | _X0), _TERMS[2])
                - E(q(_X3 | _X0), _TERMS[3]),
                "marginalization",
                note="Each term keeps only the steps that it mentions.",
            ),
            Step(
                _RECONSTRUCTION
                - E(q(_X2 | _X0), E(q(_X1 | (_X2, _X0)), _TERMS[1]))
                - E(q(_X3 | _X0), E(q(_X2 | (_X3, _X0)), _TERMS[2]))
                - E(q(_X3 | _X0), _TERMS[3]),
                "iterated-expectation",
            ),
            Step(_RECONSTRUCTION - _STEP1 - _STEP2 - _PRIOR, "kl-definition"),
        ),
        _CHAIN,
    ),
    answer=(
        r"A diffusion model is a hierarchical VAE whose encoder is fixed noise. Read backwards "
        r"with $x_0$ known, the noising chain turns the ELBO into "
        r"$\mathbb{E}[\log p(x_0\mid x_1)]-\sum_{t=2}^{T}\mathbb{E}\,\mathrm{KL}[q(x_{t-1}\mid "
        r"x_t,x_0)\,\|\,p(x_{t-1}\mid x_t)]-\mathrm{KL}[q(x_T\mid x_0)\,\|\,p(x_T)]$: each step "
        r"of denoising is compared with a known Gaussian. "
        r"Shown for $T=3$; every further step adds one divergence of the same form (checked for "
        r"$T\le5$)."
    ),
    reference="Ho, Jain & Abbeel (2020), Denoising diffusion probabilistic models, eq. (5); "
    "Sohl-Dickstein et al. (2015).",
    mistakes=(
        Mistake(
            "one-step-lost",
            _diffusion(_RECONSTRUCTION - _STEP1 - _PRIOR),
            "A step of the chain is forgotten.",
        ),
        Mistake(
            "prior-term-lost",
            _diffusion(_RECONSTRUCTION - _STEP1 - _STEP2),
            "The last divergence is dropped; it is constant only because the noising is fixed.",
        ),
        Mistake(
            "x0-forgotten",
            _diffusion(
                _RECONSTRUCTION - E(q(_X2 | _X0), KL(q(_X1 | _X2), p(_X1 | _X2))) - _STEP2 - _PRIOR
            ),
            "The reversed noising step is not conditioned on x₀; then it is not known.",
        ),
        Mistake(
            "kl-turned",
            _diffusion(
                _RECONSTRUCTION
                - E(q(_X2 | _X0), KL(p(_X1 | _X2), q(_X1 | (_X2, _X0))))
                - _STEP2
                - _PRIOR
            ),
            "A divergence is turned round.",
        ),
        Mistake(
            "sign",
            _diffusion(_RECONSTRUCTION + _STEP1 - _STEP2 - _PRIOR),
            "A divergence is added instead of subtracted.",
        ),
    ),
)
