"""Small data and small configurations, so that a whole run takes a fraction of a second."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from vaemodels import data as datasets
from vaemodels.config import (
    Config,
    DataConfig,
    Device,
    Kind,
    ModelConfig,
    OptimizationConfig,
    Precision,
)
from vaemodels.data import Splits


@pytest.fixture
def npz(tmp_path: Path) -> Path:
    """80 images of 8×8 with bright rows or columns, in 3 classes, and 20 test images."""
    rng = np.random.default_rng(0)
    labels = np.arange(100) % 3
    images = rng.integers(0, 60, (100, 8, 8), dtype=np.uint8)
    for image, label in zip(images, labels, strict=True):
        image[:, 2 * label : 2 * label + 2] += 180
    path = tmp_path / "tiny.npz"
    np.savez(
        path,
        images=images[:80],
        labels=labels[:80],
        test_images=images[80:],
        test_labels=labels[80:],
    )
    return path


@pytest.fixture
def config(npz: Path) -> Config:
    """Three epochs of four batches of a very small CVAE, in float32 on one CPU thread."""
    return Config(
        model=ModelConfig(
            kind=Kind.CVAE, image_shape=(1, 8, 8), classes=3, latent=2, channels=(4,), hidden=16
        ),
        optimization=OptimizationConfig(epochs=3, batch=16, learning_rate=3e-3),
        data=DataConfig(dataset=str(npz), validation=0.1),
        seed=7,
        device=Device.CPU,
        precision=Precision.FLOAT32,
        threads=1,
    )


@pytest.fixture
def splits(config: Config) -> Splits:
    return datasets.load(config.data)
