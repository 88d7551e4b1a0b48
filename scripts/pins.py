"""Print the exact version of every package in this environment, as pip constraints.

Usage: python scripts/pins.py > constraints.txt
"""

from __future__ import annotations

from importlib.metadata import distributions

OWN_NAME = "vae-answer-sheet"
# The installer itself is whatever the machine brings.
NOT_PINNED = {OWN_NAME, "pip"}


def pins() -> list[str]:
    """One `name==version` a line, sorted, without the local part (+cpu) that indexes don't know."""
    versions = {d.name.lower().replace("_", "-"): d.version.split("+")[0] for d in distributions()}
    return [f"{name}=={versions[name]}" for name in sorted(versions.keys() - NOT_PINNED)]


if __name__ == "__main__":
    print("# Exact versions for development and CI; written by `make pins`.")
    print("\n".join(pins()))
