"""Verifies a dist: serves it, runs every scenario, checks every claim, writes the reports."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Error as PlaywrightError

from ohifbuild import __version__
from ohifbuild.cache.entries import Cache
from ohifbuild.contract.settings import Settings, read_settings
from ohifbuild.core.console import Meter, Reporter
from ohifbuild.core.counts import counted
from ohifbuild.core.errors import BrowserFailed
from ohifbuild.server.web_server import same_origin_root
from ohifbuild.verification.backend import Provider, embedded
from ohifbuild.verification.behaviour_comparison import compare_behaviour
from ohifbuild.verification.browser import Browser
from ohifbuild.verification.claims import judge
from ohifbuild.verification.egress_proxy import egress_proxy
from ohifbuild.verification.engines import ENGINES
from ohifbuild.verification.evidence import Evidence, Observation, SentRequest
from ohifbuild.verification.external_tokens import ExternalTokens
from ohifbuild.verification.fixtures import Fixtures, prepare_fixtures
from ohifbuild.verification.interrupts import interruptible
from ohifbuild.verification.own_claims import check_own_claims
from ohifbuild.verification.pixels import PictureIndex
from ohifbuild.verification.redact import Redactor
from ohifbuild.verification.report import check_report_place, write_reports
from ohifbuild.verification.scenario_context import NO_INPUTS, ScenarioContext, Site
from ohifbuild.verification.scenarios import AT_ONCE, HOSTILE_TOKENS, JOURNEYS, Journey
from ohifbuild.verification.side_by_side import Check, side_by_side
from ohifbuild.verification.stress import NONE, SlowArchive, Stress, hogs
from ohifbuild.verification.time_limit import LONGEST_SECONDS, time_limit
from ohifbuild.verification.viewer_site import site
from ohifbuild.verification.watchdog import LONGEST_SILENCE, watchdog
from ohifbuild.verification.webdriver import DriverError
from ohifbuild.viewer.manifest import Manifest, read_manifest


@dataclass(frozen=True)
class ViewerRun:
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
    compare_with: Path | None = None,
    archive: Provider = embedded,
    tokens: ExternalTokens | None = None,
    browser: str = "chromium",
    claims: Sequence[Path] = (),
    stress: Stress = NONE,
) -> Evidence:
    """Checks the claims about a finished dist, and writes ``report.json``, ``report.html`` and ``junit.xml``.

    A claim that does not hold is a result, not an error: see ``Evidence.ok``. The result contains no token.

    Args:
        report_dir: the folder of the reports.
        compare_with: another dist that has to behave as this one does, such as the other origin's of the same release.
        archive: what holds the studies.
        tokens: those that the archive knows already; new ones are made if not given.
        browser: a key of ``ENGINES``.
        claims: tests of packages, which run first; see ``own_claims.py``.
        stress: what slows the run down; in Chromium only.

    Raises:
        DistInvalid: the folder is not a dist that ohifbuild finished, or its archive is at another origin.
        BrowserMissing, BrowserFailed: the browser is not installed, or it cannot be driven.
        PortInUse, DiskFull, CacheUnusable: as they say.
        OhifbuildError: what ``archive`` raises.
    """
    began = time.monotonic()
    manifest, settings = read_manifest(dist), read_settings(dist)
    check_report_place(report_dir)
    found = ENGINES[browser].find(reporter)
    engine = ENGINES[found.engine]
    own = check_own_claims(claims, dist, reporter)
    run = _run(dist, settings, found, archive, tokens, cache, reporter, stress)
    results = judge(run.seen, settings, without=engine.unjudged)
    if compare_with is not None:
        twin = _run(compare_with, read_settings(compare_with), found, archive, tokens, cache, reporter, stress)
        results = (*results, *compare_behaviour(run.seen, twin.seen))
    evidence = Evidence(
        results=(*results, *own.results),
        observations=tuple(map(_without_document, run.seen)),
        settings=settings,
        environment=_environment(manifest, run),
        seconds=round(time.monotonic() - began, 2),
        limits=(*engine.limits, *own.skipped),
        notes=tuple(dict.fromkeys(note for seen in run.seen for note in seen.notes)),
    )
    clean = run.redactor.value(evidence)
    return replace(clean, reports=write_reports(clean, run.redactor, report_dir))


def _run(
    dist: Path,
    settings: Settings,
    browser: Browser,
    archive: Provider,
    tokens: ExternalTokens | None,
    cache: Cache,
    reporter: Reporter,
    stress: Stress,
) -> ViewerRun:
    same_origin_root(dist, settings)
    parts, inputs = prepare_fixtures(settings, tokens), read_manifest(dist).inputs
    with (
        archive(settings, parts.tokens, cache, reporter) as backend,
        reporter.step("Verify", total=len(JOURNEYS)) as meter,
        hogs(stress.hogs),
    ):

        def run(journeys: Sequence[Journey], check: Check) -> tuple[tuple[Observation, ...], str]:
            def watch() -> None:
                check()
                backend.check()

            # Each browser has a site of its own, so that no request of one is recorded as the other's.
            # The claims must hold on any web server, so the site sends no protective headers.
            served = backend.archive()
            with site(
                dist,
                SlowArchive(served, stress.answer_seconds) if stress.answer_seconds else served,
                parts.tokens,
                settings=settings,
                enforce=not backend.enforces,
                bare=True,
            ) as running:
                return run_scenarios(
                    running,
                    browser,
                    parts.fixtures,
                    settings,
                    reporter,
                    meter,
                    journeys=journeys,
                    watch=watch,
                    inputs=inputs,
                    stress=stress,
                )

        groups = AT_ONCE if ENGINES[browser.engine].at_once and os.cpu_count() != 1 else (JOURNEYS,)
        with interruptible() as interrupted:
            runs = side_by_side([partial(run, journeys) for journeys in groups], interrupted)
    seen = tuple(observation for observations, _ in runs for observation in observations)
    redactor = Redactor({**parts.fixtures.labels, **HOSTILE_TOKENS})
    return ViewerRun(seen, runs[0][1], backend.description, redactor)


def _without_document(seen: Observation) -> Observation:
    """The observation without the page's HTML, which is checked but not reported."""
    return replace(seen, state=replace(seen.state, html=""))


