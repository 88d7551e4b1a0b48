"""Would the site survive the move to Zensical, the successor of MkDocs Material? Says what breaks.

Usage: python scripts/zensical_canary.py            (`make canary`; CI allows it to fail)

MkDocs Material reaches the end of its life in 2027. This builds the same pages with Zensical, which
it installs into .cache/zensical, apart from everything else, and compares what comes out with what
the sources promise: a page for each source, derivations, mathematics, links that lead somewhere.
Exit code: 0 nothing breaks, 1 something would, 3 it could not be tried.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).parent.parent
# The last one that installs without a package that not every index carries.
ZENSICAL = "zensical==0.0.73"
PLACE = ROOT / ".cache" / "zensical"
SECONDS = 240
_LINK = re.compile(r'<a [^>]*?href="([^"]*)"')
_ID = re.compile(r'\bid="([^"]*)"')
_DERIVATION = re.compile(r"^\{\{ derivation ", re.MULTILINE)


def install(target: Path) -> str:
    """Put Zensical into `target`; the answer is what went wrong, or ""."""
    if (target / "zensical").is_dir():
        return ""
    command = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "-qq"]
    done = subprocess.run(
        [*command, "--target", str(target), ZENSICAL], capture_output=True, text=True, check=False
    )
    return "" if done.returncode == 0 else done.stderr.strip()


def build(packages: Path, site: Path) -> str:
    """Build into `site`; the answer is what Zensical complained of, or ""."""
    config = ROOT / ".zensical.yml"
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    config.write_text(f"{text}\nsite_dir: {site}\n", encoding="utf-8")
    try:
        done = subprocess.run(
            [sys.executable, "-m", "zensical", "build", "-f", config.name, "--strict"],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(packages), str(ROOT)])},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"it was not done after {SECONDS} s"
    finally:
        config.unlink()
    return "" if done.returncode == 0 else (done.stdout + done.stderr).strip()


def breaks(docs: Path, site: Path) -> list[str]:
    """What the pages in `site` lack of what the sources in `docs` promise."""
    found: list[str] = []
    ids: dict[Path, set[str]] = {}
    for source in sorted(docs.rglob("*.md")):
        name = source.relative_to(docs).with_suffix(".html")
        if name.parts[0] in ("generated", "examples"):
            continue
        page = site / name
        if not page.is_file():
            found.append(f"{name}: no such page")
            continue
        text, written = page.read_text(encoding="utf-8"), source.read_text(encoding="utf-8")
        promised = len(_DERIVATION.findall(written))
        if text.count('class="derivation"') != promised:
            found.append(f"{name}: {promised} derivations promised, others built")
        if re.search(r"\$[^$\n]+\$", written) and "<math" not in text:
            found.append(f"{name}: mathematics is not rendered")
        if "::: " in written and 'class="doc doc-object' not in text:
            found.append(f"{name}: the API is not rendered")
        found += [f"{name}: a dead link, {link}" for link in _dead(page, text, site, ids)]
    if not list(site.glob("**/search*.json")):
        found.append("no search index")
    return found


def _dead(page: Path, text: str, site: Path, ids: dict[Path, set[str]]) -> list[str]:
    dead = []
    for link in dict.fromkeys(_LINK.findall(text)):
        parts = urlsplit(link)
        if parts.scheme or parts.netloc or not (parts.path or parts.fragment):
            continue
        base = site if parts.path.startswith("/") else page.parent
        target = (base / unquote(parts.path).lstrip("/")).resolve() if parts.path else page
        if target.is_dir():
            target /= "index.html"
        if not target.is_file():
            dead.append(link)
        elif parts.fragment and target.suffix == ".html":
            if target not in ids:
                ids[target] = set(_ID.findall(target.read_text(encoding="utf-8")))
            if unquote(parts.fragment) not in ids[target]:
                dead.append(link)
    return dead


def main() -> int:
    """Try it, and say what breaks."""
    if problem := install(PLACE):
        print(f"cannot try: {ZENSICAL} does not install here\n{problem}")
        return 3
    site = PLACE.parent / "zensical-site"
    shutil.rmtree(site, ignore_errors=True)
    if problem := build(PLACE, site):
        print(f"{ZENSICAL} does not build the site:\n{problem[-3000:]}")
        return 1
    found = breaks(ROOT / "docs", site)
    for line in found[:40]:
        print(line)
    if len(found) > 40:
        print(f"… and {len(found) - 40} more")
    print(f"{ZENSICAL}: {len(found)} things would break" if found else f"{ZENSICAL}: all is there")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
