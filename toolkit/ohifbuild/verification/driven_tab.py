"""A tab that WebDriver drives. What it sends is on record at the proxy, because WebDriver has no events."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

from PIL import Image

from ohifbuild.core.errors import BrowserFailed
from ohifbuild.verification.evidence import PageState, Screenshot, SentRequest
from ohifbuild.verification.gate import NUMBER_HEADER
from ohifbuild.verification.pace import Pace
from ohifbuild.verification.page_readings import READERS, PageReadings, page_state, served_policy
from ohifbuild.verification.recording_proxy import Exchange, RecordingProxy
from ohifbuild.verification.tab import (
    EMBEDDING,
    PATIENCE_SECONDS,
    POLL_SECONDS,
    SCREENSHOT_STYLE,
    THUMBNAILS,
    VIEWPORT,
    Found,
    Recorded,
    double_click,
)
from ohifbuild.verification.webdriver import DriverError, WebDriver

EMBEDDER = "embedder"
"""An address whose page gives way to one with a frame."""

BUTTON = """() => {
  const button = Object.assign(document.createElement('button'), { id: 'verify-open', textContent: 'Open' });
  button.style.cssText = 'position: fixed; inset: 0; z-index: 2147483647';
  button.onclick = () => {
    button.remove();
    window.popup = window.open('about:blank');
  };
  document.documentElement.append(button);
}"""
FRAME = "() => [outerWidth - innerWidth, outerHeight - innerHeight]"
JPEG_QUALITY = 70
PACE = Pace(throttle=3)
"""WebKitGTK needs about three times as long as Chromium for the first image (5 s and 1.7 s, both in software)."""


class DrivenTab(PageReadings):
    """A tab with its own sessionStorage; see ``Tab``. It cannot read its console and its uncaught errors."""

    def __init__(self, driver: WebDriver, proxy: RecordingProxy, origin: str, check: Callable[[], None]) -> None:
        self.origin = origin
        self._driver = driver
        self._proxy = proxy
        self._check = check
        self._left = 0
        self._begins: list[tuple[int, float]] = []
        self.begin()

    def watch_scripts(self) -> None:
        """Does nothing: WebDriver does not name the scripts that begin requests."""

    def begin(self) -> None:
        """Starts a new recording; navigations call it themselves."""
        self._begins.append((len(self._proxy.exchanges), time.monotonic()))
        self._proxy.last_busy = time.monotonic()

    @property
    def recording(self) -> int:
        """The number of the recording that is in progress."""
        return len(self._begins) - 1

    def elapsed(self) -> float:
        """Seconds since the recording began."""
        return time.monotonic() - self._begins[-1][1]

    def go(self, url: str) -> None:
        """Opens an address."""
        self.begin()
        self._command("/frame", {"id": None})
        self._leave(lambda: self._command("/url", {"url": url}))

    def go_in_frame(self, url: str) -> None:
        """Opens an address in a frame of a page of the same origin; from now on, the tab reads that frame."""
        self.go(f"{self.origin}/{EMBEDDER}")
        self.evaluate("html => void (document.documentElement.innerHTML = html)", EMBEDDING)
        self.begin()
        self.evaluate("url => void (document.querySelector('iframe').src = url)", url)
        self._command("/frame", {"id": 0})

    def go_from_opener(self, url: str) -> None:
        """Opens an address in a window that a script of an empty page opens; from now on, the tab reads that window."""
        before = set(self._driver.get("/window/handles"))
        self.begin()
        self._click_open()
        opened = self.until(lambda: set(self._driver.get("/window/handles")) - before)
        if not opened:
            raise _failed("The browser opens no window for a script.")
        self.begin()
        self.evaluate("url => void (window.popup.location = url)", url)
        self._command("/window", {"handle": opened.pop()})

    def reload(self) -> None:
        """Loads the page again, as F5 does."""
        self.begin()
        self._leave(lambda: self._command("/refresh", {}))

    def back(self) -> None:
        """Goes back one entry in the tab's history."""
        self.begin()
        # WebKit may show a page that it has kept, without a load for which the driver's own command could wait.
        self._leave(lambda: self.evaluate("() => void setTimeout(() => history.back())"))

    def cut_off(self, lost: Callable[[str], bool]) -> None:
        """From now on, requests whose URL is ``lost`` fail, as if nothing listened there."""
        self._proxy.lost = lost

    def until(self, check: Callable[[], Found | None], seconds: float = PATIENCE_SECONDS) -> Found | None:
        """Calls ``check`` until it returns something true, and returns that; None after ``seconds``."""
        budget = PACE.budget(seconds)
        while True:
            self._check()
            # A page that is being replaced cannot be read; that counts as no result yet.
            with suppress(DriverError):
                found = check()
                if found:
                    return found
            if budget.is_over():
                return None
            time.sleep(POLL_SECONDS)

    def silence(self) -> float:
        """For how many seconds no request has been in progress."""
        return 0.0 if self._proxy.in_progress else time.monotonic() - self._proxy.last_busy

    def open_thumbnail(self, number: int) -> None:
        """Opens the series of the ``number``-th thumbnail (from 0) with a double click."""
        self.evaluate(double_click(number), THUMBNAILS)

    def ask(self, url: str) -> None:
        """Makes the page request a URL with fetch, XMLHttpRequest and an image, each with another digit at its end."""
        self._driver.call_async(f"url => ({READERS}).ask(url)", url)

    def state(self) -> PageState:
        """Everything that the page stores: address, every kind of storage, and the document. It has no history."""
        kept = self._driver.call_async(f"() => ({READERS}).state()")
        return page_state(kept, self._driver.get("/cookie"), (), self._served_policy())

    def screenshot(self, caption: str) -> Screenshot:
        """A screenshot of the page without the welcome tour."""
        self.evaluate(
            "css => void document.head.append(Object.assign(document.createElement('style'),"
            " { id: 'verify-screenshot', textContent: css }))",
            SCREENSHOT_STYLE,
        )
        png = self._driver.screenshot()
        self.evaluate("() => document.getElementById('verify-screenshot')?.remove()")
        jpeg = io.BytesIO()
        Image.open(io.BytesIO(png)).convert("RGB").save(jpeg, "JPEG", quality=JPEG_QUALITY)
        return Screenshot(caption, jpeg.getvalue())

    def recorded(self, recording: int) -> Recorded:
        """What a recording has so far, with all headers as they were sent."""
        (first, began), *later = self._begins[recording : recording + 2]
        exchanges = self._proxy.exchanges[first : later[0][0] if later else None]
        return Recorded(tuple(_sent(exchange, began) for exchange in exchanges), (), ())

    def evaluate(self, function: str, argument: str = "") -> Any:
        """Calls a JavaScript function in the page, and returns what it returns."""
        return self._driver.call(function, argument)

    def _is_idle(self) -> bool:
        return bool(self._driver.call_async(f"() => ({READERS}).idle()"))

    def _read(self, reader: str, argument: str = "") -> Any:
        return self._driver.call(f"argument => ({READERS}).{reader}(argument)", argument)

    def _click_open(self) -> None:
        """Opens a window by a click, without which WebKit opens none."""
        self.evaluate(BUTTON)
        button = self._driver.post("/element", {"using": "css selector", "value": "#verify-open"})
        self._driver.post(f"/element/{next(iter(button.values()))}/click")

    def _served_policy(self) -> str:
        documents = [e.answer for e in self._proxy.exchanges if e.request.resource_type == "document"]
        headers: Mapping[str, str] = documents[-1] if documents else {}
        return served_policy(headers)

    def _leave(self, move: Callable[[], object]) -> None:
        """Makes a move, and waits until the page that is shown is another one."""
        self._left += 1
        mark = str(self._left)
        self.evaluate("mark => void (window.leftByVerify = mark)", mark)
        move()
        self.until(lambda: self.evaluate("mark => window.leftByVerify !== mark", mark))

    def _command(self, path: str, body: Mapping[str, Any]) -> None:
        try:
            self._driver.post(path, body)
        except DriverError as error:
            raise _failed(f"{error}.") from error


