"""The lines over which viewers are measured."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """A line between the browser and the server.

    Args:
        megabits: its rate in each direction, in millions of bits a second; None for no limit.
        round_trip: seconds for the way there and back.
    """

    megabits: float | None = None
    round_trip: float = 0.0

    @property
    def title(self) -> str:
        """The line in a few words."""
        if self.megabits is None:
            return "no limit"
        return f"{self.megabits:g} Mbit/s, {self.round_trip * 1000:.0f} ms"

    @property
    def bytes_per_second(self) -> float:
        """The rate in bytes; infinite without a limit."""
        return float("inf") if self.megabits is None else self.megabits * 125_000


@dataclass(frozen=True)
class Case:
    """One line and one archive: the conditions of a series of pairs.

    Args:
        metadata: for how many seconds the archive waits before it answers a request for metadata.
    """

    line: Line
    metadata: float

    @property
    def title(self) -> str:
        """The conditions in a few words."""
        return self.line.title + (f"; metadata after {self.metadata:g} s" if self.metadata else "")

    @property
    def key(self) -> str:
        """The conditions as a word for file names and the command line."""
        rate = "unlimited" if self.line.megabits is None else f"{self.line.megabits:g}mbit"
        return rate + (f"-metadata{self.metadata:g}s" if self.metadata else "")


LINES = (Line(10, 0.040), Line(1.6, 0.150), Line())
CASES = tuple(Case(line, metadata) for line in LINES for metadata in (0.0, 2.0))
MINOR = frozenset({"1.6mbit", "1.6mbit-metadata2s", "unlimited-metadata2s"})
"""Cases with fewer pairs by default: on the slowest line a visit takes half a minute, and the last says little new."""


def pairs_of(case: Case, pairs: int, few_pairs: int) -> int:
    """How many pairs to measure."""
    return min(pairs, few_pairs) if case.key in MINOR else pairs
