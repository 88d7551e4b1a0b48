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


@contextmanager
def bounded(seconds: float) -> Iterator[None]:
    """Raises TimeIsUp in the body after ``seconds``.

    Works on the main thread of systems with interval timers; elsewhere (threads, browsers) the
    caller has to end the whole computation. A timer that is already running goes on afterwards.
    """
    if (
        not hasattr(signal, "setitimer")
        or threading.current_thread() is not threading.main_thread()
    ):
        yield
        return

    def up(_number: int, _frame: FrameType | None) -> None:
        raise TimeIsUp

    before = signal.signal(signal.SIGALRM, up)
    left, interval = signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.001))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if left:
            signal.setitimer(signal.ITIMER_REAL, left, interval)
