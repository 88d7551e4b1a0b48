"""What ``auto`` becomes, and what is refused."""

from __future__ import annotations

import os

import pytest
import torch

from vaemodels import hardware
from vaemodels.config import Config, Device, Precision
from vaemodels.errors import ConfigError


@pytest.fixture
def without_cuda(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)


@pytest.mark.usefixtures("without_cuda")
def test_auto_is_resolved() -> None:
    found = hardware.resolve(Config())
    assert found.device is Device.CPU
    assert found.precision in (Precision.FLOAT32, Precision.BFLOAT16)
    assert 1 <= found.threads <= (os.cpu_count() or 1)
    assert hardware.resolve(found) == found


@pytest.mark.usefixtures("without_cuda")
def test_what_was_asked_for_is_kept() -> None:
    asked = Config().replace(precision=Precision.FLOAT64, threads=3)
    found = hardware.resolve(asked)
    assert (found.precision, found.threads) == (Precision.FLOAT64, 3)


@pytest.mark.usefixtures("without_cuda")
def test_a_missing_gpu_is_said() -> None:
    with pytest.raises(ConfigError, match=r"no CUDA device here\. Use --device cpu"):
        hardware.resolve(Config().replace(device=Device.CUDA))


@pytest.mark.usefixtures("without_cuda")
@pytest.mark.parametrize("native", [True, False])
def test_bfloat16_is_chosen_only_where_the_cpu_has_it(
    monkeypatch: pytest.MonkeyPatch, native: bool
) -> None:
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: native, raising=False)
    monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: False, raising=False)
    expected = Precision.BFLOAT16 if native else Precision.FLOAT32
    assert hardware.resolve(Config()).precision is expected


def test_busy_cores_are_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    allowed = len(os.sched_getaffinity(0))
    ticks = iter([100, 100])
    monkeypatch.setattr(hardware, "_idle_ticks", lambda cores: next(ticks))
    assert hardware.free_cores(interval=0.01) == 1
    plenty = iter([0, 10**9])
    monkeypatch.setattr(hardware, "_idle_ticks", lambda cores: next(plenty))
    assert hardware.free_cores(interval=0.01) == allowed


@pytest.mark.parametrize("before", [False, True])
def test_denormals_are_flushed_for_a_while_only(before: bool) -> None:
    tiny = torch.tensor(5e-324, dtype=torch.float64)
    torch.set_flush_denormal(before)
    try:
        with hardware.flushing_denormals():
            assert float(tiny * 1.0) == 0.0
        assert (float(tiny * 1.0) == 0.0) is before
    finally:
        torch.set_flush_denormal(False)


def test_the_description_names_what_matters() -> None:
    found = hardware.describe(hardware.resolve(Config().replace(device=Device.CPU)))
    assert found.keys() == {"device", "precision", "threads", "torch", "python", "system"}
    assert found["device"]
    assert found["torch"] == torch.__version__
