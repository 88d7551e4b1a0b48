"""The training runs of `make demo`: what is trained, and where its files lie."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class DemoRun:
    """One run of `vaemodels train` on the digits that the package ships."""

    model: str
    title: str
    arguments: tuple[str, ...]

    def folder(self, runs: Path) -> Path:
        """Its run folder below `runs`."""
        return runs / f"demo-{self.model}"

    def command(self, runs: Path) -> list[str]:
        """What to type after `python -m`."""
        return ["vaemodels", "train", self.model, *self.arguments, "--out", str(self.folder(runs))]

    @property
    def shown(self) -> str:
        """The command as a caption gives it."""
        return shlex.join(self.command(Path("runs")))


RUNS = (
    DemoRun(
        "vae",
        "convolutional VAE, 2-D latent",
        ("--data", "digits", "--latent", "2", "--epochs", "20"),
    ),
    DemoRun("cvae", "conditional VAE", ("--data", "digits", "--latent", "4", "--epochs", "30")),
)
