"""All experiments by name; only those that are asked for are imported."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from vaemodels.errors import ConfigError

if TYPE_CHECKING:
    from vaemodels.experiments.experiment import Experiment

# Name → module, in the order of the homework.
MODULES = {
    "prior-sampling": "prior_sampling",
    "two-terms": "two_terms",
    "entropy": "entropy",
    "one-sample": "one_sample",
    "reparameterization": "reparameterization",
    "overlap": "overlap",
    "missing-labels": "missing_labels",
    "discrete-latents": "discrete_latents",
    "collapse": "collapse",
}


def get(name: str) -> Experiment[Any]:
    """The experiment of that name.

    Raises:
        ConfigError: there is none; the message lists those that there are.
    """
    if name not in MODULES:
        raise ConfigError(f"There is no experiment {name!r}; there are {', '.join(MODULES)}.")
    module = import_module(f"vaemodels.experiments.{MODULES[name]}")
    experiment: Experiment[Any] = module.EXPERIMENT
    return experiment
