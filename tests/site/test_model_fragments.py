"""The pages on numbers and speed show what the result files hold, and refuse what is not it."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import model_fragments
import pytest

RECORD: dict[str, Any] = {
    "data": "mnist",
    "model": "vae",
    "commands": ["vaemodels train vae --data mnist", "vaemodels evaluate RUN"],
    "config": {
        "model": {"latent": 40},
        "objective": {"bound": "elbo", "samples": 1, "beta": 1.0},
    },
    "parameters": 12_345,
    "training": {
        "epochs": 7,
        "best_epoch": 5,
        "seconds": 1200,
        "hardware": {"device": "a CPU", "precision": "float32", "threads": 1, "torch": "2"},
    },
    "evaluation": {
        "split": "test",
        "n": 10_000,
        "importance_samples": 5000,
        "binarization": "dynamic",
        "elbo": -90.123,
        "nll": 86.789,
        "rate": 25.0,
        "distortion": 65.0,
        "active_units": 19,
        "seconds": 1500.0,
        "seed": 3,
        "date": "2026-11-28T00:00:00+00:00",
        "test_evaluations": 2,
    },
}
BENCHMARK: dict[str, Any] = {
    "date": "2026-11-28T00:00:00+00:00",
    "hardware": {"device": "a CPU", "precision": "float32", "threads": 1, "torch": "2"},
    "model": {"kind": "cvae", "channels": [16, 32]},
    "batch": 128,
    "flops_per_image": 9_500_000,
    "rounds": 3,
    "steps": 2,
    "clock": "processor",
    "rows": [
        {
            "name": name,
            "images_per_second": speed,
            "ratio": ratio,
            "ratio_range": [ratio - 0.1, ratio + 0.2],
            "flops_per_second": 2e10,
            "share_of_matrix_peak": 0.25,
        }
        for name, speed, ratio in (
            ("conventional loop, float32", 1000, 1.0),
            ("all factors", 1377, 1.377),
        )
    ],
    "importance_weighted": {"microseconds_per_sample_float32": 21.5},
}


def write(folder: Path, name: str, document: dict[str, Any]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(document))
    return folder


def test_what_has_no_file_is_not_yet_run(tmp_path: Path) -> None:
    text = model_fragments.numbers(tmp_path)
    assert text.count("| not yet run | not yet run |") == len(model_fragments.AIMS)


def test_a_result_stands_beside_its_aim(tmp_path: Path) -> None:
    text = model_fragments.numbers(write(tmp_path, "mnist-vae-cpu", RECORD))
    assert "hour of training | 90.12 | **86.79** | 87 |" in text
    assert "12,345 parameters" in text
    assert "looked at 2 times" in text
    assert "7 epochs in 20 minutes" in text
    assert "seed 3" in text


WRONG: list[tuple[tuple[str, ...], Any]] = [
    (("evaluation", "n"), 500),
    (("evaluation", "split"), "validation"),
    (("evaluation", "importance_samples"), 1000),
    (("evaluation", "binarization"), "threshold"),
    (("config", "objective", "samples"), 5),
    (("config", "objective", "beta"), 0.5),
    (("model",), "cvae"),
    (("data",), "fashion-mnist"),
]


@pytest.mark.parametrize(("path", "value"), WRONG, ids=str)
def test_what_is_not_the_result_of_its_row_is_refused(
    tmp_path: Path, path: tuple[str, ...], value: object
) -> None:
    planted = copy.deepcopy(RECORD)
    inner = planted
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = value
    with pytest.raises(SystemExit, match="is not the result of its row"):
        model_fragments.numbers(write(tmp_path, "mnist-vae-cpu", planted))


def test_speed_is_drawn_from_the_file(tmp_path: Path) -> None:
    text = model_fragments.speed(write(tmp_path, "cpu", BENCHMARK), tmp_path / "drawings")
    assert "| all factors | 1,377 | 1.38 | 20.0 | 25% |" in text
    assert text.count("<svg ") == 1
    assert "Not yet run" in text
    slower = copy.deepcopy(BENCHMARK)
    slower["rows"][1]["ratio"] = 0.7
    other = model_fragments.speed(write(tmp_path, "cpu", slower), tmp_path / "drawings")
    drawn, drawn_other = (part.partition("</svg>")[0] for part in (text, other))
    assert drawn != drawn_other
    assert "it is reached, at 1.38" in text
    assert "it is **not reached**, at 0.70" in other


def test_the_committed_results_are_what_their_rows_say(tmp_path: Path) -> None:
    results = Path(__file__).parents[2] / "docs" / "results"
    model_fragments.write(results, tmp_path)
    assert "--data-dir /" not in (tmp_path / "numbers.md").read_text()
    for file in (results / "numbers").glob("*.json"):
        assert file.stem in {aim.file for aim in model_fragments.AIMS}
