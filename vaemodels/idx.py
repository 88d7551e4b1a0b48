"""The IDX format of the MNIST files: a magic number, the dimensions, then unsigned bytes.

Source: Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten digits", section
"File formats". Only arrays of unsigned bytes (type code 0x08) are read and written.
"""

from __future__ import annotations

import gzip
import hashlib
import math
import struct
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vaemodels.errors import DataError

UNSIGNED_BYTE = 0x08


def unpack(content: bytes, name: str) -> NDArray[np.uint8]:
    """Array of the IDX file whose (uncompressed) bytes are ``content``; ``name`` is for errors."""
    if len(content) < 4 or content[:2] != b"\0\0":
        raise DataError(f"{name} is not an IDX file: it starts with {content[:4]!r}.")
    kind, rank = content[2], content[3]
    if kind != UNSIGNED_BYTE:
        raise DataError(f"{name} holds IDX type {kind:#04x}; only unsigned bytes (0x08) are read.")
    start = 4 + 4 * rank
    if len(content) < start:
        raise DataError(f"{name} is truncated: it ends inside its header.")
    shape = struct.unpack(f">{rank}I", content[4:start])
    expected, found = math.prod(shape), len(content) - start
    if found != expected:
        problem = "truncated" if found < expected else "too long"
        raise DataError(
            f"{name} is {problem}: its header promises {expected} bytes of shape {shape}, "
            f"and {found} follow. Fetch the file again."
        )
    return np.frombuffer(content, dtype=np.uint8, offset=start).reshape(shape)


def pack(array: NDArray[np.uint8]) -> bytes:
    """Bytes of the (uncompressed) IDX file that holds ``array``."""
    if array.dtype != np.uint8:
        raise TypeError(f"IDX files here hold uint8, not {array.dtype}.")
    header = struct.pack(f">BBBB{array.ndim}I", 0, 0, UNSIGNED_BYTE, array.ndim, *array.shape)
    return header + np.ascontiguousarray(array).tobytes()


def read(path: Path, sha256: str | None = None) -> NDArray[np.uint8]:
    """Array of a gzip-compressed IDX file.

    Args:
        path: the ``.gz`` file.
        sha256: expected digest of the *uncompressed* bytes, so that it does not depend on who
            compressed them; a file with another digest is refused.

    Raises:
        DataError: missing, unreadable, truncated or corrupt file, or another digest.
    """
    try:
        content = gzip.decompress(path.read_bytes())
    except FileNotFoundError:
        raise DataError(f"There is no file {path}.") from None
    except (EOFError, gzip.BadGzipFile, zlib.error, OSError) as error:
        raise DataError(
            f"{path} is truncated or corrupt ({error}). Delete it and fetch it again."
        ) from error
    digest = hashlib.sha256(content).hexdigest()
    if sha256 is not None and digest != sha256:
        raise DataError(
            f"{path} is not the file that its name says: SHA-256 of its content is {digest}, "
            f"expected {sha256}. Delete it and fetch it again."
        )
    return unpack(content, str(path))


def write(path: Path, array: NDArray[np.uint8]) -> str:
    """Write ``array`` gzip-compressed, with no time stamp or name in the header, so that equal
    arrays make equal files; return the SHA-256 of the uncompressed bytes."""
    content = pack(array)
    path.write_bytes(gzip.compress(content, compresslevel=9, mtime=0))
    return hashlib.sha256(content).hexdigest()
