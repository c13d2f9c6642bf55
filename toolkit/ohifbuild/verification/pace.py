"""How slow this machine is at the moment, so that what must end in time has the time that it needs.

A limit in seconds is right for one machine at one load. On a machine where ten browsers run at once, everything takes
ten times as long, and a limit that does not grow finds faults that are none.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

WORK = range(1_000_000)
REFERENCE_SECONDS = 0.05
"""What adding up ``WORK`` takes on two cores of 2020 while verify's own two browsers use them: a third of the 0.15 s
that were measured for three times the work. Alone, 0.021 to 0.023 s were measured."""

MOST = 40.0
"""A machine that is slower than this is not waited for."""

INTERVALS = 10
"""Of a wait on a usual machine; the machine is measured after each."""


def measured() -> float:
    """How many times as long as in ``REFERENCE_SECONDS`` a fixed piece of work takes now; takes that time."""
    began = time.monotonic()
    sum(WORK)
    return (time.monotonic() - began) / REFERENCE_SECONDS


@dataclass(frozen=True)
class Pace:
    """The pace of a run.

    Args:
        throttle: how many times slower the browser's pages run than the rest, because somebody wants it so.
        measure: measures the machine.
    """

    throttle: float = 1.0
    measure: Callable[[], float] = measured

    def slowness(self) -> float:
        """How many times as long as usual a step of a page may take now; at least 1."""
        return min(max(1.0, self.measure()) * self.throttle, MOST)

    def budget(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> Budget:
        """The time of a wait that begins now.

        Args:
            seconds: the most that the wait takes on a usual machine.
            clock: gives the time in seconds.
        """
        return Budget(seconds, self, clock)


class Budget:
    """The time of one wait. A second of a machine that is three times slower than usual counts as a third.

    So the machine is measured during the wait, ten times or more. Once would not do: a moment in which the machine is
    fast says nothing about the time before it.

    Args:
        seconds: the most that the wait takes on a usual machine.
        pace: says how slow the machine is.
        clock: gives the time in seconds.
    """

    def __init__(self, seconds: float, pace: Pace, clock: Callable[[], float]) -> None:
        self._left = seconds
        self._pace = pace
        self._clock = clock
        self._interval = seconds / INTERVALS
        self._counted = clock()

    def is_over(self) -> bool:
        """Whether the wait has had its time. To be called often: it measures in intervals, and not before the first."""
        since = self._clock() - self._counted
        if since >= self._interval:
            # Whoever waits may have been stopped, and the browser with it; that time does not count.
            self._left -= min(since, 2 * self._interval) / self._pace.slowness()
            self._counted = self._clock()
        return self._left <= 0


USUAL = Pace()
"""The pace of a run that nobody slows down on purpose."""
