"""Ends a browser whose page does not answer any more.

Playwright waits without a limit for the result of a script. A page in an endless loop never runs it, so only the end of
the browser ends the waiting. The thread that waits cannot do that; the watchdog's own thread can.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from ohifbuild.verification.pace import USUAL, Pace

LONGEST_SILENCE = 120.0
"""Seconds. The longest step of a run that is not in vain, a screenshot, has a limit of 30 seconds."""


LOOK_SECONDS = 5.0


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
        self._last = time.monotonic()
        self._stopped = threading.Event()

    def alive(self) -> None:
        """Says that the browser answers."""
        self._last = time.monotonic()

    def watch(self) -> None:
        """Waits for silence, and ends the browser then; runs in a thread of its own."""
        wait = self.seconds
        while not self._stopped.wait(wait):
            silence = time.monotonic() - self._last
            # While it may take longer than usual, it looks again now and then.
            wait = self.seconds - silence if silence < self.seconds else min(self.seconds, LOOK_SECONDS)
            if self._pace.is_over(self.seconds, silence):
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
