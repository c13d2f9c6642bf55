"""What a claim's check comes to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Verdict:
    """Whether a claim holds, in one line, and the lines that show it."""

    holds: bool
    detail: str
    evidence: tuple[str, ...] = ()
