"""What the widgets share: result files, attributes, points as one path, pictures as PNG."""

from __future__ import annotations

import base64
import json
import struct
import zlib
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Any

from vaetheory.presentation.evidence import PageError


def read(path: Path, again: str) -> dict[str, Any]:
    """A result file. Raises PageError that says how to make it."""
    if not path.is_file():
        raise PageError(f"there is no {path}: run `{again}`")
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def data(values: Any) -> str:
    """Plain values as the text of an attribute between double quotes."""
    return escape(json.dumps(values, separators=(",", ":"), ensure_ascii=False, allow_nan=False))


def number(value: float, digits: int) -> str:
    """With a minus sign and this many decimals.

    >>> number(-1.25, 1), number(3.0, 0)
    ('−1.2', '3')
    """
    return f"{value:.{digits}f}".replace("-", "−")


def dots(places: Iterable[Sequence[float]]) -> str:
    """Many round dots as the data of one path whose line ends are round.

    >>> dots([(1.0, 2.25), (3.0, 4.0)])
    'M1 2.2h0M3 4h0'
    """
    return "".join(f"M{_short(x)} {_short(y)}h0" for x, y in places)


def _short(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def picture(levels: bytes, width: int) -> str:
    """Ink of these strengths (0 … 255, row by row) on nothing, as a `data:` address of a PNG.

    Ink is black with an alpha channel, so that a page can turn it white where it is dark.
    """
    height = len(levels) // width
    rows = b"".join(
        b"\0" + bytes(b for level in levels[y * width : (y + 1) * width] for b in (0, level))
        for y in range(height)
    )
    greyscale_with_alpha = 4
    head = struct.pack(">IIBBBBB", width, height, 8, greyscale_with_alpha, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    body = b"".join(
        struct.pack(">I", len(content))
        + name
        + content
        + struct.pack(">I", zlib.crc32(name + content))
        for name, content in chunks
    )
    png = b"\x89PNG\r\n\x1a\n" + body
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"


def tiled(rows: Sequence[bytes], width: int, height: int) -> tuple[bytes, int]:
    """Rows of images, each row's images end to end, as one picture; and its width."""
    columns = len(rows[0]) // (width * height)
    lines = []
    for row in rows:
        for y in range(height):
            for column in range(columns):
                start = (column * height + y) * width
                lines.append(row[start : start + width])
    return b"".join(lines), columns * width
