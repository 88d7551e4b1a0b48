"""A wrong theorem, planted in a copy of the library, is caught by `verify` and stops the site."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RIGHT, WRONG = "statement=_claim(ELBO + _GAP)", "statement=_claim(ELBO - _GAP)"
CONFIG = """
site_name: planted
strict: true
theme: mkdocs
plugins: []
markdown_extensions:
  - vaetheory.presentation.markdown:
      node_modules: {node_modules}
      root: {root}
"""


@pytest.fixture
def planted(tmp_path: Path) -> Path:
    """A folder with a copy of the library in which the ELBO identity has a wrong sign."""
    shutil.copytree(ROOT / "vaetheory", tmp_path / "vaetheory")
    file = tmp_path / "vaetheory" / "theorems" / "elbo_identity.py"
    text = file.read_text()
    assert text.count(RIGHT) == 1
    file.write_text(text.replace(RIGHT, WRONG))
    return tmp_path


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """A module run with the copy of the library in front of the installed one."""
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_verify_says_so(planted: Path) -> None:
    done = run(planted, "vaetheory", "verify", "elbo-identity", "--json")
    assert done.returncode == 1
    (entry,) = json.loads(done.stdout)["theorems"]
    assert entry["holds"] is False
    assert any("refutes the statement" in problem for problem in entry["problems"])
    assert any("the derivation ends at" in problem for problem in entry["problems"])


@pytest.mark.slow
def test_the_site_is_not_built(planted: Path) -> None:
    (planted / "docs").mkdir()
    (planted / "docs" / "index.md").write_text("# Page\n\n{{ derivation elbo-identity }}\n")
    modules = ROOT / "scripts" / "node" / "node_modules"
    (planted / "mkdocs.yml").write_text(CONFIG.format(node_modules=modules, root=planted))
    done = run(planted, "mkdocs", "build")
    assert done.returncode != 0
    assert "'elbo-identity' does not hold" in done.stdout + done.stderr
    assert not (planted / "site" / "index.html").exists()
