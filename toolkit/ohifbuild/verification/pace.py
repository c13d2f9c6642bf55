"""How slow this machine is at the moment, so that what must end in time has the time that it needs.

A limit in seconds is right for one machine at one load. On a machine where ten browsers run at once, everything takes
ten times as long, and a limit that does not grow finds faults that are none.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

WORK = range(3_000_000)
REFERENCE_SECONDS = 0.15
"""What adding up ``WORK`` takes on two cores of 2020 while verify's own two browsers use them; 0.05 s alone."""

MOST = 40.0
"""A machine that is slower than this is not waited for."""


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

    def is_over(self, seconds: float, elapsed: float) -> bool:
        """Whether a wait has taken longer than it may.

        Args:
            seconds: the most that it takes on a usual machine. Within this time nothing is measured.
            elapsed: for how many seconds it has taken.
        """
        return elapsed > seconds and elapsed > seconds * self.slowness()


USUAL = Pace()
"""The pace of a run that nobody slows down on purpose."""
