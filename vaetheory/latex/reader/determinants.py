"""|Σ|: the only bar that opens a term where another term stands before it."""

from __future__ import annotations

from vaetheory.latex.reader.cursor import Cursor


def starts_determinant(cursor: Cursor, ahead: int) -> bool:
    """Whether |Σ| or |Σ_1| begins here: a bar that parts nothing."""
    tokens = [cursor.peek(ahead + k) for k in range(8)]
    seen = [t.text if t is not None else "" for t in tokens]
    if seen[:2] != ["|", r"\Sigma"]:
        return False
    if seen[2] == "_":
        # its subscript, in braces or not
        seen = seen[: 1 + seen.index("}")] if seen[3] == "{" and "}" in seen else seen[:4]
        token = cursor.peek(ahead + len(seen))
    else:
        token = tokens[2]
    return token is not None and token.is_("|")
