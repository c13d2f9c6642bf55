"""Windows of a browser: how they are opened, what they can reach, and how their pages are closed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, ProxySettings
from playwright.sync_api import Error as PlaywrightError

from ohifbuild.verification.egress_proxy import EgressProxy
from ohifbuild.verification.tab import VIEWPORT

LOAD_MS = 10_000


@contextmanager
def window(browser: Browser, origin: str, egress_proxy: EgressProxy) -> Iterator[BrowserContext]:
    """A Chromium window for the length of the block that can only reach ``origin`` (``http://host:port``)."""
    # By default Chromium does not use a proxy for loopback addresses.
    bypass = f"<-loopback>,{urlsplit(origin).netloc}"
    with new_context(browser, {"server": egress_proxy.address, "bypass": bypass}) as context:
        yield context


@contextmanager
def new_context(browser: Browser, proxy: ProxySettings | None = None) -> Iterator[BrowserContext]:
    """A browser window for the length of the block.

    Its tabs share the cache and all storage but sessionStorage, like those of a person's browser.
    """
    context = browser.new_context(
        viewport={"width": VIEWPORT[0], "height": VIEWPORT[1]},
        device_scale_factor=1,
        locale="en-GB",
        timezone_id="Europe/Zurich",
        color_scheme="dark",
        reduced_motion="reduce",
        proxy=proxy,
    )
    try:
        yield context
    finally:
        with suppress(PlaywrightError):
            context.close()


def close_page(page: Page) -> None:
    """Closes a tab when its page has loaded.

    A page that goes to another address at that moment, as a link with a token does, may never close: with Chromium 156
    and Playwright 1.65, 4 of 150 pages that were closed within two seconds of their opening did not, and of 150 that
    had loaded all did.
    """
    with suppress(PlaywrightError):
        page.wait_for_load_state(timeout=LOAD_MS)
    page.close()
