"""The page on verification shows what the result files hold, findings included."""

from __future__ import annotations

import json
from pathlib import Path

import verification_fragments

ROOT = Path(__file__).resolve().parents[2]
FUZZ = {
    "executions": 1461,
    "holding": 1222,
    "planted": 319,
    "findings": {"crash-0": "crash: KeyError", "hang-1": "hang"},
    "slowest_seconds": 1.36,
    "peak_megabytes": 91,
    "processor_minutes": 10.0,
    "seed": 7,
    "date": "2026-11-28",
}


def test_what_has_no_file_is_not_yet_run(tmp_path: Path) -> None:
    text = verification_fragments.measured(tmp_path)
    assert text.count("Not yet run.") == len(verification_fragments.PARTS)


def test_a_finding_of_the_fuzzer_is_shown(tmp_path: Path) -> None:
    (tmp_path / "fuzz.json").write_text(json.dumps(FUZZ), encoding="utf-8")
    text = verification_fragments.measured(tmp_path)
    assert "| **findings** | **2** |" in text
    assert "| inputs | 1,461 |" in text
    assert "`make fuzz`, 2026-11-28, seed 7" in text
    assert text.count("Not yet run.") == len(verification_fragments.PARTS) - 1


def test_every_committed_result_is_shown() -> None:
    results = ROOT / "docs" / "results"
    text = verification_fragments.measured(results)
    missing = [name for _, name, _ in verification_fragments.PARTS if not (results / name).exists()]
    assert text.count("Not yet run.") == len(missing)
    pairs = json.loads((results / "two_deciders.json").read_text(encoding="utf-8"))
    assert f"| pairs of expressions | {pairs['pairs']:,} |" in text
    assert f"**{pairs['proved and refuted']}**" in text
