"""E, KL, H, I, ∑, ∏, ∫, ∇, exp, trace, determinant and the families: operators that take
something in.
"""

from __future__ import annotations

from collections.abc import Callable

from vaetheory.latex.reader.atoms import exponent, items_of, parse_atom, parse_group, starts_atom
from vaetheory.latex.reader.bigs import SIGNS, parse_big
from vaetheory.latex.reader.cursor import Cursor
from vaetheory.latex.reader.errors import ReadError
from vaetheory.latex.reader.families import FAMILY_WORDS
from vaetheory.latex.reader.syntax import (
    Called,
    Diverging,
    Expected,
    Group,
    Items,
    Node,
    Raised,
    Script,
    Sloped,
)
from vaetheory.latex.reader.tokens import LETTER, Token

Body = Callable[[Cursor], Node]

_BRACKETS = ("(", "[", r"\{")
_CALLED_WORDS = {
    "exp",
    "tr",
    "det",
    "diag",
    "Bernoulli",
    "Normal",
    "ELBO",
    "sigmoid",
    "Categorical",
    "Var",
    "Cov",
    "MI",
    "BCE",
    "MSE",
}
_REFUSED = {
    "argmax",
    "argmin",
    "max",
    "min",
    "lim",
    "Var",
    "Cov",
    "Categorical",
    "arg",
    "sup",
    "inf",
}


def operator_at(cursor: Cursor) -> str | None:
    """The kind of operator that begins here, or None."""
    token = cursor.peek()
    if token is None:
        return None
    if token.text in SIGNS:
        return "big"
    if token.is_(r"\E") or (
        token.kind == LETTER
        and token.text == "E"
        and cursor.sees("_", "[", "(", r"\{", r"\big", ahead=1)
    ):
        return "expectation"
    if _is_divergence(cursor, token):
        return "divergence"
    if token.is_(r"\nabla") or token.is_(r"\partial"):
        return "gradient"
    if token.is_(r"\frac") and cursor.sees("{", ahead=1) and _is_derivative(cursor):
        return "derivative"
    if (token.text in _CALLED_WORDS or token.text in FAMILY_WORDS) and token.kind == "word":
        return "called"
    if token.text in _REFUSED and token.kind == "word":
        return "refused"
    if token.is_(r"\mathcalN", r"\mathcalB"):
        return "called"
    if (token.is_(r"\H", r"\mathcalH", r"\mathbbH") or token.text == "H") and cursor.sees(
        "_", *_BRACKETS, ahead=1
    ):
        return "called"
    if (
        token.is_(r"\I", r"\mathcalI", r"\mathbbI") or token.text == "I"
    ) and _bracket_behind_scripts(cursor):
        return "called"
    if token.text == "N" and token.kind == LETTER and _family_follows(cursor):
        return "called"
    return None


def _bracket_behind_scripts(cursor: Cursor) -> bool:
    """Whether I takes something in: I_q(x; z), and not I_d, the identity."""
    ahead = cursor.over(cursor.tokens, cursor.end)
    ahead.at = cursor.at + 1
    try:
        while ahead.sees("_", "^"):
            ahead.next()
            ahead.script()
    except ReadError:
        return True
    return ahead.sees(*_BRACKETS)


def _family_follows(cursor: Cursor) -> bool:
    """Whether N is the normal family here: a bracket with a comma or a semicolon behind it."""
    if not cursor.sees("(", ahead=1):
        return False
    depth = 0
    for k in range(1, 60):
        token = cursor.peek(k)
        if token is None:
            return False
        depth += token.is_("(", "[", "{") - token.is_(")", "]", "}")
        if depth == 1 and token.is_(",", ";", "|"):
            return True
        if depth == 0:
            return False
    return False


def _is_divergence(cursor: Cursor, token: Token) -> bool:
    if token.kind == "word" and token.text == "KL":
        return True
    if token.text not in ("D", r"\mathcalD", r"\mathbbD"):
        return False
    k = 1
    if cursor.sees("_", ahead=1):
        said = ""
        k, depth = 2, 0
        while (inner := cursor.peek(k)) is not None:
            depth += inner.is_("{") - inner.is_("}")
            said += inner.text if not inner.is_("{", "}") else ""
            k += 1
            if depth == 0:
                break
        return said in ("KL", "kl")
    return cursor.sees(*_BRACKETS, ahead=k) and _double_bar_follows(cursor, k)


def _double_bar_follows(cursor: Cursor, k: int) -> bool:
    depth = 0
    for ahead in range(k, k + 200):
        token = cursor.peek(ahead)
        if token is None:
            return False
        depth += token.is_("(", "[", r"\{") - token.is_(")", "]", r"\}")
        if depth == 1 and token.is_(r"\|"):
            return True
        if depth == 0:
            return False
    return False


def _scripts(cursor: Cursor) -> tuple[Items | None, Script, int]:
    """What stands below and above an operator's name."""
    sub: Items | None = None
    sup: Script = ()
    end = 0
    while cursor.sees("_", "^"):
        sign = cursor.next()
        tokens, end = cursor.script()
        if sign.text == "_":
            sub = items_of(cursor, tokens, end)
        else:
            sup = tokens
    return sub, sup, end


