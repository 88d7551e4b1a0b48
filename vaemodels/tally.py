"""How often a run was measured on the test images: a line in its folder for each time.

Whoever looks at the test images often, and keeps the best of what is found, has trained on them.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from vaemodels.checkpoints import write_atomically

TALLY = "test_evaluations.jsonl"
KEPT = ("n", "elbo", "nll", "importance_samples")


def count_test_evaluation(folder: Path, found: dict[str, Any], *, epoch: int, seed: int) -> int:
    """Note that the test images were looked at; return how often they have been.

    Args:
        folder: run folder.
        found: what was found, with the entries ``KEPT`` among others.
        epoch: of the model.
        seed: of binarization and samples.
    """
    path = folder / TALLY
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    date = datetime.now(UTC).isoformat(timespec="seconds")
    kept = {name: found[name] for name in KEPT}
    lines.append(json.dumps({"date": date, "epoch": epoch, **kept, "seed": seed}))
    write_atomically(path, ("\n".join(lines) + "\n").encode())
    return len(lines)
