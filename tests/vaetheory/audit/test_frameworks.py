"""Other array libraries: values and gradients through JAX; Keras on whichever backend it has."""

from __future__ import annotations

import importlib.util
import textwrap
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import vaetheory.audit
from vaetheory.audit import layout_choice
from vaetheory.audit.frameworks.plain_numpy import Numpy
from vaetheory.audit.loading import load


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


def _jax_module(tmp_path: Path, name: str, body: str) -> Any:
    head = "import jax\nimport jax.numpy as jnp\n"
    path = tmp_path / "losses.py"
    path.write_text(head + textwrap.dedent(body), encoding="utf-8")
    return load(f"{path}:{name}").function


@pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="JAX is not installed")
def test_jax_vmap_is_compiled_and_broadcasts_are_seen(tmp_path: Path) -> None:
    loss = _jax_module(tmp_path, "loss", """
        @jax.vmap
        def kl(mean, logvar):
            return -0.5 * jnp.sum(1 + logvar - mean**2 - jnp.exp(logvar))

        def loss(recon_x, x, mean, logvar):
            rec = jnp.sum((x - recon_x) ** 2, axis=-1, keepdims=True)
            return jnp.mean(rec + kl(mean, logvar))
        """)  # fmt: skip
    begun = time.process_time()
    report = vaetheory.audit.audit(loss)
    assert time.process_time() - begun < 10
    assert (report.verdict.value, report.beta) == ("negative ELBO", 1)
    (found,) = report.findings
    assert found.name == "broadcast"
    assert found.why.startswith("losses.py:10 puts [B, 1] and [B] together")


@pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="JAX is not installed")
def test_a_flax_training_step(tmp_path: Path) -> None:
    step = _jax_module(tmp_path, "train_step", """
        @jax.jit
        def train_step(state, batch, rng):
            def loss_fn(params):
                logits, mean, logvar = state.apply_fn({"params": params}, batch, rng)
                bce = jnp.sum(jnp.logaddexp(0, logits) - logits * batch, axis=-1)
                kl = -0.5 * jnp.sum(1 + logvar - mean**2 - jnp.exp(logvar), axis=-1)
                return jnp.mean(bce + kl)
            loss, grads = jax.value_and_grad(loss_fn)(state.params)
            return state.apply_gradients(grads=grads), loss
        """)  # fmt: skip
    report = vaetheory.audit.audit(step)
    assert (report.verdict.value, report.beta, report.findings) == ("negative ELBO", 1, [])


def _keras_like(x_hat: Any, x: Any, z_mean: Any, z_log_var: Any) -> Any:
    """`keras.losses.binary_crossentropy` is a mean over the last axis; summed over (1, 2)."""
    bce = -np.mean(x * np.log(x_hat) + (1 - x) * np.log(1 - x_hat), axis=-1)
    kl = -0.5 * (1 + z_log_var - z_mean**2 - np.exp(z_log_var))
    return np.mean(np.sum(bce, axis=(1, 2))) + np.mean(np.sum(kl, axis=1))


def test_images_with_channels_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Numpy, "channels_last", True)
    monkeypatch.setattr(layout_choice, "is_grey", lambda function: None)
    report = vaetheory.audit.audit(_keras_like)
    assert (report.verdict.value, report.beta) == ("negative ELBO", 1)
    why = {finding.name: finding.why for finding in report.findings}
    assert set(why) == {"literal-size", "infinite-edge"}
    assert why["literal-size"].startswith("β = C: the data term is a mean over the channels")
    for grey, expected in ((True, "negative ELBO"), (False, "beta objective")):
        monkeypatch.setattr(layout_choice, "is_grey", lambda function, grey=grey: grey)
        report = vaetheory.audit.audit(_keras_like)
        assert report.verdict.value == expected
        assert ("hidden-beta" in [f.name for f in report.findings]) is not grey
        assert "literal-size" not in [f.name for f in report.findings]


@pytest.mark.parametrize(
    ("text", "grey"),
    [("Input(shape=(28, 28, 1))", True), ("shape = [64, 64, 3]", False), ("cifar10", False),
     ("pass", None)],
)  # fmt: skip
def test_the_file_may_say_how_many_channels(text: str, grey: bool | None, tmp_path: Path) -> None:
    path = tmp_path / "losses.py"
    path.write_text(f"def loss(x):\n    return {text!r}\n", encoding="utf-8")
    assert layout_choice.is_grey(load(f"{path}:loss").function) is grey


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
