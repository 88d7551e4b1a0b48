"""Run inside Pyodide, when the snapshot is made and where it cannot be used: import the checker."""

import importlib
import pkgutil
import sys

sys.path.insert(0, "/vaetheory.zip")

# Everything that an answer may import late; what needs more than the standard library is left out.
for room in ("language", "calculus", "worlds", "rules", "slips", "latex", "theorems", "review"):
    package = importlib.import_module(f"vaetheory.{room}")
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if module.name not in ("vaetheory.review.terminal", "vaetheory.review.command"):
            importlib.import_module(module.name)

from vaetheory.review.session import Session  # noqa: E402

session = Session(seconds=7.5, patience=5.0)
