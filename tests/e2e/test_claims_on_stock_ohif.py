"""The claims on stock OHIF: it fails them, so they can fail."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ohifbuild.cache.default import default_root
from ohifbuild.cache.entries import Cache
from ohifbuild.contract.settings import Settings
from ohifbuild.core.console import SilentReporter
from ohifbuild.releases.catalogue import catalogue, find_release
from ohifbuild.sources.published import published_viewer
from ohifbuild.verification.browser import find_browser
from ohifbuild.verification.claims import judge
from ohifbuild.verification.dataset import cached_dataset
from ohifbuild.verification.embedded_archive import EmbeddedArchive
from ohifbuild.verification.evidence import Observation
from ohifbuild.verification.fixtures import prepare_fixtures
from ohifbuild.verification.runner import run_scenarios
from ohifbuild.verification.scenario_context import ScenarioContext
from ohifbuild.verification.scenarios import faulty_archive, other_pages
from ohifbuild.verification.viewer_site import site
from ohifbuild.viewer.prepare import link_tree
from stock import dicomweb_source

# Stock OHIF sends the value of `?token=` as a bearer token.
SETTINGS = Settings(token_header="Authorization", token_scheme="Bearer")
CONFIG = {
    "routerBasename": "/",
    "showStudyList": True,
    "extensions": [],
    "modes": [],
    "defaultDataSourceName": "dicomweb",
    "dataSources": [dicomweb_source()],
}


def short_visit(context: ScenarioContext) -> Iterator[Observation]:
    main = context.fixtures.main
    link = context.link(main)
    yield context.image("open", "A link is opened", main, link)
    yield context.image("reload", "The page is reloaded", main, link, move=context.tab.reload)
    yield context.message("no-token", "The link has no token", ("no-token",), context.link(main, ""))
    yield context.confined("study-list", "The study list", main, context.address("") + "?mrn=108506", token="")
    redirecting = faulty_archive(context)
    assert isinstance(redirecting, Generator)
    with closing(redirecting):
        yield next(redirecting)
    yield from other_pages(context)


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The published v3-stable; only its archive's address is changed."""
    cache, dist = Cache(default_root()), tmp_path_factory.mktemp("stock")
    viewer = published_viewer(find_release("v3-stable", catalogue()), cache, offline=False, reporter=SilentReporter())
    base = viewer.provide(cache, offline=False, reporter=SilentReporter())
    link_tree(base.path, dist)
    (dist / "app-config.js").unlink()
    (dist / "app-config.js").write_text(f"window.config = {json.dumps(CONFIG)};")
    return dist


def test_stock_ohif_fails_exactly_the_claims_that_it_is_known_to_fail(stock: Path) -> None:
    reporter, parts = SilentReporter(), prepare_fixtures(SETTINGS)
    archive = EmbeddedArchive(cached_dataset(Cache(default_root())))
    with (
        reporter.step("Verify") as meter,
        site(stock, archive, parts.tokens, settings=SETTINGS, bare=True) as running,
    ):
        observations, _ = run_scenarios(
            running, find_browser(reporter), parts.fixtures, SETTINGS, reporter, meter, journeys=(short_visit,)
        )
    broken: dict[str, set[str]] = {}
    for result in judge(observations, SETTINGS):
        if not result.holds:
            broken.setdefault(result.scenario, set()).add(result.claim)
    # Stock OHIF removes the token from the address after reading it; by then the browser and the page have recorded it.
    traces, no_header = {"token-address", "token-unseen"}, {"header-sent", "header-received"}
    prior_query = {"no-patient-query", "none-refused"}
    faults = {
        # The files that load before OHIF reads the token get it in their Referer.
        "open": {*traces, *prior_query, "token-one-way"},
        # The token is lost: the archive answers 401, and the viewer stays empty.
        "reload": {"token-address", "right-image", "thumbnails", *no_header, "none-refused"},
        "no-token": {*no_header, "message"},
        "study-list": {*prior_query, *no_header},
        # XMLHttpRequest follows the redirect and sends the token there.
        "redirect": {*traces, *no_header, "message", "token-one-way"},
        "page-silent-refresh.html": {*traces, "token-one-way", "nothing-elsewhere", "no-page-error"},
    }
    assert broken == {scenario: {*claims, "page-policy"} for scenario, claims in faults.items()}
