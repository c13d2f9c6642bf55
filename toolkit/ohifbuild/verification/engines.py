"""The browsers that verify can use: how each is found and opened, and what cannot be seen in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext

from ohifbuild.core.console import Reporter
from ohifbuild.verification.browser import Browser, find_browser, process_of, started
from ohifbuild.verification.claims import CLAIMS
from ohifbuild.verification.driven_tab import driven_tab
from ohifbuild.verification.egress_proxy import EgressProxy
from ohifbuild.verification.evidence import Limit
from ohifbuild.verification.firefox import find_firefox, started_firefox
from ohifbuild.verification.recording_proxy import RecordingProxy, recording_proxy
from ohifbuild.verification.session import tab
from ohifbuild.verification.stress import Stress
from ohifbuild.verification.tab import Tab, Window
from ohifbuild.verification.watchdog import kill_group
from ohifbuild.verification.webdriver import WebDriver
from ohifbuild.verification.webkit import driven_webkit, find_webkit, started_webkit
from ohifbuild.verification.windows import new_context, window

Opener = Callable[[Browser, str, EgressProxy, Reporter], AbstractContextManager[Window]]


@dataclass(frozen=True)
class Engine:
    """A kind of browser.

    Args:
        find: finds it on this machine.
        opened: opens it for the length of a block, such that it reaches one origin only.
        unseen: what cannot be seen in a browser of this kind, by the claim for which this is missing.
        unjudged: the claims of these that are not checked, because nothing is left to judge.
        at_once: whether two of them can be driven at the same time; those on a virtual screen run one after another.
    """

    find: Callable[[Reporter], Browser]
    opened: Opener
    unseen: Mapping[str, str] = field(default_factory=dict)
    unjudged: frozenset[str] = frozenset()
    at_once: bool = False

    @property
    def limits(self) -> tuple[Limit, ...]:
        """What cannot be seen, for the reports."""
        return tuple(
            Limit(claim.key, claim.title, self.unseen[claim.key], claim.key not in self.unjudged)
            for claim in CLAIMS
            if claim.key in self.unseen
        )


@dataclass(frozen=True)
class PlaywrightWindow:
    """A window that Playwright drives."""

    version: str
    context: BrowserContext
    origin: str
    process: int | None = None

    @contextmanager
    def tab(self, check: Callable[[], None], stress: Stress) -> Iterator[Tab]:
        """A new tab for the length of the block."""
        with tab(self.context, self.origin, check, stress) as fresh:
            try:
                yield fresh
            except BaseException:
                # A page that is just being loaded may not close (seen with Chromium 156), and the run is over anyway.
                self.kill()
                raise

    def kill(self) -> None:
        """Ends the browser at once, if its process is known."""
        if self.process is not None:
            kill_group(self.process)


@dataclass(frozen=True)
class DrivenWindow:
    """A window that WebDriver drives."""

    version: str
    driver: WebDriver
    record: RecordingProxy
    origin: str

    def tab(self, check: Callable[[], None], stress: Stress) -> AbstractContextManager[Tab]:
        """A new tab for the length of the block."""
        return driven_tab(self.driver, self.record, self.origin, check)

    def kill(self) -> None:
        """Does nothing: each command of WebDriver has a time limit."""


@contextmanager
def _chromium(browser: Browser, origin: str, proxy: EgressProxy, reporter: Reporter) -> Iterator[Window]:
    with started(browser, reporter) as running, window(running, origin, proxy) as context:
        yield PlaywrightWindow(f"Chromium {running.version}, headless", context, origin, process_of(running))


@contextmanager
def _firefox(browser: Browser, origin: str, proxy: EgressProxy, reporter: Reporter) -> Iterator[Window]:
    with started_firefox(browser, origin, proxy) as running, new_context(running) as context:
        yield PlaywrightWindow(f"Firefox {running.version}, on a virtual screen", context, origin)


@contextmanager
def _playwright_webkit(browser: Browser, origin: str, proxy: EgressProxy, reporter: Reporter) -> Iterator[Window]:
    with started_webkit(browser, origin, proxy.address) as running, new_context(running) as context:
        yield PlaywrightWindow(f"WebKit {running.version} of Playwright, headless", context, origin)


@contextmanager
def _webkit(browser: Browser, origin: str, proxy: EgressProxy, reporter: Reporter) -> Iterator[Window]:
    with recording_proxy(origin, proxy) as (record, address), driven_webkit(browser, address) as driver:
        yield DrivenWindow(f"WebKitGTK {driver.version}, on a virtual screen", driver, record, origin)


HISTORY = "the browser's own list of the tab's pages"
NAVIGATION = f"{HISTORY}; the page's Navigation API was read instead"

ENGINES: Mapping[str, Engine] = {
    "chromium": Engine(find_browser, _chromium, at_once=True),
    "firefox": Engine(find_firefox, _firefox, {"token-address": NAVIGATION}),
    "webkit": Engine(
        find_webkit,
        _webkit,
        {
            "header-sent": "requests that never leave the browser",
            "token-one-way": "requests that never leave the browser",
            "token-address": f"{HISTORY}; this WebKit has no Navigation API",
            "token-unseen": "the console and uncaught errors",
            "no-page-error": "the console and uncaught errors",
        },
        frozenset({"no-page-error"}),
    ),
    # What find_webkit finds where Playwright's own build is installed.
    "playwright-webkit": Engine(find_webkit, _playwright_webkit, {"token-address": NAVIGATION}),
}
