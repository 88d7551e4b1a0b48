"""The figure of the true posterior: regions that hold what they say, around any image."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from vaemodels import contours, figures
from vaemodels.contours import PosteriorPanel, densest


def gaussian(scale: float) -> PosteriorPanel:
    points = np.linspace(-3, 3, 121)
    mass = np.exp(-0.5 * (points[:, None] ** 2 + points[None] ** 2) / 0.5**2)
    return PosteriorPanel(
        name="3",
        image=np.random.default_rng(0).random((1, 8, 8)),
        axes=(points, points),
        mass=mass / mass.sum(),
        mean=np.zeros(2),
        scale=np.full(2, scale),
        gap=0.25,
    )


def test_the_densest_cells_hold_their_share() -> None:
    mass = gaussian(0.5).mass
    for share in contours.SHARES:
        (level,) = densest(mass, [share])
        held = mass[mass > level].sum()
        # A cell more or less, of which the fullest holds 0.2 %; cells of equal mass come by eights.
        assert abs(held - share) < 8 * mass.max()
        # Within radius r, a 2-D Gaussian of scale ½ holds 1 − exp(−2 r²).
        radius = np.sqrt(-0.5 * np.log(1 - share))
        expected = mass.max() * np.exp(-2 * radius**2)
        assert level == pytest.approx(expected, rel=0.1)


def test_the_gap_and_the_name_are_written(tmp_path: Path) -> None:
    drawn = contours.posteriors([gaussian(0.5)] * 4)
    titles = [axes.get_title(loc="left") for axes in drawn.axes]
    assert titles.count("3: gap 0.25 nats") == 4
    assert all(path.stat().st_size > 1000 for path in figures.save(drawn, tmp_path, "posteriors"))


def test_a_posterior_in_one_cell_can_be_drawn(tmp_path: Path) -> None:
    panel = gaussian(0.5)
    spike = np.zeros_like(panel.mass)
    spike[60, 60] = 1.0
    one = PosteriorPanel(**{**vars(panel), "mass": spike})
    assert figures.save(contours.posteriors([one]), tmp_path, "spike")
