"""Runs an audit in a subprocess with a time limit, because it runs the user's own file."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from vaetheory.audit.clock import waited
from vaetheory.audit.findings import finding
from vaetheory.audit.report import Report, Verdict
from vaetheory.audit.worker import LIMIT

# One thread: small arrays only lose time to more, and the machine may be shared.
_ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "MPLBACKEND": "Agg",
    "CUDA_VISIBLE_DEVICES": "",
}


_POLL = 0.05
# How a process ends that has used up its RLIMIT_CPU, as `subprocess` tells it: −SIGXCPU.
_OUT_OF_TIME = -24


class NothingRead(Exception):
    """The file or function could not be had; the message says what to do."""


def audit_in_subprocess(target: str, signature: str | None, seconds: float) -> Report:
    """The report on `FILE.py:FUNCTION`; raises `NothingRead`.

    After `seconds` in which it worked or slept, the child and whatever it started are killed, and
    the report is `undecided`. Time in which it was ready and others had the processor does not
    count, where the system tells (Linux): on a busy machine the clock alone would stop an audit
    that had hardly begun.
    """
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "report.json"
        command = [sys.executable, "-m", "vaetheory.audit.worker", target, str(out)]
        command += [signature] if signature else []
        child = subprocess.Popen(
            command, env={**os.environ, **_ENVIRONMENT, "PYTHONPATH": _path(), LIMIT: str(seconds)},
            stdin=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        try:
            status = _wait(child, seconds)
        finally:
            _kill(child)
        if status == _OUT_OF_TIME:
            return _stopped(target, f"it ran for more than {seconds:g} s", seconds)
        if not out.is_file():
            return _stopped(target, f"its process ended with status {status}", seconds)
        document: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    if "error" in document:
        raise NothingRead(document["error"])
    return Report.from_json(document)


def _wait(child: subprocess.Popen[bytes], seconds: float) -> int:
    begun = time.monotonic()
    while time.monotonic() - begun - waited(child.pid) < seconds:
        with contextlib.suppress(subprocess.TimeoutExpired):
            return child.wait(timeout=_POLL)
    return _OUT_OF_TIME


def _path() -> str:
    """The child finds this package where the parent found it."""
    here = str(Path(__file__).resolve().parents[2])
    given = os.environ.get("PYTHONPATH")
    return os.pathsep.join([here, given]) if given else here


def _kill(child: subprocess.Popen[bytes]) -> None:
    """End the child's whole process group; it is the leader of its own session."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _stopped(target: str, because: str, seconds: float) -> Report:
    why = f"undecided, because {because}"
    fix = "move the loss into a file of its own, or give it more time with --seconds"
    name = target.rpartition(":")[2]
    return Report(
        name, Verdict.UNDECIDED, findings=[finding("undecided", why, fix)], seconds=seconds
    )
