"""Verify with a real Orthanc as the archive, which enforces the tokens itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ohifbuild.cache.default import default_cache
from ohifbuild.config.recipe import Recipe
from ohifbuild.contract.settings import read_settings
from ohifbuild.core.console import SilentReporter
from ohifbuild.core.errors import OrthancFailed
from ohifbuild.lock.resolve import resolve
from ohifbuild.orthanc.orthanc_process import OrthancServer, orthanc
from ohifbuild.server.proxy import Upstream
from ohifbuild.verification.backend import real_orthanc
from ohifbuild.verification.browser import find_browser
from ohifbuild.verification.claims import judge
from ohifbuild.verification.dataset import cached_dataset
from ohifbuild.verification.evidence import Observation
from ohifbuild.verification.fixtures import PreparedFixtures, prepare_fixtures
from ohifbuild.verification.runner import run_scenarios, verify
from ohifbuild.verification.scenario_context import ScenarioContext
from ohifbuild.verification.scenarios import WRONG_TOKEN, Journey
from ohifbuild.verification.viewer_site import site
from ohifbuild.workflow import build

pytestmark = pytest.mark.usefixtures("orthanc_there")


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    wish = {"from": "published", "output": tmp_path_factory.mktemp("orthanc") / "dist", "verify": False}
    return build(resolve(Recipe.of(wish), cache=default_cache()), cache=default_cache(), reporter=SilentReporter()).path


def test_every_claim_holds_with_an_orthanc_that_enforces_the_tokens(dist: Path, tmp_path: Path) -> None:
    evidence = verify(dist, report_dir=tmp_path, cache=default_cache(), reporter=SilentReporter(), archive=real_orthanc)
    assert evidence.failures == ()
    assert evidence.environment["Archive"].startswith("Orthanc ")
    # It was Orthanc that refused: it can only answer 403, our gate would have answered 401.
    received = [request for seen in evidence.observations for request in seen.received]
    refused = {r.status for r in received if r.decision not in ("granted", "redirected")}
    assert refused == {403}
    assert "Video" in {seen.title for seen in evidence.observations if seen.first_image is not None}


def played(dist: Path, server: OrthancServer, parts: PreparedFixtures, journey: Journey) -> tuple[Observation, ...]:
    reporter, settings = SilentReporter(), read_settings(dist)
    with (
        reporter.step("Verify") as meter,
        site(dist, Upstream(server.dicomweb_url), parts.tokens, enforce=False, bare=True) as running,
    ):
        browser, watch = find_browser(reporter), server.check_alive
        return run_scenarios(
            running, browser, parts.fixtures, settings, reporter, meter, journeys=(journey,), watch=watch
        )[0]


def strangers(stage: ScenarioContext) -> Iterator[Observation]:
    main = stage.fixtures.main
    for key, token in (("foreign", stage.fixtures.foreign), ("wrong", WRONG_TOKEN)):
        yield stage.message(key, "Somebody else's token", ("refused",), stage.link(main, token), token=token)


def test_an_orthanc_that_lets_everything_through_fails_the_claims(dist: Path, tmp_path: Path) -> None:
    script, settings = tmp_path / "open.py", read_settings(dist)
    script.write_text("import orthanc\northanc.RegisterIncomingHttpRequestFilter(lambda uri, **request: True)\n")
    parts = prepare_fixtures(settings)
    unguarded = {"PythonScript": str(script), "LuaScripts": []}
    with orthanc(cached_dataset(default_cache()), tokens=parts.tokens, extra=unguarded) as server:
        seen = played(dist, server, parts, strangers)
    broken = {(result.scenario, result.claim) for result in judge(seen, settings) if not result.holds}
    assert broken == {(who, claim) for who in ("foreign", "wrong") for claim in ("message", "no-pixels")}


def test_an_orthanc_that_dies_ends_verify_with_its_own_error(dist: Path) -> None:
    parts = prepare_fixtures(read_settings(dist))

    def a_death(stage: ScenarioContext) -> Iterator[Observation]:
        server._child.kill()
        server._child.wait()
        yield stage.image("open", "A link is opened", stage.fixtures.main, stage.link(stage.fixtures.main))
        raise AssertionError("nobody noticed")

    with pytest.raises(OrthancFailed, match="ended by itself"), orthanc(tokens=parts.tokens) as server:
        played(dist, server, parts, a_death)
