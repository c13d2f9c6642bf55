"""Ends a run of verify that would take too long: each scenario ends, but all of them together can take long."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from ohifbuild.core.counts import counted
from ohifbuild.core.errors import BrowserFailed
from ohifbuild.verification.pace import USUAL, Pace

LONGEST_SECONDS = 1800.0
"""The usual run takes one or two minutes; one of a viewer that shows nothing takes more than twenty."""


def time_limit(
    seconds: float,
    seen: Sequence[object],
    *,
    pace: Pace = USUAL,
    clock: Callable[[], float] = time.monotonic,
) -> Callable[[], None]:
    """A function that must be called often, and raises when the time is over.

    Args:
        seconds: the most seconds from now on, on a usual machine; on a slower one more.
        seen: what was observed so far; it grows.
        pace: says how slow the machine is.
        clock: gives the time in seconds.

    Raises:
        BrowserFailed: only from the returned function.
    """
    began, budget = clock(), pace.budget(seconds, clock)

    def check() -> None:
        if budget.is_over():
            minutes = counted(round((clock() - began) / 60), "minute")
            raise BrowserFailed(
                f"Verify was stopped after {minutes} and {counted(len(seen), 'scenario')}.",
                cause="The viewer shows nothing, so each scenario waits as long as it can; or the machine is slow.",
                fix="Look at the viewer yourself: ohifbuild demo DIST",
            )

    return check
