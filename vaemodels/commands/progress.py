"""Progress bars on stderr."""

from __future__ import annotations

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from vaemodels.checkpoints import Position
from vaemodels.commands.output import setting
from vaemodels.config import Config
from vaemodels.training import Metrics, Observer


class TrainingProgress(Observer):
    """A bar over all epochs with the ELBO's two terms; on a pipe, a line now and then."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.progress: Progress | None = None
        self.task: TaskID | None = None
        self.epochs = 0

    def started(self, config: Config, position: Position, batches: int) -> None:
        self.epochs = config.optimization.epochs
        model, data = config.model, config.data
        self.console.print(
            f"{str(model.kind).upper()} on {data.dataset}, {model.observation} likelihood, "
            f"{data.binarization} binarization, {model.latent} latent dimensions"
        )
        self.console.print(f"{setting(config)}, seed {config.seed}")
        if position.step:
            self.console.print(f"Going on at epoch {position.epoch + 1}, step {position.step}")
        if not self.console.is_terminal:
            return
        self.progress = Progress(
            TextColumn("epoch {task.fields[epoch]}"),
            BarColumn(),
            TextColumn("{task.fields[terms]}"),
            TimeRemainingColumn(),
            console=self.console,
        )
        self.progress.start()
        self.task = self.progress.add_task(
            "training",
            total=self.epochs * batches,
            completed=position.step,
            epoch=f"{position.epoch + 1}/{self.epochs}",
            terms="",
        )

    def advanced(self, position: Position, metrics: Metrics) -> None:
        if self.progress is not None and self.task is not None:
            self.progress.update(
                self.task,
                completed=position.step,
                epoch=f"{position.epoch + 1}/{self.epochs}",
                terms=_terms(metrics, "train"),
            )

    def epoch_done(self, metrics: Metrics) -> None:
        epoch = int(metrics["epoch"])
        every = max(1, self.epochs // 10)
        if self.progress is None and (epoch % every == 0 or epoch == self.epochs):
            split = "validation" if "validation_elbo" in metrics else "train"
            self.console.print(f"epoch {epoch}/{self.epochs}  {split} {_terms(metrics, split)}")

    def stop(self) -> None:
        """Take the bar off the screen."""
        if self.progress is not None:
            self.progress.stop()


class DownloadBar:
    """A progress bar as pooch wants one."""

    def __init__(self, console: Console, name: str) -> None:
        self.total: float = 0
        self.progress = Progress(
            TextColumn(name), BarColumn(), DownloadColumn(), TimeRemainingColumn(), console=console
        )
        self.task = self.progress.add_task(name, total=None)
        self.progress.start()

    def update(self, n: int) -> None:
        self.progress.update(self.task, advance=n, total=self.total)

    def reset(self) -> None:
        self.progress.reset(self.task)

    def close(self) -> None:
        self.progress.stop()


def _terms(metrics: Metrics, split: str) -> str:
    reconstruction, kl = metrics[f"{split}_reconstruction"], metrics[f"{split}_kl"]
    return f"ELBO {reconstruction - kl:8.2f} = {reconstruction:8.2f} − KL {kl:6.2f}"
