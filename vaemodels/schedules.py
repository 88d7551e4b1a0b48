"""What changes while training goes on, as functions of the step."""

from __future__ import annotations


def learning_rate(peak: float, decay: float, step: int, steps: int) -> float:
    """Constant, then linear to zero over the last ``decay`` of all ``steps``.

    >>> [learning_rate(1.0, 0.5, step, 8) for step in range(0, 8, 2)]
    [1.0, 1.0, 1.0, 0.5]
    """
    left, tail = steps - step, decay * steps
    return peak if left >= tail else peak * left / tail


def warmup(beta: float, epoch: float, epochs: float) -> float:
    """Weight of the KL at a (fractional) epoch: grows linearly from 0 to β over ``epochs``
    (Bowman et al. 2016).

    >>> [warmup(2.0, epoch, 4.0) for epoch in (0, 1, 4, 5)]
    [0.0, 0.5, 2.0, 2.0]
    """
    return beta if epochs == 0 else beta * min(1.0, epoch / epochs)