@contextmanager
def driven_tab(driver: WebDriver, proxy: RecordingProxy, origin: str, check: Callable[[], None]) -> Iterator[DrivenTab]:
    """A new tab for the length of the block; afterwards all windows but one are closed."""
    first = driver.get("/window")
    # A tab beside another one would be in the background, where WebKit draws nothing.
    made = driver.post("/window/new", {"type": "window"})
    driver.post("/window", {"handle": made["handle"]})
    _resize(driver)
    try:
        yield DrivenTab(driver, proxy, origin, check)
    finally:
        proxy.lost = lambda _: False
        with suppress(DriverError):
            for handle in driver.get("/window/handles"):
                if handle != first:
                    driver.post("/window", {"handle": handle})
                    driver.delete("/window")
            driver.post("/window", {"handle": first})


def _sent(exchange: Exchange, began: float) -> SentRequest:
    answer = exchange.answer.get(NUMBER_HEADER, "")
    at = round(max(0.0, exchange.request.at - began), 4)
    return replace(exchange.request, at=at, answer=int(answer) if answer.isdecimal() else None)


def _resize(driver: WebDriver) -> None:
    """Makes the page as large as in the other browsers."""
    wide, high = driver.call(FRAME)
    driver.post("/window/rect", {"x": 0, "y": 0, "width": VIEWPORT[0] + wide, "height": VIEWPORT[1] + high})


def _failed(cause: str) -> BrowserFailed:
    return BrowserFailed(
        "The browser could not open the viewer.",
        cause=cause,
        fix="Run verify again. If it fails again, open the page yourself: ohifbuild serve DIST --dicomweb URL",
    )
