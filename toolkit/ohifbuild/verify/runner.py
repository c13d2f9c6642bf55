"""Verifies a dist: serves it, plays every scenario, judges every claim, writes the reports."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Error as PlaywrightError

from ohifbuild import __version__
from ohifbuild.cache.entries import Cache
from ohifbuild.contract.settings import Settings, read_settings
from ohifbuild.core.console import Meter, Reporter
from ohifbuild.core.errors import BrowserFailed
from ohifbuild.server.web_server import same_origin_root
from ohifbuild.verify.backend import Provider, embedded
from ohifbuild.verify.behaviour_comparison import alike
from ohifbuild.verify.browser import Browser, find_browser, started
from ohifbuild.verify.claims import judge
from ohifbuild.verify.egress_proxy import egress_proxy
from ohifbuild.verify.evidence import Evidence, Observation
from ohifbuild.verify.external_tokens import ExternalTokens
from ohifbuild.verify.fixtures import Fixtures, prepare_fixtures
from ohifbuild.verify.interrupts import interruptible
from ohifbuild.verify.pixels import PictureIndex
from ohifbuild.verify.redact import Redactor
from ohifbuild.verify.report import write_reports
from ohifbuild.verify.scenario_context import ScenarioContext, Site
from ohifbuild.verify.scenarios import HOSTILE_TOKENS, JOURNEYS, Journey
from ohifbuild.verify.session import tab, window
from ohifbuild.verify.viewer_site import site
from ohifbuild.viewer.manifest import Manifest, read_manifest


@dataclass(frozen=True)
class Played:
    """What was seen of a dist, with which browser and archive, and what takes this run's tokens out of anything."""

    seen: tuple[Observation, ...]
    browser: str
    archive: str
    redactor: Redactor


def verify(
    dist: Path,
    *,
    report_dir: Path,
    cache: Cache,
    reporter: Reporter,
    like: Path | None = None,
    archive: Provider = embedded,
    tokens: ExternalTokens | None = None,
) -> Evidence:
    """Proves or disproves the claims for a finished dist, and writes ``report.{json,html}`` and ``junit.xml``.

    A claim that does not hold is a result, not an error: see ``Evidence.ok``. Nothing in the result holds a token.

    Args:
        like: another dist that has to behave as this one does, such as the other origin's of the same release.
        archive: what holds the studies.
        tokens: those that the archive knows already; new ones are made if not given.

    Raises:
        DistInvalid: the folder is not a dist that ohifbuild finished, or its archive is at another origin.
        BrowserMissing, BrowserFailed: there is no Chromium, or it cannot be driven.
        PortInUse, DiskFull, CacheUnusable: as they say.
        OhifbuildError: what ``archive`` raises.
    """
    began = time.monotonic()
    manifest, settings = read_manifest(dist), read_settings(dist)
    browser = find_browser(reporter)
    played = _played(dist, settings, browser, archive, tokens, cache, reporter)
    results = judge(played.seen, settings)
    if like is not None:
        twin = _played(like, read_settings(like), browser, archive, tokens, cache, reporter)
        results = (*results, *alike(played.seen, twin.seen))
    evidence = Evidence(
        results=results,
        observations=tuple(map(_without_document, played.seen)),
        settings=settings,
        environment=_environment(manifest, played),
        seconds=round(time.monotonic() - began, 2),
    )
    clean = played.redactor.value(evidence)
    return replace(clean, reports=write_reports(clean, played.redactor, report_dir))


def _played(
    dist: Path,
    settings: Settings,
    browser: Browser,
    archive: Provider,
    tokens: ExternalTokens | None,
    cache: Cache,
    reporter: Reporter,
) -> Played:
    same_origin_root(dist, settings)
    parts = prepare_fixtures(settings, tokens)
    with (
        archive(settings, parts.tokens, cache, reporter) as backend,
        reporter.step("Verify", total=len(JOURNEYS)) as meter,
        # What a dist promises it has to keep on any web server, so its own protection is all it gets here.
        site(
            dist, backend.archive, parts.tokens, settings=settings, enforce=not backend.enforces, bare=True
        ) as running,
    ):
        seen, version = run_scenarios(running, browser, parts.fixtures, settings, reporter, meter, watch=backend.check)
    return Played(seen, version, backend.description, Redactor({**parts.fixtures.labels, **HOSTILE_TOKENS}))


def _without_document(seen: Observation) -> Observation:
    """The observation without the page's text, which is judged and not reported."""
    return replace(seen, state=replace(seen.state, html=""))


def _environment(manifest: Manifest, played: Played) -> Mapping[str, str]:
    """What the report says about where and with what; shown in this order."""
    made_from = manifest.inputs
    return {
        "Release": f"OHIF {made_from.get('release', 'of unknown version')}",
        "Origin": str(made_from.get("origin", "unknown")),
        "Dist": f"{manifest.digest}, {len(manifest.files)} files, {manifest.size / 1e6:.0f} MB",
        "Browser": f"{played.browser}, headless, software rendering",
        "Archive": played.archive,
        "Machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors",
        "ohifbuild": __version__,
        "Date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
    }


def run_scenarios(
    site: Site,
    browser: Browser,
    fixtures: Fixtures,
    settings: Settings,
    reporter: Reporter,
    meter: Meter,
    *,
    journeys: Sequence[Journey] = JOURNEYS,
    watch: Callable[[], None] = lambda: None,
) -> tuple[tuple[Observation, ...], str]:
    """Runs the journeys, each in its own tab, and returns what was seen and the browser's version.

    Args:
        watch: called again and again while the browser is waited for; what it raises ends the play.

    Raises:
        BrowserFailed: the browser broke down. Whatever a viewer does wrong is an observation, not an error.
    """
    seen: list[Observation] = []
    album = PictureIndex(fixtures.pictures)
    parts = urlsplit(site.base_url)
    origin = f"{parts.scheme}://{parts.netloc}"
    with (
        interruptible() as interrupted,
        egress_proxy() as proxy,
        started(browser, reporter) as running,
        window(running, origin, proxy) as browser_context,
    ):

        def check() -> None:
            interrupted()
            watch()

        try:
            for journey in journeys:
                with tab(browser_context, origin, check) as fresh:
                    for observation in journey(ScenarioContext(fresh, site, proxy, fixtures, settings, album)):
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
