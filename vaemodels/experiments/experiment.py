"""What an experiment is: a question, sizes, a measurement, claims about it, a figure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, TypeVar

import torch

from vaemodels.charts import Item
from vaemodels.experiments.claims import Claim
from vaemodels.figures import Images

Data = dict[str, Any]

CPU = torch.device("cpu")


class Size(StrEnum):
    """How much is computed: enough to see that it runs; the committed results; everything."""

    TINY = "tiny"
    DEFAULT = "default"
    FULL = "full"


@dataclass(frozen=True, kw_only=True)
class Setting:
    """Where and with which seed an experiment runs.

    Attributes:
        seed: the first repeat's seed is ``seed · 1000``, the next one more, and so on.
        device: of the tensors.
        folder: ``--data-dir``, or ``None``.
        progress: is called with a line now and then.
    """

    seed: int = 0
    device: torch.device = CPU
    folder: str | None = None
    progress: Callable[[str], None] = lambda line: None

    def seeds(self, repeats: int) -> list[int]:
        """The seeds of the repeats."""
        return [self.seed * 1000 + repeat for repeat in range(repeats)]

    def generator(self, seed: int) -> torch.Generator:
        """A generator on the device that starts at ``seed``."""
        return torch.Generator(self.device).manual_seed(seed)


@dataclass(frozen=True, kw_only=True)
class Findings:
    """What an experiment found.

    Attributes:
        data: numbers behind claims and figure, as JSON holds them.
        images: what the figure shows beside numbers, (rows, columns, channels, height, width).
    """

    data: Data
    images: Mapping[str, Images] = field(default_factory=dict)


Sizes = TypeVar("Sizes")


@dataclass(frozen=True, kw_only=True)
class Experiment(Generic[Sizes]):
    """One experiment.

    Attributes:
        name: as the command line has it.
        question: key of the homework's question.
        title: a few words.
        asks: the question that it answers, one sentence.
        sizes: numbers of repeats, samples, epochs, … for each size.
        run: measures.
        claims: what was expected of ``Findings.data``, and so what it says.
        draw: the figure's panels and strips of images.
        caption: what the figure shows.
    """

    name: str
    question: str
    title: str
    asks: str
    caption: str
    sizes: Mapping[Size, Sizes]
    run: Callable[[Sizes, Setting], Findings]
    claims: Callable[[Data], Sequence[Claim]]
    draw: Callable[[Findings], Sequence[Item]]
