"""Two processes take the steps that one takes, and evaluate to the same numbers."""

from __future__ import annotations

import json
import multiprocessing
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from vaemodels import checkpoints
from vaemodels import data as datasets
from vaemodels.config import Config, Device, Objective, Precision
from vaemodels.distributed import World, world
from vaemodels.evaluation import evaluate
from vaemodels.random import Stream, normal
from vaemodels.training import Trainer, read_metrics

CHANGES: dict[str, dict[str, Any]] = {
    "elbo": {},
    "free bits": {"free_bits": 0.3},
    "importance weights": {"bound": Objective.IMPORTANCE_WEIGHTED, "samples": 3},
    "clipped": {"clip": 0.5},
}


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def train_and_evaluate(plain: dict[str, Any], folder: Path, members: World) -> None:
    """Every objective in turn; the leading process writes what the evaluation says."""
    config = Config.from_json(plain)
    splits = datasets.load(config.data)
    for name, changes in CHANGES.items():
        changed = config.replace(**changes)
        trainer = Trainer(changed, splits, folder / name, world=members)
        trainer.fit()
        result = evaluate(trainer.model, splits.test, changed, 70, members)
        if members.leads:
            (folder / name / "evaluation.json").write_text(json.dumps(result.to_json()))


def child(rank: int, size: int, port: int, plain: dict[str, Any], folder: Path) -> None:
    os.environ |= {"RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": str(size)}
    os.environ |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    with world(Device.CPU) as members:
        train_and_evaluate(plain, folder, members)


def test_two_processes_train_as_one(config: Config, tmp_path: Path) -> None:
    plain = config.replace(precision=Precision.FLOAT64, epochs=2).to_json()
    train_and_evaluate(plain, tmp_path / "of 1", World())
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["pytest", "torch._dynamo", "vaemodels.training"])
    port = free_port()
    processes = [
        context.Process(target=child, args=(rank, 2, port, plain, tmp_path / "of 2"))
        for rank in range(2)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
    assert [process.exitcode for process in processes] == [0, 0]
    for name in CHANGES:
        compare(tmp_path / "of 1" / name, tmp_path / "of 2" / name)


def compare(alone: Path, together: Path) -> None:
    """Equal to rounding: the order in which gradients are summed is all that differs."""
    one, two = (checkpoints.load(folder / "checkpoint.pt") for folder in (alone, together))
    assert one.position.step == two.position.step == 8
    for name, parameter in one.model.items():
        torch.testing.assert_close(
            two.model[name], parameter, rtol=1e-9, atol=1e-11, msg=f"{alone.name}: {name}"
        )
    for line, other in zip(read_metrics(alone), read_metrics(together), strict=True):
        for key in ("train_elbo", "train_objective", "validation_elbo"):
            assert other[key] == pytest.approx(line[key], rel=1e-9)
    first, second = (
        json.loads((folder / "evaluation.json").read_text()) for folder in (alone, together)
    )
    for key in ("elbo", "nll", "reconstruction", "kl"):
        assert second[key] == pytest.approx(first[key], rel=1e-8)
    assert first["n"] == second["n"] == 20


def test_noise_keyed_by_the_process_would_be_noticed(config: Config) -> None:
    """The fault that the test above is there to catch: every rank drawing the noise of rank 0."""
    whole = normal(config.seed, Stream.LATENT, 1, torch.arange(16), 2, torch.float64)
    wrong = normal(config.seed, Stream.LATENT, 1, torch.arange(8), 2, torch.float64)
    assert torch.equal(whole[:8], wrong)
    assert not torch.isclose(whole[8:], wrong).any()


@pytest.mark.slow
def test_torchrun_trains_and_evaluates(
    npz: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``torchrun --nproc-per-node 2 -m vaemodels …``: files and output of one process only."""
    monkeypatch.chdir(tmp_path)
    run = Path("runs") / "vae-tiny-1"
    options = ["--data", str(npz), "--channels", "4", "--epochs", "2", "--batch", "16"]
    for arguments in (
        ["train", "vae", *options, "--no-figures", "--json"],
        ["evaluate", str(run), "--importance-samples", "3", "--json"],
    ):
        start = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2"]
        start += ["--master-addr", "127.0.0.1", "--master-port", str(free_port())]
        done = subprocess.run(
            [*start, "-m", "vaemodels", *arguments],
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["schema"] == 1
    assert len(read_metrics(run)) == 2
    assert [path.name for path in Path("runs").iterdir()] == ["vae-tiny-1"]
