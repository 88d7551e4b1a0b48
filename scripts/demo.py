"""`make demo`: verify every theorem, train two small models, build the site with their figures.

Safe to run again: what is there and still current is kept, and said to be.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import run_fragments
from demo_runs import RUNS, DemoRun
from rich.console import Console

from vaetheory import theorems
from vaetheory.presentation import terminal
from vaetheory.presentation.evidence import library_report
from vaetheory.presentation.progress import verifying

ROOT = Path(__file__).parent.parent
SEED = 0
# What the site is made of, and what its build writes among it.
INPUTS = ("docs", "vaetheory", "vaemodels", "scripts", "notebooks", "tests", "runs", "mkdocs.yml")
WRITTEN = ("docs/generated", "docs/theorems", "docs/assets/katex", "docs/assets/python",
           "docs/assets/serif", "docs/assets/notation-words.js", "docs/assets/demo-",
           "scripts/node/node_modules")  # fmt: skip
console = Console()


def verify() -> bool:
    """Check every theorem, print the table, and keep the report for the site."""
    with verifying(list(theorems.names()), Console(stderr=True)) as done:
        document = library_report(ROOT / ".cache", SEED, done)
    console.print(terminal.verification(document))
    console.print(terminal.legend())
    terminal.problems(document, console)
    holding = sum(entry["holds"] for entry in document["theorems"])
    console.print(f"{holding} of {len(document['theorems'])} theorems verified")
    return bool(holding == len(document["theorems"]))


def is_trained(run: DemoRun) -> bool:
    """Whether the run folder holds the finished run of just this command."""
    folder = run.folder(ROOT / "runs")
    marker = folder / "command.txt"
    return marker.is_file() and marker.read_text(encoding="utf-8") == run.shown


def train(run: DemoRun) -> bool:
    """Train from the beginning, unless that has been done."""
    folder = run.folder(ROOT / "runs")
    if is_trained(run):
        console.print(f"{folder.name}: trained before, kept (delete the folder to train again)")
        return True
    console.print(f"$ {run.shown}")
    command = [sys.executable, "-m", *run.command(Path("runs"))]
    if subprocess.run(command, cwd=ROOT, check=False).returncode != 0:
        return False
    (folder / "command.txt").write_text(run.shown, encoding="utf-8")
    return True


def inputs(root: Path) -> Iterator[tuple[str, Path]]:
    """Every file that the site is made of, by its name below `root`."""
    for name in INPUTS:
        start = root / name
        for path in sorted(start.rglob("*")) if start.is_dir() else [start]:
            below = path.relative_to(root).as_posix()
            if path.is_file() and "__pycache__" not in below and not below.startswith(WRITTEN):
                yield below, path


def fingerprint(root: Path) -> str:
    """A hash of what the site is made of."""
    digest = hashlib.sha256()
    for name, path in inputs(root):
        digest.update(f"{name}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def build_site() -> bool:
    """Build the site, strictly, unless nothing that it is made of has changed."""
    stamp, now = ROOT / ".cache" / "demo-site", fingerprint(ROOT)
    there = (ROOT / "site" / "index.html").is_file() and stamp.is_file()
    if there and stamp.read_text(encoding="utf-8") == now:
        console.print("built before from the same files, kept (make site builds it again)")
        return True
    stamp.unlink(missing_ok=True)
    if not _build():
        return False
    stamp.parent.mkdir(exist_ok=True)
    stamp.write_text(now, encoding="utf-8")
    return True


def _build() -> bool:
    command = [sys.executable, str(ROOT / "scripts" / "build_site.py"), "build"]
    return subprocess.run(command, cwd=ROOT, check=False).returncode == 0


def main() -> int:
    """0 when everything holds, is trained and is built; 1 otherwise."""
    started = time.monotonic()
    stages = [
        ("Verifying every theorem", verify),
        *((f"Training: {run.title}", lambda run=run: train(run)) for run in RUNS),
        ("Building the site", build_site),
    ]
    for title, stage in stages:
        console.rule(title, align="left")
        if not stage():
            console.print(f"[bold]Stopped at: {title}[/bold]")
            return 1
    console.rule("Done", align="left")
    for run in RUNS:
        last = run_fragments.metrics(run.folder(ROOT / "runs"))[-1]
        console.print(f"{run.title}: ELBO {last['validation_elbo']:.1f} nats per held-out image")
    console.print(
        f"All theorems verified, both models trained, in {time.monotonic() - started:.0f} s."
    )
    console.print(f"The site: {ROOT / 'site' / 'index.html'}", soft_wrap=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