def _environment(manifest: Manifest, run: ViewerRun) -> Mapping[str, str]:
    """The facts about dist, browser, archive and machine, in the order of the report."""
    made_from = manifest.inputs
    return {
        "Release": f"OHIF {made_from.get('release', 'of unknown version')}",
        "Origin": str(made_from.get("origin", "unknown")),
        "Dist": f"{manifest.digest}, {len(manifest.files)} files, {manifest.size / 1e6:.0f} MB",
        "Browser": f"{run.browser}, software rendering",
        "Archive": run.archive,
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
    longest: float = LONGEST_SECONDS,
    silence: float = LONGEST_SILENCE,
    inputs: Mapping[str, Any] = NO_INPUTS,
    stress: Stress = NONE,
) -> tuple[tuple[Observation, ...], str]:
    """Runs the journeys, each in its own tab, and returns the observations and the browser's name.

    Args:
        site: the served dist and its archive.
        browser: the browser to use.
        fixtures: studies and tokens.
        settings: the dist's settings.
        reporter: gets debug output.
        meter: shows the progress.
        journeys: the groups of scenarios.
        watch: is called repeatedly while verify waits for the browser; an exception from it ends the run.
        longest: the most seconds that the run may take.
        silence: the most seconds that the browser may take for one step.
        inputs: what the dist was made of, as its manifest has it.
        stress: what slows the pages down.

    Raises:
        BrowserFailed: the browser failed, or the run took too long. Faults of the viewer are observations, not errors.
    """
    seen: list[Observation] = []
    left: list[SentRequest] = []
    pictures = PictureIndex(fixtures.pictures)
    parts = urlsplit(site.base_url)
    origin = f"{parts.scheme}://{parts.netloc}"
    with (
        interruptible() as interrupted,
        egress_proxy() as proxy,
        ENGINES[browser.engine].opened(browser, origin, proxy, reporter) as window,
        watchdog(window.kill, silence, stress.pace) as watching,
    ):
        in_time = time_limit(longest, seen, pace=stress.pace)

        def check() -> None:
            watching.alive()
            interrupted()
            in_time()
            watch()

        try:
            for journey in journeys:
                with window.tab(check, stress) as fresh:
                    context = ScenarioContext(fresh, site, proxy, fixtures, settings, pictures, inputs, left=left)
                    first = len(seen)
                    for observation in journey(context):
                        watching.alive()
                        seen.append(observation)
                        meter.phase(observation.title)
                    seen[first:] = context.completed(seen[first:])
                    left += [sent for each in seen[first:] for sent in each.sent if sent.status is None]
                meter.advance()
        except (PlaywrightError, DriverError, BrowserFailed) as error:
            if watching.has_ended:
                raise _silent(silence, seen) from error
            if isinstance(error, BrowserFailed):
                raise  # it says why
            raise BrowserFailed(
                f"The browser failed {f'after the scenario {seen[-1].scenario}' if seen else 'at once'}.",
                cause=(str(error) or type(error).__name__).splitlines()[0],
                fix="Run verify again. If it fails again, check the machine's free memory: ohifbuild doctor",
            ) from error
        return tuple(seen), window.version


def _silent(seconds: float, seen: Sequence[Observation]) -> BrowserFailed:
    return BrowserFailed(
        f"Verify ended the browser, because a page did not answer for {counted(round(seconds), 'second')}"
        f"{f' after the scenario {seen[-1].scenario}' if seen else ''}.",
        cause="A script of the viewer or of an extension runs without an end, such as an endless loop.",
        fix="Find the script: open the page with ohifbuild demo DIST, and pause it in the browser's developer tools.",
    )
