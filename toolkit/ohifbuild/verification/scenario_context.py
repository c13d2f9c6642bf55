"""Runs a scenario in a tab, and records what the browser and the archive observe."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Protocol
from urllib.parse import quote

from ohifbuild.contract.settings import Settings
from ohifbuild.verification.attribution import attributed
from ohifbuild.verification.egress_proxy import EgressProxy
from ohifbuild.verification.evidence import Expectation, Observation, ReceivedRequest, SentRequest
from ohifbuild.verification.fixtures import Fixtures, Subject
from ohifbuild.verification.loaded_parts import packages_in, parts_of, read_guesses, read_record
from ohifbuild.verification.notes import missing_exports, notes_of, wrong_guesses
from ohifbuild.verification.pixels import PictureIndex
from ohifbuild.verification.screen import Screen
from ohifbuild.verification.tab import Tab

NO_INPUTS: Mapping[str, Any] = MappingProxyType({})
LEFT = -1
"""Stands for the recordings of tabs that are closed."""

Move = Callable[[], object]


class Site(Protocol):
    """A served dist and its archive. ``base_url`` is the viewer's URL, ``http://host:port/…``."""

    @property
    def base_url(self) -> str: ...

    @property
    def pages(self) -> Sequence[str]:
        """The dist's HTML files but index.html."""

    def received(self) -> Sequence[ReceivedRequest]:
        """Every request that the archive has received so far, in the order of arrival."""

    def redirect(self, location: str) -> None:
        """From now on, answers requests that would be granted with a redirect; '' ends that."""


