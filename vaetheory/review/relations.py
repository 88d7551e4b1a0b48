"""The signs that are written → relations that are claimed."""

from __future__ import annotations

from vaetheory.language.statements import Relation

RELATION_OF: dict[str, Relation] = {
    "=": Relation.EQUAL,
    ":=": Relation.EQUAL,
    "=:": Relation.EQUAL,
    r"\equiv": Relation.EQUAL,
    r"\le": Relation.AT_MOST,
    r"\ge": Relation.AT_LEAST,
    "<": Relation.LESS,
    ">": Relation.GREATER,
    r"\approx": Relation.UNBIASED,
    r"\doteq": Relation.UP_TO_CONSTANT,
    r"\propto": Relation.UP_TO_CONSTANT,
}

NOT_CLAIMS: dict[str, str] = {
    r"\sim": "says how a variable is drawn; nothing to check",
    r"\in": "says where a variable lives; nothing to check",
    r"\ne": "says that two things differ; nothing to check",
    r"\to": "an arrow is no relation that can be checked",
    r"\perp": "says that variables are independent: write it as % assume: p(x|z) = p(x)",
    r"\subset": "is no relation between numbers",
    r"\ll": "≪ is no relation that can be checked",
    r"\gg": "≫ is no relation that can be checked",
}

SIGN_SHOWN = {
    ":=": ":=",
    "=:": "=:",
    r"\equiv": "≡",
    r"\sim": "∼",
    r"\in": "∈",
    r"\ne": "≠",
    r"\propto": "∝",
    r"\to": "→",
}


def shown(sign: str) -> str:
    """A relation as one character."""
    relation = RELATION_OF.get(sign)
    return SIGN_SHOWN.get(sign) or (relation.value if relation else sign)
