"""Build or serve the site: bring what it needs from elsewhere into docs/, then run MkDocs.

Usage: python scripts/build_site.py build|serve|prepare [--site-dir DIR] [MkDocs options]

`prepare` copies KaTeX's stylesheet and all fonts out of their npm packages, so that no page asks
another host, and writes a page for each theorem, a fragment for each demo run, what the commands
print about the examples, and Python for the reader's browser. All of it is made anew every time.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

import browser_python
import check_mine
import command_outputs
import fonts
import model_fragments
import run_fragments
import search_index
import theorem_pages
import verification_fragments

from vaetheory.presentation import notation

ROOT = Path(__file__).parent.parent
PACKAGES = ROOT / "scripts" / "node" / "node_modules"
KATEX = PACKAGES / "katex" / "dist"
SERIF = PACKAGES / "@fontsource" / "source-serif-4" / "files"


def copy_katex(target: Path) -> None:
    """KaTeX's stylesheet and fonts, and the script, which a page loads only to set what its reader
    writes or searches for.
    """
    shutil.rmtree(target, ignore_errors=True)
    fonts.katex(KATEX, target)
    shutil.copy(KATEX / "katex.min.js", target)


def copy_serif(target: Path) -> None:
    """The text face: regular, italic and semibold."""
    shutil.rmtree(target, ignore_errors=True)
    fonts.serif(SERIF, target)


def copy_assets() -> None:
    """What every page loads beside its own markup."""
    copy_katex(ROOT / "docs" / "assets" / "katex")
    copy_serif(ROOT / "docs" / "assets" / "serif")
    words = ROOT / "docs" / "assets" / "notation-words.js"
    words.write_text(notation.script(), encoding="utf-8")


def prepare() -> None:
    """Make docs/ complete."""
    copy_assets()
    theorem_pages.write(ROOT / "docs" / "theorems")
    command_outputs.write(ROOT, ROOT / "docs" / "generated")
    run_fragments.write(ROOT / "runs", ROOT / "docs" / "generated")
    model_fragments.write(ROOT / "docs" / "results", ROOT / "docs" / "generated")
    verification_fragments.write(ROOT / "docs" / "results", ROOT / "docs" / "generated")
    version = browser_python.write(ROOT / "docs" / "assets" / "python", ROOT / ".cache")
    check_mine.write(ROOT, ROOT / "docs" / "generated", version)


def main(arguments: list[str]) -> int:
    """The exit code of MkDocs, or 2 for a wrong call."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("action", choices=("build", "serve", "prepare"))
    parser.add_argument("--site-dir", type=Path, default=ROOT / "site", help="where build writes")
    options, others = parser.parse_known_args(arguments)
    prepare()
    if options.action == "prepare":
        return 0
    # Never --quiet: MkDocs then returns 0 for broken anchors even when strict.
    command = [sys.executable, "-m", "mkdocs", options.action, "--strict", *others]
    if options.action == "build":
        command += ["--site-dir", str(options.site_dir)]
    code = subprocess.run(command, cwd=ROOT, check=False).returncode
    if options.action == "build" and code == 0:
        search_index.lighten(options.site_dir)
    return code


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
