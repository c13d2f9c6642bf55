"""Handles Ctrl-C while Playwright runs.

Playwright's synchronous interface runs an event loop in which a KeyboardInterrupt can be lost. Its driver also receives
the terminal's Ctrl-C and closes the browser, which looks like a failure. So the handler only records the signal, and
KeyboardInterrupt is raised at a safe point.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from playwright.sync_api import Error as PlaywrightError

from ohifbuild.core.errors import BrowserFailed

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def interruptible() -> Iterator[Callable[[], None]]:
    """Yields a function that raises KeyboardInterrupt if the user has pressed Ctrl-C; call it often.

    The second signal raises at once. Outside of the main thread signals cannot be handled, and nothing is done.
    """
    interrupted = False

    def handle(_number: int, _frame: FrameType | None) -> None:
        nonlocal interrupted
        if interrupted:
            raise KeyboardInterrupt
        interrupted = True

    def check() -> None:
        if interrupted:
            raise KeyboardInterrupt

    in_main_thread = threading.current_thread() is threading.main_thread()
    before = {number: signal.signal(number, handle) for number in SIGNALS} if in_main_thread else {}
    try:
        yield check
        check()
    except (PlaywrightError, BrowserFailed):
        check()
        raise
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
