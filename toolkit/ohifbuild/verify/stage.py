"""Plays one scenario in a tab and notes what can be seen of it, from both ends."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Protocol
from urllib.parse import quote

from ohifbuild.contract.settings import Settings
from ohifbuild.verify.border import Border
from ohifbuild.verify.cast import Cast, Subject
from ohifbuild.verify.model import Expectation, ImageMatch, Observation, ReceivedRequest, Screenshot, SentRequest
from ohifbuild.verify.pixels import Album, shows
from ohifbuild.verify.session import Tab

IMAGE_SECONDS = 15.0
THUMBNAIL_SECONDS = 8.0
MESSAGE_SECONDS = 8.0
READINGS = 5

REST_SECONDS = 1.5
"""A page that has asked for nothing for so long has nothing more to show."""

INSTANCE = re.compile(r"/instances/([\d.]+)")

Move = Callable[[], object]


class Site(Protocol):
    """The dist and its archive, served. ``base_url`` is where the viewer is, ``http://host:port/…``."""

    @property
    def base_url(self) -> str: ...

    def received(self) -> Sequence[ReceivedRequest]:
        """Every request that the archive has received so far, in the order of arrival."""


class Stage:
    """A tab, the site it looks at, and the cast."""

    def __init__(self, tab: Tab, site: Site, border: Border, cast: Cast, settings: Settings, album: Album) -> None:
        self.tab = tab
        self.cast = cast
        self.settings = settings
        self._album = album
        self._site = site
        self._border = border

    def link(self, subject: Subject, token: str | None = None, *, route: str = "viewer", more: str = "") -> str:
        """The share link of a subject, with its own token or another one ('' for none), as query parameter."""
        value = subject.token if token is None else token
        parameter = f"&{self.settings.token_param}={quote(value, safe='')}" if value else ""
        return f"{self.address(route)}?StudyInstanceUIDs={','.join(subject.studies)}{parameter}{more}"

    def address(self, route: str) -> str:
        """The URL of one of the viewer's routes."""
        return f"{self.tab.origin}{self.settings.public_url}{route}"

    def image(
        self, key: str, title: str, subject: Subject, link: str, *, move: Move | None = None, series: str = ""
    ) -> Observation:
        """After ``move`` (default: following the link), an image of the subject and all its thumbnails have to appear.

        ``series`` narrows the image to one of this series.
        """
        wanted = {p.instance for p in self.cast.pictures if p.series == series} if series else set()
        expects = Expectation(
            outcome="image",
            token=subject.token,
            secrets=(subject.token,),
            studies=subject.studies,
            thumbnails=subject.thumbnails,
            instances=tuple(sorted(wanted)),
        )
        before = self._after(link, move)
        first = self.tab.elapsed() if self.tab.until(lambda: self._has(subject, wanted), IMAGE_SECONDS) else None
        self.tab.until(lambda: self._has_thumbnails(subject), THUMBNAIL_SECONDS)
        self.tab.quiet()
        return self._observed(key, title, expects, link, before, first)

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
        subject: Subject | None = None,
    ) -> Observation:
        """After ``move`` (default: following the link), a message has to appear and nothing of the archive.

        ``token`` is what the archive may get in the header, ``secret`` what must not be seen anywhere else, ``subject``
        what the link names (default: the cast's main study).
        """
        studies = (subject or self.cast.main).studies
        secrets = tuple(value for value in dict.fromkeys((token, secret, self.cast.main.token)) if value)
        expects = Expectation("message", token=token, secrets=secrets, studies=studies, reasons=reasons)
        before = self._after(link, move)
        self.tab.until(self._visible_message, MESSAGE_SECONDS)
        self.tab.quiet()
        return self._observed(key, title, expects, link, before)

    def confined(self, key: str, title: str, subject: Subject, link: str, *, token: str | None = None) -> Observation:
        """The link is followed, and whatever the page shows, it must not ask for more than the subject."""
        given = subject.token if token is None else token
        expects = Expectation("confined", token=given, secrets=(subject.token,), studies=subject.studies)
        before = self._after(link, None)
        self.tab.until(lambda: self._visible_message() or self._has(subject, set()) or self._has_come_to_rest())
        self.tab.quiet()
        return self._observed(key, title, expects, link, before)

    def open_without_archive(self, link: str) -> None:
        """Follows the link while the archive does not answer, and leaves it so for the rest of the tab's life."""
        self.tab.cut_off(lambda url: self.settings.is_archive(url))
        self.tab.go(link)

    def open_series(self, series: str) -> None:
        """Opens the series by its thumbnail, which is known by its picture."""
        shown = [number for number, match in enumerate(self._thumbnails()) if series in match.series]
        self.tab.begin()
        if shown:
            self.tab.open_thumbnail(shown[0])

    def _after(self, link: str, move: Move | None) -> tuple[int, int]:
        """Makes the move; how long the records of archive and border were before."""
        before = len(self._site.received()), len(self._border.attempts())
        if move:
            move()
        else:
            self.tab.go(link)
        return before

    def _has_come_to_rest(self) -> bool:
        return self.tab.silence() > REST_SECONDS

    def _viewports(self) -> list[ImageMatch]:
        matches = []
        for number, (canvas, image_id) in enumerate(self.tab.viewports(), 1):
            named = INSTANCE.search(image_id)
            matches.append(self._album.recognise(canvas, f"viewport {number}", named[1] if named else ""))
        return matches

    def _thumbnails(self) -> list[ImageMatch]:
        shown = self.tab.thumbnails()
        # Since 3.13 OHIF shows the thumbnails of MONOCHROME1 images in negative.
        return [self._album.recognise(grey, f"thumbnail {n}", negatives=True) for n, grey in enumerate(shown, 1)]

    def _has(self, subject: Subject, wanted: set[str]) -> bool:
        good = [match for match in self._viewports() if shows(match) and set(match.studies) & set(subject.studies)]
        return any(not wanted or wanted & set(match.instances) for match in good)

    def _has_thumbnails(self, subject: Subject) -> bool:
        found = {uid for match in self._thumbnails() if not match.blank for uid in match.series}
        return set(subject.thumbnails) <= found

    def _visible_message(self) -> bool:
        message = self.tab.message()
        return bool(message and message.visible)

    def _traffic(self, before: int) -> tuple[tuple[SentRequest, ...], tuple[ReceivedRequest, ...]]:
        """What was sent and received, both read while nothing was under way, so that they can be compared."""
        for _ in range(READINGS):
            self.tab.quiet()
            begun = self.tab.begun()
            received, sent = tuple(self._site.received()[before:]), self.tab.sent()
            if self.tab.begun() == begun:
                break
        return sent, received

    def _observed(
        self,
        key: str,
        title: str,
        expects: Expectation,
        link: str,
        before: tuple[int, int],
        first_image: float | None = None,
    ) -> Observation:
        tab = self.tab
        viewports, thumbnails, message = tuple(self._viewports()), tuple(self._thumbnails()), tab.message()
        pictures: tuple[Screenshot, ...] = (tab.screenshot(title),)
        sent, received = self._traffic(before[0])
        return Observation(
            scenario=key,
            title=title,
            expects=expects,
            link=link,
            sent=sent,
            received=received,
            elsewhere=self._border.attempts(before[1]),
            console=tuple(tab.console),
            errors=tuple(tab.errors),
            state=tab.state(),
            viewports=viewports,
            thumbnails=thumbnails,
            message=message,
            screenshots=pictures,
            seconds=round(tab.elapsed(), 3),
            first_image=first_image,
        )
