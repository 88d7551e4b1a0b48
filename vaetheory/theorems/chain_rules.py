"""Chain rules of KL divergence and entropy, and what follows from dropping a term."""

from __future__ import annotations

from vaetheory.derivation import Derivation, Step
from vaetheory.language.expressions import Expression, MutualInformation
from vaetheory.language.notation import KL, E, H, log
from vaetheory.language.statements import Relation, Statement
from vaetheory.theorems.symbols import p, q, x, z
from vaetheory.theorems.theorem import Mistake, Theorem

_COVER = "Cover & Thomas (2006), Elements of Information Theory, ch. 2."
_JOINT = KL(q(x, z), p(x, z))
_OUTER = KL(q(x), p(x))
_INNER = E(q(x), KL(q(z | x), p(z | x)))
_EQ, _MORE, _LESS = Relation.EQUAL, Relation.AT_LEAST, Relation.AT_MOST


def _kl(right: Expression, relation: Relation = _EQ) -> Statement:
    return Statement(_JOINT, relation, right)


_SPLIT = log(q(x) / p(x)) + log(q(z | x) / p(z | x))

kl_chain_rule = Theorem(
    name="kl-chain-rule",
    title="Chain rule of the KL divergence",
    question="",
    statement=_kl(_OUTER + _INNER),
    derivation=Derivation(
        _JOINT,
        (
            Step(E(q(x, z), log(q(x, z) / p(x, z))), "kl-definition"),
            Step(E(q(x, z), log(q(x) / p(x) * (q(z | x) / p(z | x)))), "product-rule"),
            Step(E(q(x, z), _SPLIT), "log-of-product"),
            Step(E(q(x, z), log(q(x) / p(x))) + E(q(x, z), log(q(z | x) / p(z | x))), "linearity"),
            Step(
                E(q(x), log(q(x) / p(x))) + E(q(x, z), log(q(z | x) / p(z | x))),
                "marginalization",
                note="The first integrand does not contain z.",
            ),
            Step(
                E(q(x), log(q(x) / p(x))) + E(q(x), E(q(z | x), log(q(z | x) / p(z | x)))),
                "iterated-expectation",
                note="q(x, z) = q(x) q(z | x).",
            ),
            Step(_OUTER + _INNER, "kl-definition"),
        ),
    ),
    answer=(
        r"The divergence between joint densities is the divergence between the marginals plus the "
        r"average divergence between the conditionals: "
        r"log ratios add along the product rule. With $q(x)$ the data, the VAE's loss is this "
        r"joint divergence up to the entropy of the data."
    ),
    reference=_COVER,
    mistakes=(
        Mistake(
            "average-dropped",
            _kl(_OUTER + E(p(x), KL(q(z | x), p(z | x)))),
            "The conditional divergence is averaged under p instead of under q.",
        ),
        Mistake(
            "marginals-added",
            _kl(_OUTER + KL(q(z), p(z))),
            "The divergences of the two marginals are added: right only for independent variables.",
        ),
        Mistake("sign", _kl(_OUTER - _INNER), "The second term is subtracted."),
        Mistake(
            "inner-turned",
            _kl(_OUTER + E(q(x), KL(p(z | x), q(z | x)))),
            "The conditional divergence is turned round.",
        ),
        Mistake(
            "marginal-larger",
            _kl(_OUTER, _LESS),
            "Integrating out can only lose information: the marginal divergence is the smaller "
            "one.",
        ),
    ),
)

kl_data_processing = Theorem(
    name="kl-data-processing",
    title="Forgetting a variable never increases a KL divergence",
    question="",
    statement=_kl(_OUTER, _MORE),
    derivation=Derivation(
        _JOINT,
        (Step(_OUTER + _INNER, "theorem:kl-chain-rule"), Step(_OUTER, "kl-nonnegative", _MORE)),
    ),
    answer=(
        r"Dropping the average divergence of the conditionals, which is not negative, leaves the "
        r"divergence of the marginals. So fitting "
        r"the joint of data and latent bounds the misfit of the data alone: that is the ELBO "
        r"again, seen from the joint."
    ),
    reference=_COVER,
    equality="exactly when q(z|x) = p(z|x) for almost every x and z",
    mistakes=(
        Mistake("reversed", _kl(_OUTER, _LESS), "The direction is turned."),
        Mistake("equality", _kl(_OUTER), "Equality needs equal conditionals."),
        Mistake(
            "both-marginals",
            _kl(_OUTER + KL(q(z), p(z)), _MORE),
            "Both marginal divergences together may exceed the joint one.",
        ),
        Mistake(
            "conditional-at-prior",
            _kl(_OUTER + E(q(x), KL(q(z | x), p(z))), _LESS),
            "The conditional of p is replaced by its marginal p(z).",
        ),
    ),
)

_H_JOINT = H(q(x, z))
_H_GIVEN = E(q(x), H(q(z | x)))


def _entropy(right: Expression, relation: Relation = _EQ, left: Expression = _H_JOINT) -> Statement:
    return Statement(left, relation, right)


