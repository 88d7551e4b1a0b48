"""Variables and letters as TeX."""

from __future__ import annotations

from vaetheory.language.expressions import Letter
from vaetheory.language.variables import Subscript, Variable


def variable_tex(variable: Variable) -> str:
    r"""The variable with its indices: ``z``, ``x_{d}``, ``\hat{x}_{d}``, ``z_{t-1}``."""
    if not variable.indices:
        return variable.name
    indices = ",".join(map(_subscript_tex, variable.indices))
    # a name that carries a subscript of its own takes its indices on the outside
    name = f"{{{variable.name}}}" if "_" in variable.name else variable.name
    return f"{name}_{{{indices}}}"


def list_tex(variables: tuple[Variable, ...]) -> str:
    """Variables with commas between them."""
    return ", ".join(map(variable_tex, variables))


def letter_tex(letter: Letter) -> str:
    r"""``p``, ``q_{\phi}``; a subscript of several letters is a word: ``p_{\text{data}}``."""
    if not letter.subscript:
        return letter.name
    word = letter.subscript.isalpha() and len(letter.subscript) > 1
    subscript = rf"\text{{{letter.subscript}}}" if word else letter.subscript
    return f"{letter.name}_{{{subscript}}}"


def _subscript_tex(index: Subscript) -> str:
    if index.variable is None:
        return str(index.offset)
    shift = f"{index.offset:+d}" if index.offset else ""
    return f"{variable_tex(index.variable)}{shift}"
