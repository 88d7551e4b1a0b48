"""Splits, own arrays, binarization on the device, and refusal of what cannot be learned from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from vaemodels import data as datasets
from vaemodels.config import Binarization, Config, DataConfig, Observation
from vaemodels.data import Dataset, Splits, check_range, observe
from vaemodels.errors import DataError
from vaemodels.random import Stream, uniform


@pytest.fixture(scope="module")
def digits() -> Splits:
    return datasets.load(DataConfig())


def test_digits_split_into_training_and_validation(digits: Splits) -> None:
    assert (len(digits.train), len(digits.validation), len(digits.test)) == (9500, 500, 2000)
    assert digits.train.images.dtype == torch.uint8
    assert digits.train.image_shape == (1, 28, 28)
    shared = set(digits.train.indices.tolist()) & set(digits.validation.indices.tolist())
    assert shared == set()
    everything = torch.cat([part.indices for part in (digits.train, digits.validation)])
    assert torch.equal(everything.sort().values, torch.arange(10_000))
    assert int(digits.test.indices.min()) > 10_000


def test_the_split_and_the_checksum_are_always_the_same(digits: Splits) -> None:
    again = datasets.load(DataConfig())
    assert torch.equal(again.validation.indices, digits.validation.indices)
    assert again.checksum == digits.checksum


def test_the_checksum_sees_one_pixel(npz: Path) -> None:
    before = datasets.load(DataConfig(dataset=str(npz))).checksum
    arrays = dict(np.load(npz))
    arrays["images"][3, 2, 1] += 1
    np.savez(npz, **arrays)
    assert datasets.load(DataConfig(dataset=str(npz))).checksum != before


def test_dynamic_binarization_has_the_grey_level_as_its_mean() -> None:
    images = torch.arange(256, dtype=torch.uint8).expand(4000, 1, 1, 256)
    noise = uniform(0, Stream.BINARIZATION, 1, torch.arange(4000), 256)
    x = observe(images, Binarization.DYNAMIC, noise)
    assert set(x.unique().tolist()) == {0.0, 1.0}
    level = torch.arange(256) / 255
    deviation = (x.mean(dim=(0, 1, 2)) - level).abs()
    # Six standard errors: a false alarm in 256 comparisons has probability below 1e-6.
    assert (deviation <= 6 * (level * (1 - level) / 4000).sqrt()).all()


def test_threshold_and_none_need_no_noise() -> None:
    images = torch.tensor([[[[0, 127, 128, 255]]]], dtype=torch.uint8)
    assert observe(images, Binarization.THRESHOLD, None).flatten().tolist() == [0, 0, 1, 1]
    grey = observe(images, Binarization.NONE, None, torch.float64)
    assert grey.flatten().tolist() == [0, 127 / 255, 128 / 255, 1]
    with pytest.raises(ValueError, match="needs noise"):
        observe(images, Binarization.DYNAMIC, None)


def test_the_device_keeps_the_dataset_as_bytes(digits: Splits) -> None:
    there = digits.test.to(torch.device("cpu"))
    assert there.images.dtype == torch.uint8
    assert torch.equal(there.take(torch.tensor([5])).labels, digits.test.labels[5:6])


def save(folder: Path, **arrays: np.ndarray) -> DataConfig:
    np.savez(folder / "own.npz", **arrays)
    return DataConfig(dataset=str(folder / "own.npz"))


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((20, 6, 8), (1, 6, 8)),
        ((20, 1, 6, 8), (1, 6, 8)),
        ((20, 3, 6, 8), (3, 6, 8)),
        ((20, 6, 8, 3), (3, 6, 8)),
        ((20, 6, 8, 1), (1, 6, 8)),
    ],
)
def test_own_arrays_of_many_shapes(
    tmp_path: Path, shape: tuple[int, ...], expected: tuple[int, ...]
) -> None:
    splits = datasets.load(save(tmp_path, images=np.zeros(shape, np.uint8)))
    assert splits.train.image_shape == expected
    assert len(splits.test) == 2
    assert len(splits.train.classes) == 1


def test_own_test_images_are_used(npz: Path) -> None:
    splits = datasets.load(DataConfig(dataset=str(npz), validation=0.1))
    assert (len(splits.train), len(splits.validation), len(splits.test)) == (72, 8, 20)
    assert splits.train.classes == ("0", "1", "2")


@pytest.mark.parametrize(
    ("arrays", "why"),
    [
        ({"pictures": np.zeros((4, 8, 8))}, r"no array 'images'; it holds \['pictures'\]"),
        ({"images": np.zeros((4, 2, 8, 8))}, r"1 or 3 channels; got \(4, 2, 8, 8\)"),
        ({"images": np.zeros(4)}, r"got \(4,\)"),
        ({"images": np.zeros((0, 8, 8))}, r"got \(0, 1, 8, 8\)"),
        ({"images": np.zeros((4, 8, 8), np.int64)}, "uint8 .* or floating point, got int64"),
        ({"images": np.full((4, 8, 8), np.nan)}, "not finite"),
        ({"images": np.zeros((1, 8, 8))}, "one image cannot be split"),
        ({"images": np.zeros((4, 8, 8)), "labels": np.zeros(3, int)}, "labels must be 4 whole"),
        ({"images": np.zeros((4, 8, 8)), "labels": np.full(4, -1)}, "labels must be 4 whole"),
        (
            {"images": np.zeros((4, 8, 8)), "test_images": np.zeros((4, 6, 8))},
            r"test_images are float32 of shape \(1, 6, 8\)",
        ),
    ],
)
def test_odd_arrays_are_refused(tmp_path: Path, arrays: dict[str, np.ndarray], why: str) -> None:
    with pytest.raises(DataError, match=why):
        datasets.load(save(tmp_path, **arrays))


def test_arrays_that_hide_code_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "own.npz"
    np.savez(path, images=np.array([print], dtype=object))
    with pytest.raises(DataError, match="plain arrays"):
        datasets.load(DataConfig(dataset=str(path)))


def test_a_damaged_npz_is_refused(npz: Path) -> None:
    npz.write_bytes(npz.read_bytes()[:200])
    with pytest.raises(DataError, match="cannot be read"):
        datasets.load(DataConfig(dataset=str(npz)))
    with pytest.raises(DataError, match="There is no file"):
        datasets.load(DataConfig(dataset="nowhere.npz"))
    with pytest.raises(DataError, match="There is no dataset 'mnits'"):
        datasets.load(DataConfig(dataset="mnits"))


def dataset(images: torch.Tensor) -> Dataset:
    rows = torch.arange(len(images))
    return Dataset(images=images, labels=rows * 0, indices=rows, classes=("0",))


@pytest.mark.parametrize("observation", [Observation.BERNOULLI, Observation.CONTINUOUS_BERNOULLI])
def test_values_outside_the_unit_interval_are_refused(observation: Observation) -> None:
    outside = dataset(torch.tensor([-0.5, 2.0]).view(2, 1, 1, 1))
    with pytest.raises(DataError, match=r"go from -0\.5 to 2.*gaussian-optimal"):
        check_range(outside, observation)
    check_range(outside, Observation.GAUSSIAN)
    check_range(dataset(torch.tensor([0.0, 1.0]).view(2, 1, 1, 1)), observation)
    check_range(dataset(torch.tensor([0, 255], dtype=torch.uint8).view(2, 1, 1, 1)), observation)


def test_the_configuration_knows_which_binarization_fits() -> None:
    with pytest.raises(ValueError, match="--binarization none"):
        Config().replace(observation=Observation.GAUSSIAN)
