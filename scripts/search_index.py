"""Take the source code of the API pages out of the search index, which every page loads.

Names, signatures and docstrings stay. MkDocs Material has no option for this, so the index is
rewritten after the build.
"""

from __future__ import annotations

import json
from pathlib import Path

# How mkdocstrings begins the folded source of an object.
SOURCE = "Source code in <code>"


def lighten(site: Path) -> None:
    """Rewrite `search/search_index.json` below `site`."""
    path = site / "search" / "search_index.json"
    index = json.loads(path.read_text(encoding="utf-8"))
    for section in index["docs"]:
        if section["location"].startswith("api/"):
            section["text"] = section["text"].split(SOURCE)[0]
    text = json.dumps(index, ensure_ascii=False, separators=(",", ":"))
    path.write_text(text, encoding="utf-8")
