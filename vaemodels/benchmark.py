"""How fast training is on this device, and what each trick is worth.

All loops train the same model on the same images, interleaved: every round times a few steps of
each in turn, and a ratio is the median of the ratios within rounds, so that a busy machine slows
all of them alike. The conventional loop is what tutorials do: a DataLoader over a TensorDataset of
floats, a sigmoid and binary cross-entropy, Adam, float32, eager.
"""

from __future__ import annotations

import dataclasses
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset
from torch.utils.flop_counter import FlopCounterMode

from vaemodels import pythae_loop
from vaemodels.config import Config, Device, Precision
from vaemodels.data import Dataset
from vaemodels.distributed import World
from vaemodels.evaluation import log_likelihood
from vaemodels.hardware import (
    LAYOUT,
    apply,
    autocast,
    describe,
    flushing_denormals,
    has_native_bfloat16,
    place,
    torch_device,
)
from vaemodels.models import ConvolutionalModel, build
from vaemodels.random import permutation
from vaemodels.steps import TrainingStep, adam

Loop = Callable[[int], None]
Advance = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Factors:
    """What distinguishes a fast loop from the conventional one.

    Attributes:
        resident: bytes on the device, gathered by index and binarized there; else a DataLoader
            over floats, and ``torch.bernoulli``.
        logits: cross-entropy from logits; else a sigmoid first.
        layout: memory format of the weights, which the convolutions follow.
        fused: Adam in one kernel.
        precision: float32, or bfloat16 autocast.
        subpixel: levels that the decoder's last, sub-pixel convolution undoes; 0: it ends with a
            transposed one instead. Other architectures: their rows are no ablations.
    """

    resident: bool = True
    logits: bool = True
    layout: torch.memory_format = torch.contiguous_format
    fused: bool = True
    precision: Precision = Precision.FLOAT32
    subpixel: int = 1


REFERENCE = "conventional loop, float32"
CONVENTIONAL = Factors(resident=False, logits=False, fused=False)


def plain_loop(config: Config, data: Dataset, factors: Factors) -> Loop:
    """A loop that has exactly these factors, written out without the package's own loop."""
    device = data.images.device
    shape = dataclasses.replace(config.model, subpixel=max(1, factors.subpixel))
    model = build(shape).to(device)
    if factors.subpixel == 0:
        last = nn.ConvTranspose2d(shape.channels[0], shape.image_shape[0], 4, 2, padding=1)
        model.decoder.image = nn.Sequential(*list(model.decoder.image)[:-2], last)
        model.to(device)
    model.to(memory_format=factors.layout)  # type: ignore[call-overload]
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=factors.fused)
    images = _resident(config, data) if factors.resident else _loaded(config, data)

    def run(steps: int) -> None:
        for _ in range(steps):
            x, c = next(images)
            with autocast(device, factors.precision):
                loss = _loss(model, x, c, factors.logits)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()

    return run


def package_loop(config: Config, data: Dataset, precision: Precision, capture: bool = True) -> Loop:
    """The loop that ``vaemodels train`` runs."""
    config = config.replace(precision=precision)
    device = data.images.device
    model = build(config.model)
    place(model, config)
    optimizer = adam(model, config.optimization, device)
    step = TrainingStep(model, optimizer, data, config, World(), capture=capture)
    rows = _rows(config, data)

    def run(steps: int) -> None:
        for _ in range(steps):
            step(next(rows), 1e-3, 1.0)

    return run


def _loss(model: ConvolutionalModel, x: Tensor, c: Tensor, logits: bool) -> Tensor:
    q = model.posterior(x, c).base_dist
    z = q.loc + q.scale * torch.randn_like(q.scale)
    output: Tensor = model.likelihood(z, c).base_dist.logits  # type: ignore[attr-defined]
    kl = 0.5 * (q.loc.square() + q.scale.square() - 1 - 2 * q.scale.log()).sum()
    if logits:
        bce = nn.functional.binary_cross_entropy_with_logits(output, x, reduction="sum")
    else:
        # Cross-entropy of probabilities is refused under autocast, so this is always in float32.
        with torch.autocast(x.device.type, enabled=False):
            bce = nn.functional.binary_cross_entropy(output.sigmoid(), x, reduction="sum")
    return (bce + kl) / len(x)


