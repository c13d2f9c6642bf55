"""Recognises what is on the screen of a tab: images of the dataset, thumbnails, the viewer's message."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ohifbuild.verification.evidence import Expectation, ImageMatch, Message, Screenshot
from ohifbuild.verification.loaded_parts import has_entered
from ohifbuild.verification.pixels import PictureIndex, shows
from ohifbuild.verification.tab import Tab

IMAGE_SECONDS = 15.0
THUMBNAIL_SECONDS = 8.0
READINGS = 5
MESSAGE_SECONDS = 8.0
# The page sends a request that gets no answer four times, with pauses of 3.5 s in all, before it says so.
UNREACHABLE_SECONDS = 15.0

REST_SECONDS = 1.0
"""A page that has sent no request for this long will show nothing more."""

INSTANCE = re.compile(r"/instances/([\d.]+)")


@dataclass(frozen=True)
class ScreenContents:
    """The contents of the screen at one moment."""

    viewports: tuple[ImageMatch, ...]
    thumbnails: tuple[ImageMatch, ...]
    message: Message | None
    screenshot: Screenshot


class Screen:
    """The screen of a tab."""

    def __init__(self, tab: Tab, pictures: PictureIndex) -> None:
        self._tab = tab
        self._album = pictures

    def wait_for(self, expects: Expectation) -> float | None:
        """Waits for what a scenario expects.

        Returns:
            The seconds from the navigation to the first image, if one is expected and appears.
        """
        studies, tab = set(expects.studies), self._tab
        if expects.outcome == "message":
            self.wait_for_message(UNREACHABLE_SECONDS if "unreachable" in expects.reasons else MESSAGE_SECONDS)
            return None
        if expects.outcome == "confined":
            self._rest(studies)
            return None
        if expects.outcome == "mode":
            tab.until(lambda: self._has_message() or has_entered(tab, expects.route), IMAGE_SECONDS)
            self._rest(studies)
            return None
        wanted = set(expects.instances)
        first = tab.elapsed() if tab.until(lambda: self._has_image(studies, wanted), IMAGE_SECONDS) else None
        tab.until(lambda: self._has_thumbnails(set(expects.thumbnails)), THUMBNAIL_SECONDS)
        return first

    def _rest(self, studies: set[str]) -> None:
        self._tab.until(lambda: self._has_message() or self._has_image(studies) or self._tab.silence() > REST_SECONDS)

    def wait_for_message(self, seconds: float = MESSAGE_SECONDS) -> None:
        """Waits for a visible message."""
        self._tab.until(self._has_message, seconds)

    def settled(self, expects: Expectation, caption: str) -> tuple[float | None, ScreenContents]:
        """Waits for what a scenario expects, and until the page rests.

        A viewer draws again after a change of its size, for example, and shows nothing for a moment. So what was there
        and is not there any more may come back.

        Returns:
            The seconds to the first image, as ``wait_for``, and the contents of the screen.
        """
        first = self.wait_for(expects)
        for _ in range(READINGS):
            self._tab.quiet()
            shown = self.contents(caption)
            if (
                first is None
                or _is_among(shown.viewports, set(expects.studies), expects.instances)
                or self.wait_for(expects) is None
            ):
                break
        return first, shown

    def contents(self, caption: str) -> ScreenContents:
        """Everything on the screen, and a screenshot."""
        viewports, thumbnails = tuple(self._viewports()), tuple(self._thumbnails())
        return ScreenContents(viewports, thumbnails, self._tab.message(), self._tab.screenshot(caption))

    def thumbnail_of(self, series: str) -> int | None:
        """The number, from 0, of the thumbnail that shows an image of a series."""
        return next((number for number, match in enumerate(self._thumbnails()) if series in match.series), None)

    def _has_message(self) -> bool:
        message = self._tab.message()
        return bool(message and message.visible)

    def _has_image(self, studies: set[str], wanted: Iterable[str] = ()) -> bool:
        return _is_among(self._viewports(), studies, wanted)

    def _has_thumbnails(self, series: set[str]) -> bool:
        return series <= {uid for match in self._thumbnails() if not match.blank for uid in match.series}

    def _viewports(self) -> list[ImageMatch]:
        matches = []
        for number, (canvas, image_id) in enumerate(self._tab.viewports(), 1):
            named = INSTANCE.search(image_id)
            matches.append(self._album.recognise(canvas, f"viewport {number}", named[1] if named else ""))
        return matches

    def _thumbnails(self) -> list[ImageMatch]:
        shown = self._tab.thumbnails()
        # Since 3.13 OHIF shows the thumbnails of MONOCHROME1 images in negative.
        return [self._album.recognise(grey, f"thumbnail {n}", negatives=True) for n, grey in enumerate(shown, 1)]


def _is_among(viewports: Iterable[ImageMatch], studies: set[str], wanted: Iterable[str]) -> bool:
    good = [match for match in viewports if shows(match) and studies & set(match.studies)]
    return any(not wanted or set(wanted) & set(match.instances) for match in good)
