"""Finds WebKit and starts it for verify: Playwright's own build, or WebKitGTK's driver with its small browser."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from subprocess import Popen
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser as PlaywrightBrowser
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import sync_playwright

from ohifbuild.core.console import Reporter
from ohifbuild.core.errors import BrowserFailed, BrowserMissing
from ohifbuild.core.processes import find_program, running
from ohifbuild.core.temporary import temporary_folder
from ohifbuild.verification import system_packages
from ohifbuild.verification.browser import Browser
from ohifbuild.verification.browser_packages import require
from ohifbuild.verification.playwright_driver import make_driver_run
from ohifbuild.verification.virtual_screen import virtual_screen
from ohifbuild.verification.webdriver import DriverError, WebDriver

DRIVER = "WebKitWebDriver"
PACKAGE = "webkit2gtk-driver"
CODECS = "gstreamer1.0-libav gstreamer1.0-plugins-good"
"""WebKitGTK only recommends the packages with which it plays the videos of an archive."""

PLAYS = """() => !!document.createElement('video').canPlayType('video/mp4; codecs="avc1.42E01E"')"""
START_SECONDS = 15.0
PAUSE_SECONDS = 0.1


def find_webkit(
    reporter: Reporter, *, environ: Mapping[str, str] = os.environ, managed: Callable[[], Path] | None = None
) -> Browser:
    """Playwright's WebKit if it is installed, or WebKitGTK's driver.

    Raises:
        BrowserMissing: there is no WebKit, or no virtual screen. Its ``fix`` is the command that installs both.
    """
    make_driver_run(reporter, environ, install=False)
    own = (managed or _playwright_webkit)()
    if own.is_file():
        return Browser(own, "playwright", "playwright-webkit")
    path = find_program(DRIVER, env=environ)
    require("WebKit", path, f"{PACKAGE} {CODECS}", "webkit", environ)
    assert path is not None
    return Browser(path, "system", "webkit")


@contextmanager
def started_webkit(browser: Browser, origin: str, proxy: str) -> Iterator[PlaywrightBrowser]:
    """Playwright's WebKit, for the length of the block; everything but ``origin`` goes to the proxy.

    Raises:
        BrowserFailed: it does not start.
    """
    with sync_playwright() as playwright:
        try:
            started = playwright.webkit.launch(
                executable_path=browser.executable,
                headless=True,
                proxy={"server": proxy, "bypass": urlsplit(origin).netloc},
                handle_sigint=False,
                handle_sigterm=False,
            )
        except PlaywrightError as error:
            raise _not_started(browser, error.message[-2000:]) from error
        try:
            yield started
        finally:
            with suppress(PlaywrightError):
                started.close()


@contextmanager
def driven_webkit(browser: Browser, proxy: str) -> Iterator[WebDriver]:
    """WebKitGTK's browser on a virtual screen for the length of the block; all of its requests go to the proxy.

    Raises:
        BrowserFailed: it does not start.
        BrowserMissing: it cannot play the videos of an archive, because codecs are missing.
    """
    port = _free_port()
    with (
        virtual_screen() as environment,
        temporary_folder() as home,
        running([browser.executable, f"--port={port}"], env={**environment, **_folders(home)}) as child,
    ):
        driver = _session(browser, child, port, capabilities(proxy))
        try:
            if not driver.call(PLAYS):
                raise BrowserMissing(
                    "WebKit on this machine plays no H.264 video.",
                    cause="GStreamer's packages for it are missing.",
                    fix=system_packages.command_for(CODECS),
                )
            yield driver
        finally:
            with suppress(DriverError):
                driver.delete("")


def capabilities(proxy: str) -> dict[str, Any]:
    """The capabilities of the session (W3C WebDriver 7): a manual proxy without exceptions, loopback included."""
    address = urlsplit(proxy).netloc
    return {
        # Otherwise each command waits for the end of a load, which a page with a message never reaches.
        "pageLoadStrategy": "none",
        "proxy": {"proxyType": "manual", "httpProxy": address, "sslProxy": address, "noProxy": []},
    }


def _session(browser: Browser, child: Popen[str], port: int, wanted: Mapping[str, Any]) -> WebDriver:
    end = time.monotonic() + START_SECONDS
    while True:
        try:
            return WebDriver(port, wanted)
        except DriverError as error:
            if child.poll() is not None or time.monotonic() > end:
                raise _not_started(browser, str(error)) from error
            time.sleep(PAUSE_SECONDS)


def _folders(home: Path) -> dict[str, str]:
    names = {"XDG_CACHE_HOME": "cache", "XDG_CONFIG_HOME": "config", "XDG_DATA_HOME": "data"}
    return {"HOME": str(home), **{name: str(home / folder) for name, folder in names.items()}}


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _not_started(browser: Browser, details: str) -> BrowserFailed:
    return BrowserFailed(
        f"{browser.executable} does not start.",
        cause="The program is damaged, or the system lacks one of its libraries.",
        fix=f"Try it by hand: {browser.executable} --help",
        details=details,
    )


def _playwright_webkit() -> Path:
    with sync_playwright() as playwright:
        return Path(playwright.webkit.executable_path)
