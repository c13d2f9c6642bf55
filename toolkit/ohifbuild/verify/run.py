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
from ohifbuild.console import Reporter
from ohifbuild.finish.manifest import Manifest, read_manifest
from ohifbuild.verify.browser import find_browser
from ohifbuild.verify.claims import judge
from ohifbuild.verify.data.studies import Collection, cast_of, collection
from ohifbuild.verify.model import Evidence
from ohifbuild.verify.play import play
from ohifbuild.verify.redact import Redactor
from ohifbuild.verify.report import write_reports
from ohifbuild.verify.scenarios import HOSTILE_TOKENS, LIVES
from ohifbuild.verify.settings import read_settings
from ohifbuild.verify.site import site


def verify(dist: Path, *, report_dir: Path, reporter: Reporter) -> Evidence:
    """Proves or disproves the claims for a finished dist, and writes ``report.{json,html}`` and ``junit.xml``.

    A claim that does not hold is a result, not an error: see ``Evidence.ok``. Nothing in the result holds a token.

    Raises:
        DistInvalid: the folder is not a dist that ohifbuild finished.
        BrowserMissing, BrowserFailed: there is no Chromium, or it cannot be driven.
        PortInUse, DiskFull, CacheUnusable: as they say.
    """
    began = time.monotonic()
    manifest, settings = read_manifest(dist), read_settings(dist)
    browser = find_browser(reporter)
    data = collection()
    cast, grants = cast_of(data)
    redactor = Redactor({**cast.labels, **HOSTILE_TOKENS})
    with (
        reporter.step("Verify", total=len(LIVES)) as meter,
        site(dist, settings, grants) as running,
    ):
        seen, version = play(running, browser, cast, settings, reporter, meter)
    evidence = Evidence(
        results=judge(seen, settings),
        observations=seen,
        settings=settings,
        environment=_environment(manifest, version, data),
        seconds=round(time.monotonic() - began, 2),
    )
    clean = redactor.value(evidence)
    return replace(clean, reports=write_reports(clean, redactor, report_dir))


def _environment(manifest: Manifest, browser: str, data: Collection) -> Mapping[str, str]:
    """What the report says about where and with what; shown in this order."""
    made_from = manifest.inputs
    studies = {str(instance.StudyInstanceUID) for instance in data.instances}
    return {
        "Release": f"OHIF {made_from.get('release', 'of unknown version')}",
        "Origin": str(made_from.get("origin", "unknown")),
        "Dist": f"{manifest.digest}, {len(manifest.files)} files, {manifest.size / 1e6:.0f} MB",
        "Browser": f"{browser}, headless, software rendering",
        "Archive": f"embedded DICOMweb archive, {len(studies)} studies, {len(data.instances)} instances",
        "Machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors",
        "ohifbuild": __version__,
        "Date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
    }
