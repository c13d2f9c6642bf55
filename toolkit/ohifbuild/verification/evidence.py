"""The data of a verify run: expectations, sent and received requests, observations, results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ohifbuild.contract.settings import Settings


@dataclass(frozen=True)
class ReceivedRequest:
    """A request as the gate received it.

    Args:
        method, path, query: as they were sent.
        headers: in order, with repetitions, so that a repeated header is visible; names in lower case.
        decision: ``granted``, or why the request was refused (the keys of ``gate.STATUS``).
        status: the status of the answer.
        at: seconds since the site started.
        seconds: the time to the last byte of the answer.
        size: bytes of the answer.
        number: the answer says it to the browser, so that both ends know that they speak of one request; None if not.
        cut_off: whether the browser went away before it had the whole answer, as it does when a page is left.
        unseen: whether its page sent it while it was being left, so that only the browser's network says of it.
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
    number: int | None = None
    cut_off: bool = False
    unseen: bool = False

    @property
    def target(self) -> str:
        """Path and query."""
        return self.path + (f"?{self.query}" if self.query else "")


@dataclass(frozen=True)
class SentRequest:
    """One request as the browser sent it. ``at`` and ``seconds`` are seconds since the scenario's first navigation.

    ``scripts`` are the URLs of the scripts that began it, as far as the browser says. ``answer`` is the number of the
    received request that it is, as the answer says it; None if there is no answer, or the browser does not show it.
    """

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    resource_type: str
    status: int | None
    at: float
    seconds: float = 0.0
    size: int = 0
    scripts: tuple[str, ...] = ()
    answer: int | None = None


@dataclass(frozen=True)
class Expectation:
    """What the page of a scenario must show, and what it may send.

    Args:
        outcome: ``image`` (the link's study is on the screen), ``message`` (a message and no image), ``confined``
            (the page may show anything, but requests nothing outside the link's studies) or ``mode`` (a package's mode
            opens, and is as confined).
        token: the token that the archive must receive in the header; '' if no request may carry one.
        secrets: every value that must not appear elsewhere.
        studies: Study Instance UIDs that may be requested.
        patients: their Patient IDs, which may be searched for if the recipe's priors are ``exact``.
        thumbnails: Series Instance UIDs that need a thumbnail.
        instances: SOP Instance UIDs, one of which must be on the canvas; empty for any of the studies'.
        reasons: for ``message``: the accepted values of ``data-reason``.
        kept: whether the browser may show a page that it has kept, which sends no request.
        route: for ``mode``: the mode's route.
    """

    outcome: str
    token: str = ""
    secrets: tuple[str, ...] = ()
    studies: tuple[str, ...] = ()
    patients: tuple[str, ...] = ()
    thumbnails: tuple[str, ...] = ()
    instances: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    kept: bool = False
    route: str = ""


@dataclass(frozen=True)
class ImageMatch:
    """The image of the dataset that a canvas or thumbnail shows best, and the best one of those that differ from it.

    Args:
        where: the canvas or thumbnail.
        blank: whether it shows nothing.
        name, score: the best image and its normalised cross-correlation.
        rival, rival_score: the best different image and its normalised cross-correlation.
        studies, series, instances: UIDs of the best image and its copies.
        labelled: the SOP Instance UID that the viewer itself names; '' for none.
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
    """Everything that a page stores, at one moment.

    Args:
        history: the tab's history entries in the browser.
        visits: the entries that the page's Navigation API gives.
        timings: the names of all entries of ``performance``, with the page's own navigation.
        stack: the stack of an error that is thrown below the page's own wrappers.
        policy: the content security policy in the page before its first script.
        served_policy: the content security policy in the page's response header.
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
    """The viewer's message to its user."""

    reason: str
    text: str
    visible: bool


@dataclass(frozen=True)
class Screenshot:
    """A screenshot of the page; ``image`` is a JPEG file."""

    caption: str
    image: bytes = field(repr=False)


