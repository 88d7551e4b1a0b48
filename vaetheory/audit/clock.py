"""How long a process stood ready while others had the processor: time that is not its own."""

from __future__ import annotations

from pathlib import Path


def waited(process: int | str = "self") -> float:
    """Seconds that a process waited for the processor; 0 where the system does not tell.

    It is the main thread's waiting time, as Linux keeps it.
    """
    try:
        # run time, waiting time (both in nanoseconds) and time slices of the main thread
        return int(Path(f"/proc/{process}/schedstat").read_text().split()[1]) * 1e-9
    except (OSError, ValueError, IndexError):
        return 0.0
