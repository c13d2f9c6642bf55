"""Runs functions at the same time, each in a thread of its own, and stops all of them if one fails.

Playwright's synchronous interface belongs to the thread that started it, so browsers that are driven at the same time
need a thread each.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Check = Callable[[], None]
Result = TypeVar("Result")

SIGNAL_SECONDS = 0.1
"""How often the calling thread looks whether it must end the others."""


class Stopped(Exception):
    """Another function has failed, so the result of this one is not wanted any more."""


class _Running(Generic[Result]):
    """A function in its thread."""

    def __init__(self, function: Callable[[Check], Result], stopped: threading.Event) -> None:
        self.results: list[Result] = []
        self.error: BaseException | None = None
        self._function = function
        self._stopped = stopped
        # A daemon does not keep the program from its end, when it is interrupted a second time.
        self.thread = threading.Thread(target=self._run, name="verify", daemon=True)

    def _run(self) -> None:
        try:
            self.results.append(self._function(self._check))
        except BaseException as error:
            self.error = error
            self._stopped.set()

    def _check(self) -> None:
        if self._stopped.is_set():
            raise Stopped


def side_by_side(functions: Sequence[Callable[[Check], Result]], interrupted: Check) -> tuple[Result, ...]:
    """The results of the functions, in their order.

    Args:
        functions: each gets a function that it must call often; that one raises if another function has failed.
        interrupted: is called often in the calling thread; what it raises ends all functions.

    Raises:
        BaseException: what a function has raised; the first one's, in their order, if several have.
    """
    stopped = threading.Event()
    running = [_Running(function, stopped) for function in functions]
    for each in running:
        each.thread.start()
    try:
        while any(each.thread.is_alive() for each in running):
            interrupted()
            for each in running:
                each.thread.join(SIGNAL_SECONDS)
    finally:
        stopped.set()
        for each in running:
            each.thread.join()
    for each in running:
        if each.error is not None and not isinstance(each.error, Stopped):
            raise each.error
    return tuple(result for each in running for result in each.results)
