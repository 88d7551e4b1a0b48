"""The child process of an audit: `python -m vaetheory.audit.worker TARGET OUT [SIGNATURE]`.

It imports the user's file, audits the function, and writes one JSON document to OUT: the report,
or `{"error": …}` where nothing could be read. Whatever the user's file prints goes to stderr.
"""

from __future__ import annotations

import json
import math
import os
import sys
from pathlib import Path
from typing import Any

LIMIT = "VAETHEORY_AUDIT_SECONDS"


def main(argv: list[str]) -> int:
    """Audit one target; the exit status only says whether a document was written."""
    target, out, *rest = argv
    limit_processor_time(float(os.environ.get(LIMIT, "inf")))
    os.dup2(2, 1)
    sys.argv = [target.rpartition(":")[0]]
    Path(out).write_text(json.dumps(run(target, rest[0] if rest else None)), encoding="utf-8")
    return 0


def limit_processor_time(seconds: float) -> None:
    """Have the system end this process after so many seconds of work, where it can do so."""
    try:
        import resource
    except ImportError:  # Windows: the clock of the parent must do
        return
    if math.isfinite(seconds):
        resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(seconds), math.ceil(seconds) + 1))


def run(target: str, signature: str | None) -> dict[str, Any]:
    """The document for a target."""
    import vaetheory.audit
    from vaetheory.audit.loading import LoadError, load
    from vaetheory.audit.signature import SignatureError

    try:
        loaded = load(target)
        report = vaetheory.audit.audit(
            loaded.function, signature=signature, name=target.rpartition(":")[2]
        )
    except (LoadError, SignatureError) as error:
        return {"error": str(error)}
    report.assumed = [*loaded.assumed, *report.assumed]
    return report.as_json()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
