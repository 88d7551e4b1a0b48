"""A hard bound on time, where the system has one: provers may not return on an expression that
nobody foresaw.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class TimeIsUp(Exception):
    """The time for one claim is up."""


_AGAIN = 0.01


def _is_ours(frame: FrameType) -> bool:
    """Whether code of this package is running, and not the clock itself, which has to clear up."""
    name = str(frame.f_globals.get("__name__", ""))
    return name.startswith("vaetheory") and name != __name__


@contextmanager
def bounded(seconds: float) -> Iterator[None]:
    """Raises TimeIsUp in the body after ``seconds``.

    Works on the main thread of systems with interval timers; elsewhere (threads, browsers) the
    caller has to end the whole computation. A timer that is already running goes on afterwards; a
    handler that was not installed from Python could not be put back, and is left alone.
    """
    if (
        not hasattr(signal, "setitimer")
        or threading.current_thread() is not threading.main_thread()
        or signal.getsignal(signal.SIGALRM) is None
    ):
        yield
        return

    running = [True]

    def up(_number: int, frame: FrameType | None) -> None:
        # raised in code of this package only: an exception in a callback of somebody else, such as
        # one of the garbage collector, would be lost there; the timer comes again
        if running and frame is not None and _is_ours(frame):
            raise TimeIsUp

    before = signal.signal(signal.SIGALRM, up)
    left, interval = signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.001), _AGAIN)
    try:
        yield
    finally:
        running.clear()
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if left:
            signal.setitimer(signal.ITIMER_REAL, left, interval)
