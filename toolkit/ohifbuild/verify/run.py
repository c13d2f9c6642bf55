"""Verifies a dist: serves it, plays every scenario, judges every claim, writes the reports."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from ohifbuild import __version__
from ohifbuild.cache import Cache
from ohifbuild.console import Reporter
from ohifbuild.finish.manifest import Manifest, read_manifest
from ohifbuild.verify.alike import alike
from ohifbuild.verify.archive import EmbeddedArchive
from ohifbuild.verify.browser import Browser, find_browser
from ohifbuild.verify.casting import casting
from ohifbuild.verify.claims import judge
from ohifbuild.verify.dataset import STUDIES, cached_dataset
from ohifbuild.verify.model import Evidence, Observation
from ohifbuild.verify.play import play
from ohifbuild.verify.redact import Redactor
from ohifbuild.verify.report import write_reports
from ohifbuild.verify.scenarios import HOSTILE_TOKENS, LIVES
from ohifbuild.verify.settings import Settings, read_settings
from ohifbuild.verify.site import site


def verify(dist: Path, *, report_dir: Path, cache: Cache, reporter: Reporter, like: Path | None = None) -> Evidence:
    """Proves or disproves the claims for a finished dist, and writes ``report.{json,html}`` and ``junit.xml``.

    A claim that does not hold is a result, not an error: see ``Evidence.ok``. Nothing in the result holds a token.

    Args:
        like: another dist that has to behave as this one does, such as the other origin's of the same release.

    Raises:
        DistInvalid: the folder is not a dist that ohifbuild finished, or its archive is at another origin.
        BrowserMissing, BrowserFailed: there is no Chromium, or it cannot be driven.
        PortInUse, DiskFull, CacheUnusable: as they say.
    """
    began = time.monotonic()
    manifest, settings = read_manifest(dist), read_settings(dist)
    browser = find_browser(reporter)
    seen, version, redactor = _played(dist, settings, browser, cache, reporter)
    results = judge(seen, settings)
    if like is not None:
        twin, _, _ = _played(like, read_settings(like), browser, cache, reporter)
        results = (*results, *alike(seen, twin))
    evidence = Evidence(
        results=results,
        observations=tuple(map(_without_document, seen)),
        settings=settings,
        environment=_environment(manifest, version),
        seconds=round(time.monotonic() - began, 2),
    )
    clean = redactor.value(evidence)
    return replace(clean, reports=write_reports(clean, redactor, report_dir))


def _played(
    dist: Path, settings: Settings, browser: Browser, cache: Cache, reporter: Reporter
) -> tuple[tuple[Observation, ...], str, Redactor]:
    """What was seen of a dist, the browser's version, and what takes this run's tokens out of anything."""
    parts = casting(settings)
    archive = EmbeddedArchive(cached_dataset(cache))
    with (
        reporter.step("Verify", total=len(LIVES)) as meter,
        # What a dist promises it has to keep on any web server, so its own protection is all it gets here.
        site(dist, archive, parts.tokens, settings=settings, bare=True) as running,
    ):
        seen, version = play(running, browser, parts.cast, settings, reporter, meter)
    return seen, version, Redactor({**parts.cast.labels, **HOSTILE_TOKENS})


def _without_document(seen: Observation) -> Observation:
    """The observation without the page's text, which is judged and not reported."""
    return replace(seen, state=replace(seen.state, html=""))


def _environment(manifest: Manifest, browser: str) -> Mapping[str, str]:
    """What the report says about where and with what; shown in this order."""
    made_from = manifest.inputs
    instances = sum(series.objects for study in STUDIES for series in study.series)
    return {
        "Release": f"OHIF {made_from.get('release', 'of unknown version')}",
        "Origin": str(made_from.get("origin", "unknown")),
        "Dist": f"{manifest.digest}, {len(manifest.files)} files, {manifest.size / 1e6:.0f} MB",
        "Browser": f"{browser}, headless, software rendering",
        "Archive": f"embedded DICOMweb archive, {len(STUDIES)} studies, {instances} instances",
        "Machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors",
        "ohifbuild": __version__,
        "Date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
    }