@dataclass(frozen=True)
class LoadedPart:
    """An extension or a mode of one of the recipe's packages, and what OHIF made of it.

    Args:
        package: the package's name.
        kind: ``extension`` or ``mode``.
        id: its own id; '' if it was not loaded.
        route: a mode's route.
        entered: whether the mode was entered on this page.
        problem: why it is not there, or not whole; '' if it is.
        unknown: its functions for modules that this release never calls.
    """

    package: str
    kind: str
    id: str = ""
    route: str = ""
    entered: bool = False
    problem: str = ""
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True)
class Guesses:
    """How many requests the page sent ahead of OHIF; how many of them OHIF wanted, did not want, and may still want."""

    sent: int
    used: int
    wrong: int
    waiting: int


@dataclass(frozen=True)
class Observation:
    """One scenario, observed in the browser and at the archive.

    ``elsewhere`` lists the browser's attempts to leave the site. ``first_image`` is the time from the navigation to the
    first recognised image, in seconds; None if there was none. ``packages`` are the folders in the dist of the recipe's
    packages, by name; ``loaded`` is what OHIF made of them, None if nobody looked;
    ``notes`` say what of the recipe did nothing. ``guesses`` are the requests ahead of OHIF; None if the page keeps no
    count of them.
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
    packages: Mapping[str, str] = field(default_factory=dict)
    loaded: tuple[LoadedPart, ...] | None = None
    notes: tuple[str, ...] = ()
    guesses: Guesses | None = None


@dataclass(frozen=True)
class ClaimResult:
    """Whether one claim holds in one scenario, and the evidence, in which tokens are redacted."""

    claim: str
    title: str
    scenario: str
    holds: bool
    detail: str
    evidence: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class Limit:
    """What could not be seen in this browser for one claim.

    Args:
        claim, title: the claim's key and statement.
        unseen: what could not be seen.
        judged: whether the claim was checked all the same, from what could be seen.
    """

    claim: str
    title: str
    unseen: str
    judged: bool

    @property
    def line(self) -> str:
        """One line for the reports."""
        return f"{'Checked in part' if self.judged else 'Not checked'}: {self.title}. Not seen: {self.unseen}."


@dataclass(frozen=True)
class Evidence:
    """The complete result of verify. It contains no token.

    Args:
        results: each claim in each scenario.
        observations: each scenario.
        settings: the dist's settings.
        environment: release, dist digest, browser, archive, machine and date, in the order of the report.
        seconds: how long verify took.
        limits: what could not be seen in this browser.
        notes: what of the recipe did nothing in the viewer, a sentence or two each; no claim depends on it.
        reports: the files that were written.
    """

    results: tuple[ClaimResult, ...]
    observations: tuple[Observation, ...]
    settings: Settings
    environment: Mapping[str, str]
    seconds: float
    limits: tuple[Limit, ...] = ()
    notes: tuple[str, ...] = ()
    reports: tuple[Path, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether every claim holds in every scenario, and at least one was checked."""
        return bool(self.results) and all(result.holds for result in self.results)

    @property
    def results_elsewhere(self) -> Mapping[str, tuple[ClaimResult, ...]]:
        """The results about no scenario of verify's, such as packages' own claims, by what they are about."""
        scenarios = {observation.scenario for observation in self.observations}
        found: dict[str, tuple[ClaimResult, ...]] = {}
        for result in self.results:
            if result.scenario not in scenarios:
                found[result.scenario] = (*found.get(result.scenario, ()), result)
        return found

    @property
    def failures(self) -> tuple[ClaimResult, ...]:
        """The results that do not hold."""
        return tuple(result for result in self.results if not result.holds)


@dataclass(frozen=True)
class Verdict:
    """Whether a claim holds, with one line of detail and lines of evidence."""

    holds: bool
    detail: str
    evidence: tuple[str, ...] = ()
