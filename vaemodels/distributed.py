"""The processes that train together: one, or those that ``torchrun`` started."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
import torch.distributed as dist
from torch import Tensor

from vaemodels.config import Device
from vaemodels.hardware import torch_device


@dataclass(frozen=True, kw_only=True)
class World:
    """``size`` processes, of which this is number ``rank``."""

    rank: int = 0
    size: int = 1

    @property
    def leads(self) -> bool:
        """Whether this process writes the files and speaks to the user."""
        return self.rank == 0

    def sum(self, tensor: Tensor) -> Tensor:
        """Sum over all processes, the same on each."""
        if self.size == 1:
            return tensor
        total = tensor.clone()
        dist.all_reduce(total)
        return total

    def mean(self, tensor: Tensor) -> Tensor:
        """Mean over all processes, the same on each."""
        return self.sum(tensor) / self.size

    def agree(self, text: str) -> str:
        """What the leading process says."""
        if self.size == 1:
            return text
        said = [text]
        dist.broadcast_object_list(said)
        return said[0]

    def wait(self) -> None:
        """Go on when every process is here."""
        if self.size > 1:
            dist.barrier()


def is_leading_process() -> bool:
    """Whether this process speaks to the user, as far as the environment tells."""
    return os.environ.get("RANK", "0") == "0"


@contextmanager
def world(device: Device) -> Iterator[World]:
    """Join the processes that ``torchrun`` announced in the environment, or be alone."""
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        yield World()
        return
    if device is Device.CUDA:
        torch.cuda.set_device(torch_device(device))
    dist.init_process_group("nccl" if device is Device.CUDA else "gloo")
    try:
        yield World(rank=dist.get_rank(), size=size)
    finally:
        dist.destroy_process_group()
