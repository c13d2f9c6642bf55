"""Makes the findings of one check."""

from __future__ import annotations

from dataclasses import dataclass

from ohifbuild.doctor.model import Finding


@dataclass(frozen=True)
class About:
    """A check, by its name and title."""

    check: str
    title: str

    def right(self, found: str) -> Finding:
        """It is as it should be."""
        return Finding(self.check, self.title, "right", found)

    def note(self, found: str, effect: str, change: str = "") -> Finding:
        """It works, but could be better."""
        return Finding(self.check, self.title, "note", found, effect, change)

    def wrong(self, found: str, effect: str, change: str, *, stops: bool = True) -> Finding:
        """It has to be mended; ``stops``: or the viewer does not work."""
        return Finding(self.check, self.title, "wrong", found, effect, change, stops)

    def untried(self, found: str = "other things first.") -> Finding:
        """It could not be looked at."""
        return Finding(self.check, self.title, "untried", found)