def _rows(config: Config, data: Dataset) -> Iterator[Tensor]:
    batch, epoch = config.optimization.batch, 0
    while True:
        order = permutation(0, epoch, len(data))
        for start in range(0, len(data) - batch + 1, batch):
            yield order[start : start + batch]
        epoch += 1


def _resident(config: Config, data: Dataset) -> Iterator[tuple[Tensor, Tensor]]:
    for rows in _rows(config, data):
        there = rows.to(data.images.device)
        levels = data.images[there].float() / 255
        yield (torch.rand_like(levels) < levels).float(), data.labels[there]


def _loaded(config: Config, data: Dataset) -> Iterator[tuple[Tensor, Tensor]]:
    device = data.images.device
    dataset = TensorDataset(data.images.cpu().float() / 255, data.labels.cpu())
    batch = config.optimization.batch
    loader = DataLoader(
        dataset, batch, shuffle=True, drop_last=True, pin_memory=device.type == "cuda"
    )
    while True:
        for levels, labels in loader:
            yield torch.bernoulli(levels.to(device)), labels.to(device)


def measure(
    config: Config, data: Dataset, rounds: int, steps: int, advance: Advance = lambda name: None
) -> dict[str, Any]:
    """Time every loop; the document that ``vaemodels benchmark --json`` prints.

    Args:
        config: model and batch, every ``auto`` resolved.
        data: training images, on the CPU.
        rounds: how often each loop is timed; one round more goes before, to warm up.
        steps: steps of one timing.
        advance: is told each time that a loop was timed.
    """
    data = data.to(apply(config))
    native = has_native_bfloat16(config.device)
    loops = _loops(config, data, native)
    seconds: dict[str, list[float]] = {name: [] for name in loops}
    with flushing_denormals():
        for number in range(rounds + 1):
            for name, (loop, _) in loops.items():
                taken = _time(config, partial(loop, steps))
                if number > 0:
                    seconds[name].append(taken / steps)
                advance(name)
    peaks = {precision: matrix_peak(config, precision) for precision in _precisions(native)}
    flops = flops_per_image(config)
    batch = config.optimization.batch
    return {
        "schema": 1,
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "hardware": describe(config),
        "model": config.to_json()["model"],
        "batch": batch,
        "clock": clock(config),
        "rounds": rounds,
        "steps": steps,
        "flops_per_image": flops,
        "matrix_peak_flops_per_second": {str(name): round(peak) for name, peak in peaks.items()},
        "rows": [
            _row(name, seconds[name], seconds[REFERENCE], batch, flops, peaks[precision])
            for name, (_, precision) in loops.items()
        ],
        "importance_weighted": importance_weighted(config, data, native),
    }


def _row(
    name: str, taken: list[float], reference: list[float], batch: int, flops: int, peak: float
) -> dict[str, Any]:
    ratios = [slow / fast for slow, fast in zip(reference, taken, strict=True)]
    speed = batch / statistics.median(taken)
    return {
        "name": name,
        "images_per_second": round(speed, 1),
        "ratio": round(statistics.median(ratios), 3),
        "ratio_range": [round(min(ratios), 3), round(max(ratios), 3)],
        "flops_per_second": round(speed * flops),
        "share_of_matrix_peak": round(speed * flops / peak, 4),
    }


