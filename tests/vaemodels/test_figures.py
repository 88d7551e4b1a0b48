"""Figures: what is drawn is what was given, and the same bytes every time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from vaemodels import figures

RNG = np.random.default_rng(0)
HISTORY: list[dict[str, float]] = [
    {
        "epoch": epoch,
        **{
            f"{split}_{term}": -100 / epoch + shift
            for split, shift in (("train", 0.0), ("validation", -1.0))
            for term in ("elbo", "reconstruction", "kl")
        },
    }
    for epoch in range(1, 31)
]
FIGURES = {
    "curves": lambda rng: figures.curves(HISTORY),
    "curves of one epoch": lambda rng: figures.curves(HISTORY[:1]),
    "curves without validation": lambda rng: figures.curves(
        [{k: v for k, v in line.items() if "validation" not in k} for line in HISTORY]
    ),
    "reconstructions": lambda rng: figures.reconstructions(
        rng.random((20, 1, 8, 8)), rng.random((20, 1, 8, 8))
    ),
    "few reconstructions": lambda rng: figures.reconstructions(
        rng.random((3, 3, 8, 6)), rng.random((3, 3, 8, 6))
    ),
    "samples": lambda rng: figures.samples(rng.random((23, 1, 8, 8))),
    "colour samples": lambda rng: figures.samples(rng.random((4, 3, 8, 8))),
    "class grid": lambda rng: figures.class_grid(
        rng.random((3, 5, 1, 8, 8)), ["cat", "dog", "cow"]
    ),
    "manifold": lambda rng: figures.manifold(
        rng.random((6, 6, 1, 8, 8)), [-1.4, -0.7, -0.2, 0.2, 0.7, 1.4]
    ),
    "latent": lambda rng: figures.latent_scatter(
        rng.normal(size=(50, 2)), np.arange(50) % 3, ["cat", "dog", "cow"]
    ),
    "latent of 12 classes": lambda rng: figures.latent_scatter(
        rng.normal(size=(50, 2)), np.arange(50) % 11, [str(k) for k in range(12)]
    ),
}


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_is_saved_reproducibly(name: str, tmp_path: Path) -> None:
    one, two = (
        figures.save(FIGURES[name](np.random.default_rng(0)), tmp_path / folder, "figure")
        for folder in ("one", "two")
    )
    assert [path.suffix for path in one] == [".svg", ".png"]
    for first, second in zip(one, two, strict=True):
        assert first.read_bytes() == second.read_bytes()
        assert first.stat().st_size > 1000
    assert "<dc:date>" not in one[0].read_text(encoding="utf-8")


def picture(figure: Figure) -> np.ndarray:
    array = figure.axes[0].images[0].get_array()
    assert array is not None
    return np.asarray(array)


def test_tiles_lie_where_they_belong() -> None:
    images = np.zeros((2, 3, 1, 4, 5))
    images[1, 2] = 1.0
    drawn = picture(figures.class_grid(images, ["a", "b"]))
    gap = figures.GAP
    assert drawn.shape == (2 * (4 + gap) + gap, 3 * (5 + gap) + gap, 4)
    tile = drawn[gap + 4 + gap : gap + 4 + gap + 4, gap + 2 * (5 + gap) :][:, :5]
    assert (tile[..., :3] == 0).all(), "a bright pixel is black ink"
    assert (tile[..., 3] == 255).all()
    assert (drawn[:gap, :, 3] == 0).all(), "gaps are transparent"
    assert (drawn[gap : gap + 4, gap : gap + 5, :3] == 255).all(), "a dark pixel is paper"


def test_colour_is_not_inverted() -> None:
    images = np.zeros((1, 3, 2, 2))
    images[0, 0] = 1.0
    drawn = picture(figures.samples(images))
    gap = figures.GAP
    assert drawn[gap, gap].tolist() == [255, 0, 0, 255]


def test_rows_and_columns_carry_their_names() -> None:
    figure = figures.class_grid(RNG.random((2, 11, 1, 4, 4)), ["cat", "dog"])
    axes = figure.axes[0]
    assert axes.get_title(loc="left") == "One class for each row, one z for each column"
    cooler = figures.class_grid(np.zeros((2, 2, 1, 4, 4)), ["cat", "dog"], temperature=0.8)
    assert cooler.axes[0].get_title(loc="left").endswith("z ~ N(0, 0.8² I)")
    assert [label.get_text() for label in axes.get_yticklabels()] == ["cat", "dog"]
    assert [label.get_text() for label in axes.get_xticklabels()][::10] == ["z₁", "z₁₁"]


def test_the_plunge_of_the_first_epochs_is_cut_off() -> None:
    low, high = figures.curves(HISTORY).axes[0].get_ylim()
    late = [line["train_elbo"] for line in HISTORY[3:]]
    assert low > HISTORY[0]["train_elbo"]
    assert low < min(late)
    assert high > max(late)


def test_the_svg_takes_the_colours_of_its_page(tmp_path: Path) -> None:
    svg, _ = figures.save(figures.curves(HISTORY), tmp_path, "curves")
    text = svg.read_text(encoding="utf-8")
    assert f"var(--md-accent-fg-color, {figures.ACCENT})" in text
    assert "fill: #ffffff" not in text, "no background"
    without = text
    for colour, variable in figures.VARIABLES.items():
        without = without.replace(f"var({variable}, {colour})", "")
        assert colour not in without
