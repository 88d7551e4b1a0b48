"""One training step: gather, binarize, encode, decode, differentiate, update.

On a CPU, and with several processes, it runs eagerly. On one GPU the whole of it is captured in a
CUDA graph and replayed: a small model is bound by the launching of its kernels, not by their work.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from vaemodels.batches import draw
from vaemodels.config import Config, Objective, OptimizationConfig
from vaemodels.data import Dataset
from vaemodels.distributed import World
from vaemodels.hardware import autocast, dtype_of
from vaemodels.models import LatentVariableModel
from vaemodels.objectives import (
    ElboTerms,
    elbo,
    free_bits_kl,
    importance_weighted_bound,
    log_weights,
)

TOTALS = ("objective", "reconstruction", "kl", "images")


class ObjectiveModule(nn.Module):
    """The training objective as a module, so that DistributedDataParallel can wrap it."""

    def __init__(self, model: LatentVariableModel, config: Config, world: World) -> None:
        super().__init__()
        self.model = model
        self.config = config
        self.world = world

    def forward(self, x: Tensor, c: Tensor, noise: Tensor, beta: Tensor) -> tuple[Tensor, Tensor]:
        """Objective per example (B,), and its sums in the order of ``TOTALS``."""
        settings = self.config.objective
        with autocast(x.device, self.config.precision):
            if settings.bound is Objective.IMPORTANCE_WEIGHTED:
                weights = log_weights(self.model, x, c, noise)
                values = importance_weighted_bound(weights.log_w)
                reconstruction = weights.likelihood.mean(dim=0)
                kl = (weights.posterior - weights.prior).mean(dim=0)
            else:
                terms = elbo(self.model, x, c, noise)
                reconstruction, kl = terms.reconstruction, terms.kl
                values = reconstruction - beta * self._pushed_kl(terms)
        sums = torch.stack((values.sum(), reconstruction.sum(), kl.sum())).detach().double()
        return values, torch.cat((sums, sums.new_full((1,), len(x))))

    def _pushed_kl(self, terms: ElboTerms) -> Tensor:
        least = self.config.objective.free_bits
        if least == 0:
            return terms.kl
        batch_mean = self.world.mean(terms.kl_per_dimension.detach().mean(dim=0))
        return free_bits_kl(terms.kl_per_dimension, least, batch_mean)


def adam(model: nn.Module, settings: OptimizationConfig, device: torch.device) -> torch.optim.Adam:
    """Fused Adam; on CUDA with its learning rate in a tensor, so that a captured graph reads it."""
    cuda = device.type == "cuda"
    rate: float | Tensor = settings.learning_rate
    if cuda:
        rate = torch.tensor(settings.learning_rate, device=device)
    return torch.optim.Adam(model.parameters(), lr=rate, fused=True, capturable=cuda)


class TrainingStep:
    """``step(rows, learning_rate, beta)``: one update of the model from the images at ``rows``.

    Attributes:
        number: optimizer steps done, int64, on the device: the noise is keyed by it.
        totals: sums of ``TOTALS`` since they were last set to zero, float64.
    """

    def __init__(
        self,
        model: LatentVariableModel,
        optimizer: torch.optim.Optimizer,
        data: Dataset,
        config: Config,
        world: World,
        capture: bool = True,
    ) -> None:
        device = data.images.device
        self.data = data
        self.config = config
        self.optimizer = optimizer
        self.parameters = list(model.parameters())
        objective = ObjectiveModule(model, config, world)
        self.objective: nn.Module = objective
        if world.size > 1:
            ids = [device.index] if device.type == "cuda" else None
            self.objective = DistributedDataParallel(objective, device_ids=ids)
        self.number = torch.zeros((), dtype=torch.int64, device=device)
        self.totals = torch.zeros(len(TOTALS), dtype=torch.float64, device=device)
        self.beta = torch.zeros((), dtype=dtype_of(config.precision), device=device)
        size = config.optimization.batch // world.size
        self.rows = torch.zeros(size, dtype=torch.int64, device=device)
        self.graph: torch.cuda.CUDAGraph | None = None
        self.captures = capture and device.type == "cuda" and world.size == 1

    def __call__(self, rows: Tensor, learning_rate: float, beta: float) -> None:
        self.rows.copy_(rows, non_blocking=True)
        self.beta.fill_(beta)
        for group in self.optimizer.param_groups:
            if isinstance(group["lr"], Tensor):
                group["lr"].fill_(learning_rate)
            else:
                group["lr"] = learning_rate
        if self.captures and self.graph is None:
            self._capture()
        if self.graph is None:
            self._run()
        else:
            self.graph.replay()

    def _run(self) -> None:
        self.number += 1
        x, c, noise = draw(self.data, self.rows, self.config, self.number)
        values, sums = self.objective(x, c, noise, self.beta)
        self.optimizer.zero_grad(set_to_none=True)
        (-values.mean()).backward()
        clip = self.config.optimization.clip
        if clip > 0:
            nn.utils.clip_grad_norm_(self.parameters, clip, foreach=True)
        self.optimizer.step()
        self.totals += sums

    def _capture(self) -> None:
        """Warm up on a side stream, put everything back, and record the step.

        The warm-up steps really train, so parameters, optimizer and counters are restored
        in place: a captured run takes the same steps as an eager one.
        """
        kept = [(tensor, tensor.clone()) for tensor in self._state()]
        fresh = not self.optimizer.state
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(3):
                self._run()
        torch.cuda.current_stream().wait_stream(side)
        if fresh:
            for entries in self.optimizer.state.values():
                for tensor in entries.values():
                    tensor.zero_()
        with torch.no_grad():
            for tensor, value in kept:
                tensor.copy_(value)
        self.graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self.graph):
            self._run()

    def _state(self) -> list[Tensor]:
        moments = [
            tensor for entries in self.optimizer.state.values() for tensor in entries.values()
        ]
        return [*self.parameters, *moments, self.number, self.totals]
