"""What a loss returns: a scalar, a tuple, a dict, parts with weights, one value per example."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vaetheory.audit.frameworks.framework import Framework
from vaetheory.audit.names import plain

Path = tuple[str | int, ...]


@dataclasses.dataclass(frozen=True)
class Component:
    """One number or array of the output: where it is, and its values."""

    path: Path
    name: str
    values: NDArray[Any]

    @property
    def total(self) -> float:
        """The sum of all entries in float64."""
        return float(self.values.astype(np.float64).sum())


@dataclasses.dataclass(frozen=True)
class Selection:
    """Which components make up the objective: paths, each with the path of its weight or None.

    `how` says it in words; empty where the output is the objective and nothing else.
    """

    parts: tuple[tuple[Path, Path | None], ...]
    how: str


def components(output: Any, framework: Framework, names: Sequence[str] = ()) -> list[Component]:
    """Every number or array in the output, in order; `names` are those of a returned tuple."""
    return list(_walk(output, framework, (), names))


def _walk(
    value: Any, framework: Framework, path: Path, names: Sequence[str]
) -> Iterator[Component]:
    array = framework.numpy(value)
    if array is not None:
        yield Component(path, _name(path, names), array)
        return
    for key, child in _children(value):
        yield from _walk(child, framework, (*path, key), names)


def _children(value: Any) -> Iterator[tuple[str | int, Any]]:
    if isinstance(value, Mapping):
        yield from ((key, child) for key, child in value.items() if isinstance(key, str))
    elif isinstance(value, tuple) and hasattr(value, "_fields"):
        yield from zip(value._fields, value, strict=True)
    elif isinstance(value, tuple | list):
        yield from enumerate(value)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        yield from ((f.name, getattr(value, f.name)) for f in dataclasses.fields(value))
    elif type(value).__module__ != "builtins" and hasattr(value, "__dict__"):
        yield from ((k, v) for k, v in vars(value).items() if not k.startswith("_"))


def _name(path: Path, names: Sequence[str]) -> str:
    if not path:
        return names[0] if len(names) == 1 else ""
    last = path[-1]
    if isinstance(last, int) and len(path) == 1 and last < len(names) and len(names) > 1:
        return names[last]
    return str(last)


def at(output: Any, path: Path) -> Any:
    """The component at a path, in the library's own type."""
    for key in path:
        children = dict(_children(output))
        if key not in children:
            raise LookupError(f"the output no longer has {key!r}: it depends on the inputs")
        output = children[key]
    return output


_TOTAL = re.compile(
    r"(total|vae|batch|train|net|overall|final|full|avg|mean|sum)?_?(loss|objective|cost|elbo|"
    r"neg_?elbo|nelbo|vlb|lower_bound|free_energy|total|criterion)(_total|_vae|_value)?"
)
_WEIGHT = re.compile(r".*(weight|beta|anneal|coef|gamma|lambda).*")


def is_total(name: str) -> bool:
    """Whether a component is named like the whole objective."""
    return _TOTAL.fullmatch(plain(name.rpartition(".")[2])) is not None


def select(
    found: Sequence[Component], batch: int, of_data: Sequence[bool], of_latent: Sequence[bool]
) -> Selection | None:
    """The components that the objective is made of.

    `of_data[i]` and `of_latent[i]` say whether component i varies with x̂ and with μ or s.
    """
    usable = [
        i for i, c in enumerate(found)
        if c.values.shape in ((), (1,), (1, 1), (batch,), (batch, 1), (batch, batch))
        or len(found) == 1
    ]  # fmt: skip
    usable = [i for i in usable if of_data[i] or of_latent[i]]
    if not usable:
        return None
    named = [i for i in usable if is_total(found[i].name)]
    both = [i for i in usable if of_data[i] and of_latent[i]]
    chosen = next((i for i in named if i in both), None)
    if chosen is None and both:
        chosen = both[0]
    if chosen is None and len(named) == 1:
        chosen = named[0]
    if chosen is not None:
        how = "" if len(found) == 1 else f"the objective is {_where(found[chosen])}"
        return Selection(((found[chosen].path, None),), how)
    return _sum_of_parts(found, usable, of_data, of_latent, batch)


def _sum_of_parts(
    found: Sequence[Component], usable: list[int], of_data: Sequence[bool],
    of_latent: Sequence[bool], batch: int,
) -> Selection:  # fmt: skip
    data = next((i for i in usable if of_data[i]), None)
    latent = next((i for i in usable if of_latent[i]), None)
    weight = next(
        (
            c.path for i, c in enumerate(found)
            if i not in usable and c.values.size == 1 and _WEIGHT.fullmatch(plain(c.name))
        ),
        None,
    )  # fmt: skip
    parts: list[tuple[Path, Path | None]] = []
    words = []
    if data is not None:
        parts.append((found[data].path, None))
        words.append(_where(found[data]))
    if latent is not None:
        parts.append((found[latent].path, weight))
        words.append(_where(found[latent]) + (" times the returned weight" if weight else ""))
    how = "" if len(found) == 1 else "the parts are returned: the objective is " + " + ".join(words)
    return Selection(tuple(parts), how)


def _where(component: Component) -> str:
    return f"output {component.name!r}" if component.name else "the output"
