"""``python -m vaetheory``: the command."""

from __future__ import annotations

import sys

from vaetheory.cli import main

if __name__ == "__main__":
    sys.exit(main())
