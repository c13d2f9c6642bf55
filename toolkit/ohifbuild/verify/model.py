"""The values that verify passes along: what was asked, what was sent, what was received, what it proves."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class ReceivedRequest:
    """One request as the archive's gate saw it.

    ``headers`` keeps order and repetition (a doubled header must be seen); names are lower-case. ``decision`` is
    ``granted``, ``no-token``, ``unknown-token``, ``expired``, ``other-study``, ``patient-query`` or ``unpinned``.
    ``at`` is in seconds since the site started, ``seconds`` the time to the last byte.
    """

    method: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    decision: str
    status: int
    at: float
    seconds: float = 0.0
    size: int = 0


@dataclass(frozen=True)
class SentRequest:
    """One request as the browser sent it. ``at`` and ``seconds`` are seconds since the scenario's first navigation."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    resource_type: str
    status: int | None
    at: float
    seconds: float = 0.0
    size: int = 0


@dataclass(frozen=True)
class ClaimResult:
    """Whether one claim holds in one scenario, and what shows it (tokens already redacted)."""

    claim: str
    title: str
    scenario: str
    holds: bool
    detail: str
    evidence: tuple[str, ...] = field(default=())
