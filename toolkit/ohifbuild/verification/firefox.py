"""Finds a Firefox, and starts it for verify: Playwright's own build, or the release that the system has."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser as PlaywrightBrowser
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import sync_playwright

from ohifbuild.core.console import Reporter
from ohifbuild.core.errors import BrowserFailed
from ohifbuild.core.processes import find_program
from ohifbuild.core.temporary import temporary_folder
from ohifbuild.verification import bidi_relay
from ohifbuild.verification.browser import Browser
from ohifbuild.verification.browser_packages import require
from ohifbuild.verification.egress_proxy import EgressProxy
from ohifbuild.verification.playwright_driver import make_driver_run
from ohifbuild.verification.virtual_screen import virtual_screen

PROGRAMS = ("firefox-esr", "firefox")
PACKAGE = "firefox-esr"
CHANNEL = "moz-firefox"
"""Playwright's name for a Firefox of Mozilla, which it drives by WebDriver BiDi."""

PREFERENCES: Mapping[str, Any] = {
    # WebGL in software is refused otherwise.
    "webgl.force-enabled": True,
    "gfx.webrender.software": True,
    # As in the other browsers: a dark page without animations.
    "layout.css.prefers-color-scheme.content-override": 0,
    "ui.prefersReducedMotion": 1,
    # Otherwise Firefox asks Mozilla for settings, which would count as attempts to leave the site.
    "services.settings.server": "data:,none",
}
ENVIRONMENT = {"MOZ_REMOTE_SETTINGS_DEVTOOLS": "1"}
"""Without it a release ignores ``services.settings.server``."""


def find_firefox(
    reporter: Reporter, *, environ: Mapping[str, str] = os.environ, managed: Callable[[], Path] | None = None
) -> Browser:
    """Playwright's Firefox if it is installed, or the system's.

    Raises:
        BrowserMissing: there is no Firefox, or no virtual screen. Its ``fix`` is the command that installs both.
    """
    make_driver_run(reporter, environ, install=False)
    own = (managed or _playwright_firefox)()
    system = next((path for name in PROGRAMS if (path := find_program(name, env=environ))), None)
    path = own if own.is_file() else system
    require("Firefox", path, PACKAGE, "firefox", environ)
    assert path is not None
    return Browser(path, "playwright" if path == own else "system", "firefox")


@contextmanager
def started_firefox(browser: Browser, origin: str, egress_proxy: EgressProxy) -> Iterator[PlaywrightBrowser]:
    """The browser, running on a virtual screen for the length of the block; it reaches ``origin`` only.

    Raises:
        BrowserFailed: it does not start.
    """
    with (
        virtual_screen() as environment,
        temporary_folder() as folder,
        sync_playwright() as playwright,
    ):
        is_release = browser.source == "system"
        try:
            running = playwright.firefox.launch(
                executable_path=_behind_relay(browser.executable, Path(folder)) if is_release else browser.executable,
                channel=CHANNEL if is_release else None,
                headless=False,
                env={**environment, **ENVIRONMENT},
                firefox_user_prefs={**PREFERENCES, **proxy_preferences(origin, egress_proxy.address)},
                handle_sigint=False,
                handle_sigterm=False,
            )
        except PlaywrightError as error:
            raise BrowserFailed(
                f"{browser.executable} does not start.",
                cause="The program is damaged, is not a Firefox, or may not read its profile (as a snap).",
                fix=f"Try it by hand: {browser.executable} --version",
                details=error.message[-2000:],
            ) from error
        try:
            yield running
        finally:
            with suppress(PlaywrightError):  # it may be gone already
                running.close()


def proxy_preferences(origin: str, proxy: str) -> dict[str, Any]:
    """Preferences that send everything but ``origin`` to the proxy, loopback and HTTPS too."""
    address = urlsplit(proxy)
    preferences: dict[str, Any] = {
        "network.proxy.type": 1,
        "network.proxy.no_proxies_on": urlsplit(origin).netloc,
        "network.proxy.allow_hijacking_localhost": True,
    }
    for kind in ("http", "ssl"):
        preferences[f"network.proxy.{kind}"] = address.hostname
        preferences[f"network.proxy.{kind}_port"] = address.port
    return preferences


def _behind_relay(firefox: Path, folder: Path) -> Path:
    """A program that starts a release of Firefox with the relay before it."""
    script = folder / "firefox"
    command = shlex.join([sys.executable, "-P", "-m", bidi_relay.__name__, str(firefox)])
    script.write_text(f'#!/bin/sh\nexec {command} "$@"\n', encoding="utf-8")
    script.chmod(0o700)
    return script


def _playwright_firefox() -> Path:
    with sync_playwright() as playwright:
        return Path(playwright.firefox.executable_path)