entropy_chain_rule = Theorem(
    name="entropy-chain-rule",
    title="Chain rule of the entropy",
    question="",
    statement=_entropy(H(q(x)) + _H_GIVEN),
    derivation=Derivation(
        _H_JOINT,
        (
            Step(-E(q(x, z), log(q(x, z))), "entropy-definition"),
            Step(-E(q(x, z), log(q(x) * q(z | x))), "product-rule"),
            Step(-E(q(x, z), log(q(x)) + log(q(z | x))), "log-of-product"),
            Step(-E(q(x, z), log(q(x))) - E(q(x, z), log(q(z | x))), "linearity"),
            Step(-E(q(x), log(q(x))) - E(q(x, z), log(q(z | x))), "marginalization"),
            Step(-E(q(x), log(q(x))) - E(q(x), E(q(z | x), log(q(z | x)))), "iterated-expectation"),
            Step(-E(q(x), log(q(x))) + E(q(x), -E(q(z | x), log(q(z | x)))), "linearity"),
            Step(H(q(x)) + _H_GIVEN, "entropy-definition"),
        ),
    ),
    answer=r"The uncertainty about both is the uncertainty about $x$ plus what is left about $z$ "
    r"once $x$ is known, on average.",
    reference=_COVER,
    mistakes=(
        Mistake(
            "entropies-added",
            _entropy(H(q(x)) + H(q(z))),
            "The entropies of the marginals add up only for independent variables.",
        ),
        Mistake("sign", _entropy(H(q(x)) - _H_GIVEN), "The conditional entropy is subtracted."),
        Mistake(
            "joint-again",
            _entropy(H(q(x)) + _H_JOINT),
            "The joint entropy is written where the conditional one belongs.",
        ),
        Mistake(
            "larger-than-sum",
            _entropy(H(q(x)) + H(q(z)), _MORE),
            "The sum of the marginal entropies is an upper bound, not a lower one.",
        ),
    ),
)

_I = MutualInformation(q, (x,), (z,))

information_entropies = Theorem(
    name="mutual-information-entropies",
    title="Mutual information is the entropy that knowing x takes away",
    question="",
    statement=_entropy(H(q(z)) - _H_GIVEN, left=_I),
    derivation=Derivation(
        _I,
        (
            Step(KL(q(x, z), q(x) * q(z), over=(x, z)), "mutual-information-definition"),
            Step(E(q(x, z), log(q(x, z) / (q(x) * q(z)))), "kl-definition"),
            Step(E(q(x, z), log(q(z | x) / q(z))), "product-rule"),
            Step(E(q(x, z), log(q(z | x)) - log(q(z))), "log-of-product"),
            Step(E(q(x, z), log(q(z | x))) - E(q(x, z), log(q(z))), "linearity"),
            Step(E(q(x, z), log(q(z | x))) - E(q(z), log(q(z))), "marginalization"),
            Step(E(q(x), E(q(z | x), log(q(z | x)))) - E(q(z), log(q(z))), "iterated-expectation"),
            Step(-E(q(z), log(q(z))) - E(q(x), -E(q(z | x), log(q(z | x)))), "linearity"),
            Step(H(q(z)) - _H_GIVEN, "entropy-definition"),
        ),
    ),
    answer=r"$\mathrm{I}(x;z)=\mathrm{H}[q(z)]-\mathbb{E}_{q(x)}\mathrm{H}[q(z\mid x)]$: how much "
    r"less uncertain $z$ is, on average, once $x$ is seen.",
    reference=_COVER,
    mistakes=(
        Mistake(
            "sign",
            _entropy(_H_GIVEN - H(q(z)), left=_I),
            "The two entropies are swapped; information is not negative.",
        ),
        Mistake(
            "joint-for-conditional",
            _entropy(H(q(z)) - _H_JOINT, left=_I),
            "The joint entropy is written for the conditional one.",
        ),
        Mistake(
            "other-marginal",
            _entropy(H(q(x)) - _H_GIVEN, left=_I),
            "The entropy of x is written where that of z belongs.",
        ),
        Mistake(
            "without-average",
            _entropy(H(q(z)) - H(p(z)), left=_I),
            "The conditional entropy is replaced by that of the prior.",
        ),
    ),
)

conditioning_entropy = Theorem(
    name="conditioning-reduces-entropy",
    title="Knowing more never adds uncertainty on average",
    question="",
    statement=_entropy(_H_GIVEN, _MORE, left=H(q(z))),
    derivation=Derivation(
        H(q(z)),
        (
            Step(_H_GIVEN + _I, "theorem:mutual-information-entropies"),
            Step(_H_GIVEN, "kl-nonnegative", _MORE),
        ),
    ),
    answer=r"The mutual information is a KL divergence and so not negative: "
    r"$\mathrm{H}[q(z)]\ge\mathbb{E}_{q(x)}\mathrm{H}[q(z\mid x)]$. For a single $x$ the "
    r"entropy may well rise.",
    reference=_COVER,
    equality="exactly when x and z are independent under q",
    mistakes=(
        Mistake("reversed", _entropy(_H_GIVEN, _LESS, left=H(q(z))), "The direction is turned."),
        Mistake(
            "for-each-x",
            _entropy(H(q(z | x)), _MORE, left=H(q(z))),
            "It holds on average over x, not for each x.",
        ),
        Mistake("equality", _entropy(_H_GIVEN, left=H(q(z))), "Equality needs independence."),
        Mistake(
            "joint-for-conditional",
            _entropy(_H_JOINT, _MORE, left=H(q(z))),
            "The joint entropy is written for the conditional one.",
        ),
    ),
)
