"""Coverage-guided fuzzing of ``vaetheory check`` with atheris.

    pip install atheris && python scripts/fuzz_reader.py --minutes 10

Inputs are raw text, heaps of notation, and derivations of the corpus with pieces deleted, inserted,
doubled and swapped. What must never happen:

- an exception, or a line that says that the checker broke down;
- more than 5 seconds of processor time for one input, or 500 MB of memory;
- a ``fails`` without a counterexample;
- a false ``holds``: a line that holds as an equation must not hold any more with "+1" behind its
  right side (the oracle knows nothing of the grammar, and plants the fault in the source text).

A file called "stop" in the folder for finds ends it early. Writes what was found, and how much was
run, to docs/results/fuzz.json.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
RESULT = ROOT / "docs" / "results" / "fuzz.json"
SECONDS, MEGABYTES = 5.0, 500
PIECES = (
    r"\log p(x)", "=", r"\ge", r"\le", "&", r"\\", r"\mathbb{E}_{q(z|x)}", r"\left[", r"\right]",
    "q(z|x)", "p(x,z)", "p(z)", "p(z|x)", "p(x|z)", r"\frac{p(x,z)}{q(z|x)}", "+", "-",
    r"\mathrm{KL}", "(", ")", "||", r"\int", r"\,dz", r"\sum_{d=1}^D", "x_d", r"\hat{x}_d", r"\log",
    r"\text{ELBO}", r"\mathcal{L}", "$$", "{", "}", "_", "^", "2", r"\sigma", r"\nabla_\phi",
    r"\text{since}", r"\approx", r"\propto", r"\doteq", r"\begin{align}", r"\end{align}", "|", "/",
    r"\mathcal{N}", ";", ",", r"\newcommand{\a}{b}", r"\def\a#1{#1}", r"\a", "E", "H", "I", "D",
    r"\mu", r"^T", r"\Sigma", r"\det", r"\mathrm{tr}", r"\prod_{t=1}^T", "x_{1:T}", "x_{t-1}",
    r"\underbrace", r"\substack", r"\qty", r"\arg\max", "if", "% assume: p(z|c) = p(z)\n", "\n\n",
    r"\ldots", "C", r"\const", r"\iff", r"\frac", "1", "0", "~", r"\tag{1}", r"\quad", "&&",
)  # fmt: skip


def main() -> int:
    """Runs the fuzzer in a process of its own, and writes down what it says."""
    how = argparse.RawTextHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=how)
    parser.add_argument("--minutes", type=float, default=10.0, help="processor minutes")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--found", type=Path, default=ROOT / ".fuzz", help="folder for finds")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.inside:
        return _fuzz(arguments.minutes, arguments.seed, arguments.found)
    arguments.found.mkdir(exist_ok=True)
    command = [sys.executable, __file__, "--inside", "--minutes", str(arguments.minutes)]
    command += ["--seed", str(arguments.seed), "--found", str(arguments.found)]
    log = ""
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as child:
        assert child.stderr is not None
        for row in child.stderr:
            log = row if " cov: " in row else log
            if " cov: " not in row or " NEW " not in row:
                sys.stderr.write(row)
    report = arguments.found / "report.json"
    result: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    edges = re.search(r"cov: (\d+) ft: (\d+)", log)
    result["edges"], result["features"] = map(int, edges.groups()) if edges else (0, 0)
    result["date"] = datetime.now(UTC).date().isoformat()
    RESULT.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=2))
    return 1 if result["findings"] else 0


def _fuzz(minutes: float, seed: int, folder: Path) -> int:
    import atheris  # type: ignore[import-not-found, import-untyped, unused-ignore]

    sys.path.insert(0, str(ROOT))
    with atheris.instrument_imports(include=["vaetheory"]):
        import vaetheory.review.reviewing
    from tests.vaetheory.review.corpus import ENTRIES

    review = vaetheory.review.reviewing.review
    texts = [e.text for e in ENTRIES]
    findings: dict[str, str] = {}
    counts = {"executions": 0, "lines": 0, "holding": 0, "planted": 0}
    slowest = [0.0]
    began = time.process_time()

    def note(kind: str, text: str) -> None:
        key = f"{kind.split(':')[0]}-{len(findings)}"
        if sum(k.startswith(kind.split(":")[0]) for k in findings) < 20:
            findings[key] = f"{kind}\n{text}"
            said = f"% {kind}\n{text}".encode(errors="replace")
            (folder / f"{key}.tex").write_bytes(said)

    def one(data: bytes) -> None:
        if not counts["executions"]:
            # the fuzzer's own alarm, in C, would keep the checker from its clock
            signal.signal(signal.SIGALRM, signal.SIG_IGN)
        text, name = written(atheris.FuzzedDataProvider(data), texts)
        counts["executions"] += 1
        start = time.process_time()
        try:
            report = review(text, name, seconds=1.0)
        except Exception as error:
            note(f"exception: {type(error).__name__}: {error}", text)
            return
        spent = time.process_time() - start
        slowest[0] = max(slowest[0], spent)
        if spent > SECONDS:
            note(f"slow: {spent:.1f} s", text)
        for line in report.lines:
            counts["lines"] += 1
            if "defect of this program" in line.why:
                note(f"internal: {line.why}", text)
            if line.verdict == "fails" and line.counterexample is None:
                note("no counterexample", text)
        held = [x for x in report.lines if x.verdict == "holds" and x.relation in ("=", "≡")]
        counts["holding"] += len(held)
        if held and not report.lines[0].source.get("cell"):
            try:
                _plant(text, name, held[-1].latex, held[-1].line)
            except Exception as error:
                note(f"exception: {type(error).__name__}: {error}", text)
        if time.process_time() - began > 60 * minutes or (folder / "stop").exists():
            _finish()

    def _plant(text: str, name: str, latex: str, number: int) -> None:
        # the fault goes behind the right side, where its source ends
        ends = [m.end() for m in re.finditer(re.escape(latex), text)]
        if len(ends) != 1 or re.search(r"(const|[Cc]\b|\\text|\\dots)", latex):
            return
        counts["planted"] += 1
        wrong = text[: ends[0]] + " + 1 " + text[ends[0] :]
        lines = {x.line: x for x in review(wrong, name, seconds=1.0).lines}
        found = lines.get(number)
        if found is not None and found.verdict == "holds":
            note(f"false holds: line {number} as {found.latex}", wrong)

    def _finish() -> None:
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        result = {
            **counts,
            "findings": {k: v.split("\n")[0] for k, v in findings.items()},
            "slowest_seconds": round(slowest[0], 2),
            "peak_megabytes": round(memory),
            "processor_minutes": round((time.process_time() - began) / 60, 1),
            "seed": seed,
        }
        (folder / "report.json").write_text(json.dumps(result), encoding="utf-8")
        sys.stderr.flush()
        os._exit(0)

    corpus = folder / "corpus"
    corpus.mkdir(exist_ok=True)
    flags = [f"-seed={seed}", "-timeout=0", f"-artifact_prefix={folder}/", "-max_len=400"]
    flags += [f"-rss_limit_mb={MEGABYTES}", "-len_control=0"]
    atheris.Setup([sys.argv[0], *flags, str(corpus)], one)
    atheris.Fuzz()
    return 0


def written(choice: Any, texts: list[str]) -> tuple[str, str]:
    """A file made of the fuzzer's bytes: raw, a heap of pieces, or a derivation with edits."""
    kind = choice.ConsumeIntInRange(0, 9)
    which = choice.ConsumeIntInRange(0, 11) % 3 if kind == 0 else kind % 2
    name = ("a.tex", "a.md", "a.ipynb")[which]
    if kind == 0:
        return choice.ConsumeUnicode(400), name
    if kind <= 3:
        count = choice.ConsumeIntInRange(1, 24)
        chosen = [PIECES[choice.ConsumeIntInRange(0, len(PIECES) - 1)] for _ in range(count)]
        return "$$" + " ".join(chosen) + "$$", name
    text = texts[choice.ConsumeIntInRange(0, len(texts) - 1)]
    parts = re.findall(r"\\[A-Za-z]+|\d+|[A-Za-z]|\s+|.", text)
    for _ in range(choice.ConsumeIntInRange(0, 4)):
        at = choice.ConsumeIntInRange(0, max(0, len(parts) - 1))
        how = choice.ConsumeIntInRange(0, 3)
        other = choice.ConsumeIntInRange(0, max(0, len(parts) - 1))
        if how == 0:
            del parts[at : at + 1]
        elif how == 1:
            parts.insert(at, " " + PIECES[choice.ConsumeIntInRange(0, len(PIECES) - 1)] + " ")
        elif how == 2:
            parts[at:at] = parts[other : other + 8]
        elif parts:
            parts[at], parts[other] = parts[other], parts[at]
    return "".join(parts), name


if __name__ == "__main__":
    sys.exit(main())
