"""Verifies a dist: serves it, plays every scenario, judges every claim, writes the reports."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from ohifbuild import __version__
from ohifbuild.cache import Cache
from ohifbuild.console import Reporter
from ohifbuild.contract.settings import Settings, read_settings
from ohifbuild.finish.manifest import Manifest, read_manifest
from ohifbuild.server import own_root
from ohifbuild.verify.alike import alike
from ohifbuild.verify.behind import Provider, embedded
from ohifbuild.verify.browser import Browser, find_browser
from ohifbuild.verify.casting import casting
from ohifbuild.verify.claims import judge
from ohifbuild.verify.given import GivenTokens
from ohifbuild.verify.model import Evidence, Observation
from ohifbuild.verify.play import play
from ohifbuild.verify.redact import Redactor
from ohifbuild.verify.report import write_reports
from ohifbuild.verify.scenarios import HOSTILE_TOKENS, LIVES
from ohifbuild.verify.site import site


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
    tokens: GivenTokens | None = None,
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
    tokens: GivenTokens | None,
    cache: Cache,
    reporter: Reporter,
) -> Played:
    own_root(dist, settings)
    parts = casting(settings, tokens)
    with (
        archive(settings, parts.tokens, cache, reporter) as behind,
        reporter.step("Verify", total=len(LIVES)) as meter,
        # What a dist promises it has to keep on any web server, so its own protection is all it gets here.
        site(dist, behind.archive, parts.tokens, settings=settings, enforce=not behind.enforces, bare=True) as running,
    ):
        seen, version = play(running, browser, parts.cast, settings, reporter, meter, watch=behind.check)
    return Played(seen, version, behind.description, Redactor({**parts.cast.labels, **HOSTILE_TOKENS}))


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
