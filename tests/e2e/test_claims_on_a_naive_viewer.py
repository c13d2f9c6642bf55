"""The claims on a viewer that does whatever a link says: in each scenario it fails the claims that it must fail."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest

from dists import page_settings, settings_element
from ohifbuild.cache.default import default_cache
from ohifbuild.contract.settings import read_settings
from ohifbuild.core.console import SilentReporter
from ohifbuild.verification.bad_links import bad_links
from ohifbuild.verification.browser import find_browser
from ohifbuild.verification.claims import judge
from ohifbuild.verification.dataset import cached_dataset
from ohifbuild.verification.embedded_archive import EmbeddedArchive
from ohifbuild.verification.fixtures import prepare_fixtures
from ohifbuild.verification.runner import run_scenarios
from ohifbuild.verification.scenarios import faulty_archive, other_pages
from ohifbuild.verification.viewer_site import site

SETTINGS = page_settings()
SCRIPT = """
const names = new URLSearchParams(`${location.search.slice(1)}&${location.hash.slice(1)}`);
const token = names.get('token');
const { open } = XMLHttpRequest.prototype;
XMLHttpRequest.prototype.open = function (method, url) {
  open.call(this, method, String(url));
  if (token) this.setRequestHeader('token', token);
};
function ask(url) {
  const xhr = new XMLHttpRequest();
  xhr.open('GET', url);
  xhr.onloadend = () => say(xhr.status ? 'bad-link' : 'unreachable');
  xhr.send();
}
function say(reason) {
  const box = Object.assign(document.createElement('p'), { id: 'ohifbuild-message', textContent: 'No.' });
  box.dataset.reason = reason;
  document.body.append(box);
}
history.replaceState(null, '', '/viewer');
addEventListener('load', () => {
  const [study] = (names.get('StudyInstanceUIDs') ?? '').split(',');
  ask(names.get('url') ?? `/dicom-web/studies/${encodeURIComponent(study)}/series`);
});
"""
INDEX = f"""<!doctype html><html><head><meta charset="utf-8"><title>Naive</title><link rel="icon" href="data:,">
{settings_element(SETTINGS)}
<script>{SCRIPT}</script></head><body></body></html>"""

Broken = dict[str, set[str]]


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Broken:
    """The claims that fail, by scenario."""
    dist, reporter = tmp_path_factory.mktemp("naive"), SilentReporter()
    (dist / "index.html").write_text(INDEX)
    (dist / "other.html").write_text(
        "<!doctype html><title>Other</title><script src='https://away.example/x.js'></script>"
    )
    settings: Any = read_settings(dist)
    parts, archive = prepare_fixtures(settings), EmbeddedArchive(cached_dataset(default_cache()))
    with reporter.step("Verify") as meter, site(dist, archive, parts.tokens, bare=True) as running:
        journeys = (bad_links, faulty_archive, other_pages)
        observations, _ = run_scenarios(
            running, find_browser(reporter), parts.fixtures, settings, reporter, meter, journeys=journeys
        )
    failed: Broken = defaultdict(set)
    for result in judge(observations, settings):
        if not result.holds:
            failed[result.scenario].add(result.claim)
    return failed


@pytest.mark.parametrize(
    ("scenario", "claims"),
    [
        ("file-and-studies", {"own-studies", "no-pixels", "header-sent", "header-received"}),
        ("file-of-study", {"own-studies", "no-pixels"}),
        ("file-patient", {"no-patient-query"}),
        ("file-studies", {"no-open-search"}),
        ("file-instances", {"no-open-search"}),
        ("file-other-study", {"own-studies"}),
        ("many-studies", {"own-studies"}),
        ("long-link", {"own-studies", "no-pixels"}),
        ("broken-uid", {"own-studies"}),
        ("redirect", {"token-one-way", "nothing-elsewhere"}),
        ("page-other.html", {"token-address", "token-unseen", "page-policy", "nothing-elsewhere"}),
    ],
)
def test_each_scenario_fails_the_claims_that_it_is_for(broken: Broken, scenario: str, claims: set[str]) -> None:
    assert claims <= broken[scenario]


def test_a_page_that_only_rewrites_its_address_keeps_the_token_where_scripts_can_read_it(broken: Broken) -> None:
    """``history.replaceState`` does not change the page's navigation timing, nor the name of its inline scripts."""
    assert "token-unseen" in broken["file-of-study"]


def test_a_page_without_its_own_policy_fails(broken: Broken) -> None:
    assert all("page-policy" in claims for claims in broken.values())
    assert len(broken) == 14
