"""Verify with a real Orthanc as the archive, which enforces the tokens itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ohifbuild.build import build
from ohifbuild.cache import default_cache
from ohifbuild.console import SilentReporter
from ohifbuild.contract.settings import read_settings
from ohifbuild.errors import OrthancFailed
from ohifbuild.orthanc import OrthancServer, orthanc
from ohifbuild.proxy import Upstream
from ohifbuild.recipe import Recipe
from ohifbuild.verify.behind import real_orthanc
from ohifbuild.verify.browser import find_browser
from ohifbuild.verify.casting import Casting, casting
from ohifbuild.verify.claims import judge
from ohifbuild.verify.dataset import cached_dataset
from ohifbuild.verify.model import Observation
from ohifbuild.verify.play import play
from ohifbuild.verify.run import verify
from ohifbuild.verify.scenarios import WRONG_TOKEN, Life
from ohifbuild.verify.site import site
from ohifbuild.verify.stage import Stage

pytestmark = pytest.mark.usefixtures("orthanc_there")


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    wish = {"from": "published", "output": tmp_path_factory.mktemp("orthanc") / "dist", "verify": False}
    return build(Recipe.of(wish), cache=default_cache(), offline=False, reporter=SilentReporter()).dist


def test_every_claim_holds_with_an_orthanc_that_enforces_the_tokens(dist: Path, tmp_path: Path) -> None:
    evidence = verify(dist, report_dir=tmp_path, cache=default_cache(), reporter=SilentReporter(), archive=real_orthanc)
    assert evidence.failures == ()
    assert evidence.environment["Archive"].startswith("Orthanc ")
    # It was Orthanc that refused: it can only answer 403, our gate would have answered 401.
    received = [request for seen in evidence.observations for request in seen.received]
    refused = {r.status for r in received if r.decision not in ("granted", "redirected")}
    assert refused == {403}
    assert "Video" in {seen.title for seen in evidence.observations if seen.first_image is not None}


def played(dist: Path, server: OrthancServer, parts: Casting, life: Life) -> tuple[Observation, ...]:
    reporter, settings = SilentReporter(), read_settings(dist)
    with (
        reporter.step("Verify") as meter,
        site(dist, Upstream(server.dicomweb_url), parts.tokens, enforce=False, bare=True) as running,
    ):
        browser, watch = find_browser(reporter), server.check_alive
        return play(running, browser, parts.cast, settings, reporter, meter, lives=(life,), watch=watch)[0]


def strangers(stage: Stage) -> Iterator[Observation]:
    main = stage.cast.main
    for key, token in (("foreign", stage.cast.foreign), ("wrong", WRONG_TOKEN)):
        yield stage.message(key, "Somebody else's token", ("refused",), stage.link(main, token), token=token)


def test_an_orthanc_that_lets_everything_through_fails_the_claims(dist: Path, tmp_path: Path) -> None:
    script, settings = tmp_path / "open.py", read_settings(dist)
    script.write_text("import orthanc\northanc.RegisterIncomingHttpRequestFilter(lambda uri, **request: True)\n")
    parts = casting(settings)
    unguarded = {"PythonScript": str(script), "LuaScripts": []}
    with orthanc(cached_dataset(default_cache()), tokens=parts.tokens, extra=unguarded) as server:
        seen = played(dist, server, parts, strangers)
    broken = {(result.scenario, result.claim) for result in judge(seen, settings) if not result.holds}
    assert broken == {(who, claim) for who in ("foreign", "wrong") for claim in ("message", "no-pixels")}


def test_an_orthanc_that_dies_ends_verify_with_its_own_error(dist: Path) -> None:
    parts = casting(read_settings(dist))

    def a_death(stage: Stage) -> Iterator[Observation]:
        server._child.kill()
        server._child.wait()
        yield stage.image("open", "A link is opened", stage.cast.main, stage.link(stage.cast.main))
        raise AssertionError("nobody noticed")

    with pytest.raises(OrthancFailed, match="ended by itself"), orthanc(tokens=parts.tokens) as server:
        played(dist, server, parts, a_death)
