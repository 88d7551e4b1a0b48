"""Which device, arithmetic and number of threads a run uses, and how a result names them."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import torch
from torch.nn import Module

from vaemodels.config import Config, Device, Precision
from vaemodels.errors import ConfigError


def resolve(config: Config) -> Config:
    """``config`` with every ``auto`` replaced by what this machine has.

    Raises:
        ConfigError: CUDA or bfloat16 was asked for and there is none.
    """
    device = config.device
    if device is Device.AUTO:
        device = Device.CUDA if torch.cuda.is_available() else Device.CPU
    if device is Device.CUDA and not torch.cuda.is_available():
        raise ConfigError("--device cuda: torch finds no CUDA device here. Use --device cpu.")
    precision = config.precision
    if precision is Precision.AUTO:
        native = has_native_bfloat16(device)
        precision = Precision.BFLOAT16 if native else Precision.FLOAT32
    threads = config.threads
    if threads == 0:
        threads = free_cores() if device is Device.CPU else torch.get_num_threads()
    return config.replace(device=device, precision=precision, threads=threads)


def apply(config: Config) -> torch.device:
    """Give torch the number of threads that ``config`` says; return its device."""
    torch.set_num_threads(config.threads)
    return torch_device(config.device)


@contextmanager
def flushing_denormals() -> Iterator[None]:
    """Take numbers below the normal range as zero on the CPU while training.

    They come up once a loss has converged (in the moments of Adam), and take many times longer.
    Afterwards the process computes as it did before: others in it may count on them.
    """
    before = float(torch.tensor(5e-324, dtype=torch.float64) * 1.0) == 0.0
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(before)


def usable(config: Config) -> Config:
    """``config`` of a run made elsewhere, with ``auto`` for a device that is not here."""
    if config.device is Device.CUDA and not torch.cuda.is_available():
        return config.replace(device=Device.AUTO, precision=Precision.AUTO, threads=0)
    return config


def has_native_bfloat16(device: Device) -> bool:
    """Whether matrix products in bfloat16 are done by the hardware, not emulated."""
    if device is Device.CUDA:
        return torch.cuda.get_device_capability() >= (8, 0)
    cpu_has = (
        getattr(torch.cpu, "_is_avx512_bf16_supported", None),
        getattr(torch.cpu, "_is_amx_tile_supported", None),
    )
    return any(probe() for probe in cpu_has if probe is not None)


def free_cores(interval: float = 0.2) -> int:
    """Cores that this process may use and that were idle during ``interval`` seconds, at least 1.

    More threads than free cores wait for each other in every parallel region.
    """
    allowed = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else None
    if allowed is None or not Path("/proc/stat").exists():
        return os.cpu_count() or 1
    before = _idle_ticks(allowed)
    start = time.monotonic()
    time.sleep(interval)
    elapsed = (time.monotonic() - start) * os.sysconf("SC_CLK_TCK")
    idle = (_idle_ticks(allowed) - before) / elapsed
    return min(len(allowed), max(1, round(idle)))


def _idle_ticks(cores: set[int]) -> int:
    """Ticks that these cores spent idle since boot (fields idle and iowait of /proc/stat)."""
    ticks = 0
    for line in Path("/proc/stat").read_text().splitlines():
        name, *fields = line.split()
        if name.startswith("cpu") and name[3:].isdigit() and int(name[3:]) in cores:
            ticks += int(fields[3]) + int(fields[4])
    return ticks


def torch_device(device: Device) -> torch.device:
    """The device of this process: under torchrun, each process has a GPU of its own."""
    if device is Device.CUDA:
        return torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))
    return torch.device("cpu")


def place(model: Module, config: Config) -> None:
    """Move ``model`` to the device of ``config``, in its arithmetic and in the faster layout."""
    device = torch_device(config.device)
    model.to(device, dtype_of(config.precision), memory_format=LAYOUT)  # type: ignore[call-overload]


LAYOUT = torch.channels_last
"""Memory format of the weights, which the convolutions follow: what tensor cores want, and on a CPU
the faster one too (``vaemodels benchmark`` measures it)."""


def dtype_of(precision: Precision) -> torch.dtype:
    """Type of the parameters and of the noise."""
    return torch.float64 if precision is Precision.FLOAT64 else torch.float32


def autocast(device: torch.device, precision: Precision) -> AbstractContextManager[object]:
    """Networks in bfloat16 where that was chosen; parameters and probabilities stay float32."""
    enabled = precision is Precision.BFLOAT16
    # The cache of cast weights must not outlive one replay of a captured graph.
    return torch.autocast(
        device.type, torch.bfloat16, enabled=enabled, cache_enabled=device.type == "cpu"
    )


def describe(config: Config) -> dict[str, str | int]:
    """Device and versions, as a result file states them."""
    return {
        "device": device_name(config.device),
        "precision": str(config.precision),
        "threads": config.threads,
        "torch": str(torch.__version__),
        "python": platform.python_version(),
        "system": platform.system(),
    }


def device_name(device: Device) -> str:
    """Name of the GPU or the CPU."""
    if device is Device.CUDA:
        return str(torch.cuda.get_device_name())
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
