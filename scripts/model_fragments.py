"""Markdown fragments about the models' numbers and speed, from the result files that are committed.

A number is shown only if a file holds it; what has no file is "not yet run".
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import page_figures

Document = dict[str, Any]


@dataclass(frozen=True)
class Aim:
    """A row of the table of numbers: which file holds it, and what it is held against."""

    file: str
    data: str
    model: str
    setting: str
    nll: float


ONE_THREAD_AIM = 1.25

AIMS = (
    Aim("mnist-vae-cpu", "MNIST", "VAE", "CPU, at most an hour of training", 87.0),
    Aim("mnist-cvae-cpu", "MNIST", "CVAE", "CPU, at most an hour of training", 85.0),
    Aim("mnist-vae-gpu", "MNIST", "VAE", "one GPU", 81.5),
    Aim("mnist-cvae-gpu", "MNIST", "CVAE", "one GPU", 79.5),
    Aim("fashion-mnist-vae-gpu", "Fashion-MNIST", "VAE", "one GPU", 227.0),
)


def numbers(folder: Path) -> str:
    """The table of results beside their aims, and how each was made."""
    head = "| data | model | where | −ELBO | NLL, IW-5000 | aim |", "|---|---|---|---:|---:|---:|"
    rows, sections = [], []
    for aim in AIMS:
        path = folder / f"{aim.file}.json"
        start = f"| {aim.data} | {aim.model} | {aim.setting} |"
        if not path.exists():
            rows.append(f"{start} not yet run | not yet run | {aim.nll:g} |")
            continue
        found = _checked(json.loads(path.read_text(encoding="utf-8")), aim)
        evaluation = found["evaluation"]
        rows.append(
            f"{start} {-evaluation['elbo']:.2f} | **{evaluation['nll']:.2f}** | {aim.nll:g} |"
        )
        sections.append(_origin(aim, found))
    return "\n".join([*head, *rows]) + "\n\n" + "\n\n".join(sections)


def _checked(found: Document, aim: Aim) -> Document:
    """The document, if it is what its row says: all test images, dynamic binarization, K = 1."""
    config, evaluation = found["config"], found["evaluation"]
    is_what_it_says = (
        found["data"] == aim.data.lower()
        and found["model"] == aim.model.lower()
        and (evaluation["split"], evaluation["n"]) == ("test", 10_000)
        and evaluation["importance_samples"] >= 5000
        and evaluation["binarization"] == "dynamic"
        and (config["objective"]["bound"], config["objective"]["samples"]) == ("elbo", 1)
        and config["objective"]["beta"] == 1
    )
    if not is_what_it_says:
        raise SystemExit(f"docs/results/numbers/{aim.file}.json is not the result of its row")
    return found


def _origin(aim: Aim, found: Document) -> str:
    training, evaluation = found["training"], found["evaluation"]
    hardware, model = training["hardware"], found["config"]["model"]
    threads = f"{hardware['threads']} thread" + ("s" if hardware["threads"] > 1 else "")
    about = [
        f"{found['parameters']:,} parameters, {model['latent']} latent dimensions, of which "
        f"{evaluation['active_units']} are active; rate {evaluation['rate']:.2f}, distortion "
        f"{evaluation['distortion']:.2f} nats.",
        f"Trained {training['epochs']} epochs in {training['seconds'] / 60:.0f} minutes (by the "
        f"clock), kept the one with the best validation ELBO ({training['best_epoch']}); "
        f"evaluated in {evaluation['seconds'] / 60:.0f} minutes.",
        f"{hardware['device']}, {hardware['precision']}, {threads}, torch {hardware['torch']}; "
        f"seed {evaluation['seed']}; {evaluation['date'][:10]}. The test images were looked at "
        f"{_times(evaluation['test_evaluations'])}.",
    ]
    if evaluation.get("conditional_accuracy") is not None:
        about.append(
            f"A small classifier, right on {evaluation['classifier_accuracy']:.1%} of real test "
            f"images, finds the right class in {evaluation['conditional_accuracy']:.1%} of the "
            "conditional samples."
        )
    if evaluation.get("probe_accuracy") is not None:
        about.append(
            f"A linear classifier reads the class off z for {evaluation['probe_accuracy']:.1%} of "
            f"the test images (chance: {evaluation['chance']:.1%})."
        )
    commands = "\n".join(found["commands"])
    title = f"### {aim.data}, {aim.model}, {aim.setting}"
    return "\n\n".join([title, " ".join(about), f"```\n{commands}\n```"])


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def speed(folder: Path, drawings: Path) -> str:
    """A section for each benchmark file: table and figure."""
    files = sorted(folder.glob("*.json"))
    found = [json.loads(path.read_text(encoding="utf-8")) for path in files]
    devices = [_benchmark(path.stem, one, drawings) for path, one in zip(files, found, strict=True)]
    if not any(one["hardware"]["precision"] == "bfloat16" for one in found):
        devices.append("## A device with bfloat16, a GPU\n\nNot yet run: none was at hand.")
    return "\n\n".join(devices)


def _benchmark(name: str, found: Document, drawings: Path) -> str:
    from vaemodels import charts

    hardware, model = found["hardware"], found["model"]
    rows = found["rows"]
    ratios = [row["ratio"] for row in rows]
    ranges = [row["ratio_range"] for row in rows]
    bars = charts.Bars(
        title="Speed beside the conventional loop",
        x="images per second, ratio: median and range",
        labels=[row["name"] for row in rows],
        values=ratios,
        low=[low for low, _ in ranges],
        high=[high for _, high in ranges],
        level=1.0,
    )
    drawing = charts.save(charts.chart([bars]), drawings, f"speed-{name}")
    levels = " and ".join(map(str, model["channels"]))
    caption = (
        f"{model['kind'].upper()} with {levels} channels, batch {found['batch']}, "
        f"{found['flops_per_image'] / 1e6:.1f} MFLOP per image and step, "
        f"{found['rounds']} rounds of {found['steps']} steps, {found['clock']} time. "
        f"{hardware['device']}, {hardware['threads']} thread(s), torch {hardware['torch']}, "
        f"{found['date'][:10]}."
    )
    table = [
        "| loop | images/s | ratio | GFLOP/s | of the matrix peak |",
        "|---|---:|---:|---:|---:|",
        *(
            f"| {row['name']} | {row['images_per_second']:,.0f} | {row['ratio']:.2f} | "
            f"{row['flops_per_second'] / 1e9:.1f} | {row['share_of_matrix_peak']:.0%} |"
            for row in rows
        ),
    ]
    importance = [
        f"Importance-weighted evaluation in {key.removeprefix('microseconds_per_sample_')}: "
        f"{value:.1f} µs per sample of z."
        for key, value in found["importance_weighted"].items()
    ]
    parts = [f"## {hardware['device']}", page_figures.inline(drawing, caption), "\n".join(table)]
    parts += _against_the_aim(found)
    return "\n\n".join([*parts, *importance])


def _against_the_aim(found: Document) -> list[str]:
    """A sentence on what was aimed at on this kind of device; none where nothing was."""
    hardware = found["hardware"]
    if hardware["threads"] != 1 or hardware["precision"] != "float32":
        return []
    ratio = next(row["ratio"] for row in found["rows"] if row["name"] == "all factors")
    reached = "reached" if ratio >= ONE_THREAD_AIM else "**not reached**"
    return [
        f"The aim for one CPU thread in float32 is {ONE_THREAD_AIM:g} times the conventional loop "
        f"with all factors; on this device it is {reached}, at {ratio:.2f}."
    ]


def write(results: Path, fragments: Path) -> None:
    """`numbers.md` and `speed.md` into the folder `fragments`."""
    fragments.mkdir(parents=True, exist_ok=True)
    pages: Sequence[tuple[str, str]] = (
        ("numbers.md", numbers(results / "numbers")),
        ("speed.md", speed(results / "benchmark", fragments)),
    )
    for name, text in pages:
        (fragments / name).write_text(text + "\n", encoding="utf-8")
