"""Execute the homework's notebook from its one source.

Usage: python scripts/notebook.py [TARGET.ipynb]      (default: dist/hw4_vae.ipynb)

The source is `notebooks/hw4_vae.py` in jupytext's percent format.
"""

from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient
from traitlets.config import Config

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "notebooks" / "hw4_vae.py"
SECONDS = 1800


def execute(target: Path) -> None:
    """Write the notebook with its outputs. Raises CellExecutionError where a cell fails."""
    notebook = jupytext.read(SOURCE)
    # Through sockets in the file system: nothing listens on the network.
    config = Config({"KernelManager": {"transport": "ipc"}})
    client = NotebookClient(notebook, config=config, timeout=SECONDS, kernel_name="python3")
    client.on_cell_start = partial(_tell, len(notebook.cells))
    # As `vaemodels` does, for the kernel: threads that spin are slow beside another process.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    client.execute(cwd=str(ROOT))
    target.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, target)


def _tell(count: int, cell: nbformat.NotebookNode, cell_index: int) -> None:
    """Two cells train for minutes: say which one works."""
    if cell.cell_type == "code":
        first = cell.source.partition("\n")[0]
        print(f"cell {cell_index + 1} of {count}: {first}", file=sys.stderr, flush=True)


def main(arguments: list[str]) -> int:
    """Execute it and print where it is."""
    target = Path(arguments[0]) if arguments else ROOT / "dist" / "hw4_vae.ipynb"
    execute(target)
    print(target)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
