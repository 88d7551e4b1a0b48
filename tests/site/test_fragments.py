"""What a training run leaves is set into a page: figures inline, and where they come from."""

from __future__ import annotations

import base64
import io
import json
import re
from pathlib import Path

import numpy as np
import page_figures
import pytest
import run_fragments
from demo_runs import RUNS, DemoRun
from PIL import Image

from vaemodels import figures
from vaetheory.presentation import drawings

RUN = DemoRun("cvae", "conditional VAE", ("--epochs", "3"))


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """A folder with what `vaemodels train` would leave after three epochs."""
    folder = RUN.folder(tmp_path)
    images = np.random.default_rng(0).random((10, 4, 1, 28, 28))
    figures.save(
        figures.class_grid(images, [str(c) for c in range(10)]), folder / "figures", "class_grid"
    )
    figures.save(figures.samples(images[0]), folder / "figures", "samples")
    lines = [{"epoch": k, "validation_elbo": -200.0 + k, "validation_kl": 7.5} for k in (1, 2, 3)]
    (folder / "metrics.jsonl").write_text("\n".join(map(json.dumps, lines)))
    (folder / "config.json").write_text(json.dumps({"seed": 5, "hardware": {"device": "a CPU"}}))
    return tmp_path


def test_the_last_epoch_and_the_origin_are_given(runs: Path) -> None:
    text = run_fragments.fragment(RUN, runs)
    assert "| ELBO, validation images (nats per image) | -197 |" in text
    assert "| KL term | 7.5 |" in text
    assert text.count("Seed 5, a CPU, <code>vaemodels train cvae --epochs 3") == 2


def test_figures_come_in_their_order_and_inside_the_page(runs: Path) -> None:
    text = run_fragments.fragment(RUN, runs)
    assert text.index("Rows: classes") < text.index("Decoder means at draws from the prior")
    assert text.count("<svg ") == text.count("</svg>") == 2
    assert "<metadata>" not in text
    for drawing in re.findall(r"<svg.*?</svg>", text, re.DOTALL):
        assert not re.search(r"\n\s*\n", drawing)


def test_identifiers_of_two_figures_do_not_clash(runs: Path) -> None:
    names = re.findall(r'\bid="([^"]+)"', run_fragments.fragment(RUN, runs))
    assert len(names) == len(set(names))
    text = run_fragments.fragment(RUN, runs)
    used = re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', text)
    assert {a or b for a, b in used} <= set(names)


def test_pictures_keep_their_content_and_lose_weight(runs: Path) -> None:
    path = RUN.folder(runs) / "figures" / "class_grid.svg"
    page = page_figures.inline(path, "A grid.")

    def pictures(text: str) -> list[np.ndarray]:
        found = re.findall(r"base64,\s*([A-Za-z0-9+/=\s]+)", text)
        paper = [Image.open(io.BytesIO(base64.b64decode(f))).convert("RGBA") for f in found]
        white = [Image.new("RGBA", p.size, "white") for p in paper]
        joined = [Image.alpha_composite(w, p) for w, p in zip(white, paper, strict=True)]
        return [np.asarray(j.convert("L"), dtype=float) for j in joined]

    before, after = pictures(path.read_text()), pictures(page)
    assert len(before) == len(after) >= 1
    for one, other in zip(before, after, strict=True):
        assert np.abs(one - other).max() <= 255 / drawings.COLOURS
    assert len(page) < 0.7 * len(path.read_text())


def test_a_run_that_is_not_there_is_said_not_to_be(tmp_path: Path) -> None:
    text = run_fragments.fragment(RUN, tmp_path)
    assert "Not trained yet" in text
    assert "`make demo`" in text
    assert "<figure>" not in text


def test_a_figure_without_a_caption_is_an_error(runs: Path) -> None:
    folder = RUN.folder(runs) / "figures"
    (folder / "samples.svg").rename(folder / "mystery.svg")
    with pytest.raises(SystemExit, match="no caption for mystery"):
        run_fragments.fragment(RUN, runs)


def test_both_models_have_a_fragment(tmp_path: Path) -> None:
    run_fragments.write(tmp_path / "runs", tmp_path / "out")
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"run-vae.md", "run-cvae.md"}
    assert {run.model for run in RUNS} == {"vae", "cvae"}
