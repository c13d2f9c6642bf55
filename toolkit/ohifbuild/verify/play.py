"""Plays the lives against a running site."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from playwright.sync_api import Error as PlaywrightError

from ohifbuild.console import Meter, Reporter
from ohifbuild.contract.settings import Settings
from ohifbuild.errors import BrowserFailed
from ohifbuild.verify.border import border
from ohifbuild.verify.browser import Browser, started
from ohifbuild.verify.cast import Cast
from ohifbuild.verify.interrupts import interruptible
from ohifbuild.verify.model import Observation
from ohifbuild.verify.pixels import Album
from ohifbuild.verify.scenarios import LIVES, Life
from ohifbuild.verify.session import tab, window
from ohifbuild.verify.stage import Site, Stage


def play(
    site: Site,
    browser: Browser,
    cast: Cast,
    settings: Settings,
    reporter: Reporter,
    meter: Meter,
    *,
    lives: Sequence[Life] = LIVES,
    watch: Callable[[], None] = lambda: None,
) -> tuple[tuple[Observation, ...], str]:
    """Plays the lives one after another, each in a tab of its own, and returns what was seen and the browser's version.

    Args:
        watch: called again and again while the browser is waited for; what it raises ends the play.

    Raises:
        BrowserFailed: the browser broke down. Whatever a viewer does wrong is an observation, not an error.
    """
    seen: list[Observation] = []
    album = Album(cast.pictures)
    parts = urlsplit(site.base_url)
    origin = f"{parts.scheme}://{parts.netloc}"
    with (
        interruptible() as interrupted,
        border() as edge,
        started(browser, reporter) as running,
        window(running, origin, edge) as context,
    ):

        def check() -> None:
            interrupted()
            watch()

        try:
            for life in lives:
                with tab(context, origin, check) as fresh:
                    for observation in life(Stage(fresh, site, edge, cast, settings, album)):
                        seen.append(observation)
                        meter.phase(observation.title)
                meter.advance()
        except PlaywrightError as error:
            raise BrowserFailed(
                f"The browser broke down {f'after the scenario {seen[-1].scenario}' if seen else 'at once'}.",
                cause=error.message.splitlines()[0],
                fix="Run verify again; if it stays, see whether the machine is short of memory.",
            ) from error
        return tuple(seen), f"Chromium {running.version}"
