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
    options = {"from": "published", "output": tmp_path_factory.mktemp("orthanc") / "dist", "verify": False}
    return build(
        resolve(Recipe.of(options), cache=default_cache()), cache=default_cache(), reporter=SilentReporter()
    ).path


def test_every_claim_holds_with_an_orthanc_that_enforces_the_tokens(dist: Path, tmp_path: Path) -> None:
    evidence = verify(dist, report_dir=tmp_path, cache=default_cache(), reporter=SilentReporter(), archive=real_orthanc)
    assert evidence.failures == ()
    assert evidence.environment["Archive"].startswith("Orthanc ")
    # Orthanc refused these, not our gate: Orthanc can only answer 403, and the gate answers 401.
    received = [request for each in evidence.observations for request in each.received]
    refused = {r.status for r in received if r.decision not in ("granted", "redirected")}
    assert refused == {403}
    assert "Video" in {each.title for each in evidence.observations if each.first_image is not None}


def run_journey(
    dist: Path, server: OrthancServer, parts: PreparedFixtures, journey: Journey
) -> tuple[Observation, ...]:
    reporter, settings = SilentReporter(), read_settings(dist)
    with (
        reporter.step("Verify") as meter,
        site(dist, Upstream(server.dicomweb_url), parts.tokens, enforce=False, bare=True) as running,
    ):
        observations, _ = run_scenarios(
            running,
            find_browser(reporter),
            parts.fixtures,
            settings,
            reporter,
            meter,
            journeys=(journey,),
            watch=server.check_alive,
        )
        return observations


def wrong_tokens(context: ScenarioContext) -> Iterator[Observation]:
    main = context.fixtures.main
    for key, token in (("foreign", context.fixtures.foreign), ("wrong", WRONG_TOKEN)):
        yield context.message(key, "Somebody else's token", ("refused",), context.link(main, token), token=token)


def test_an_orthanc_that_lets_everything_through_fails_the_claims(dist: Path, tmp_path: Path) -> None:
    script, settings = tmp_path / "open.py", read_settings(dist)
    script.write_text("import orthanc\northanc.RegisterIncomingHttpRequestFilter(lambda uri, **request: True)\n")
    parts = prepare_fixtures(settings)
    unguarded = {"PythonScript": str(script), "LuaScripts": []}
    with orthanc(cached_dataset(default_cache()), tokens=parts.tokens, extra=unguarded) as server:
        observations = run_journey(dist, server, parts, wrong_tokens)
    broken = {(result.scenario, result.claim) for result in judge(observations, settings) if not result.holds}
    assert broken == {(key, claim) for key in ("foreign", "wrong") for claim in ("message", "no-pixels")}


def test_an_orthanc_that_ends_by_itself_ends_verify_with_its_own_error(dist: Path) -> None:
    parts = prepare_fixtures(read_settings(dist))

    def kill_orthanc(context: ScenarioContext) -> Iterator[Observation]:
        server._child.kill()
        server._child.wait()
        yield context.image("open", "A link is opened", context.fixtures.main, context.link(context.fixtures.main))
        raise AssertionError("verify did not notice that Orthanc had ended")

    with pytest.raises(OrthancFailed, match="ended unexpectedly"), orthanc(tokens=parts.tokens) as server:
        run_journey(dist, server, parts, kill_orthanc)
