"""Zip what is handed in: the booklet and the executed notebook.

Usage: python scripts/hand_in.py [FOLDER]      (default: dist)
"""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
FILES = ("hw4_vae.pdf", "hw4_vae.ipynb")


def pack(folder: Path) -> Path:
    """The archive's path. Raises SystemExit where a part is missing."""
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        raise SystemExit(f"{folder} lacks {', '.join(missing)}: run `make hand-in`")
    archive = folder / "hw4_vae.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in FILES:
            packed.write(folder / name, name)
    return archive


def main(arguments: list[str]) -> int:
    """Pack and print where it is."""
    print(pack(Path(arguments[0]) if arguments else ROOT / "dist"))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
