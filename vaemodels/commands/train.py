"""``vaemodels train {vae,cvae}``: train a model, or go on with a run."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from vaemodels import runs
from vaemodels.commands.figures import draw_all, matplotlib_is_missing
from vaemodels.commands.options import MACHINE, PARAMETERS, add_parameters, given
from vaemodels.commands.output import add_json, print_json, print_table, stderr
from vaemodels.commands.progress import DownloadBar, TrainingProgress
from vaemodels.config import PRESETS, Kind
from vaemodels.distributed import is_leading_process
from vaemodels.errors import ConfigError
from vaemodels.hardware import describe
from vaemodels.runs import Run


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("kind", nargs="?", choices=[str(kind) for kind in Kind], help="which model")
    parser.add_argument("--preset", default=None, choices=PRESETS, help="default: small")
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="run folder (default: a new one in runs/)"
    )
    parser.add_argument("--resume", type=Path, metavar="DIR", help="go on with the run in DIR")
    parser.add_argument("--no-figures", action="store_true", help="draw nothing at the end")
    add_json(parser)
    add_parameters(parser.add_argument_group("where it runs"), MACHINE)
    add_parameters(parser.add_argument_group("parameters [those of the small preset]"), PARAMETERS)


def run(arguments: argparse.Namespace) -> int:
    console = stderr()
    observer = TrainingProgress(console)
    started = time.monotonic()
    try:
        trained = _train(arguments, observer)
    finally:
        observer.stop()
    if not is_leading_process():
        return 0
    seconds = time.monotonic() - started
    paths: list[Path] = []
    if not arguments.no_figures:
        if missing := matplotlib_is_missing():
            console.print(missing)
        else:
            paths = draw_all(trained, trained.folder / "figures")
    if arguments.json:
        print_json(_document(trained, seconds, paths))
    else:
        _print(trained, seconds, paths)
    return 0


def _train(arguments: argparse.Namespace, observer: TrainingProgress) -> Run:
    changes = given(arguments)
    if arguments.resume is not None:
        if arguments.out is not None or arguments.preset is not None:
            raise ConfigError("--resume goes on in its own folder, without --out and --preset.")
        if arguments.kind is not None:
            changes["kind"] = Kind(arguments.kind)
        return runs.resume(arguments.resume, changes, observer)
    if arguments.kind is None:
        raise ConfigError("Say which model: vaemodels train vae, or vaemodels train cvae.")

    def download(name: str) -> DownloadBar:
        return DownloadBar(observer.console, name)

    return runs.train(
        arguments.kind,
        data=changes.pop("dataset", "digits"),
        preset=arguments.preset or "small",
        out=arguments.out,
        observer=observer,
        download=download,
        **changes,
    )


def _document(trained: Run, seconds: float, paths: list[Path]) -> dict[str, object]:
    return {
        "schema": 1,
        "folder": str(trained.folder),
        "epochs": len(trained.metrics),
        "best_epoch": trained.position.best_epoch or None,
        "metrics": trained.metrics[-1],
        "figures": [str(path) for path in paths],
        "seconds": round(seconds, 2),
        "seed": trained.config.seed,
        "hardware": describe(trained.config),
    }


def _print(trained: Run, seconds: float, paths: list[Path]) -> None:
    last = trained.metrics[-1]
    split = "validation" if "validation_elbo" in last else "train"
    rows = [
        ("ELBO", f"{last[f'{split}_elbo']:.2f}", f"nats per image, {split} images, last epoch"),
        ("reconstruction", f"{last[f'{split}_reconstruction']:.2f}", "E[log p(x|z)]"),
        ("KL", f"{last[f'{split}_kl']:.2f}", "KL[q(z|x) ‖ p(z)]"),
    ]
    if trained.position.best_elbo is not None:
        best = f"validation ELBO at epoch {trained.position.best_epoch}, kept in best.pt"
        rows.append(("best", f"{trained.position.best_elbo:.2f}", best))
    rows.append(("epochs", str(len(trained.metrics)), f"in {seconds:.0f} s"))
    print_table(f"Trained: {trained.folder}", rows)
    if paths:
        print(f"Figures: {paths[0].parent}")
    print(f"Next:    vaemodels evaluate {trained.folder}")
