"""Finds or installs a Chromium, and starts it in the same way on every machine."""

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
from ohifbuild.verification import system_packages
from ohifbuild.verification.playwright_driver import make_driver_run

# Playwright is imported where it is used: doctor, which needs none, looks for a browser too.
if TYPE_CHECKING:
    from playwright.sync_api import Browser as PlaywrightBrowser
    from playwright.sync_api import Playwright

BROWSER_VARIABLE = "OHIFBUILD_BROWSER"
PROGRAMS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome", "microsoft-edge")
ROOT = Path("/")

# The browser's own background requests, which would count as attempts to leave the site; then what each window
# prepares and a headless one never shows: two pages of the address bar, and a process for a page to come. A window
# without these needs three fifths of the processor time (`docs/explanation/busy-machines.md`). Chromium uses only the
# last list on its command line, so the relevant entries of Playwright's list are repeated.
DISABLED_FEATURES = (
    "AutofillServerCommunication",
    "DestroyProfileOnBrowserClose",
    "HttpsUpgrades",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "SpareRendererForSitePerProcess",
    "WebUIOmniboxAimPopup",
    "WebUIOmniboxPopup",
)

# WebGL is rendered in software: the pixels are the same on every machine, and no graphics card is needed. The page is
# composited without WebGL, because in software that takes half of all processor time.
# The other arguments prevent requests for updates, synchronisation and reports.
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
    """A browser on this machine, its source (``given``, ``system``, ``playwright`` or ``apt``), and its engine."""

    executable: Path
    source: str
    engine: str = "chromium"


def find_browser(
    reporter: Reporter,
    *,
    environ: Mapping[str, str] = os.environ,
    install: bool = True,
    managed: Callable[[], Path] | None = None,
) -> Browser:
    """A Chromium for verify; if there is none, Playwright or apt installs it, and a library that Playwright lacks.

    The order is: $OHIFBUILD_BROWSER; the system's; Playwright's; then, with ``install``, ``playwright install
    chromium`` and, on Debian and Ubuntu as root or with passwordless sudo, ``apt-get install chromium``.

    Raises:
        BrowserMissing: there is no Chromium and none could be installed, or Playwright does not start. Its ``fix`` is
            the command that installs what is missing.
    """
    make_driver_run(reporter, environ, install=install)
    given = environ.get(BROWSER_VARIABLE, "")
    if given:
        return Browser(_given(given, environ), "given")
    system = system_browser(environ)
    if system:
        return Browser(system, "system")
    path = (managed or playwright_browser)()
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
        "There is no Chromium on this machine, which verify requires.",
        cause="None of "
        + ", ".join(PROGRAMS[:3])
        + " is on the PATH"
        + (", and the installation failed." if tried else "."),
        fix=_fix(environ),
        details="\n".join(tried),
    )


def system_browser(environ: Mapping[str, str]) -> Path | None:
    """The first known browser on the PATH."""
    found = (find_program(name, env=environ) for name in PROGRAMS)
    return next((path for path in found if path), None)


def playwright_browser() -> Path:
    """The path of Playwright's own Chromium, which may not be installed."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return Path(playwright.chromium.executable_path)


def why_no_sandbox(*, root: Path = ROOT, uid: int | None = None) -> str:
    """Why Chromium's sandbox must be off here; '' if it can stay on.

    Chromium refuses to use its sandbox as root, and needs unprivileged user namespaces, which containers and some
    distributions deny.

    Args:
        root: the root of the file system; tests use another one.
        uid: the user; default: the current user.
    """
    if (os.geteuid() if uid is None else uid) == 0:
        return "Chromium refuses to use its sandbox as root"
    for name, value in (
        ("proc/sys/kernel/unprivileged_userns_clone", "0"),
        ("proc/sys/user/max_user_namespaces", "0"),
        ("proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1"),
    ):
        file = root / name
        if file.is_file() and file.read_text().strip() == value:
            return f"this system denies its users namespaces (/{name} is {value})"
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
        reporter.debug(f"The browser's sandbox is off: {reason}. The browser opens only pages that verify serves.")
    with sync_playwright() as playwright:
        running = _launch(playwright, browser, sandbox=not reason)
        try:
            yield running
        finally:
            with suppress(PlaywrightError):  # it may be gone already
                running.close()


def process_of(running: PlaywrightBrowser) -> int:
    """The process of a running Chromium, which Playwright itself does not name."""
    session = running.new_browser_cdp_session()
    processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    return next(int(each["id"]) for each in processes if each["type"] == "browser")


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
            fix=f"Run it to see the reason: {browser.executable} --headless --dump-dom about:blank",
            details=error.message[-2000:],
        ) from error


def _start_failure(message: str) -> str:
    library = re.search(r"error while loading shared libraries: (\S+):", message)
    if library:
        return f"The system lacks the library {library[1]}."
    if "sandbox" in message.lower():
        return "This system does not allow Chromium's sandbox."
    return "The program is damaged, or is not a Chromium."


def _given(value: str, environ: Mapping[str, str]) -> Path:
    found = find_program(value, env=environ)
    if found:
        return found
    raise BrowserMissing(
        f"{BROWSER_VARIABLE} names {value}, which is not a program.",
        cause="The path is wrong, or the browser was removed.",
        fix=f"Set {BROWSER_VARIABLE} to the path of a Chromium, or unset it.",
    )


def _installed_by_playwright(environ: Mapping[str, str], reporter: Reporter, tried: list[str]) -> bool:
    reporter.say("There is no Chromium. Playwright installs its own.")
    # Playwright tries each of its mirrors several times; without this each attempt may take half a minute.
    env = {**environ, "PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT": "5000"}
    return system_packages.succeeds([sys.executable, "-P", "-m", "playwright", "install", "chromium"], env, tried)


def _installed_by_apt(environ: Mapping[str, str], reporter: Reporter, tried: list[str]) -> bool:
    if not system_packages.has_apt(environ):
        return False
    reporter.say("Installing Chromium with apt.")
    return system_packages.install("chromium", environ, tried)


def _fix(environ: Mapping[str, str]) -> str:
    if system_packages.has_apt(environ):
        return system_packages.command_for("chromium")
    return f"{sys.executable} -m playwright install --with-deps chromium"
