"""What the Monte Carlo checker is worth: the gain of Sobol points, and one check at 10⁹ samples.

    python scripts/sampling.py

The gain is how many times more plain draws the same standard error would take, measured on both
sides of every theorem that has Monte Carlo evidence, in both of its worlds. The large check runs
the same estimator on NumPy and on torch, in chunks: its memory does not grow with the number of
samples. Writes docs/results/sampling.json.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from vaetheory.checkers import monte_carlo
from vaetheory.checkers.evidence import Verdict
from vaetheory.checkers.numeric.backend import NUMPY, Backend
from vaetheory.theorems import get, names

RESULT = Path(__file__).resolve().parent.parent / "docs" / "results" / "sampling.json"
LARGE = "gaussian-kl-standard"


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and write the result file; 1 where a check of a theorem fails."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n", maxsplit=1)[0])
    parser.add_argument("--samples", type=int, default=10**9, help="of the large check")
    parser.add_argument("--draws", type=int, default=2**14, help="of each mean, for the gains")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=RESULT, help="the result file")
    options = parser.parse_args(argv)
    gained = gains(options.draws, options.seed)
    checks = [large(name, options.samples, options.seed) for name in ("numpy", "torch")]
    document = {
        "schema": 1,
        "seed": options.seed,
        "draws": options.draws,
        "gains": gained,
        "median gain": median(g for row in gained for g in row["gains"]),
        "smallest gain": min(g for row in gained for g in row["gains"]),
        "large": checks,
        "machine": {"processor": platform.machine(), "python": platform.python_version()},
        "date": datetime.now(UTC).date().isoformat(),
    }
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", "utf-8")
    print(json.dumps({k: v for k, v in document.items() if k != "gains"}, indent=2))
    return 0 if all(c["verdict"] == Verdict.HOLDS.value for c in checks) else 1


def gains(draws: int, seed: int) -> list[dict[str, Any]]:
    """The gains of every theorem with Monte Carlo evidence; sides without an average have none."""
    rows = []
    for name in names():
        theorem = get(name)
        if monte_carlo.KIND not in theorem.kinds:
            continue
        found = monte_carlo.check(
            theorem.statement, seed=seed, samples=draws, target=0.0, sobol=True
        )
        worlds = found.figures.get("gain of Sobol points", ())
        values = [w[side] for w in worlds for side in ("left", "right") if w[side] is not None]
        if values:
            rows.append({"theorem": name, "gains": [round(v, 2) for v in values]})
        print(f"{name}: {[round(v, 1) for v in values]}", file=sys.stderr)
    return rows


def large(library: str, samples: int, seed: int) -> dict[str, Any]:
    """One check with exactly so many samples for each mean."""
    begun, used = time.perf_counter(), time.process_time()
    found = monte_carlo.check(
        get(LARGE).statement, seed=seed, samples=samples, target=0.0, backend=_backend(library)
    )
    return {
        "library": f"{library} {version(library)}",
        "theorem": LARGE,
        "verdict": found.verdict.value,
        "samples": found.figures["n"],
        "z": found.figures["z"],
        "bound": found.figures["bound"],
        "detectable deviation": found.figures["detectable deviation"],
        "seconds": round(time.perf_counter() - begun, 1),
        "processor seconds": round(time.process_time() - used, 1),
        "megabytes at most": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def _backend(library: str) -> Backend:
    if library == "numpy":
        return NUMPY
    import torch

    torch.set_num_threads(1)
    return Backend(torch, torch.special, device="cpu", dtype=torch.float64)


if __name__ == "__main__":
    sys.exit(main())
