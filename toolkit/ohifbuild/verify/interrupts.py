"""Ctrl-C while Playwright is at work.

Playwright's synchronous interface runs an event loop underneath, in which a KeyboardInterrupt can get lost, and its
driver hears the terminal's Ctrl-C too and closes the browser, which looks like a breakdown. So the signal is only noted
when it comes, and raised where nothing can swallow it.
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
    """Gives a function that raises KeyboardInterrupt if the user has asked to stop; call it often.

    The second signal is raised at once. In another thread than the main one nothing can be heard, and nothing is done.
    """
    asked = False

    def note(_number: int, _frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True

    def check() -> None:
        if asked:
            raise KeyboardInterrupt

    hears = threading.current_thread() is threading.main_thread()
    before = {number: signal.signal(number, note) for number in SIGNALS} if hears else {}
    try:
        yield check
        check()
    except (PlaywrightError, BrowserFailed):
        check()
        raise
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
