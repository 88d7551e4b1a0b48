"""1.4.3: the two bounds of the semi-supervised VAE (M2), with a label and without."""

from __future__ import annotations

from vaetheory.derivation import Derivation, Step
from vaetheory.language.assumptions import Dag
from vaetheory.language.expressions import Expression
from vaetheory.language.notation import KL, E, H, log
from vaetheory.language.statements import Relation, Statement
from vaetheory.theorems.symbols import p, q, x, y, z
from vaetheory.theorems.theorem import Mistake, Theorem

_KINGMA = (
    "Kingma, Rezende, Mohamed & Welling (2014), Semi-supervised learning with deep generative"
    " models."
)
_MODEL = (Dag(p, (("y", ()), ("z", ()), ("x", ("y", "z")))),)
_LAW = q(z | (x, y))
_CLASSIFIER = q(y | x)
_LABELLED = E(_LAW, log(p(x | (y, z)) * p(y) * p(z) / _LAW))
_GAP = KL(_LAW, p(z | (x, y)))
_EQ, _MORE, _LESS = Relation.EQUAL, Relation.AT_LEAST, Relation.AT_MOST


def _labelled(right: Expression, relation: Relation = _MORE) -> Statement:
    return Statement(log(p(x, y)), relation, right, _MODEL)


m2_labelled = Theorem(
    name="m2-labelled",
    title="The bound of M2 for an image with its label",
    question="1.4.3",
    statement=_labelled(_LABELLED),
    derivation=Derivation(
        log(p(x, y)),
        (
            Step(E(_LAW, log(p(x, y))), "normalization"),
            Step(E(_LAW, log(p(x, y, z) / p(z | (x, y)))), "product-rule"),
            Step(E(_LAW, log(p(x, y, z) / _LAW * (_LAW / p(z | (x, y))))), "rearrangement"),
            Step(E(_LAW, log(p(x, y, z) / _LAW) + log(_LAW / p(z | (x, y)))), "log-of-product"),
            Step(E(_LAW, log(p(x, y, z) / _LAW)) + E(_LAW, log(_LAW / p(z | (x, y)))), "linearity"),
            Step(E(_LAW, log(p(x, y, z) / _LAW)) + _GAP, "kl-definition"),
            Step(E(_LAW, log(p(x, y, z) / _LAW)), "kl-nonnegative", _MORE),
            Step(
                _LABELLED,
                "factorization",
                note="The model draws y and z independently, then x given both.",
            ),
        ),
        _MODEL,
    ),
    answer=(
        r"With the label seen, $\log p(x,y)\ge\mathbb{E}_{q(z\mid x,y)}[\log p(x\mid y,z)+\log "
        r"p(y)+\log p(z)-\log q(z\mid x,y)]=:-\mathcal L(x,y)$: a conditional VAE plus the "
        r"constant $\log p(y)$. "
        r"The classifier $q(y\mid x)$ does not occur in it, so its cross-entropy is added to the "
        r"loss by hand."
    ),
    reference=_KINGMA,
    equality="exactly when q(z|x, y) = p(z|x, y)",
    mistakes=(
        Mistake(
            "label-prior-lost",
            Statement(log(p(x, y)), _EQ, E(_LAW, log(p(x | (y, z)) * p(z) / _LAW)) + _GAP, _MODEL),
            "log p(y) is forgotten: that is log p(x|y).",
        ),
        Mistake("reversed", _labelled(_LABELLED, _LESS), "The direction is turned."),
        Mistake("equality", _labelled(_LABELLED, _EQ), "= is written for a bound."),
        Mistake(
            "marginal",
            Statement(log(p(x)), _EQ, _LABELLED + _GAP, _MODEL),
            "The bound is on log p(x, y), not on log p(x).",
        ),
        Mistake(
            "prior-of-z-lost",
            Statement(log(p(x, y)), _EQ, E(_LAW, log(p(x | (y, z)) * p(y) / _LAW)) + _GAP, _MODEL),
            "log p(z) is forgotten.",
        ),
    ),
)

_INNER = E(_LAW, log(p(x, y, z) / _LAW))
_UNLABELLED = E(_CLASSIFIER, _INNER) + H(_CLASSIFIER)
_FULL_GAP = E(_CLASSIFIER, KL(_LAW, p(z | (x, y)))) + KL(_CLASSIFIER, p(y | x))


def _unlabelled(right: Expression, relation: Relation = _MORE) -> Statement:
    return Statement(log(p(x)), relation, right)


