"""Fonts, colours, frames, sizes and spacing taken off; names of operators made into words.

What is left is mathematics only: symbols, letters, numbers, a few commands, words (``log``, ``KL``,
``ELBO``) and the text that stands between formulas.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from vaetheory.latex.reader.errors import ReadError
from vaetheory.latex.reader.families import FAMILY_WORDS
from vaetheory.latex.reader.macros import optional
from vaetheory.latex.reader.symbols import SAME_COMMAND, WORDS
from vaetheory.latex.reader.tokens import COMMAND, LETTER, SYMBOL, TEXT, WORD, Token

_DROPPED = {
    r"\IEEEyesnumber", r"\IEEEnonumber", r"\IEEEyessubnumber",
    r"\displaystyle", r"\textstyle", r"\scriptstyle", r"\limits", r"\nolimits", r"\nonumber",
    r"\notag", r"\strut",
    r"\mathstrut", r"\centering", r"\left", r"\right", r"\big", r"\Big", r"\bigg", r"\Bigg",
    r"\bigl", r"\bigr", r"\Bigl",
    r"\Bigr", r"\biggl", r"\biggr", r"\Biggl", r"\Biggr", r"\bigm", r"\Bigm", r"\biggm",
    r"\Biggm", r"\rm", r"\bf", r"\it",
    r"\cal", r"\relax", r"\protect", r"\normalsize", r"\small", r"\footnotesize", r"\large",
    r"\bfseries",
    r"\boldmath", r"\unboldmath", r"\qedhere", r"\qed", r"\blacksquare", r"\square", r"\Box",
    r"\therefore", r"\because",
    r"\qty", r"\quantity", r"\par", r"\medskip", r"\smallskip", r"\bigskip", r"\hline",
    r"\newpage", r"\nobreak",
}  # fmt: skip
_DROPPED_WITH_ARGUMENT = {
    r"\tag", r"\label", r"\eqref", r"\ref", r"\cite", r"\citep", r"\citet", r"\footnote",
    r"\footnotemark", r"\hspace",
    r"\vspace", r"\phantom", r"\hphantom", r"\vphantom", r"\color", r"\mspace", r"\kern",
    r"\raisebox", r"\mathchoice",
    r"\setlength", r"\arraystretch",
}  # fmt: skip
_FRAMES = {
    r"\boxed", r"\fbox", r"\cancel", r"\bcancel", r"\xcancel", r"\sout", r"\mathop",
    r"\mathrel", r"\mathbin", r"\mathord",
    r"\mathinner", r"\ensuremath", r"\smash", r"\mathclap", r"\mathllap", r"\mathrlap",
    r"\clap", r"\underline", r"\overbracket",
    r"\underbracket", r"\uwave", r"\Aboxed", r"\emph", r"\enclose",
}  # fmt: skip
_COLOURED = {
    r"\textcolor",
    r"\colorbox",
    r"\fcolorbox",
    r"\cancelto",
    r"\class",
    r"\cssId",
    r"\href",
    r"\htmlClass",
}
_BRACED = {r"\underbrace": "_", r"\overbrace": "^"}
# brackets that take their content as an argument, as in the physics and mathtools packages
_BRACKETED = {
    r"\pqty": "()", r"\bqty": "[]", r"\Bqty": ("\\{", "\\}"), r"\norm": ("\\|", "\\|"),
    r"\abs": "||", r"\vqty": "||", r"\paren": "()", r"\bracket": "[]", r"\sqb": "[]",
    r"\ev": "<>", r"\expval": "<>",
}  # fmt: skip
_STACKED = {r"\overset", r"\stackrel", r"\underset"}
_ROMAN = {
    r"\mathrm", r"\operatorname", r"\mathsf", r"\mathit", r"\mathtt", r"\text", r"\textrm",
    r"\textit", r"\textsf", r"\textbf",
    r"\texttt", r"\mbox", r"\hbox", r"\textnormal", r"\textsc", r"\textup",
    r"\operatornamewithlimits", r"\mathnormal",
}  # fmt: skip
_BOLD = {
    r"\mathbf",
    r"\bm",
    r"\boldsymbol",
    r"\pmb",
    r"\vec",
    r"\mathbold",
    r"\bold",
    r"\mathbfit",
    r"\symbf",
    r"\bs",
}
_SCRIPT = {r"\mathcal", r"\mathscr", r"\mathfrak", r"\mathbb", r"\mathds", r"\Bbb"}
_RELATIONS_ABOVE = {
    "!": "=",
    "def": ":=",
    "Def": ":=",
    "def.": ":=",
    "+": r"\doteq",
    "c": r"\doteq",
    "C": r"\doteq",
}
_RELATIONS_ABOVE |= {"const": r"\doteq", "const.": r"\doteq", "Δ": ":=", r"\Delta": ":="}


def plain(tokens: Sequence[Token]) -> list[Token]:
    """The tokens without their dress. Raises ReadError where a brace is never closed."""
    result: list[Token] = []
    pending = list(reversed(tokens))
    fuel = 20 * len(tokens) + 1000
    while pending:
        fuel -= 1
        if fuel < 0:
            raise ReadError("too much markup in one place", tokens[0].start, tokens[0].end)
        token = pending.pop()
        if token.kind != COMMAND:
            result.append(token)
            continue
        same = SAME_COMMAND.get(token.text)
        if same is not None:
            if same:
                kind = COMMAND if same.startswith("\\") and same[1:].isalpha() else SYMBOL
                pending.append(replace(token, text=same, kind=LETTER if same == "d" else kind))
            continue
        _undress(token, pending, result)
    return _words(_without_empty_groups(result))


def _without_empty_groups(tokens: list[Token]) -> list[Token]:
    """{} keeps signs apart in TeX and means nothing, unless it is an argument."""
    kept: list[Token] = []
    for token in tokens:
        if token.is_("}") and kept and kept[-1].is_("{"):
            before = kept[-2] if len(kept) > 1 else None
            takes = before is not None and before.kind == COMMAND and before.text[1:].isalpha()
            if before is None or not (before.is_("_", "^") or takes):
                kept.pop()
                continue
        kept.append(token)
    return kept


def _undress(token: Token, pending: list[Token], result: list[Token]) -> None:
    name = token.text
    if name in _DROPPED:
        if name in (r"\left", r"\right") and pending and pending[-1].is_("."):
            pending.pop()
    elif name in _DROPPED_WITH_ARGUMENT:
        _take_optional(pending)
        _take(pending)
    elif name in _BRACKETED and pending and pending[-1].is_("{"):
        left, right = _BRACKETED[name]
        if left == "<":
            left, right = r"\langle", r"\rangle"
        content = _take(pending)
        kind = COMMAND if left in (r"\langle",) else SYMBOL
        pending.append(replace(token, kind=kind, text=right, end=token.end))
        pending.extend(reversed(content))
        result.append(replace(token, kind=kind, text=left))
    elif name in _FRAMES:
        _take_optional(pending)
        pending.extend(reversed(_take(pending)))
    elif name in _COLOURED:
        _take(pending)
        if name == r"\fcolorbox":
            _take(pending)
        pending.extend(reversed(_take(pending)))
    elif name in _BRACED:
        content = _take(pending)
        if pending and pending[-1].is_(_BRACED[name]):
            pending.pop()
            _take(pending)
        pending.extend(reversed(content))
    elif name in _STACKED:
        _stack(token, pending)
    elif name == r"\substack":
        content = [
            replace(t, kind=SYMBOL, text=",") if t.text == "\\\\" else t for t in _take(pending)
        ]
        pending.extend(reversed(content))
    elif name in _ROMAN:
        _roman(token, _take(pending), pending, result)
    elif name in _BOLD:
        content = _take(pending)
        if _spelling(content) in ("E", "KL", "ELBO", "H"):
            _roman(token, content, pending, result)
        else:
            pending.extend(reversed(content))
    elif name in _SCRIPT:
        _script(token, _take(pending), pending, result)
    elif name in (r"\iint", r"\iiint"):
        result.extend([replace(token, text=r"\int")] * name.count("i", 1, 4))
    elif name[1:] in WORDS:
        result.append(replace(token, kind=WORD, text=WORDS[name[1:]]))
    else:
        result.append(token)


def _take(pending: list[Token]) -> list[Token]:
    """Removes one argument from the stack of pending tokens."""
    if not pending:
        return []
    if not pending[-1].is_("{"):
        return [pending.pop()]
    depth = 0
    taken: list[Token] = []
    while pending:
        token = pending.pop()
        depth += token.is_("{") - token.is_("}")
        if depth == 0:
            return taken[1:]
        taken.append(token)
    raise ReadError("this brace is never closed", taken[0].start, taken[0].end)


def _take_optional(pending: list[Token]) -> None:
    found, used = optional(list(reversed(pending[-200:])), 0)
    if found is not None:
        del pending[-used:]


def _stack(token: Token, pending: list[Token]) -> None:
    beside, core = _take(pending), _take(pending)
    above = _spelling(beside)
    if len(core) == 1 and core[0].is_("="):
        text = _RELATIONS_ABOVE.get(above, "=")
        kind = COMMAND if text.startswith("\\") else SYMBOL
        pending.append(replace(core[0], text=text, kind=kind))
    elif token.text == r"\underset" or (len(core) == 1 and core[0].text in (r"\doteq", r"\approx")):
        brace = [replace(token, kind=SYMBOL, text=t) for t in ("_", "{", "}")]
        pending.extend(reversed([*core, brace[0], brace[1], *beside, brace[2]]))
    else:
        pending.extend(reversed(core))


def _spelling(content: Sequence[Token]) -> str:
    parts: list[str] = []
    for token in content:
        if token.text in _ROMAN or token.is_("{", "}"):
            continue
        parts.append((" " if token.spaced and parts else "") + token.text)
    return "".join(parts).strip()


def _roman(token: Token, content: list[Token], pending: list[Token], result: list[Token]) -> None:
    if any(t.is_("$") for t in content) and _has_words(content):
        pending.extend(reversed(_with_formulas(content)))
        return
    if any(t.is_("$") for t in content) or (content and any(t.is_("_", "^") for t in content)):
        pending.extend(reversed([t for t in content if not t.is_("$")]))
        return
    said = _spelling(content)
    end = content[-1].end if content else token.end
    whole = replace(token, end=max(end, token.end))
    if said in ("E", "H", "I"):
        result.append(replace(whole, kind=COMMAND, text={"E": r"\E", "H": r"\H", "I": r"\I"}[said]))
    elif said in WORDS or said in FAMILY_WORDS:
        result.append(replace(whole, kind=WORD, text=WORDS.get(said, said)))
    elif len(said) == 1 and said.isalpha():
        pending.extend(reversed(content))
    elif not said:
        return
    else:
        math = token.text in (
            r"\operatorname",
            r"\mathrm",
            r"\mathbf",
            r"\mathit",
            r"\mathnormal",
            r"\mathsf",
        )
        if math and any(t.kind == COMMAND for t in content):
            pending.extend(reversed(content))
        else:
            result.append(replace(whole, kind=TEXT, text=said))


def _has_words(content: Sequence[Token]) -> bool:
    """Whether there are words beside the formulas, as in \\text{since $q$ integrates to one}."""
    said = _spelling([t for part in _parts(content) if not part[0] for t in part[1]])
    return any(len(word) > 1 and word.isalpha() for word in said.split())


def _parts(content: Sequence[Token]) -> list[tuple[bool, list[Token]]]:
    """What stands inside of dollars, True, and outside of them, in turn."""
    parts: list[tuple[bool, list[Token]]] = [(False, [])]
    for token in content:
        if token.is_("$"):
            parts.append((not parts[-1][0], []))
        else:
            parts[-1][1].append(token)
    return parts


def _with_formulas(content: Sequence[Token]) -> list[Token]:
    """Words as words, and the formulas between them as formulas."""
    result: list[Token] = []
    for formula, part in _parts(content):
        said = "" if formula else _spelling(part)
        if formula:
            result.extend(part)
        elif said:
            result.append(replace(part[0], kind=TEXT, text=said, end=part[-1].end))
    return result


def _script(token: Token, content: list[Token], pending: list[Token], result: list[Token]) -> None:
    said = _spelling(content)
    if said in WORDS:
        result.append(replace(token, kind=WORD, text=WORDS[said]))
        return
    if len(content) != 1 or content[0].kind != LETTER:
        if content and content[0].kind == LETTER:
            # \mathcal{L}_{…} written as \mathcal{L_{…}}
            _script(token, content[:1], pending, result)
            pending.extend(reversed(content[1:]))
            return
        pending.extend(reversed(content))
        return
    letter = content[0].text
    blackboard = token.text in (r"\mathbb", r"\mathds", r"\Bbb")
    text = (r"\E" if letter == "E" else r"\mathbb" + letter) if blackboard else r"\mathcal" + letter
    if letter == "E" and not blackboard:
        text = r"\E"
    result.append(replace(token, kind=COMMAND, text=text, end=content[0].end))


# these stand directly before their argument: logp(x)
_PREFIXES = ("log", "ln", "exp", "KL")


def _words(tokens: list[Token]) -> list[Token]:
    """Runs of letters with no blank between them that spell a known word become that word."""
    result: list[Token] = []
    at = 0
    while at < len(tokens):
        if tokens[at].kind != LETTER:
            result.append(tokens[at])
            at += 1
            continue
        end = at + 1
        while (
            end < len(tokens)
            and tokens[end].kind == LETTER
            and not tokens[end].spaced
            and end - at < 40
        ):
            end += 1
        run = "".join(t.text for t in tokens[at:end])
        word = run if run in WORDS else next((w for w in _PREFIXES if run.startswith(w)), None)
        if word is None:
            result.append(tokens[at])
            at += 1
            continue
        stop = at + len(word)
        result.append(replace(tokens[at], kind=WORD, text=WORDS[word], end=tokens[stop - 1].end))
        at = stop
    return result
