"""Files → tensors on the device: splits, binarization, checksums.

Images stay where training reads them, as the bytes that they are: one gather by index makes a
batch, and grey levels become observations on the device.
"""

from __future__ import annotations

import dataclasses
import hashlib
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vaemodels import sources
from vaemodels.config import Binarization, DataConfig, Observation
from vaemodels.errors import DataError
from vaemodels.random import permutation

# Global example indices of the test images start here, so that no image shares another's noise.
TEST_OFFSET = 2**40
SPLIT_SEED = 0

Arrays = dict[str, tuple[NDArray[Any], NDArray[Any]]]


@dataclass(frozen=True, kw_only=True, eq=False)
class Dataset:
    """Labelled images on one device.

    Attributes:
        images: (N, channels, height, width); uint8 stands for grey level / 255, float32 for itself.
        labels: int64, (N,), in 0 … C − 1; all 0 where the data has none.
        indices: global example index, int64, (N,): the key of the example's noise.
        classes: names of the classes.
    """

    images: Tensor
    labels: Tensor
    indices: Tensor
    classes: tuple[str, ...]

    def __len__(self) -> int:
        return self.images.shape[0]

    @property
    def image_shape(self) -> tuple[int, int, int]:
        channels, height, width = self.images.shape[1:]
        return channels, height, width

    def take(self, rows: Tensor) -> Dataset:
        """The examples at ``rows``."""
        return dataclasses.replace(
            self, images=self.images[rows], labels=self.labels[rows], indices=self.indices[rows]
        )

    def to(self, device: torch.device) -> Dataset:
        return dataclasses.replace(
            self,
            images=self.images.to(device),
            labels=self.labels.to(device),
            indices=self.indices.to(device),
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class Splits:
    """Training, validation and test images; ``checksum`` is the SHA-256 of all of them."""

    train: Dataset
    validation: Dataset
    test: Dataset
    checksum: str

    def to(self, device: torch.device) -> Splits:
        return dataclasses.replace(
            self,
            train=self.train.to(device),
            validation=self.validation.to(device),
            test=self.test.to(device),
        )


def load(config: DataConfig, progress: sources.ProgressFactory | None = None) -> Splits:
    """Read, check and split the data that ``config`` names.

    The validation images are drawn from the training images, the same ones in every run.

    Raises:
        DataError: no such dataset; a missing, truncated, corrupt or wrong file.
    """
    folder = Path(config.folder) if config.folder is not None else None
    if config.dataset in sources.SOURCES:
        source = sources.SOURCES[config.dataset]
        place = sources.locate(source, folder, progress)
        arrays: Arrays = {split: sources.load(source, split, place) for split in ("train", "test")}
        classes = source.classes
    elif config.dataset.endswith(".npz"):
        arrays, classes = _read_npz(Path(config.dataset))
    else:
        raise DataError(
            f"There is no dataset {config.dataset!r}: give one of {', '.join(sources.SOURCES)}, or "
            "the path of an .npz file."
        )
    digest = hashlib.sha256()
    for images, labels in arrays.values():
        for array in (images, labels):
            digest.update(f"{array.dtype}{array.shape}".encode())
            digest.update(np.ascontiguousarray(array).data)
    full = _dataset(*arrays["train"], classes, offset=0)
    held_out = round(config.validation * len(full))
    order = permutation(SPLIT_SEED, 0, len(full))
    return Splits(
        train=full.take(order[held_out:].sort().values),
        validation=full.take(order[:held_out].sort().values),
        test=_dataset(*arrays["test"], classes, offset=TEST_OFFSET),
        checksum=digest.hexdigest(),
    )


def check_range(data: Dataset, observation: Observation) -> None:
    """Refuse values that the likelihood has no density for.

    Raises:
        DataError: values outside [0, 1] under a (continuous) Bernoulli likelihood.
    """
    if observation in (Observation.BERNOULLI, Observation.CONTINUOUS_BERNOULLI) and len(data):
        if not data.images.is_floating_point():
            return
        low, high = float(data.images.min()), float(data.images.max())
        if low < 0 or high > 1:
            raise DataError(
                f"A {observation} likelihood needs values in [0, 1]; the images go from {low:g} to "
                f"{high:g}. Rescale them, or choose a Gaussian: --observation gaussian-optimal "
                "--binarization none."
            )


def observe(
    images: Tensor,
    binarization: Binarization,
    noise: Tensor | None,
    dtype: torch.dtype = torch.float32,
) -> Tensor:
    """What the model sees of a batch of images.

    Args:
        images: (B, channels, height, width), uint8 or float.
        binarization: ``dynamic`` draws each pixel from Bernoulli(grey level) (Salakhutdinov &
            Murray 2008), anew at each step; ``threshold`` cuts at ½; ``none`` keeps grey levels.
        noise: uniform numbers in [0, 1), as many as there are pixels; used by ``dynamic`` only.

    Returns:
        tensor of the shape of ``images`` and type ``dtype``.
    """
    if binarization is Binarization.THRESHOLD:
        return (images >= 128 if images.dtype == torch.uint8 else images >= 0.5).to(dtype)
    levels = images.to(dtype).div_(255.0) if images.dtype == torch.uint8 else images.to(dtype)
    if binarization is Binarization.NONE:
        return levels
    if noise is None:
        raise ValueError("Dynamic binarization needs noise.")
    return (noise.view_as(levels) < levels).to(dtype)


def _dataset(
    images: NDArray[Any], labels: NDArray[Any], classes: tuple[str, ...], offset: int
) -> Dataset:
    pixels = torch.from_numpy(np.array(images))
    return Dataset(
        images=pixels[:, None] if pixels.ndim == 3 else pixels,
        labels=torch.from_numpy(labels.astype(np.int64)),
        indices=torch.arange(offset, offset + len(images)),
        classes=classes,
    )


def _read_npz(path: Path) -> tuple[Arrays, tuple[str, ...]]:
    """Own arrays: ``images``, optionally ``labels``, ``test_images``, ``test_labels``."""
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
            found = {name: file[name] for name in file.files}
    except FileNotFoundError:
        raise DataError(f"There is no file {path}.") from None
    except (ValueError, OSError, zipfile.BadZipFile, EOFError) as error:
        raise DataError(
            f"{path} cannot be read as an .npz file of plain arrays: {error}"
        ) from error
    if "images" not in found:
        raise DataError(f"{path} has no array 'images'; it holds {sorted(found)}.")
    images = _images(found["images"], f"{path}: images")
    labels = _labels(found.get("labels"), len(images), f"{path}: labels")
    if "test_images" in found:
        test_images = _images(found["test_images"], f"{path}: test_images")
        if test_images.shape[1:] != images.shape[1:] or test_images.dtype != images.dtype:
            raise DataError(
                f"{path}: test_images are {test_images.dtype} of shape {test_images.shape[1:]}, "
                f"images {images.dtype} of shape {images.shape[1:]}."
            )
        test_labels = _labels(found.get("test_labels"), len(test_images), f"{path}: test_labels")
        arrays = {"train": (images, labels), "test": (test_images, test_labels)}
    else:
        order = permutation(SPLIT_SEED, 1, len(images)).numpy()
        cut = max(1, len(images) // 10)
        if len(images) < 2:
            raise DataError(f"{path}: one image cannot be split into training and test images.")
        test, train = np.sort(order[:cut]), np.sort(order[cut:])
        arrays = {"train": (images[train], labels[train]), "test": (images[test], labels[test])}
    count = 1 + max(int(part.max()) for _, part in arrays.values())
    return arrays, tuple(str(label) for label in range(count))


def _images(array: NDArray[Any], name: str) -> NDArray[Any]:
    """Images as (N, channels, height, width), uint8 or finite float32."""
    if array.ndim == 3:
        array = array[:, None]
    elif array.ndim == 4 and array.shape[1] not in (1, 3) and array.shape[3] in (1, 3):
        array = np.moveaxis(array, 3, 1)
    if array.ndim != 4 or array.shape[1] not in (1, 3) or len(array) == 0:
        raise DataError(
            f"{name} must have shape (N, height, width), (N, channels, height, width) or "
            f"(N, height, width, channels) with 1 or 3 channels; got {array.shape}."
        )
    if array.dtype == np.uint8:
        return np.ascontiguousarray(array)
    if array.dtype == np.bool_:
        return np.ascontiguousarray(array.astype(np.float32))
    if not np.issubdtype(array.dtype, np.floating):
        raise DataError(f"{name} must be uint8 (0 … 255) or floating point, got {array.dtype}.")
    if not np.isfinite(array).all():
        raise DataError(f"{name} holds values that are not finite.")
    return np.ascontiguousarray(array.astype(np.float32))


def _labels(array: NDArray[Any] | None, count: int, name: str) -> NDArray[Any]:
    if array is None:
        return np.zeros(count, np.int64)
    if array.shape != (count,) or not np.issubdtype(array.dtype, np.integer) or array.min() < 0:
        raise DataError(
            f"{name} must be {count} whole numbers 0, 1, …; got {array.dtype} of shape "
            f"{array.shape}."
        )
    return array.astype(np.int64)
