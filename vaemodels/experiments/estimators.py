"""Estimators of ∇_φ E_q[f(z)], as weights and surrogates; the samples are dimension 0."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor


def leave_one_out(f: Tensor) -> Tensor:
    """f_s minus the mean of the other samples' f, along dimension 0 (at least 2 samples).

    The mean of the others does not depend on z_s, so E[(f_s − b) ∇ log q(z_s)] = E[f ∇ log q]
    (Mnih & Rezende 2016; Kool, van Hoof & Welling 2019).

    >>> import torch
    >>> leave_one_out(torch.tensor([1.0, 2.0, 6.0])).tolist()
    [-3.0, -1.5, 4.5]
    """
    if f.shape[0] < 2:
        raise ValueError("A leave-one-out baseline needs at least 2 samples.")
    return (f - f.mean(0)) * (f.shape[0] / (f.shape[0] - 1))


def score_surrogate(f: Tensor, log_q: Tensor, baseline: bool) -> Tensor:
    """A scalar per example whose gradient in φ is the score-function estimate of ∇_φ E_q[f].

    Mean over samples of f ∇ log q; f is held constant there, and keeps its own gradient with
    respect to everything else (the decoder), which is added.
    """
    weight = (leave_one_out(f) if baseline else f).detach()
    return (f + weight * (log_q - log_q.detach())).mean(0)


@dataclass(frozen=True, eq=False)
class Spread:
    """Sums over estimates of one gradient, from which mean and total variance follow."""

    count: int
    total: Tensor
    squares: float

    @property
    def mean(self) -> Tensor:
        return self.total / self.count

    @property
    def variance(self) -> float:
        """Trace of the covariance, unbiased."""
        mean_square = self.squares / self.count - float(self.mean.square().sum())
        return mean_square * self.count / (self.count - 1)


def spread(estimates: Tensor) -> Spread:
    """Of estimates (N, D)."""
    flat = estimates.double()
    return Spread(len(flat), flat.sum(0), float(flat.square().sum()))


def join(one: Spread, other: Spread) -> Spread:
    """Of both together."""
    return Spread(one.count + other.count, one.total + other.total, one.squares + other.squares)
