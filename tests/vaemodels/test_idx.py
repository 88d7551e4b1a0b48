"""The IDX files: written and read again; damaged ones are refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra import numpy as arrays

from vaemodels import idx
from vaemodels.errors import DataError


@given(arrays.arrays(np.uint8, arrays.array_shapes(max_dims=3, max_side=6)))
def test_unpack_undoes_pack(array: np.ndarray) -> None:
    assert np.array_equal(idx.unpack(idx.pack(array), "x"), array)


@pytest.fixture
def file(tmp_path: Path) -> tuple[Path, str]:
    path = tmp_path / "images.gz"
    return path, idx.write(path, np.arange(24, dtype=np.uint8).reshape(2, 3, 4))


def test_equal_arrays_make_equal_files(file: tuple[Path, str], tmp_path: Path) -> None:
    other = tmp_path / "other.gz"
    idx.write(other, np.arange(24, dtype=np.uint8).reshape(2, 3, 4))
    assert other.read_bytes() == file[0].read_bytes()


def test_a_truncated_file_is_refused(file: tuple[Path, str]) -> None:
    path, digest = file
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(DataError, match=r"truncated or corrupt.*fetch it again"):
        idx.read(path, digest)


def test_a_flipped_byte_never_changes_what_is_read(file: tuple[Path, str]) -> None:
    """It is refused, unless it lies in padding or in a field of the header that means nothing."""
    path, digest = file
    good, array = path.read_bytes(), idx.read(path, digest)
    refused = 0
    for place in range(len(good)):
        damaged = bytearray(good)
        damaged[place] ^= 0x10
        path.write_bytes(bytes(damaged))
        try:
            assert np.array_equal(idx.read(path, digest), array)
        except DataError:
            refused += 1
    assert refused > len(good) / 2


def test_a_wrong_file_is_refused(file: tuple[Path, str], tmp_path: Path) -> None:
    other = tmp_path / "other.gz"
    idx.write(other, np.zeros((2, 3, 4), np.uint8))
    with pytest.raises(DataError, match=r"not the file that its name says.*SHA-256"):
        idx.read(other, file[1])


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no file .*nothing\.gz"):
        idx.read(tmp_path / "nothing.gz")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"\x89PNG", "not an IDX file"),
        (b"\0\0\x0d\x01\0\0\0\x01\0\0\0\0", "IDX type 0x0d"),
        (b"\0\0\x08\x03\0\0", "ends inside its header"),
        (b"\0\0\x08\x01\0\0\0\x05\x01", "truncated: its header promises 5 bytes"),
        (b"\0\0\x08\x01\0\0\0\x01\x01\x02", "too long"),
    ],
)
def test_malformed_content_is_explained(content: bytes, why: str) -> None:
    with pytest.raises(DataError, match=why):
        idx.unpack(content, "file")


def test_only_bytes_are_packed() -> None:
    with pytest.raises(TypeError, match="uint8, not float64"):
        idx.pack(np.zeros(3))  # type: ignore[arg-type]
