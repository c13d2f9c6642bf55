"""One visit with a new browser: opens a link, waits for the first image, and reads every figure."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import CDPSession, Page

from ohifbuild.contract.settings import Settings
from ohifbuild.core.console import SilentReporter
from ohifbuild.verification.browser import Browser, started
from ohifbuild.verification.egress_proxy import egress_proxy
from ohifbuild.verification.pixels import PictureIndex, from_data_url, shows
from ohifbuild.verification.windows import window
from visits.requests import Recording, Sent

PROBE = Path(__file__).with_name("probe.js").read_text(encoding="utf-8")
PICTURE = "what => globalThis.benchPictures[what]?.toDataURL('image/png') ?? ''"
TASKS = "() => globalThis.benchTasks"
PATIENCE_SECONDS = 150.0
QUIET_SECONDS = 1.5
MOST_REST_SECONDS = 40.0
POLL_MS = 20

Extra = Callable[[CDPSession], Callable[[], Any]]
"""Begins to record something of the page; the function that it gives ends that and returns the record."""


@dataclass(frozen=True)
class Visit:
    """What one visit took. Times are seconds since the browser asked for the page.

    Args:
        image: until the first image was on a canvas.
        still: until a still image was shown before it; None if none was.
        archive: until the page first asked the archive.
        static_bytes: bytes of the answers to requests for static files that were sent before the first image.
        static_files: their number.
        requests: all requests that the archive received, until the page was quiet.
        main_thread: seconds for which the page's main thread was busy until the first image.
        script: seconds of that for which it ran scripts.
        processor: seconds of processor time of the page's process until the first image.
        heap: bytes of the page's JavaScript heap after the visit, without garbage.
        asked: the requests that the archive received: method, path and query.
        sent: the requests until the first image, for the waterfall.
        tasks: begin and end of each longer task of the main thread until the first image, for the waterfall.
    """

    image: float
    still: float | None
    archive: float
    static_bytes: int
    static_files: int
    requests: int
    main_thread: float
    script: float
    processor: float
    heap: int
    asked: tuple[str, ...] = ()
    sent: tuple[Sent, ...] = ()
    tasks: tuple[tuple[float, float], ...] = ()


class VisitFailed(Exception):
    """A visit without the right first image: its figures would mean nothing."""


class _Moments:
    """When something was first seen in the page, and the page's counters then."""

    def __init__(self, devtools: CDPSession) -> None:
        self.at: dict[str, float] = {}
        self.counters: dict[str, float] = {}
        self._devtools = devtools
        devtools.on("Runtime.bindingCalled", self._on_call)

    def _on_call(self, event: dict[str, Any]) -> None:
        said = json.loads(event["payload"])
        self.at.setdefault(said["what"], said["at"] / 1000)
        if said["what"] == "image" and not self.counters:
            self.counters = counters(self._devtools)


def counters(devtools: CDPSession) -> dict[str, float]:
    """Chromium's counters of the page and its process."""
    return {each["name"]: each["value"] for each in devtools.send("Performance.getMetrics")["metrics"]}


@dataclass(frozen=True)
class Destination:
    """What a visit opens, and how its pictures and requests are recognised.

    Args:
        origin: where the browser goes, ``http://host:port``.
        link: the path and query of the link.
        study: the Study Instance UID that the first image must be from.
        received: the archive's record of requests so far, as text.
    """

    origin: str
    link: str
    study: str
    settings: Settings
    pictures: PictureIndex
    received: Callable[[], list[str]]


def visit(browser: Browser, to: Destination, extra: Extra | None = None) -> tuple[Visit, Any]:
    """Opens the link in a new browser; also returns what ``extra`` recorded until the first image.

    Raises:
        VisitFailed: no image appears, or a wrong one.
    """
    with _page(browser, to.origin) as (page, devtools):
        recording, moments, heard = Recording(page), _Moments(devtools), len(to.received())
        finish = extra(devtools) if extra else lambda: None
        page.goto(to.origin + to.link, wait_until="commit", timeout=PATIENCE_SECONDS * 1000)
        _wait(page, lambda: bool(moments.counters), PATIENCE_SECONDS)
        if not moments.counters:
            raise VisitFailed(f"No image appeared on a canvas within {PATIENCE_SECONDS:.0f} s.")
        recorded = finish()
        _wait(page, lambda: recording.silence() > QUIET_SECONDS, MOST_REST_SECONDS)
        for what in moments.at:
            _check_picture(page, what, to)
        tasks = page.evaluate(TASKS)
        devtools.send("HeapProfiler.collectGarbage")
        heap = int(counters(devtools)["JSHeapUsedSize"])
        return _figures(recording, moments, tasks, heap, to.settings, to.received()[heard:]), recorded


@contextmanager
def _page(browser: Browser, origin: str) -> Iterator[tuple[Page, CDPSession]]:
    reporter = SilentReporter()
    with (
        egress_proxy() as proxy,
        started(browser, reporter) as running,
        window(running, origin, proxy) as context,
    ):
        page = context.new_page()
        devtools = context.new_cdp_session(page)
        devtools.send("Performance.enable")
        devtools.send("Runtime.enable")
        devtools.send("Runtime.addBinding", {"name": "benchReport"})
        page.add_init_script(PROBE)
        yield page, devtools


def _wait(page: Page, done: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not done() and time.monotonic() < end:
        page.wait_for_timeout(POLL_MS)


def _check_picture(page: Page, what: str, to: Destination) -> None:
    address = page.evaluate(PICTURE, what)
    if not address:
        raise VisitFailed(f"The {what} has no picture that the bench can read.")
    found = to.pictures.recognise(from_data_url(address), what)
    if not shows(found) or to.study not in found.studies:
        raise VisitFailed(
            f"The {what} shows {found.name or 'nothing known'} ({found.score:.3f}), not the link's study."
        )


def _figures(
    recording: Recording,
    moments: _Moments,
    tasks: list[tuple[float, float]],
    heap: int,
    settings: Settings,
    received: list[str],
) -> Visit:
    image = moments.at["image"] - recording.began
    begun = [(at / 1000 - recording.began, milliseconds / 1000) for at, milliseconds in tasks]
    still = moments.at.get("still")
    sent = recording.sent()
    before = tuple(each for each in sent if each.begun <= image)
    static = [each for each in before if not settings.is_archive(each.url)]
    counted = moments.counters
    return Visit(
        image=image,
        still=None if still is None else still - recording.began,
        archive=min(each.begun for each in before if settings.is_archive(each.url)),
        static_bytes=sum(each.size for each in static),
        static_files=len(static),
        requests=len(received),
        main_thread=counted["TaskDuration"],
        script=counted["ScriptDuration"],
        processor=counted["ProcessTime"],
        heap=heap,
        asked=tuple(received),
        sent=before,
        tasks=tuple((at, min(image, at + seconds)) for at, seconds in begun if at < image),
    )


def browser_version(browser: Browser) -> str:
    """The browser's name and version."""
    with started(browser, SilentReporter()) as running:
        return f"Chromium {running.version}, headless"
