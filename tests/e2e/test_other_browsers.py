"""The claims in Firefox and WebKit: a dist keeps them, and a viewer that breaks them is found there too."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

from dists import page_settings, settings_element
from ohifbuild.cache.default import default_cache
from ohifbuild.contract.settings import read_settings
from ohifbuild.core.console import SilentReporter
from ohifbuild.verification.claims import CLAIMS, judge
from ohifbuild.verification.dataset import cached_dataset
from ohifbuild.verification.embedded_archive import EmbeddedArchive
from ohifbuild.verification.engines import ENGINES
from ohifbuild.verification.evidence import ClaimResult, Observation
from ohifbuild.verification.fixtures import prepare_fixtures
from ohifbuild.verification.runner import run_scenarios
from ohifbuild.verification.scenario_context import ScenarioContext
from ohifbuild.verification.scenarios import (
    ELSEWHERE,
    Journey,
    faulty_archive,
    open_and_navigate,
    refused_links,
)
from ohifbuild.verification.viewer_site import site
from ohifbuild.verification.webkit import CODECS
from system import engine_installed

PACKAGES = {
    "firefox": ("firefox-esr", "firefox-esr"),
    "webkit": ("WebKitWebDriver", "webkit2gtk-driver", *CODECS.split()),
}

# A viewer that keeps the token in its address, writes it down, asks for too much, and sends it elsewhere.
NAIVE = f"""<!doctype html><html><head><meta charset="utf-8"><title>Naive</title><link rel="icon" href="data:,">
{settings_element(page_settings())}
<script>
const token = new URLSearchParams(location.search).get('token');
localStorage.setItem('token', token);
const get = url => fetch(url, {{ headers: {{ token }} }}).catch(() => {{}});
addEventListener('load', () => {{
  get('/dicom-web/studies?PatientID=108506');
  get('/dicom-web/studies');
  fetch(`/dicom-web/studies/1.2.3/series?token=${{token}}`).catch(() => {{}});
  get('{ELSEWHERE}');
  fetch('https://elsewhere.example/').catch(() => {{}});
}});
</script></head><body></body></html>"""


def short_visit(context: ScenarioContext) -> Iterator[Observation]:
    main = context.fixtures.main
    yield context.confined("open", "A link is opened", main, context.link(main))


def a_video(context: ScenarioContext) -> Iterator[Observation]:
    """Firefox and WebKit start a video that is not on the page, unlike Chromium; OHIF then draws nothing."""
    video = next(subject for subject in context.fixtures.others if subject.name == "Video")
    yield context.image("video", "A video", video, context.link(video))


@pytest.fixture(params=list(PACKAGES))
def engine(request: pytest.FixtureRequest) -> str:
    """The name of a browser that is installed."""
    engine_installed(*PACKAGES[request.param])
    return str(request.param)


def results(engine: str, dist: Path, journeys: Collection[Journey]) -> tuple[ClaimResult, ...]:
    """Each claim that can be checked in the browser, in each scenario."""
    reporter, settings = SilentReporter(), read_settings(dist)
    parts, archive = prepare_fixtures(settings), EmbeddedArchive(cached_dataset(default_cache()))
    found = ENGINES[engine].find(reporter)
    with reporter.step("Verify") as meter, site(dist, archive, parts.tokens, bare=True) as running:
        seen, version = run_scenarios(
            running, found, parts.fixtures, settings, reporter, meter, journeys=tuple(journeys)
        )
    assert any(char.isdecimal() for char in version)
    return judge(seen, settings, without=ENGINES[found.engine].unjudged)


def test_a_dist_keeps_every_claim(engine: str, ohif_dist: Path) -> None:
    found = results(engine, ohif_dist, (open_and_navigate, a_video, refused_links, faulty_archive))
    assert [result for result in found if not result.holds] == []
    every = {claim.key for claim in CLAIMS if not claim.of_packages}
    assert {result.claim for result in found} == every - ENGINES[engine].unjudged


def test_a_viewer_that_breaks_its_promises_is_found(engine: str, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(NAIVE)
    (tmp_path / "manifest.json").write_text(json.dumps({}))
    broken = {result.claim for result in results(engine, tmp_path, (short_visit,)) if not result.holds}
    assert broken >= {
        "header-sent",
        "header-received",
        "none-refused",
        "own-studies",
        "no-patient-query",
        "no-open-search",
        "token-one-way",
        "token-address",
        "token-storage",
        "token-unseen",
        "nothing-elsewhere",
        "page-policy",
    }
