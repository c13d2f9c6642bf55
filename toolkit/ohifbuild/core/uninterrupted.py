"""Holds Ctrl-C and SIGTERM back for a moment."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

HELD_BACK = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """A block that no signal interrupts in the main thread: one that comes meanwhile takes effect at its end.

    For a few calls of the system that belong together, such as making a folder and noting that it has to be removed.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        came.append(number)

    before = [(number, signal.getsignal(number)) for number in HELD_BACK]
    try:
        for number, handler in before:
            if callable(handler):
                signal.signal(number, note)
        yield
    finally:
        for number, handler in before:
            if callable(handler):
                signal.signal(number, handler)
    if came:
        signal.raise_signal(came[0])
