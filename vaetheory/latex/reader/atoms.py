"""Names, numbers, brackets, fractions, roots and norms, with what is written above and below
them.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from vaetheory.latex.reader.cursor import Cursor
from vaetheory.latex.reader.determinants import starts_determinant
from vaetheory.latex.reader.errors import ReadError
from vaetheory.latex.reader.letters import ACCENTS, GREEK, SAME_ACCENT, SYMBOLIC
from vaetheory.latex.reader.syntax import (
    Applied,
    Dot,
    Dots,
    Expected,
    Fractional,
    Group,
    Items,
    Name,
    Node,
    Numeral,
    Raised,
    Rooted,
    Script,
    Sized,
    Words,
)
from vaetheory.latex.reader.tokens import COMMAND, LETTER, NUMBER, TEXT, WORD, Token

_CLOSER = {"(": ")", "[": "]", r"\{": r"\}", r"\langle": r"\rangle", "{": "}"}
_SEPARATORS = {
    ",",
    ";",
    "|",
    r"\|",
    ":",
    r"\sim",
    "=",
    r"\in",
    r"\to",
    "<",
    ">",
    r"\le",
    r"\ge",
    r"\ne",
}


def starts_atom(cursor: Cursor, ahead: int = 0) -> bool:
    """Whether a name, number, bracket, fraction or root can begin here."""
    token = cursor.peek(ahead)
    if token is None:
        return False
    if token.kind in (LETTER, NUMBER):
        return True
    if token.kind == WORD:
        return token.text in ("const",)
    if token.kind == COMMAND:
        known = (
            GREEK
            | ACCENTS
            | SYMBOLIC
            | {r"\frac", r"\sqrt", r"\{", r"\langle", r"\ldots", r"\cdots"}
        )
        return token.text in known or token.text.startswith((r"\mathcal", r"\mathbb"))
    return token.text in ("(", "[", "{", r"\{") or starts_determinant(cursor, ahead)


def parse_atom(cursor: Cursor) -> Node:
    """One atom with its scripts. Raises ReadError where none can begin."""
    token = cursor.peek()
    if token is None:
        raise ReadError("something is missing at the end", max(0, cursor.end - 1), cursor.end)
    if token.kind == TEXT:
        cursor.next()
        return Words(token.start, token.end, token.text)
    node: Node
    if token.kind == NUMBER:
        cursor.next()
        if len(token.text) > 40:
            raise ReadError(f"a number of {len(token.text):,} digits", token.start, token.end)
        node = Numeral(token.start, token.end, Fraction(token.text))
        if token.text == "0" and cursor.sees("_"):
            cursor.next()
            script, end = cursor.script()
            if not _is_size(script):
                raise ReadError("an index on a number", token.start, end)
            node = Numeral(token.start, end, Fraction(0))
    elif token.kind == WORD and token.text == "const":
        cursor.next()
        node = Name(token.start, token.end, "const")
    elif token.is_(r"\frac"):
        node = _fraction(cursor)
    elif token.is_(r"\sqrt"):
        cursor.next()
        body, end = _braced(cursor)
        node = Rooted(token.start, end, body)
    elif token.is_("|", r"\|"):
        return _sized(cursor)
    elif token.is_("(", "[", r"\{", r"\langle", "{"):
        group = parse_group(cursor)
        node = group
        if (
            group.kind == "{"
            and len(group.items.nodes) == 1
            and isinstance(group.items.nodes[0], Name)
        ):
            node = group.items.nodes[0]
    elif token.is_(r"\ldots", r"\cdots"):
        cursor.next()
        return Dots(token.start, token.end)
    elif token.kind == LETTER or token.text in ACCENTS or starts_atom(cursor):
        return _named(cursor)
    else:
        raise ReadError(f"not understood here: {token.text!r}", token.start, token.end)
    return _raised(cursor, node)


def _raised(cursor: Cursor, node: Node) -> Node:
    while cursor.sees("^", "_"):
        sign = cursor.next()
        tokens, end = cursor.script()
        if sign.text == "_":
            if isinstance(node, Name) and not node.sub:
                node = replace(node, sub=tokens, end=end)
                continue
            if isinstance(node, Group) and node.kind == r"\langle" and len(node.items.nodes) == 1:
                # ⟨f⟩_q is E_q[f]
                inner = cursor.over(tokens, end)
                node = Expected(node.start, end, parse_items(inner, ""), node.items.nodes[0], False)
                continue
            raise ReadError("an index is not understood here", sign.start, end)
        node = Raised(node.start, end, node, exponent(cursor, tokens, end))
    return node


def exponent(cursor: Cursor, tokens: Script, end: int) -> Node:
    """What stands in an exponent, read as a formula."""
    return _whole(cursor, tokens, end)


def _whole(cursor: Cursor, tokens: Script, end: int) -> Node:
    inner = cursor.over(tokens, end)
    inner.integrals = 0
    node = inner.expression(inner)
    left = inner.peek()
    if left is not None:
        raise ReadError(f"not understood here: {left.text!r}", left.start, left.end)
    return node


def _braced(cursor: Cursor) -> tuple[Node, int]:
    """A formula in braces, or a single token as TeX takes it: \\frac12."""
    token = cursor.peek()
    if token is not None and token.kind == NUMBER and len(token.text) > 1 and token.text.isdigit():
        # \frac12 is one half: TeX takes one digit at a time
        cursor.next()
        first = Numeral(token.start, token.start + 1, Fraction(token.text[0]))
        rest = Token(NUMBER, token.text[1:], token.start + 1, token.end)
        cursor.tokens = [*cursor.tokens[: cursor.at], rest, *cursor.tokens[cursor.at :]]
        return first, token.start + 1
    tokens, end = cursor.script()
    return _whole(cursor, tokens, end), end


def _fraction(cursor: Cursor) -> Node:
    token = cursor.next()
    above, _ = _braced(cursor)
    below, end = _braced(cursor)
    return Fractional(token.start, end, above, below)


def _sized(cursor: Cursor) -> Node:
    opened = cursor.next()
    outside, cursor.bars = cursor.bars, True
    with cursor.deeper():
        body = cursor.expression(cursor)
    cursor.bars = outside
    closed = cursor.expect(opened.text, opened)
    sub: Script = ()
    end = closed.end
    node: Node | None = None
    power: Node | None = None
    while cursor.sees("^", "_"):
        sign = cursor.next()
        tokens, end = cursor.script()
        if sign.text == "_":
            sub = tokens
        else:
            power = exponent(cursor, tokens, end)
    node = Sized(opened.start, end, opened.text, body, sub)
    return node if power is None else Raised(opened.start, end, node, power)


def parse_group(cursor: Cursor, pair: bool = False) -> Group:
    """A bracket and its items; ``pair`` where a double bar parts them, as in KL(q ‖ p)."""
    opened = cursor.next()
    closer = _CLOSER[opened.text]
    if opened.is_("{"):
        over = _over(cursor, opened)
        if over is not None:
            return over
    outside = cursor.integrals, cursor.bars
    cursor.integrals, cursor.bars = 0, pair
    items = parse_items(cursor, closer, opened)
    closed = cursor.expect(closer, opened)
    cursor.integrals, cursor.bars = outside
    return Group(opened.start, closed.end, opened.text, items)


def _over(cursor: Cursor, opened: Token) -> Group | None:
    r"""{a \over b} as a fraction; None where the group has no \over of its own."""
    depth, middle = 1, -1
    for k in range(cursor.at, len(cursor.tokens)):
        token = cursor.tokens[k]
        depth += token.is_("{") - token.is_("}")
        if depth == 1 and token.is_(r"\over"):
            middle = k
        if depth == 0:
            break
    else:
        return None
    if middle < 0:
        return None
    end = cursor.tokens[k].end
    above = _whole(cursor, tuple(cursor.tokens[cursor.at : middle]), end)
    below = _whole(cursor, tuple(cursor.tokens[middle + 1 : k]), end)
    cursor.at = k + 1
    fraction = Fractional(opened.start, end, above, below)
    return Group(opened.start, end, "{", Items((fraction,), ()))


def parse_items(cursor: Cursor, closer: str, opened: Token | None = None) -> Items:
    """Nodes and separators up to the closing sign, or the end of the tokens when it is empty."""
    nodes: list[Node] = []
    separators: list[str] = []
    with cursor.deeper():
        while True:
            token = cursor.peek()
            if token is None or token.is_(closer):
                break
            if token.is_(*_SEPARATORS) and not (
                token.is_("|", r"\|") and _expects_operand(nodes, separators)
            ):
                cursor.next()
                if len(separators) == len(nodes):
                    if separators and separators[-1] == "|" and token.text == "|":
                        separators[-1] = r"\|"  # two bars for one double bar
                        continue
                    nodes.append(Dots(token.start, token.start))
                separators.append(token.text)
                continue
            if len(nodes) > len(separators):
                raise ReadError(f"not understood here: {token.text!r}", token.start, token.end)
            if token.is_(r"\cdot", "-") and cursor.sees("|", ",", ")", "]", ";", r"\|", ahead=1):
                cursor.next()
                nodes.append(Dot(token.start, token.end))
                continue
            nodes.append(cursor.expression(cursor))
    if len(separators) == len(nodes) and separators:
        separators.pop()
    return Items(tuple(nodes), tuple(separators))


def items_of(cursor: Cursor, tokens: Script, end: int) -> Items:
    """The items of a subscript."""
    inner = cursor.over(tokens, end)
    items = parse_items(inner, "")
    left = inner.peek()
    if left is not None:
        raise ReadError(f"not understood here: {left.text!r}", left.start, left.end)
    return items


def _expects_operand(nodes: list[Node], separators: list[str]) -> bool:
    # a bar opens |…| or ‖…‖ only where a term has to begin, never right after another bar
    return len(nodes) == len(separators) and not (separators and separators[-1] in ("|", r"\|"))


def _named(cursor: Cursor) -> Node:
    token = cursor.next()
    base, end = token.text, token.end
    sub: Script = ()
    sup: Script = ()
    if token.text in ACCENTS:
        tokens, end = cursor.script()
        inner, sub = _accented(tokens, token)
        base = f"{SAME_ACCENT.get(token.text, token.text)}{{{inner}}}"
    primes = 0
    power: tuple[Script, int] | None = None
    while True:
        if (prime := cursor.take("'")) is not None:
            primes, end = primes + 1, prime.end
        elif cursor.sees("_"):
            mark = cursor.next()
            more, end = cursor.script()
            if sub:
                raise ReadError("two indices on one letter", mark.start, end)
            sub = more
        elif cursor.sees("^") and power is None:
            cursor.next()
            power = cursor.script()
            end = power[1]
        else:
            break
    if power is not None and _is_mark(power[0]):
        if all(t.text == "'" for t in power[0]):
            primes += len(power[0])
        else:
            sup = power[0]
        power = None
    if base in _IDENTITY and _is_size(sub):
        # I_d, I_{d × d}: the identity, whatever its size
        sub = ()
    name = Name(token.start, end, base, tuple(sub), tuple(sup), primes)
    node: Node = name
    if cursor.sees("(") or (cursor.sees("[") and not _is_number_like(base)):
        opened, place, stream = cursor.peek(), cursor.at, cursor.tokens
        group = parse_group(cursor)
        raising = exponent(cursor, *power) if power is not None else None
        if raising is not None and (cursor.sees("^") or not _are_names(group)):
            # x^a (1 − x)^b: the bracket is a factor of its own
            cursor.at, cursor.tokens = place, stream
            return Raised(token.start, end, name, raising)
        if cursor.sees("^"):
            cursor.next()
            tokens, end = cursor.script()
            raising = exponent(cursor, tokens, end)
        tight = opened is not None and opened.tight
        return Applied(token.start, max(group.end, end), name, group, tight, raising)
    if power is not None:
        node = Raised(token.start, end, name, exponent(cursor, *power))
    return node


_IDENTITY = {"I", r"\mathbbI"}
_SIZES = set("dkmnlJKMNDLp") | {r"\ell"}


def _is_size(script: Script) -> bool:
    """Whether a script says how large a vector or a matrix is."""
    said = [t.text for t in script if not t.is_("{", "}")]
    return (len(said) == 1 and said[0] in _SIZES) or r"\times" in said or said[:2] == ["d", "_"]


def _are_names(group: Group) -> bool:
    return bool(group.items.nodes) and all(isinstance(n, Name) for n in group.items.nodes)


def _is_number_like(base: str) -> bool:
    return base in ("const", r"\infty")


def _accented(tokens: Script, accent: Token) -> tuple[str, Script]:
    if not tokens:
        raise ReadError("an accent on nothing", accent.start, accent.end)
    core = [t for t in tokens if not t.is_("{", "}")]
    if not core:
        raise ReadError("an accent on nothing", accent.start, accent.end)
    inner = core[0].text
    if len(core) > 2 and core[1].is_("_"):
        return inner, tuple(core[2:])
    if len(core) > 1:
        if core[0].text in ACCENTS or all(t.kind == LETTER for t in core):
            return "".join(t.text for t in core), ()
        raise ReadError("an accent on more than one letter", accent.start, core[-1].end)
    return inner, ()


def _is_mark(tokens: Script) -> bool:
    r"""Whether a superscript marks a copy, x^{(i)}, z', p^*, θ^{old}, and is no exponent."""
    if not tokens:
        return True
    if tokens[0].is_("(", "[") and tokens[-1].is_(")", "]"):
        return True
    return (
        len(tokens) == 1 and (tokens[0].is_("*", "'", "+", "-") or tokens[0].kind in (TEXT, WORD))
    ) or all(t.is_("'") for t in tokens)
