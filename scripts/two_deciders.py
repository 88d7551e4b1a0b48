"""Drive the prover and the exact checker against each other on random pairs of expressions.

    python scripts/two_deciders.py --pairs 100000 --processes 2

A pair that is proved and refuted by an exact world is a defect of one of the two: the command then
prints it and exits with 1. The result file also tells the share of "exactly equal, no proof found".
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.vaetheory.generation.deciding import Tally, compare  # noqa: E402
from tests.vaetheory.generation.pairs import pair  # noqa: E402

RESULT = ROOT / "docs" / "results" / "two_deciders.json"
CHUNK = 250
BATCH = 8
WORLDS = 2


def main(argv: Sequence[str] | None = None) -> int:
    """Compare the two deciders and write the result file; 1 where they contradict each other."""
    options = _parser().parse_args(argv)
    begun = time.perf_counter()
    tally = run(options.first, options.pairs, options.processes)
    document = describe(tally, options.first, options.pairs)
    document["processes"] = options.processes
    document["seconds"] = round(time.perf_counter() - begun, 1)
    document["date"] = datetime.now(UTC).date().isoformat()
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", "utf-8")
    print(json.dumps(document, indent=2, ensure_ascii=False))
    for number in tally.contradictions:
        made = pair(number)
        print(f"pair {number} ({made.origin}): {made.statement!r}", file=sys.stderr)
    return 1 if tally.contradictions else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n", maxsplit=1)[0])
    parser.add_argument("--pairs", type=int, default=100_000, help="how many (default 100000)")
    parser.add_argument("--first", type=int, default=0, help="the number of the first (default 0)")
    parser.add_argument("--processes", type=int, default=1, help="processes (default 1)")
    parser.add_argument("--out", type=Path, default=RESULT, help="the result file")
    return parser


def run(first: int, pairs: int, processes: int) -> Tally:
    """The tally over these pairs, with progress on standard error."""
    ends = first + pairs
    chunks = [range(start, min(start + CHUNK, ends)) for start in range(first, ends, CHUNK)]
    total, done = Tally(), 0
    for start in range(0, len(chunks), BATCH * processes):
        # fresh processes now and then: the calculus remembers normal forms, and there are many
        with ProcessPoolExecutor(processes) as pool:
            for tally in pool.map(_compare, chunks[start : start + BATCH * processes]):
                _merge(total, tally)
                done += len(tally.proof_seconds)
                print(f"\r{done} of {pairs}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return total


def _compare(numbers: range) -> Tally:
    return compare(numbers, WORLDS)


def _merge(total: Tally, part: Tally) -> None:
    total.outcomes += part.outcomes
    total.contradictions += part.contradictions
    total.unproved += part.unproved
    total.equal += part.equal
    total.proof_seconds += part.proof_seconds
    total.exact_seconds += part.exact_seconds


def describe(tally: Tally, first: int, pairs: int) -> dict[str, Any]:
    """The result file, without what depends on the run."""
    proved = sum(n for (_, said, _), n in tally.outcomes.items() if said == "holds")
    refuted = sum(n for (_, _, said), n in tally.outcomes.items() if said == "fails")
    equal = Counter[str]()
    for (kind, said, exact), n in tally.outcomes.items():
        if exact == "holds" and kind == "equal":
            equal[said] += n
    known = sum(equal.values())
    return {
        "schema": 1,
        "pairs": pairs,
        "first": first,
        "worlds per pair": WORLDS,
        "proved": proved,
        "refuted by an exact world": refuted,
        "proved and refuted": len(tally.contradictions),
        "equal by construction, and exactly": known,
        "of these no proof found": equal["undecided"],
        "share of these without a proof": equal["undecided"] / max(known, 1),
        "exactly equal, slipped ones included": tally.equal,
        "exactly equal, no proof found": len(tally.unproved),
        "share exactly equal, no proof found": len(tally.unproved) / max(tally.equal, 1),
        "proof, milliseconds": _milliseconds(tally.proof_seconds),
        "exact decision, milliseconds": _milliseconds(tally.exact_seconds),
        "outcomes": {
            " / ".join((kind, f"proof {said}", f"exact {exact}")): n
            for (kind, said, exact), n in sorted(tally.outcomes.items())
        },
    }


def _milliseconds(seconds: list[float]) -> dict[str, float]:
    ordered = sorted(seconds)
    return {
        "median": round(1e3 * median(ordered), 3),
        "95%": round(1e3 * ordered[int(0.95 * (len(ordered) - 1))], 3),
    }


if __name__ == "__main__":
    sys.exit(main())