def _expectation(cursor: Cursor, body: Body) -> Node:
    token = cursor.next()
    sub, sup, _ = _scripts(cursor)
    if sup and sub is None:
        raise ReadError("a superscript on E is not understood", sup[0].start, sup[-1].end)
    if cursor.sees(*_BRACKETS):
        group = parse_group(cursor)
        if cursor.sees("_"):
            cursor.next()
            tokens, end = cursor.script()
            sub = items_of(cursor, tokens, end)
        content = _single(group)
        node: Node = Expected(token.start, group.end, sub, content, False)
        if cursor.sees("^"):
            cursor.next()
            tokens, end = cursor.script()
            node = Raised(token.start, end, node, exponent(cursor, tokens, end))
        return node
    inner = body(cursor)
    return Expected(token.start, inner.end, sub, inner, True)


def _single(group: Group) -> Node:
    if not group.items.nodes:
        raise ReadError("nothing stands between these brackets", group.start, group.end)
    if len(group.items.nodes) > 1:
        raise ReadError(
            f"a {group.items.separators[0]!r} is not understood between these brackets",
            group.items.nodes[1].start - 1,
            group.items.nodes[1].start,
        )
    return group.items.nodes[0]


def _divergence(cursor: Cursor, _: Body) -> Node:
    token = cursor.next()
    sub: Items | None = None
    if token.text == "KL":
        sub = _scripts(cursor)[0]
    while cursor.sees("_", "^"):
        cursor.next()
        cursor.script()
    if cursor.sees("{"):
        first = parse_group(cursor, pair=True)
        second = parse_group(cursor) if cursor.sees("{") else None
        if second is None:
            pair = first.items
            return _pair(token, pair, first, sub)
        return Diverging(token.start, second.end, _single(first), _single(second), sub)
    if not cursor.sees(*_BRACKETS):
        raise ReadError("KL of what? Write KL(q || p)", token.start, token.end)
    group = parse_group(cursor, pair=True)
    return _pair(token, group.items, group, sub)


def _pair(token: Token, items: Items, group: Group, sub: Items | None) -> Node:
    for separator in (r"\|", "|", ",", ":", ";"):
        parts = items.split(separator)
        if len(parts) == 2 and all(len(p.nodes) == 1 for p in parts):
            return Diverging(token.start, group.end, parts[0].nodes[0], parts[1].nodes[0], sub)
    raise ReadError("KL takes two distributions: KL(q || p)", group.start, group.end)


def _gradient(cursor: Cursor, body: Body) -> Node:
    token = cursor.next()
    if not cursor.sees("_"):
        raise ReadError(
            "a gradient with respect to what? Write \\nabla_\\phi", token.start, token.end
        )
    cursor.next()
    tokens, _ = cursor.script()
    inner = body(cursor)
    return Sloped(token.start, inner.end, _spelling(tokens), inner)


def _is_derivative(cursor: Cursor) -> bool:
    depth, groups, said = 0, 0, ["", ""]
    for k in range(1, 80):
        token = cursor.peek(k)
        if token is None:
            return False
        depth += token.is_("{") - token.is_("}")
        if not token.is_("{", "}") and groups < 2:
            said[groups] += token.text + " "
        if depth == 0:
            groups += 1
            if groups == 2:
                break
    signs = (r"\partial ", "d ")
    return said[0].startswith(signs) and said[1].startswith(signs) and said[0] != said[1]


def _derivative(cursor: Cursor, body: Body) -> Node:
    token = cursor.next()
    above, _ = cursor.script()
    below, end = cursor.script()
    parameter = _spelling(below[1:])
    if len(above) > 1:
        inner_cursor = cursor.over(above[1:], end)
        inner = inner_cursor.expression(inner_cursor)
        return Sloped(token.start, end, parameter, inner)
    inner = body(cursor)
    return Sloped(token.start, inner.end, parameter, inner)


def _spelling(tokens: Script) -> str:
    return "".join(t.text for t in tokens if not t.is_("{", "}"))


def _called(cursor: Cursor, _: Body) -> Node:
    token = cursor.next()
    names = {
        r"\H": "H",
        r"\mathcalH": "H",
        r"\mathbbH": "H",
        r"\I": "I",
        r"\mathcalI": "I",
        r"\mathbbI": "I",
        "MI": "I",
    }
    names |= {r"\mathcalN": "Normal", "N": "Normal", r"\mathcalB": "Bernoulli"}
    name = names.get(token.text, token.text)
    sub, sup, end = _scripts(cursor)
    group: Group | None = None
    if cursor.sees("(", "[", r"\{"):
        group = parse_group(cursor)
        end = group.end
    elif name not in ("ELBO", "BCE", "MSE"):
        if name in ("exp", "tr", "det", "diag", "sigmoid") and starts_atom(cursor):
            atom = parse_atom(cursor)
            group = Group(atom.start, atom.end, "(", Items((atom,), ()))
            end = atom.end
        else:
            raise ReadError(f"{name} of what? A bracket is missing", token.start, token.end)
    node: Node = Called(token.start, max(end, token.end), name, sub, group, sup)
    if group is not None and cursor.sees("^"):
        cursor.next()
        tokens, end = cursor.script()
        node = Raised(token.start, end, node, exponent(cursor, tokens, end))
    return node


def _refused(cursor: Cursor, _: Body) -> Node:
    token = cursor.next()
    raise ReadError(f"{token.text} is not read", token.start, token.end)


OPERATORS: dict[str, Callable[[Cursor, Body], Node]] = {
    "expectation": _expectation,
    "divergence": _divergence,
    "gradient": _gradient,
    "derivative": _derivative,
    "called": _called,
    "refused": _refused,
    "big": parse_big,
}
