"""Limits for one input, and what an input cost. Time is processor time: a busy machine does not change it."""

from __future__ import annotations

import resource
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

SECONDS = 5.0
"""Processor time that one input may take."""

MEMORY = 1024**3
"""Bytes that the process may have."""


class TooSlow(BaseException):
    """An input took more than ``SECONDS``. No ``except Exception`` of the part under test catches it."""


@contextmanager
def time_limit() -> Iterator[None]:
    """Raises ``TooSlow`` in the block after ``SECONDS`` of processor time."""

    def stop(_: int, frame: FrameType | None) -> None:
        raise TooSlow(f"more than {SECONDS:.0f} s of processor time")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def limit_memory() -> None:
    """From now on this process gets at most ``MEMORY`` more bytes of address space than it has."""
    present = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (present + MEMORY, present + MEMORY))


def peak_memory() -> int:
    """The most memory that this process has had, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def processor_time() -> float:
    """Seconds of processor time of this process so far."""
    return time.process_time()
