"""The values that verify passes along: what was asked, what was sent, what was received, what it proves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ohifbuild.contract.settings import Settings


@dataclass(frozen=True)
class ReceivedRequest:
    """One request as the archive's gate saw it.

    ``headers`` keeps order and repetition (a doubled header must be seen); names are lower-case. ``decision`` is
    ``granted``, or why not (see ``gate.STATUS``).
    ``at`` is in seconds since the site started, ``seconds`` the time to the last byte, ``size`` the answer's bytes with
    its headers.
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
class Expectation:
    """What a scenario's page has to show, and what it may send.

    Args:
        outcome: ``image`` (the link's study is on the screen), ``message`` (a message and no pixels) or ``confined``
            (whatever is on the screen, nothing outside the link's studies is asked for).
        token: the value the archive must get in the header; empty if no request may carry one.
        secrets: every value that must not be seen elsewhere.
        studies: Study Instance UIDs that may be asked for.
        patients: their Patient IDs, which may be searched for where the recipe's priors are ``exact``.
        thumbnails: Series Instance UIDs that need a thumbnail.
        instances: SOP Instance UIDs of which one has to be on the canvas; empty for any of the studies'.
        reasons: for ``message``: the reasons (``data-reason``) that fit.
    """

    outcome: str
    token: str = ""
    secrets: tuple[str, ...] = ()
    studies: tuple[str, ...] = ()
    patients: tuple[str, ...] = ()
    thumbnails: tuple[str, ...] = ()
    instances: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class ImageMatch:
    """What a canvas or thumbnail shows: the best image of the dataset, and the best of those that differ from it.

    ``score`` and ``rival_score`` are normalised cross-correlations. More than one uid where images are copies.
    ``labelled`` is the SOP Instance UID that the viewer itself gives the picture; empty where it gives none.
    """

    where: str
    blank: bool
    name: str = ""
    score: float = 0.0
    rival: str = ""
    rival_score: float = 0.0
    studies: tuple[str, ...] = ()
    series: tuple[str, ...] = ()
    instances: tuple[str, ...] = ()
    labelled: str = ""


@dataclass(frozen=True)
class PageState:
    """Everything a page has kept, at one moment.

    Args:
        history: the tab's entries as the browser has them.
        visits: what the page's own Navigation API tells of them.
        timings: the names of all entries of ``performance``, the page's own navigation among them.
        stack: an error's, from below the page's guards.
        policy: the content security policy that stands in the page ahead of every script.
        served_policy: the one that the server sent with it.
    """

    url: str
    referrer: str
    history: tuple[str, ...]
    history_state: str
    visits: tuple[str, ...]
    local: Mapping[str, str]
    session: Mapping[str, str]
    cookies: tuple[str, ...]
    databases: tuple[str, ...]
    caches: tuple[str, ...]
    window_name: str
    timings: tuple[str, ...]
    stack: str
    policy: str
    served_policy: str
    html: str


@dataclass(frozen=True)
class Message:
    """The page's own message to its reader."""

    reason: str
    text: str
    visible: bool


@dataclass(frozen=True)
class Screenshot:
    """A picture of the page; ``image`` is a whole JPEG file."""

    caption: str
    image: bytes = field(repr=False)


@dataclass(frozen=True)
class Observation:
    """One scenario, seen from both ends.

    ``elsewhere`` names what the browser tried to reach outside the site. ``first_image`` is in seconds from the
    navigation to the first recognisable image, None if there was none.
    """

    scenario: str
    title: str
    expects: Expectation
    link: str
    sent: tuple[SentRequest, ...]
    received: tuple[ReceivedRequest, ...]
    elsewhere: tuple[str, ...]
    console: tuple[str, ...]
    errors: tuple[str, ...]
    state: PageState
    viewports: tuple[ImageMatch, ...]
    thumbnails: tuple[ImageMatch, ...]
    message: Message | None
    screenshots: tuple[Screenshot, ...]
    seconds: float
    first_image: float | None = None


@dataclass(frozen=True)
class ClaimResult:
    """Whether one claim holds in one scenario, and what shows it (tokens already redacted)."""

    claim: str
    title: str
    scenario: str
    holds: bool
    detail: str
    evidence: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class Evidence:
    """What verify found, complete. Nothing in it holds a token.

    ``environment`` is shown in the report in this order: release, dist digest, browser, archive, machine, date.
    ``reports`` are the files written.
    """

    results: tuple[ClaimResult, ...]
    observations: tuple[Observation, ...]
    settings: Settings
    environment: Mapping[str, str]
    seconds: float
    reports: tuple[Path, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether every claim holds in every scenario, and at least one was checked."""
        return bool(self.results) and all(result.holds for result in self.results)

    @property
    def failures(self) -> tuple[ClaimResult, ...]:
        """The results that do not hold."""
        return tuple(result for result in self.results if not result.holds)


@dataclass(frozen=True)
class Verdict:
    """Whether a claim holds, in one line, and the lines that show it."""

    holds: bool
    detail: str
    evidence: tuple[str, ...] = ()