m2_unlabelled = Theorem(
    name="m2-unlabelled",
    title="The bound of M2 for an image without a label",
    question="1.4.3",
    statement=_unlabelled(_UNLABELLED),
    derivation=Derivation(
        log(p(x)),
        (
            Step(E(_CLASSIFIER, log(p(x))), "normalization"),
            Step(E(_CLASSIFIER, log(p(x, y) / p(y | x))), "product-rule"),
            Step(
                E(_CLASSIFIER, log(p(x, y) / _CLASSIFIER * (_CLASSIFIER / p(y | x)))),
                "rearrangement",
            ),
            Step(
                E(_CLASSIFIER, log(p(x, y)) - log(_CLASSIFIER) + log(_CLASSIFIER / p(y | x))),
                "log-of-product",
            ),
            Step(
                E(_CLASSIFIER, log(p(x, y)))
                - E(_CLASSIFIER, log(_CLASSIFIER))
                + E(_CLASSIFIER, log(_CLASSIFIER / p(y | x))),
                "linearity",
            ),
            Step(
                E(_CLASSIFIER, log(p(x, y)))
                + H(_CLASSIFIER)
                + E(_CLASSIFIER, log(_CLASSIFIER / p(y | x))),
                "entropy-definition",
            ),
            Step(
                E(_CLASSIFIER, log(p(x, y))) + H(_CLASSIFIER) + KL(_CLASSIFIER, p(y | x)),
                "kl-definition",
            ),
            Step(
                E(_CLASSIFIER, log(p(x, y))) + H(_CLASSIFIER),
                "kl-nonnegative",
                _MORE,
                "q(y | x) is a classifier, not the true posterior of the label.",
            ),
            Step(E(_CLASSIFIER, E(_LAW, log(p(x, y)))) + H(_CLASSIFIER), "normalization"),
            Step(
                E(_CLASSIFIER, E(_LAW, log(p(x, y, z) / p(z | (x, y))))) + H(_CLASSIFIER),
                "product-rule",
            ),
            Step(
                E(_CLASSIFIER, E(_LAW, log(p(x, y, z) / _LAW * (_LAW / p(z | (x, y))))))
                + H(_CLASSIFIER),
                "rearrangement",
            ),
            Step(
                E(_CLASSIFIER, E(_LAW, log(p(x, y, z) / _LAW) + log(_LAW / p(z | (x, y)))))
                + H(_CLASSIFIER),
                "log-of-product",
            ),
            Step(
                E(_CLASSIFIER, _INNER)
                + E(_CLASSIFIER, E(_LAW, log(_LAW / p(z | (x, y)))))
                + H(_CLASSIFIER),
                "linearity",
            ),
            Step(E(_CLASSIFIER, _INNER) + E(_CLASSIFIER, _GAP) + H(_CLASSIFIER), "kl-definition"),
            Step(_UNLABELLED, "kl-nonnegative", _MORE),
        ),
    ),
    answer=(
        r"Without the label, average the labelled bound over the classifier and add its entropy: "
        r"$\log p(x)\ge\sum_y q(y\mid x)\,(-\mathcal L(x,y))+\mathrm{H}[q(y\mid x)]$. The sum "
        r"over the ten "
        r"classes is exact. The entropy keeps the classifier from being sure too early; this "
        r"bound is what lets images without labels teach it."
    ),
    reference=_KINGMA,
    equality="exactly when q(y|x) = p(y|x) and q(z|x, y) = p(z|x, y)",
    mistakes=(
        Mistake(
            "entropy-lost",
            _unlabelled(E(_CLASSIFIER, _INNER) + _FULL_GAP, _EQ),
            "The entropy of the classifier is forgotten.",
        ),
        Mistake(
            "entropy-subtracted",
            _unlabelled(E(_CLASSIFIER, _INNER) - H(_CLASSIFIER) + _FULL_GAP, _EQ),
            "The sign of the entropy is lost.",
        ),
        Mistake(
            "prior-for-classifier",
            _unlabelled(E(p(y), _INNER) + H(p(y)) + _FULL_GAP, _EQ),
            "The labels are averaged under their prior instead of under the classifier: another "
            "bound, with another gap.",
        ),
        Mistake("reversed", _unlabelled(_UNLABELLED, _LESS), "The direction is turned."),
        Mistake(
            "one-label",
            Statement(log(p(x)), _EQ, _INNER + _GAP),
            "The bound for one label is used as it is: it belongs to log p(x, y).",
        ),
    ),
)
