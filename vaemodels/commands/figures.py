"""``vaemodels figures DIR``: draw what a run has learned."""

from __future__ import annotations

import argparse
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from vaemodels import runs
from vaemodels.batches import draw
from vaemodels.commands.options import MACHINE, add_folder, add_parameters, given
from vaemodels.commands.output import add_json, print_json
from vaemodels.config import Kind
from vaemodels.data import Dataset
from vaemodels.errors import MissingExtraError
from vaemodels.runs import Run

if TYPE_CHECKING:
    from vaemodels.contours import PosteriorPanel

COLUMNS = 12
# The class grid asks what one style looks like in every class. A style from the edge of the prior
# may be one that some class never has, so the grid stays nearer to the middle, and says so.
TEMPERATURE = 0.7
# Odd, so that the middle of the plane is in the middle.
SIDE = 21
PLOTTED = 5000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_folder(parser)
    parser.add_argument("--out", type=Path, metavar="DIR", help="default: DIR/figures")
    parser.add_argument("--seed", type=int, default=0, help="of the latent samples")
    add_parameters(parser, {"folder": {"flag": "--data-dir", "metavar": "DIR"}, **MACHINE})
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    if missing := matplotlib_is_missing():
        raise MissingExtraError(missing)
    loaded = runs.load(arguments.folder_of_run, **given(arguments))
    folder = arguments.out or loaded.folder / "figures"
    paths = draw_all(loaded, folder, arguments.seed)
    if arguments.json:
        print_json({"schema": 1, "figures": [str(path) for path in paths]})
    else:
        print("\n".join(str(path) for path in paths))
    return 0


def matplotlib_is_missing() -> str | None:
    """What to say where there is no matplotlib."""
    if find_spec("matplotlib") is None:
        return "Figures need matplotlib: pip install 'vae-answer-sheet[figures]'."
    return None


def draw_all(run: Run, folder: Path, seed: int = 0) -> list[Path]:
    """Every figure that fits the run, as SVG and PNG; return their paths."""
    from vaemodels import figures

    held_out = run.data().validation
    if len(held_out) == 0:
        held_out = run.data().test
    paths = figures.save(figures.curves(run.metrics), folder, "curves")
    x, reconstructed = _reconstruct(run, held_out.take(torch.arange(min(20, len(held_out)))))
    drawn = figures.reconstructions(x.numpy(), reconstructed.numpy())
    paths += figures.save(drawn, folder, "reconstructions")
    images = run.sample(100, seed=seed)
    paths += figures.save(figures.samples(images.numpy()), folder, "samples")
    if run.config.model.kind is Kind.CVAE:
        grid = class_grid(run, COLUMNS, seed, TEMPERATURE)
        drawn = figures.class_grid(grid.numpy(), run.classes, TEMPERATURE)
        paths += figures.save(drawn, folder, "class_grid")
    if run.config.model.latent == 2:
        paths += _draw_plane(run, held_out, folder)
    return paths


def class_grid(run: Run, columns: int, seed: int = 0, temperature: float = 1.0) -> torch.Tensor:
    """Every class at the same ``columns`` samples of z: (classes, columns, C, H, W)."""
    classes = len(run.classes)
    z = temperature * run.prior_samples(columns, seed).repeat(classes, 1)
    images = run.decode(z, torch.arange(classes).repeat_interleave(columns))
    return images.view(classes, columns, *images.shape[1:])


def latent_plane(run: Run, side: int, c: int = 0) -> tuple[torch.Tensor, list[float]]:
    """Images (side, side, C, H, W) at the prior's quantiles, largest z₂ first; the quantiles."""
    steps = (torch.arange(side, dtype=torch.float64) + 0.5) / side
    quantiles = torch.special.ndtri(steps)
    down, across = torch.meshgrid(quantiles.flip(0), quantiles, indexing="ij")
    z = torch.stack((across, down), dim=-1).view(-1, 2)
    images = run.decode(z, torch.full((len(z),), c))
    return images.view(side, side, *images.shape[1:]), quantiles.tolist()


def _reconstruct(run: Run, data: Dataset) -> tuple[torch.Tensor, torch.Tensor]:
    data = data.to(run.device)
    rows = torch.arange(len(data), device=run.device)
    x, c, noise = draw(data, rows, run.config.replace(samples=1), 0)
    mean, scale = run.encode(x, c)
    z = mean + scale * noise[0].float().cpu()
    return x.float().cpu(), run.decode(z, c.cpu())


def _draw_plane(run: Run, held_out: Dataset, folder: Path) -> list[Path]:
    from vaemodels import contours, figures

    paths: list[Path] = []
    conditional = run.config.model.kind is Kind.CVAE
    for c, name in enumerate(run.classes if conditional else [""]):
        images, quantiles = latent_plane(run, SIDE, c)
        suffix = f"_{name}" if conditional else ""
        drawn = figures.manifold(images.numpy(), quantiles)
        paths += figures.save(drawn, folder, f"manifold{suffix}")
    shown = held_out.take(torch.arange(min(PLOTTED, len(held_out)))).to(run.device)
    rows = torch.arange(len(shown), device=run.device)
    x, c_of, _ = draw(shown, rows, run.config.replace(samples=1), 0)
    means, _ = run.encode(x, c_of)
    scatter = figures.latent_scatter(means.numpy(), c_of.cpu().numpy(), run.classes)
    paths += figures.save(scatter, folder, "latent")
    drawn = contours.posteriors([_posterior(run, held_out, row) for row in one_of_each(held_out)])
    return paths + figures.save(drawn, folder, "posteriors")


def one_of_each(data: Dataset, most: int = 6) -> list[int]:
    """Rows of ``most`` images at most: the first of each class, then the next ones."""
    labels = data.labels.tolist()
    first = sorted({labels.index(label) for label in set(labels)})
    others = [row for row in range(len(labels)) if row not in first]
    return sorted((first + others)[:most])


def _posterior(run: Run, data: Dataset, row: int) -> PosteriorPanel:
    """The true posterior of one image around q(z|x), and the gap, by quadrature."""
    from vaemodels.contours import PosteriorPanel
    from vaemodels.world import window_world

    one = data.take(torch.tensor([row])).to(run.device)
    x, c, _ = draw(one, torch.tensor([0], device=run.device), run.config.replace(samples=1), 0)
    world = window_world(run.model, x[0], c[0])
    mean, scale = run.encode(x, c)
    mass = (world.log_true_posterior + world.log_cell).exp()
    q = (world.log_posterior + world.log_cell).exp()
    gap = float((q * (world.log_posterior - world.log_true_posterior)).sum())
    first, second = (axis.float().cpu().numpy() for axis in world.axes)
    return PosteriorPanel(
        name=run.classes[int(c[0])],
        image=x[0].float().cpu().numpy(),
        axes=(first, second),
        mass=mass.view(len(first), len(second)).float().cpu().numpy(),
        mean=mean[0].numpy(),
        scale=scale[0].numpy(),
        gap=gap,
    )
