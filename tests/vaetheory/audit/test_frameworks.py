"""Other array libraries: values and gradients through JAX; Keras on whichever backend it has."""

from __future__ import annotations

import importlib.util
from typing import Any

import numpy as np
import pytest

import vaetheory.audit


def test_numpy_functions_need_no_other_library() -> None:
    def loss(x_hat: Any, x: Any, mu: Any, sigma: Any) -> Any:
        kl = 0.5 * np.sum(mu**2 + sigma**2 - 1 - 2 * np.log(sigma))
        return 0.5 * np.sum((x - x_hat) ** 2) + kl

    report = vaetheory.audit.audit(loss)
    assert (report.verdict.value, report.beta) == ("negative ELBO", 1)
    assert "arrays of numpy" in report.assumed[0]


@pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="JAX is not installed")
def test_jax_values_and_gradients() -> None:
    import jax
    import jax.numpy as jnp

    def loss(logits: Any, x: Any, mean: Any, logvar: Any) -> Any:
        bce = jnp.logaddexp(0, logits) - logits * x
        kl = -0.5 * (1 + logvar - mean**2 - jnp.exp(logvar))
        return jnp.mean(bce.sum(-1) + kl.sum(-1))

    def stopped(logits: Any, x: Any, mean: Any, logvar: Any) -> Any:
        return loss(logits, x, jax.lax.stop_gradient(mean), logvar)

    loss.__globals__["jnp"] = jnp
    try:
        right, wrong = vaetheory.audit.audit(loss), vaetheory.audit.audit(stopped)
    finally:
        del loss.__globals__["jnp"]
    assert (right.verdict.value, right.beta, right.findings) == ("negative ELBO", 1, [])
    assert "arrays of jax" in right.assumed[0]
    assert wrong.verdict.value == "wrong"
    assert {finding.name for finding in wrong.findings} == {"gradient"}


@pytest.mark.skipif(importlib.util.find_spec("keras") is None, reason="Keras is not installed")
def test_keras_ops() -> None:
    import keras

    def loss(y_true: Any, y_pred: Any, z_mean: Any, z_log_var: Any) -> Any:
        ops = keras.ops
        reconstruction = ops.sum(keras.losses.binary_crossentropy(y_true, y_pred))
        kl = -0.5 * (1 + z_log_var - ops.square(z_mean) - ops.exp(z_log_var))
        return ops.mean(reconstruction) + ops.sum(kl)

    loss.__globals__["keras"] = keras
    try:
        report = vaetheory.audit.audit(loss)
    finally:
        del loss.__globals__["keras"]
    assert (report.verdict.value, report.beta) == ("beta objective", "D")