def _loops(config: Config, data: Dataset, native: bool) -> dict[str, tuple[Loop, Precision]]:
    """Every row: its name, its loop, and the arithmetic whose peak it is compared with."""
    best = Factors(precision=_precisions(native)[-1], layout=LAYOUT, subpixel=config.model.subpixel)
    rows = {
        REFERENCE: dataclasses.replace(CONVENTIONAL, subpixel=config.model.subpixel),
        "all factors": best,
        "without resident data": dataclasses.replace(best, resident=False),
        "without logits": dataclasses.replace(best, logits=False),
        "without channels_last": dataclasses.replace(best, layout=torch.contiguous_format),
        "without fused Adam": dataclasses.replace(best, fused=False),
        "architecture: transposed last layer": dataclasses.replace(best, subpixel=0),
    }
    if len(config.model.channels) > 1:
        two = "architecture: last two levels sub-pixel"
        rows[two] = dataclasses.replace(best, subpixel=2)
    if native:
        rows["without bfloat16"] = dataclasses.replace(best, precision=Precision.FLOAT32)
        rows["conventional loop, bfloat16"] = dataclasses.replace(
            rows[REFERENCE], precision=Precision.BFLOAT16
        )
    loops = {
        name: (plain_loop(config, data, factors), factors.precision)
        for name, factors in rows.items()
    }
    for precision in _precisions(native):
        loops[f"vaemodels, {precision}"] = (package_loop(config, data, precision), precision)
    if pythae_loop.is_installed():
        trainer = pythae_loop.trainer_loop(config, data)
        loops["pythae's trainer, without a class"] = (trainer, Precision.FLOAT32)
    if config.device is Device.CUDA:
        loops["vaemodels without the CUDA graph"] = (
            package_loop(config, data, best.precision, capture=False),
            best.precision,
        )
    return loops


def importance_weighted(config: Config, data: Dataset, native: bool) -> dict[str, float]:
    """Microseconds per sample of z of the importance-weighted evaluation, by precision."""
    images, samples = (2000, 5000) if config.device is Device.CUDA else (64, 256)
    part = data.take(torch.arange(min(images, len(data)), device=data.images.device))
    found = {}
    for precision in _precisions(native):
        chosen = config.replace(precision=precision)
        model = build(chosen.model)
        place(model, chosen)
        log_likelihood(model, part, chosen, 64, World())
        work = partial(log_likelihood, model, part, chosen, samples, World())
        taken = _time(config, work)
        found[f"microseconds_per_sample_{precision}"] = round(
            1e6 * taken / (len(part) * samples), 3
        )
    return found


def flops_per_image(config: Config) -> int:
    """Floating-point operations of one training step, forward and backward, per image."""
    model = build(config.model)
    batch = 8
    x = torch.rand(batch, *config.model.image_shape)
    with FlopCounterMode(display=False) as counter:
        _loss(model, x.round(), torch.zeros(batch, dtype=torch.int64), logits=True).backward()
    return int(counter.get_total_flops() // batch)


def matrix_peak(config: Config, precision: Precision) -> float:
    """Measured floating-point operations per second of large matrix products."""
    size = 8192 if config.device is Device.CUDA else 1024
    dtype = torch.bfloat16 if precision is Precision.BFLOAT16 else torch.float32
    a = torch.randn(size, size, device=torch_device(config.device)).to(dtype)
    times = [_time(config, lambda: a @ a) for _ in range(8)]
    return 2 * size**3 / min(times)


def _precisions(native: bool) -> list[Precision]:
    return [Precision.FLOAT32, *([Precision.BFLOAT16] if native else [])]


def _time(config: Config, work: Callable[[], object]) -> float:
    """Seconds that ``work`` takes, by ``clock``."""
    read = time.process_time if clock(config) == "processor" else time.perf_counter
    start = read()
    work()
    if config.device is Device.CUDA:
        torch.cuda.synchronize()
    return read() - start


def clock(config: Config) -> str:
    """``processor`` for one CPU thread, whose time others on the machine cannot take; else
    ``wall``."""
    return "processor" if config.device is Device.CPU and config.threads == 1 else "wall"
