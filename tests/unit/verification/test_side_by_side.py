"""Functions run at the same time; their results keep their order, and the first error ends them all."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from ohifbuild.verification.side_by_side import side_by_side

Check = Callable[[], None]
PATIENCE_SECONDS = 20


def nothing() -> None:
    """Nobody interrupts."""


def until_stopped(check: Check) -> str:
    """Ends only by what ``check`` raises."""
    while True:
        check()


def test_they_run_at_the_same_time_and_the_results_are_in_their_order() -> None:
    met, last = threading.Barrier(2, timeout=PATIENCE_SECONDS), threading.Event()

    def first(_check: Check) -> str:
        met.wait()
        assert last.wait(PATIENCE_SECONDS)
        return "first"

    def second(_check: Check) -> str:
        met.wait()
        last.set()
        return "second"

    assert side_by_side([first, second], nothing) == ("first", "second")


def test_an_error_ends_the_others_and_is_raised() -> None:
    def failing(_check: Check) -> str:
        raise ValueError("the archive has gone")

    with pytest.raises(ValueError, match="the archive has gone"):
        side_by_side([until_stopped, failing], nothing)


def test_of_two_errors_the_first_in_the_order_of_the_functions_is_raised() -> None:
    failed = threading.Event()

    def first(_check: Check) -> str:
        assert failed.wait(PATIENCE_SECONDS)
        raise ValueError("first")

    def second(_check: Check) -> str:
        failed.set()
        raise ValueError("second")

    with pytest.raises(ValueError, match="first"):
        side_by_side([first, second], nothing)


def test_an_interrupt_in_the_calling_thread_ends_all() -> None:
    begun, ended = threading.Barrier(3, timeout=PATIENCE_SECONDS), list[str]()

    def waiting(check: Check) -> str:
        begun.wait()
        try:
            return until_stopped(check)
        finally:
            ended.append("ended")

    def interrupt() -> None:
        begun.wait()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        side_by_side([waiting, waiting], interrupt)
    assert ended == ["ended", "ended"]
