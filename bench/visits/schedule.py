"""When bytes pass a line: its rate, which all connections share, and the growth of each connection's window.

The times are arguments, so nothing here waits.
"""

from __future__ import annotations

from collections import deque

SEGMENT = 1460
FIRST_WINDOW = 10 * SEGMENT
"""What Linux sends on a new connection before the first acknowledgement (RFC 6928)."""


class Direction:
    """One direction of a line: bytes of all connections leave one after another."""

    def __init__(self, bytes_per_second: float) -> None:
        self._rate = bytes_per_second
        self._free = 0.0

    def reserve(self, size: int, now: float) -> float:
        """When the last of ``size`` bytes leaves that are ready now."""
        self._free = max(self._free, now) + size / self._rate
        return self._free


class Window:
    """How much one connection may have on its way: slow start (RFC 5681 3.1) on a line that loses nothing."""

    def __init__(self, round_trip: float) -> None:
        self._round_trip = round_trip
        self._size = FIRST_WINDOW
        self._underway: deque[tuple[float, int]] = deque()

    def opens(self, size: int, now: float) -> float:
        """The earliest time, from now on, at which ``size`` more bytes may be sent."""
        when = now
        while self._underway and (self._underway[0][0] <= when or self._taken() + size > self._size):
            acknowledged, bytes_ = self._underway.popleft()
            when = max(when, acknowledged)
            self._size += bytes_
        return when

    def sent(self, size: int, departure: float) -> None:
        """Records bytes that leave at ``departure``."""
        self._underway.append((departure + self._round_trip, size))

    def _taken(self) -> int:
        return sum(size for _, size in self._underway)
