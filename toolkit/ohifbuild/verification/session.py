"""A tab that Playwright drives, and records of what it sends, shows, prints and stores."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, CDPSession, ConsoleMessage, Frame, Page, Request
from playwright.sync_api import Error as PlaywrightError

from ohifbuild.core.errors import BrowserFailed
from ohifbuild.verification.evidence import PageState, Screenshot, SentRequest
from ohifbuild.verification.gate import NUMBER_HEADER
from ohifbuild.verification.pace import USUAL, Pace
from ohifbuild.verification.page_readings import READERS, PageReadings, page_state, served_policy
from ohifbuild.verification.recordings import Noted, Recordings
from ohifbuild.verification.request_scripts import RequestScripts
from ohifbuild.verification.stress import NONE, Stress
from ohifbuild.verification.tab import (
    EMBEDDING,
    PATIENCE_SECONDS,
    POLL_SECONDS,
    SCREENSHOT_STYLE,
    THUMBNAILS,
    Found,
    Recorded,
    double_click,
)
from ohifbuild.verification.windows import close_page

LONGEST_CONSOLE_LINE = 2000
INTERRUPTED = "interrupted by another navigation"

EMBEDDER = "embedder"


def poll(
    page: Page,
    check: Callable[[], Found | None],
    seconds: float,
    *,
    interval_ms: float,
    before: Callable[[], None] = lambda: None,
    pace: Pace = USUAL,
) -> Found | None:
    """Calls ``check`` until it returns something true, and returns that; None after ``seconds``.

    Args:
        page: handles its events between two calls.
        seconds: on a usual machine; on a slower one more.
        before: called before each call of ``check``; what it raises is not caught.
        pace: says how slow the machine is.
    """
    budget = pace.budget(seconds)
    while True:
        before()
        # A page that is being replaced cannot be read; that counts as no result yet.
        with suppress(PlaywrightError):
            found = check()
            if found:
                return found
        if budget.is_over():
            return None
        page.wait_for_timeout(interval_ms)


class Tab(PageReadings):
    """A tab with its own sessionStorage.

    Every navigation starts a new recording, of all pages that follow one another in it; see ``recordings.py``.
    """

    def __init__(self, context: BrowserContext, origin: str, check: Callable[[], None], stress: Stress) -> None:
        self.origin = origin
        self._check = check
        self._stress = stress
        self._pace = stress.pace
        self._context = context
        self._recordings = Recordings()
        self._scripts: RequestScripts | None = None
        self._document: Request | None = None
        self._pending: dict[Request, Noted] = {}
        self._last_busy = time.monotonic()
        self._show(context.new_page())

    def _show(self, page: Page) -> None:
        self.page = page
        # The watchdog ends what takes too long, because it knows how slow the machine is.
        page.set_default_timeout(0)
        self._frame = page.main_frame
        # Only Chromium has this protocol.
        self._devtools = self._context.new_cdp_session(page) if _is_chromium(page) else None
        # The page's events cover its workers' requests too.
        page.on("request", lambda request: self._on_request(page, request))
        page.on("requestfinished", self._on_done)
        page.on("requestfailed", self._on_done)
        page.on("console", self._on_console)
        page.on("pageerror", self._on_page_error)
        page.on("framenavigated", self._on_navigated)
        if self._devtools:
            self._recordings.watch(page, self._devtools)
            _slow_down(self._devtools, self._stress)
        if self._scripts and self._devtools:
            self._scripts.watch(self._devtools)

    def watch_scripts(self) -> None:
        """From now on, requests name the scripts that began them. Only Chromium has this."""
        self._scripts = RequestScripts()
        if self._devtools:
            self._scripts.watch(self._devtools)

    def begin(self) -> None:
        """Starts a new recording in the same document; navigations start theirs themselves."""
        self._begin(new_document=False)

    def _begin(self, *, new_document: bool) -> None:
        self._recordings.begin(new_document=new_document)
        self._last_busy = time.monotonic()

    @property
    def recording(self) -> int:
        """The number of the recording that is in progress."""
        return self._recordings.latest

    def go(self, url: str) -> None:
        """Opens an address."""
        self._frame = self.page.main_frame
        self._begin(new_document=True)
        self._navigate(lambda: self.page.goto(url, wait_until="commit"))

    def go_in_frame(self, url: str) -> None:
        """Opens an address in a frame of a page of the same origin; from now on, the tab reads that frame."""
        embedder = f"{self.origin}/{EMBEDDER}"
        self.page.route(embedder, lambda route: route.fulfill(content_type="text/html", body=EMBEDDING))
        self.page.goto(embedder)
        self.page.unroute(embedder)
        self._frame = self.page.frames[-1]
        self._begin(new_document=True)
        self.page.evaluate("url => void (document.querySelector('iframe').src = url)", url)

    def go_from_opener(self, url: str) -> None:
        """Opens an address in a window that a script of an empty page opens; from now on, the tab reads that window."""
        opener = self.page
        with opener.expect_popup() as popup:
            opener.evaluate("() => void (window.popup = window.open('about:blank'))")
        self._show(popup.value)
        self._begin(new_document=True)
        opener.evaluate("url => void (window.popup.location = url)", url)

    def reload(self) -> None:
        """Loads the page again, as F5 does."""
        self._begin(new_document=True)
        self._navigate(lambda: self.page.reload(wait_until="commit"))

    def back(self) -> None:
        """Goes back one entry in the tab's history."""
        self._begin(new_document=True)
        if _is_chromium(self.page):
            self._navigate(lambda: self.page.go_back(wait_until="commit"))
            return
        # Firefox may show a page that it has kept, without a load for which Playwright could wait.
        before = self.page.url
        self._frame.evaluate("() => void setTimeout(() => history.back())")
        self.until(lambda: self.page.url != before)
        self._recordings.arrived()

    def cut_off(self, lost: Callable[[str], bool]) -> None:
        """From now on, requests whose URL is ``lost`` fail, as if nothing listened there."""
        self.page.route(lost, lambda route: route.abort("connectionrefused"))

    def until(self, check: Callable[[], Found | None], seconds: float = PATIENCE_SECONDS) -> Found | None:
        """Calls ``check`` until it returns something true, and returns that; None after ``seconds``."""
        return poll(self.page, check, seconds, interval_ms=POLL_SECONDS * 1000, before=self._check, pace=self._pace)

    def silence(self) -> float:
        """For how many seconds no request has been in progress."""
        if self._recordings.in_progress(self._pending.values()):
            self._last_busy = time.monotonic()
        return time.monotonic() - self._last_busy

    def elapsed(self) -> float:
        """Seconds since the recording began."""
        return time.monotonic() - self._recordings[self.recording].clock

    def open_thumbnail(self, number: int) -> None:
        """Opens the series of the ``number``-th thumbnail (from 0) with a double click."""
        self.evaluate(double_click(number), THUMBNAILS)

    def ask(self, url: str) -> None:
        """Makes the page request a URL with fetch, XMLHttpRequest and an image, each with another digit at its end.

        Waits until they end, at most 5 seconds.
        """
        self._read("ask", url)

    def state(self) -> PageState:
        """Everything that the page stores: address, history, every kind of storage, and the document."""
        kept = self._read("state")
        return page_state(kept, self._context.cookies(), self._history(), self._served_policy())

    def _history(self) -> tuple[str, ...]:
        """The addresses of the tab's history entries; empty if the browser does not give them."""
        if not self._devtools:
            return ()
        # A page with a no-referrer policy cannot read the addresses of its history entries; the browser can.
        entries = self._devtools.send("Page.getNavigationHistory")["entries"]
        return tuple(dict.fromkeys(str(entry[name]) for entry in entries for name in ("url", "userTypedURL")))

    def _served_policy(self) -> str:
        response = self._document.existing_response if self._document else None
        headers = response.headers if response else {}
        return served_policy(headers)

    def screenshot(self, caption: str) -> Screenshot:
        """A screenshot of the page without the welcome tour."""
        image = self.page.screenshot(type="jpeg", quality=70, style=SCREENSHOT_STYLE, animations="disabled")
        return Screenshot(caption, image)

    def recorded(self, recording: int) -> Recorded:
        """What a recording has so far, with all headers as they were sent."""
        kept = self._recordings[recording]
        sent = tuple(self._sent(noted, kept.began) for noted in self._recordings.of(recording))
        return Recorded(sent, tuple(kept.console), tuple(kept.errors), self._recordings.unseen(recording))

    def _sent(self, noted: Noted, began: float) -> SentRequest:
        request = noted.request
        timing = request.timing
        started = (timing["startTime"] / 1000 if timing["startTime"] > 0 else noted.noted) - began
        response = request.existing_response
        answer = response.headers.get(NUMBER_HEADER.lower(), "") if response else ""
        return SentRequest(
            method=request.method,
            url=request.url,
            headers=self._headers(noted),
            resource_type=request.resource_type,
            status=response.status if response else None,
            at=round(max(0.0, started), 4),
            seconds=round(max(0.0, timing["responseEnd"] / 1000), 4),
            size=int(response.headers.get("content-length", "0")) if response else 0,
            scripts=self._scripts.of(request.url) if self._scripts else (),
            answer=int(answer) if answer.isdecimal() else None,
        )

    def _headers(self, noted: Noted) -> tuple[tuple[str, str], ...]:
        request = noted.request
        if noted.headers is not None:
            return noted.headers
        if urlsplit(request.url).scheme not in ("http", "https"):
            return ()
        if not (request.existing_response or request.failure):
            # Playwright would wait for the answer, which may never come.
            return self._recordings.network_headers(noted) or tuple(request.headers.items())
        try:
            sent = [(header["name"].lower(), header["value"]) for header in request.headers_array()]
            # HTTP/2 repeats method and URL in pseudo-header fields (RFC 9113 8.3), which are not needed here.
            noted.headers = tuple((name, value) for name, value in sent if not name.startswith(":"))
            return noted.headers
        except PlaywrightError:
            # The page that sent it is gone; only the headers before the network added its own are left.
            return tuple(request.headers.items())

    def evaluate(self, function: str, argument: str = "") -> Any:
        """Calls a JavaScript function in the page, and returns what it returns."""
        return self._frame.evaluate(function, argument)

    def _is_idle(self) -> bool:
        return bool(self._read("idle"))

    def _read(self, reader: str, argument: str = "") -> Any:
        return self.evaluate(f"async argument => await ({READERS}).{reader}(argument)", argument)

    def _navigate(self, move: Callable[[], object]) -> None:
        try:
            move()
            self._recordings.arrived()
        except PlaywrightError as error:
            # Firefox reports so when a page begins to replace itself before its own load has begun to show.
            if INTERRUPTED in error.message and not _is_chromium(self.page):
                return
            raise BrowserFailed(
                "The browser could not open the viewer.",
                cause=error.message.splitlines()[0].split(" at ")[0],
                fix="Run verify again. If it fails again, open the page yourself: ohifbuild serve DIST --dicomweb URL",
            ) from error

    def _on_request(self, page: Page, request: Request) -> None:
        of_document = request.is_navigation_request() and request.frame == self._frame
        if of_document:
            self._document = request
        self._pending[request] = self._recordings.note(page, request, of_document=of_document)
        self._last_busy = time.monotonic()

    def _on_done(self, request: Request) -> None:
        self._pending.pop(request, None)
        self._last_busy = time.monotonic()

    def _on_navigated(self, frame: Frame) -> None:
        if frame == self._frame:
            self._recordings.committed()

    def _on_console(self, message: ConsoleMessage) -> None:
        line = f"{message.type}: {message.text[:LONGEST_CONSOLE_LINE]}"
        place = f" ({message.location['url']})" if message.location["url"] else ""
        self._recordings.speaking().console.append(line + place)

    def _on_page_error(self, error: PlaywrightError) -> None:
        self._recordings.speaking().errors.append((error.stack or error.message)[:LONGEST_CONSOLE_LINE])


@contextmanager
def tab(
    context: BrowserContext, origin: str, check: Callable[[], None] = lambda: None, stress: Stress = NONE
) -> Iterator[Tab]:
    """A new tab for the length of the block; ``check`` is called while it waits, and may raise."""
    fresh = Tab(context, origin, check, stress)
    first = fresh.page
    try:
        yield fresh
    finally:
        for page in {first, fresh.page}:
            with suppress(PlaywrightError):
                close_page(page)


def _slow_down(devtools: CDPSession, stress: Stress) -> None:
    if stress.processor > 1:
        devtools.send("Emulation.setCPUThrottlingRate", {"rate": stress.processor})
    if stress.line:
        line = {"latency": stress.line.latency, "downloadThroughput": stress.line.rate}
        devtools.send(
            "Network.emulateNetworkConditions", {**line, "uploadThroughput": stress.line.rate, "offline": False}
        )


def _is_chromium(page: Page) -> bool:
    browser = page.context.browser
    return browser is not None and browser.browser_type.name == "chromium"
