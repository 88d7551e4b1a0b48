"""The benchmark's row for pythae, where it is installed; none of it is needed where it is not."""

from __future__ import annotations

import pytest
import torch

from vaemodels import benchmark, pythae_loop
from vaemodels.config import Kind, preset
from vaemodels.data import Dataset
from vaemodels.hardware import resolve
from vaemodels.networks import Encoder


def test_it_trains_our_networks() -> None:
    pytest.importorskip("pythae")
    config = preset("small", Kind.CVAE).replace(batch=4)
    images = torch.randint(0, 256, (16, 1, 28, 28), dtype=torch.uint8)
    labels = torch.zeros(16, dtype=torch.int64)
    data = Dataset(images=images, labels=labels, indices=torch.arange(16), classes=("0",))
    run = pythae_loop.trainer_loop(config, data)
    seen = {}
    forward = Encoder.forward

    def counted(self: Encoder, x: torch.Tensor) -> torch.Tensor:
        seen[id(self)] = seen.get(id(self), 0) + len(x)
        return forward(self, x)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Encoder, "forward", counted)
        run(6)
    assert list(seen.values()) == [6 * 4]


@pytest.mark.parametrize("installed", [False, True])
def test_the_benchmark_has_its_row_where_it_is_installed(
    installed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pythae_loop, "is_installed", lambda: installed)
    monkeypatch.setattr(pythae_loop, "trainer_loop", lambda config, data: lambda steps: None)
    config = resolve(preset("small", Kind.CVAE).replace(batch=4, threads=1, device="cpu"))
    images = torch.zeros((16, 1, 28, 28), dtype=torch.uint8)
    labels = torch.zeros(16, dtype=torch.int64)
    data = Dataset(images=images, labels=labels, indices=torch.arange(16), classes=("0",))
    rows = benchmark._loops(config, data, native=False)
    assert any("pythae" in name for name in rows) is installed
