"""Ends a browser whose page does not answer any more.

Playwright waits without a limit for the result of a script. A page in an endless loop never runs it, so only the end of
the browser ends the waiting. The thread that waits cannot do that; the watchdog's own thread can.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from ohifbuild.verification.pace import INTERVALS, USUAL, Pace

LONGEST_SILENCE = 120.0
"""Seconds. The longest step of a run that is not in vain, a screenshot, has a limit of 30 seconds."""


class Watchdog:
    """Calls ``end`` if ``alive`` was not called for ``seconds``; ``has_ended`` says so afterwards.

    Args:
        seconds: on a usual machine; on a slower one more.
        end: ends the browser.
        pace: says how slow the machine is.
    """

    def __init__(self, seconds: float, end: Callable[[], None], pace: Pace = USUAL) -> None:
        self.seconds = seconds
        self.has_ended = False
        self._end = end
        self._pace = pace
        self._silence = pace.budget(seconds)
        self._stopped = threading.Event()

    def alive(self) -> None:
        """Says that the browser answers."""
        self._silence = self._pace.budget(self.seconds)

    def watch(self) -> None:
        """Waits for silence, and ends the browser then; runs in a thread of its own."""
        while not self._stopped.wait(self.seconds / INTERVALS):
            if self._silence.is_over():
                self.has_ended = True
                self._end()
                return

    def stop(self) -> None:
        """Ends ``watch``."""
        self._stopped.set()


@contextmanager
def watchdog(end: Callable[[], None], seconds: float = LONGEST_SILENCE, pace: Pace = USUAL) -> Iterator[Watchdog]:
    """A watchdog for the length of the block."""
    watching = Watchdog(seconds, end, pace)
    thread = threading.Thread(target=watching.watch, daemon=True)
    thread.start()
    try:
        yield watching
    finally:
        watching.stop()
        thread.join()


def kill_group(pid: int) -> None:
    """Kills a process, and its process group unless that is our own."""
    with suppress(ProcessLookupError, PermissionError):
        group = os.getpgid(pid)
        if group != os.getpgid(0):
            os.killpg(group, signal.SIGKILL)
        os.kill(pid, signal.SIGKILL)