class ScenarioContext:
    """A tab, the site that it opens, and the fixtures."""

    def __init__(
        self,
        tab: Tab,
        site: Site,
        egress_proxy: EgressProxy,
        fixtures: Fixtures,
        settings: Settings,
        pictures: PictureIndex,
        inputs: Mapping[str, Any] = NO_INPUTS,
        *,
        left: Sequence[SentRequest] = (),
    ) -> None:
        """
        Args:
            left: the requests of earlier tabs of this browser that got no answer; they may still arrive.
        """
        self.tab = tab
        self._left = left
        self._heard = len(site.received())
        self._recordings: dict[str, int] = {}
        self.site = site
        self.fixtures = fixtures
        self.settings = settings
        self.packages = packages_in(inputs)
        self._options = inputs.get("options", {})
        self._missing = missing_exports(inputs)
        if self.packages:
            tab.watch_scripts()
        self._pictures = pictures
        self._egress_proxy = egress_proxy
        self._screen = Screen(tab, pictures)

    def link(self, subject: Subject, token: str | None = None, *, route: str = "viewer", more: str = "") -> str:
        """The share link of a subject, with its own token or another one ('' for none), as query parameter."""
        value = subject.token if token is None else token
        parameter = f"&{self.settings.token_param}={quote(value, safe='')}" if value else ""
        return f"{self.address(route)}?StudyInstanceUIDs={','.join(subject.studies)}{parameter}{more}"

    def address(self, route: str) -> str:
        """The URL of one of the viewer's routes."""
        return f"{self.tab.origin}{self.settings.public_url}{route}"

    def image(
        self,
        key: str,
        title: str,
        subject: Subject,
        link: str,
        *,
        move: Move | None = None,
        series: str = "",
        kept: bool = False,
    ) -> Observation:
        """After ``move`` (default: opening the link), an image of the subject and all its thumbnails must appear.

        With ``series`` it must be an image of this series; with ``kept`` it may be in a page that the browser has kept.
        """
        wanted = {p.instance for p in self.fixtures.pictures if p.series == series} if series else set()
        expects = Expectation(
            outcome="image",
            token=subject.token,
            secrets=self._secrets(),
            studies=subject.studies,
            patients=subject.patients,
            thumbnails=subject.thumbnails,
            instances=tuple(sorted(wanted)),
            kept=kept,
        )
        return self._observe(key, title, expects, link, move)

    def message(
        self,
        key: str,
        title: str,
        reasons: tuple[str, ...],
        link: str,
        *,
        move: Move | None = None,
        token: str = "",
        secret: str = "",
        studies: Sequence[str] | None = None,
    ) -> Observation:
        """After ``move`` (default: opening the link), a message must appear and nothing of the archive.

        ``token`` is what the archive may receive in the header, ``secret`` a further value that must not appear
        anywhere, ``studies`` what may be requested (default: the main study of the fixtures).
        """
        named = self.fixtures.main.studies if studies is None else tuple(studies)
        expects = Expectation("message", token, self._secrets(token, secret), named, reasons=reasons)
        return self._observe(key, title, expects, link, move)

    def confined(self, key: str, title: str, subject: Subject, link: str, *, token: str | None = None) -> Observation:
        """After opening the link, the page may show anything, but must not request more than the subject."""
        given = subject.token if token is None else token
        expects = Expectation("confined", given, self._secrets(), subject.studies, subject.patients)
        return self._observe(key, title, expects, link, None)

    def mode(self, key: str, title: str, subject: Subject, route: str) -> Observation:
        """After opening the link at the route of a package's mode, the mode must be entered, as confined as any."""
        expects = Expectation(
            "mode", subject.token, self._secrets(), subject.studies, subject.patients, subject.thumbnails, route=route
        )
        return self.with_packages(self._observe(key, title, expects, self.link(subject, route=route), None))

    def with_packages(self, seen: Observation) -> Observation:
        """The observation of the page that is open, with what OHIF made of the recipe and its packages."""
        record = read_record(self.tab)
        parts = parts_of(record, self.packages)
        notes = (*seen.notes, *notes_of(record, self._options, parts), *self._missing)
        return replace(seen, loaded=parts if self.packages else None, notes=notes)

    def open_without_archive(self, link: str) -> None:
        """Opens the link while the archive does not answer; it does not answer this tab again."""
        self.tab.cut_off(lambda url: self.settings.is_archive(url))
        self.tab.go(link)

    def open_redirected(self, link: str, locations: Sequence[str]) -> None:
        """Opens the link while the archive redirects to the first location, then sends requests by all means of a page.

        The archive continues to redirect, to the last of the locations.
        """
        study = f"{self.settings.dicomweb_root}/studies/{self.fixtures.main.studies[0]}"
        for number, location in enumerate(locations):
            self.site.redirect(location)
            if number == 0:
                self.tab.go(link)
                self._screen.wait_for_message()
            self.tab.ask(f"{study}/series?limit={number}")

    def open_series(self, series: str) -> None:
        """Opens a series by its thumbnail, which is recognised by its image."""
        number = self._screen.thumbnail_of(series)
        self.tab.begin()
        if number is not None:
            self.tab.open_thumbnail(number)

    def _secrets(self, *more: str) -> tuple[str, ...]:
        """Every token of the fixtures, so that a link's token is also found in the page of another link."""
        return tuple(value for value in dict.fromkeys((*more, *self.fixtures.labels)) if value)

    def _observe(self, key: str, title: str, expects: Expectation, link: str, move: Move | None) -> Observation:
        tried = len(self._egress_proxy.attempts())
        if move:
            move()
        else:
            self.tab.go(link)
        first_image, shown = self._screen.settled(expects, title)
        self._recordings[key] = self.tab.recording
        kept = self.tab.recorded(self.tab.recording)
        guesses = read_guesses(self.tab)
        return Observation(
            scenario=key,
            title=title,
            expects=expects,
            link=link,
            sent=kept.sent,
            received=(),
            elsewhere=self._egress_proxy.attempts(tried),
            console=kept.console,
            errors=kept.errors,
            state=self.tab.state(),
            viewports=shown.viewports,
            thumbnails=shown.thumbnails,
            message=shown.message,
            screenshots=(shown.screenshot,),
            seconds=round(self.tab.elapsed(), 3),
            first_image=first_image,
            packages=self.packages,
            notes=wrong_guesses(guesses) if expects.outcome == "image" else (),
            guesses=guesses,
        )

    def completed(self, observations: Iterable[Observation]) -> tuple[Observation, ...]:
        """The observations with everything that their pages sent and printed until they were left, and what arrived.

        Call it when the last scenario is over, while the tab is still open.
        """
        self.tab.quiet()
        kept = {number: self.tab.recorded(number) for number in range(self.tab.recording + 1)}
        sent = {LEFT: self._left, **{number: each.sent for number, each in kept.items()}}
        unseen = {number: each.unseen for number, each in kept.items()}
        arrived = self.site.received()[self._heard :]
        received = attributed(sent, arrived, self.tab.recording, self.settings, unseen)
        found, before = [], -1
        for seen in observations:
            number = self._recordings[seen.scenario]
            mine = kept[number]
            own = tuple(request for each in range(before + 1, number + 1) for request in received.get(each, ()))
            found.append(replace(seen, sent=mine.sent, received=own, console=mine.console, errors=mine.errors))
            before = number
        return tuple(found)
