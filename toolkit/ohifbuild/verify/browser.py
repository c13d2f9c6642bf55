"""Finds a Chromium, gets one where there is none, and starts it the same way on every machine."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ohifbuild.core.console import Reporter
from ohifbuild.core.errors import BrowserFailed, BrowserMissing
from ohifbuild.core.processes import find_program
from ohifbuild.verify import system_packages
from ohifbuild.verify.driver import make_driver_run

# Playwright is imported where it is used: doctor, which needs none, looks for a browser too.
if TYPE_CHECKING:
    from playwright.sync_api import Browser as PlaywrightBrowser
    from playwright.sync_api import Playwright

BROWSER_VARIABLE = "OHIFBUILD_BROWSER"
PROGRAMS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome", "microsoft-edge")
ROOT = Path("/")

# The browser's own errands that would show up as attempts to leave the site. Chromium heeds only the last list it is
# given, so those of Playwright's list that matter here are repeated.
DISABLED_FEATURES = (
    "AutofillServerCommunication",
    "DestroyProfileOnBrowserClose",
    "HttpsUpgrades",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
)

# WebGL by software: the same pixels on every machine, and it works where there is no graphics card. The page itself is
# put together without WebGL, which by software takes half of all processor time.
# The rest keeps updates, sync and reports off the network that verify watches.
ARGUMENTS = (
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
    "--disable-gpu-compositing",
    "--disable-accelerated-2d-canvas",
    "--force-color-profile=srgb",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--disable-features=" + ",".join(DISABLED_FEATURES),
    "--no-default-browser-check",
    "--no-first-run",
    "--no-pings",
)


@dataclass(frozen=True)
class Browser:
    """A Chromium on this machine, and how it came to be there (``given``, ``system``, ``playwright`` or ``apt``)."""

    executable: Path
    source: str


def find_browser(
    reporter: Reporter,
    *,
    environ: Mapping[str, str] = os.environ,
    install: bool = True,
    managed: Callable[[], Path] | None = None,
) -> Browser:
    """The Chromium to drive, installed if need be: by Playwright, else by apt. So is what Playwright itself lacks.

    Order: $OHIFBUILD_BROWSER; a system's own; Playwright's; then, with ``install``, ``playwright install chromium``
    and, on Debian and Ubuntu with root or passwordless sudo, ``apt-get install chromium``.

    Raises:
        BrowserMissing: there is none, and none could be installed, or Playwright does not start. Its ``fix`` is the
            command that mends it.
    """
    make_driver_run(reporter, environ, install=install)
    given = environ.get(BROWSER_VARIABLE, "")
    if given:
        return Browser(_given(given, environ), "given")
    system = system_browser(environ)
    if system:
        return Browser(system, "system")
    where_playwright_keeps_it = managed or playwright_browser
    path = where_playwright_keeps_it()
    if path.is_file():
        return Browser(path, "playwright")
    tried: list[str] = []
    if install:
        if _installed_by_playwright(environ, reporter, tried) and path.is_file():
            return Browser(path, "playwright")
        if _installed_by_apt(environ, reporter, tried):
            system = system_browser(environ)
            if system:
                return Browser(system, "apt")
    raise BrowserMissing(
        "There is no Chromium on this machine for verify to drive.",
        cause="None of "
        + ", ".join(PROGRAMS[:3])
        + " is on the PATH"
        + (", and installing one did not work." if tried else "."),
        fix=_fix(environ),
        details="\n".join(tried),
    )


def system_browser(environ: Mapping[str, str]) -> Path | None:
    """The first known browser on the PATH."""
    found = (find_program(name, env=environ) for name in PROGRAMS)
    return next((path for path in found if path), None)


def playwright_browser() -> Path:
    """Where Playwright keeps its own Chromium, whether or not it is there."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return Path(playwright.chromium.executable_path)


def why_no_sandbox(*, root: Path = ROOT, uid: int | None = None) -> str:
    """Why Chromium's sandbox has to be off here; empty if it can stay on.

    Chromium refuses to run sandboxed as root, and needs unprivileged user namespaces, which containers and some
    distributions deny. ``root`` is the file system's root (another one in tests).
    """
    if (os.geteuid() if uid is None else uid) == 0:
        return "Chromium does not run sandboxed as root"
    for name, value in (
        ("proc/sys/kernel/unprivileged_userns_clone", "0"),
        ("proc/sys/user/max_user_namespaces", "0"),
        ("proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1"),
    ):
        file = root / name
        if file.is_file() and file.read_text().strip() == value:
            return f"this system gives its users no namespaces (/{name} is {value})"
    for marker in (".dockerenv", "run/.containerenv"):
        if (root / marker).exists():
            return "containers deny the namespaces that the sandbox needs"
    return ""


@contextmanager
def started(browser: Browser, reporter: Reporter) -> Iterator[PlaywrightBrowser]:
    """The browser, running headless for the length of the block.

    Raises:
        BrowserFailed: it does not start.
    """
    from playwright.sync_api import Error as PlaywrightError
    from playwright.sync_api import sync_playwright

    reason = why_no_sandbox()
    if reason:
        reporter.debug(f"The browser's sandbox is off: {reason}. It opens only what verify itself serves.")
    with sync_playwright() as playwright:
        running = _launch(playwright, browser, sandbox=not reason)
        try:
            yield running
        finally:
            with suppress(PlaywrightError):  # it may be gone already
                running.close()


def _launch(playwright: Playwright, browser: Browser, *, sandbox: bool) -> PlaywrightBrowser:
    from playwright.sync_api import Error as PlaywrightError

    try:
        return playwright.chromium.launch(
            executable_path=browser.executable,
            headless=True,
            chromium_sandbox=sandbox,
            args=list(ARGUMENTS),
            handle_sigint=False,
            handle_sigterm=False,
        )
    except PlaywrightError as error:
        raise BrowserFailed(
            f"{browser.executable} does not start.",
            cause=_start_failure(error.message),
            fix=f"Run it by hand to see why: {browser.executable} --headless --dump-dom about:blank",
            details=error.message[-2000:],
        ) from error


def _start_failure(message: str) -> str:
    library = re.search(r"error while loading shared libraries: (\S+):", message)
    if library:
        return f"The system lacks the library {library[1]}."
    if "sandbox" in message.lower():
        return "This system does not let Chromium use its sandbox."
    return "It is damaged, or not a Chromium."


def _given(value: str, environ: Mapping[str, str]) -> Path:
    found = find_program(value, env=environ)
    if found:
        return found
    raise BrowserMissing(
        f"{BROWSER_VARIABLE} names {value}, which is not a program.",
        cause="The path is mistyped, or the browser was removed.",
        fix=f"Set {BROWSER_VARIABLE} to a Chromium's path, or unset it.",
    )


def _installed_by_playwright(environ: Mapping[str, str], reporter: Reporter, tried: list[str]) -> bool:
    reporter.say("No Chromium here: asking Playwright to install its own.")
    # Playwright goes through its mirrors, several times each; without this every one may take half a minute.
    env = {**environ, "PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT": "5000"}
    return system_packages.succeeds([sys.executable, "-m", "playwright", "install", "chromium"], env, tried)


def _installed_by_apt(environ: Mapping[str, str], reporter: Reporter, tried: list[str]) -> bool:
    if not system_packages.has_apt(environ):
        return False
    reporter.say("Installing Chromium with apt.")
    return system_packages.install("chromium", environ, tried)


def _fix(environ: Mapping[str, str]) -> str:
    if system_packages.has_apt(environ):
        return system_packages.command_for("chromium")
    return f"{sys.executable} -m playwright install --with-deps chromium"
