"""Killed with SIGKILL at any moment and resumed, a run ends in the bytes of one never stopped."""

from __future__ import annotations

import multiprocessing
import random
import signal
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from tests.vaemodels.test_training import outcome
from vaemodels import checkpoints
from vaemodels import data as datasets
from vaemodels.config import Config
from vaemodels.training import Trainer


def train_or_resume(plain: dict[str, Any], folder: Path, save_every: float) -> None:
    config = Config.from_json(plain)
    path = folder / checkpoints.LAST
    checkpoint = checkpoints.load(path) if path.exists() else None
    splits = datasets.load(config.data)
    Trainer(config, splits, folder, checkpoint=checkpoint, save_every=save_every).fit()


def child(plain: dict[str, Any], folder: Path, save_every: float, ready: Connection) -> None:
    ready.send("running")
    train_or_resume(plain, folder, save_every)


@pytest.mark.parametrize(
    ("save_every", "wanted"), [(0.0, 20), (1e9, 6)], ids=["inside epochs", "between epochs"]
)
def test_killed_at_random_moments(
    config: Config, tmp_path: Path, save_every: float, wanted: int
) -> None:
    config = config.replace(epochs=12)
    train_or_resume(config.to_json(), tmp_path / "whole", save_every)
    expected = outcome(tmp_path / "whole")
    # A server that has imported everything once (torch.optim imports torch._dynamo when it is
    # first used): each child is there in a blink.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["pytest", "torch._dynamo", "vaemodels.training"])
    chance = random.Random(5)
    kills, run, longest = 0, 0, 0.3
    struck: set[int] = set()

    def more() -> bool:
        """Until there were enough kills, at many places: where they strike is up to the machine."""
        return kills < wanted or (len(struck) <= 3 and kills < 10 * wanted)

    while more() or run == 0:
        folder = tmp_path / f"run{run}"
        receiver, sender = context.Pipe(duplex=False)
        process = context.Process(target=child, args=(config.to_json(), folder, save_every, sender))
        process.start()
        receiver.recv()
        process.join(chance.uniform(0.0, longest) if more() else 60)
        process.kill()
        process.join()
        if process.exitcode == 0:
            assert outcome(folder) == expected
            run += 1
            continue
        assert process.exitcode == -signal.SIGKILL
        kills += 1
        step = _step(folder)
        if step in struck:
            # A slow machine: give the next child more time to come further.
            longest *= 1.1
        struck.add(step)
    assert len(struck) > 3, f"the kills must strike at many places, not only at {struck}"


def _step(folder: Path) -> int:
    path = folder / checkpoints.LAST
    return checkpoints.load(path).position.step if path.exists() else -1
