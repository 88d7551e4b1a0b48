"""The hard bound on time ends a computation, and leaves other timers as they were."""

from __future__ import annotations

import gc
import signal
import time

import pytest

from vaetheory.calculus.algebra import arrange
from vaetheory.language.expressions import Value
from vaetheory.language.variables import Variable
from vaetheory.review.clock import TimeIsUp, bounded


def _endless() -> None:
    x = Value(Variable("x"))
    while True:
        arrange.cache_clear()
        arrange(x + x)


def _collect_then_go_on() -> None:
    gc.collect()
    _endless()


def test_it_ends_what_does_not_end() -> None:
    began = time.perf_counter()
    with pytest.raises(TimeIsUp), bounded(0.05):
        _endless()
    assert time.perf_counter() - began < 2


def test_no_exception_is_lost_in_a_callback_of_somebody_else() -> None:
    def slow(_phase: str, _info: dict[str, int]) -> None:
        time.sleep(0.08)

    gc.callbacks.append(slow)
    try:
        with pytest.raises(TimeIsUp), bounded(0.05):
            _collect_then_go_on()
    finally:
        gc.callbacks.remove(slow)


def test_what_ends_in_time_is_left_alone() -> None:
    before = signal.getsignal(signal.SIGALRM)
    with bounded(5):
        pass
    assert signal.getsignal(signal.SIGALRM) is before


def test_the_clock_never_interrupts_its_own_clearing_up() -> None:
    # found by fuzzing: a timer that ran out inside the clean-up left itself running
    before = signal.getitimer(signal.ITIMER_REAL)[0]
    context = bounded(100)
    context.__enter__()
    up = signal.getsignal(signal.SIGALRM)
    assert callable(up)
    up(signal.SIGALRM, context.gen.gi_frame)  # type: ignore[attr-defined]
    context.__exit__(None, None, None)
    assert signal.getitimer(signal.ITIMER_REAL)[0] <= before
