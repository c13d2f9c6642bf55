"""An archive of a few series of the dataset that answers as a test wants, and a browser tab on a viewer before it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from aiohttp import web
from playwright.sync_api import Browser, BrowserContext, Page
from pydicom import dcmread
from pydicom.uid import UID

from ohifbuild.cache.default import default_cache
from ohifbuild.contract.grants import Tokens
from ohifbuild.verification.dataset import STUDIES, cached_dataset
from ohifbuild.verification.embedded_archive import EmbeddedArchive
from ohifbuild.verification.session import poll
from ohifbuild.verification.viewer_site import Site, site

TOKEN = "a-token-of-the-test"
WAIT_SECONDS = 20.0
POLL_MS = 50

Rule = Callable[[str], web.StreamResponse | int | None]
"""What to answer to a request for a target (path and query): a response, a status, 0 for a closed connection, or None
for what the archive has."""


def study_uid(key: str) -> UID:
    """Study Instance UID of a study of the dataset."""
    return next(study.uid for study in STUDIES if study.key == key)


class FaultyArchive:
    """The archive; ``rule`` decides, and ``asked`` has the targets of all requests."""

    name = "faulty"

    def __init__(self, folder: Path) -> None:
        self._inner = EmbeddedArchive(folder)
        self.rule: Rule = lambda _: None
        self.asked: list[str] = []

    async def open(self) -> None:
        await self._inner.open()

    async def close(self) -> None:
        await self._inner.close()

    async def handle(self, request: web.Request, tail: str) -> web.StreamResponse:
        self.asked.append(request.raw_path)
        answer = self.rule(request.raw_path)
        if answer is None:
            return await self._inner.handle(request, tail)
        if isinstance(answer, web.StreamResponse):
            return answer
        if answer == 0 and request.transport:
            request.transport.close()
        headers = {"Location": "/elsewhere"} if 300 <= answer < 400 else {}
        return web.Response(status=answer or 500, headers=headers)


@contextmanager
def faulty_site(dist: Path, folder: Path, *series: str, change: Callable[[Any], None] | None = None) -> Iterator[Any]:
    """Serves a dist with the series ``study/series`` of the dataset; ``change`` alters each object before."""
    dataset = cached_dataset(default_cache())
    for name in series:
        shutil.copytree(dataset / name, folder / name)
    for path in folder.rglob("*.dcm") if change else ():
        stored = dcmread(path)
        assert change
        change(stored)
        stored.save_as(path)
    archive = FaultyArchive(folder)
    with site(dist, archive, Tokens({}), enforce=False) as running:
        yield running, archive


@contextmanager
def window(browser: Browser, **options: Any) -> Iterator[BrowserContext]:
    """A browser window of 1280 by 800 pixels, or as ``options`` say."""
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, "locale": "en-GB", **options})
    context.set_default_timeout(WAIT_SECONDS * 1000)
    try:
        yield context
    finally:
        context.close()


class Viewer:
    """A tab with a viewer."""

    def __init__(self, page: Page, running: Site) -> None:
        self.page = page
        self._site = running

    def open(self, *keys: str, more: str = "") -> None:
        """Opens a link to studies of the dataset."""
        studies = tuple(str(study_uid(key)) for key in keys)
        self.page.goto(self._site.link(studies, TOKEN) + more, wait_until="commit")

    def until(self, script: str) -> Any:
        """What a script gives once it gives something true; None after 20 seconds."""
        return poll(self.page, lambda: self.page.evaluate(script), WAIT_SECONDS, interval_ms=POLL_MS)

    def message(self) -> Sequence[str]:
        """Reason, form (cover or notice) and title of the message; empty if there is none after 20 seconds."""
        found = self.until(MESSAGE)
        return tuple(found or ())

    def has_message(self) -> bool:
        """Whether there is a message now."""
        return bool(self.page.evaluate(MESSAGE))

    def image(self) -> bool:
        """Whether a viewport shows an image within 20 seconds."""
        return bool(self.until(IMAGE))

    def next_image(self) -> None:
        """Turns the wheel of the mouse over the first viewport by one image."""
        self.page.locator(".cornerstone-viewport-element").first.hover()
        self.page.mouse.wheel(0, 100)

    def shows_another(self, picture: str) -> bool:
        """Whether a viewport shows another image than this one within 20 seconds."""
        return bool(self.until(f"{IMAGE} && {PICTURE} !== {json.dumps(picture)}"))

    def document(self) -> bool:
        """Whether a viewport shows a PDF, a report or a video within 20 seconds."""
        return bool(self.until(DOCUMENT))

    def spins(self) -> bool:
        """Whether OHIF's loading indicator can be seen."""
        return bool(self.page.evaluate(SPINS))


def told(viewer: Viewer, reason: str) -> bool:
    """Whether the page says this within 20 seconds."""
    return bool(viewer.until(f"{MESSAGE}?.[0] === '{reason}'"))


def silent(viewer: Viewer) -> bool:
    """Whether the page has no message within 20 seconds."""
    return bool(viewer.until(f"{MESSAGE} === null"))


PICTURE = "document.querySelector('.cornerstone-viewport-element canvas').toDataURL()"
MESSAGE = """(() => {
  const box = document.getElementById('ohifbuild-message');
  if (!box || getComputedStyle(box).visibility !== 'visible' || !box.innerText.trim()) return null;
  return [box.dataset.reason, box.className, box.querySelector('h1').textContent];
})()"""
IMAGE = """[...document.querySelectorAll('.cornerstone-viewport-element canvas')].some(canvas => {
  const copy = document.createElement('canvas');
  copy.width = copy.height = 32;
  const context = copy.getContext('2d');
  context.drawImage(canvas, 0, 0, 32, 32);
  const values = context.getImageData(0, 0, 32, 32).data;
  return canvas.getClientRects().length && values.some((value, at) => at % 4 < 3 && value > 60);
})"""
DOCUMENT = """[...document.querySelectorAll('[data-cy="viewport-pane"]')].some(pane =>
  pane.querySelector('object[data], video[src]') || /Diagnostic imaging report/.test(pane.textContent))"""
SPINS = """[...document.querySelectorAll('.infinite-loading-bar')].some(bar =>
  bar.getClientRects().length && getComputedStyle(bar).visibility === 'visible')"""
