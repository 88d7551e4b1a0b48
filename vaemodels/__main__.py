"""``python -m vaemodels``, which is what ``torchrun -m`` starts."""

from __future__ import annotations

from vaemodels.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
