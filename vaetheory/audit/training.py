"""Stand-ins for what a training step takes beside the model: an optimizer, a loader, a logger."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from vaetheory.audit.names import plain

_HELPERS = re.compile(
    r"(.*_)?(optim|optimi[sz]ers?|opt|opts|scheduler|sched|scaler|grad_scaler|logger|writer|"
    r"tb_writer|wandb|accelerator|fabric|pbar|progress(_bar)?|progbar|ema|meter|tracker|"
    r"summary_writer|tensorboard)(_.*)?"
)
_LOADERS = re.compile(
    r"(.*_)?(loader|dataloader|data_loader|train_dl|trainloader|train_iter|train_ds|dl|iterator|"
    r"train_set)(_.*)?"
)


def is_helper(name: str) -> bool:
    """Whether a name is that of an optimizer, scheduler, logger or the like.

    >>> is_helper("optimizer"), is_helper("opt_vae"), is_helper("lr_scheduler"), is_helper("mu")
    (True, True, True, False)
    """
    return _HELPERS.fullmatch(plain(name)) is not None


def is_loader(name: str) -> bool:
    """Whether a name is that of something which gives batches.

    >>> is_loader("train_loader"), is_loader("dataloader"), is_loader("data")
    (True, True, False)
    """
    return _LOADERS.fullmatch(plain(name)) is not None


_WEIGHTS = re.compile(r"trainable_(weights|variables)|params|opt_state|batch_stats|variables")


def is_weights(name: str) -> bool:
    """Whether an attribute of a model or of a training state holds its weights.

    >>> is_weights("params"), is_weights("trainable_weights"), is_weights("beta")
    (True, True, False)
    """
    return _WEIGHTS.fullmatch(name) is not None


class Absorbing:
    """Answers every attribute, call and item with itself, and is an empty context."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        # `scaler.scale(loss)`, `accelerator.prepare(model)`: what is handed in comes back.
        return args[0] if len(args) == 1 and not kwargs else self

    def __getitem__(self, key: Any) -> Any:
        return self

    def __enter__(self) -> Absorbing:
        return self

    def __exit__(self, *stop: object) -> None:
        return None


class OneBatch(list[Any]):
    """A loader with one batch, whose `dataset` has as many examples as the batch."""

    def __init__(self, batch: Any, size: int) -> None:
        super().__init__([batch])
        self.dataset = range(size)
        self.batch_size = size

    def __iter__(self) -> Iterator[Any]:
        return super().__iter__()
