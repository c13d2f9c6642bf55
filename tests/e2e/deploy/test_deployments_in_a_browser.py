"""What ``deploy`` writes, run as it is, over HTTPS at a numeric address that is not loopback: a person opens a link."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ohifbuild.contract.grants import Grant, Tokens
from ohifbuild.contract.settings import Settings, read_settings
from ohifbuild.core.console import SilentReporter
from ohifbuild.core.processes import run
from ohifbuild.deploy import DeployOptions, deploy
from ohifbuild.verification.claims import judge
from ohifbuild.verification.evidence import Observation, ReceivedRequest
from ohifbuild.verification.fixtures import Fixtures, PreparedFixtures, prepare_fixtures
from ohifbuild.verification.redact import contains
from ohifbuild.verification.runner import run_scenarios
from ohifbuild.verification.scenario_context import ScenarioContext
from servers import an_orthanc, deployed_orthanc, nginx_running, stunnel_running

FACTS = "({ secure: isSecureContext, isolated: crossOriginIsolated, shared: typeof SharedArrayBuffer })"
# What the page itself would load for a slide, and what a phone would for its home screen.
OTHER_FILES = """async () => {
  const at = name => new URL(name, document.baseURI.replace(/viewer.*/, '')).href;
  const manifest = await (await fetch(at('manifest.json'))).json();
  const icons = await Promise.all(manifest.icons.map(icon => fetch(new URL(icon.src, at('manifest.json')))));
  const slides = await window.browserImportFunction(at('dicom-microscopy-viewer/dicomMicroscopyViewer.min.js'));
  return { icons: icons.map(icon => icon.status), slides: typeof slides };
}"""


@dataclass
class Seen:
    """What a visit brought to light."""

    observations: Sequence[Observation] = ()
    facts: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, Any] = field(default_factory=dict)


def a_visit(seen: Seen, stage: ScenarioContext) -> Iterator[Observation]:
    """A person opens a link, reloads, and looks at what needs codecs (compressed) and shared memory (volumes)."""
    fixtures, main = stage.fixtures, stage.fixtures.main
    compressed = fixtures.others[0]
    link = stage.link(main)
    yield stage.image("open", "A link is opened", main, link)
    seen.facts.append(stage.tab.page.evaluate(FACTS))
    seen.files.update(stage.tab.page.evaluate(OTHER_FILES))
    yield stage.image("reload", "The page is reloaded", main, link, move=stage.tab.reload)
    yield stage.image("compressed", "Compressed images", compressed, stage.link(compressed))
    yield stage.image("mpr", "Reconstruction", main, stage.link(main, more="&hangingProtocolId=mpr"))
    seen.facts.append(stage.tab.page.evaluate(FACTS))


def a_stranger(stage: ScenarioContext) -> Iterator[Observation]:
    """Somebody else, in a tab of their own, tries links that are not good."""
    fixtures, main = stage.fixtures, stage.fixtures.main
    yield stage.message("no-token", "The link has no token", ("no-token",), stage.link(main, ""))
    foreign = stage.link(main, fixtures.foreign)
    yield stage.message("foreign-token", "A token of another study", ("refused",), foreign, token=fixtures.foreign)


@dataclass(frozen=True)
class Place:
    """Where the viewer is, and what is known of the requests that its archive received."""

    base_url: str
    tap: Any = None
    pages: Sequence[str] = ()

    def redirect(self, location: str) -> None:
        """No scenario here asks for it: a deployed archive answers by itself."""
        raise NotImplementedError

    def received(self) -> tuple[ReceivedRequest, ...]:
        return self.tap.received() if self.tap else ()


def visited(place: Place, network: Any, parts: PreparedFixtures, settings: Settings) -> Seen:
    seen, reporter = Seen(), SilentReporter()
    with reporter.step("Visit") as meter:
        seen.observations, _ = run_scenarios(
            place,
            network.browser,
            parts.fixtures,
            settings,
            reporter,
            meter,
            journeys=(partial(a_visit, seen), a_stranger),
        )
    return seen


def with_a_long_token(parts: PreparedFixtures, length: int) -> PreparedFixtures:
    """The same fixtures, whose main study has a token of so many characters."""
    main = replace(parts.fixtures.main, token="x" * length)
    tokens = {**parts.tokens.grants, main.token: Grant(frozenset(main.studies))}
    return PreparedFixtures(replace(parts.fixtures, main=main), Tokens(tokens, parts.tokens.expired))


def check_the_page(seen: Seen, base_url: str, settings: Settings) -> None:
    """What has to be so behind any server."""
    images = [each for each in seen.observations if each.expects.outcome == "image"]
    everything = [request for each in seen.observations for request in each.sent if request.url.startswith("http")]
    assert seen.facts == [{"secure": True, "isolated": True, "shared": "function"}] * 2
    assert set(seen.files["icons"]) == {200}
    assert seen.files["slides"] == "object"
    assert [line for each in images for line in each.console if line.startswith("error")] == []
    assert [r.url for each in images for r in each.sent if r.status is not None and r.status >= 400] == []
    assert [r.url for r in everything if not r.url.startswith(base_url) and not settings.is_archive(r.url)] == []
    assert any(re.search(r"/\w+\.wasm$", r.url) for r in everything)
    refused = [each for each in seen.observations if each.scenario == "foreign-token"]
    assert {r.status for each in refused for r in each.sent if settings.is_archive(r.url)} == {403}


def check_from_outside(network: Any, place: Place, parts: PreparedFixtures) -> None:
    """``doctor`` looks at headers, caching, media types, policies, TLS and the archive's URLs, and finds nothing."""
    main = parts.fixtures.main
    link = f"{place.base_url}viewer?StudyInstanceUIDs={main.studies[0]}&token={main.token}"
    env = {**os.environ, "SSL_CERT_FILE": str(network.authority)}
    run([sys.executable, "-m", "ohifbuild", "doctor", link], env=env)


def broken(seen: Seen, settings: Settings) -> list[str]:
    return [
        f"{r.scenario}: {r.claim}: {r.detail} {r.evidence[:2]}"
        for r in judge(seen.observations, settings)
        if not r.holds
    ]


def logs_with_tokens(folder: Path, fixtures: Fixtures) -> list[str]:
    """The servers' logs, of which there has to be one, that hold a token of this visit."""
    tokens, logs = [fixtures.main.token, fixtures.foreign, fixtures.others[0].token], list(folder.rglob("*.log"))
    assert any(path.stat().st_size for path in logs)
    return [path.name for path in logs if contains(tokens, path.read_text())]


@pytest.mark.parametrize(("folder", "length"), [("dist", 43), ("moved", 8000)])
def test_nginx_and_orthanc_share_studies(
    tmp_path: Path, request: Any, network: Any, studies: Path, tapped: Any, folder: str, length: int
) -> None:
    dist = request.getfixturevalue(folder)
    settings, deployment = read_settings(dist), tmp_path / "deployment"
    parts = with_a_long_token(prepare_fixtures(settings), length)
    existing, orthanc_port = an_orthanc(tmp_path)
    with ExitStack() as stack:
        tap = stack.enter_context(tapped(orthanc_port, settings, parts.tokens))
        options = DeployOptions(
            archive=tap.origin,
            host=network.address,
            certificate=str(network.certificate),
            key=str(network.key),
            logs=str(tmp_path),
            orthanc_settings=existing,
        )
        deploy("nginx", dist, deployment, options, SilentReporter())
        stack.enter_context(deployed_orthanc(deployment, settings, settings.roots[0], studies, parts.tokens))
        stack.enter_context(
            nginx_running(deployment / "nginx/viewer.conf", tmp_path / "nginx", 443, host=network.address)
        )
        base_url = f"https://{network.address}{settings.public_url}"
        place = Place(base_url, tap)
        seen = visited(place, network, parts, settings)
        received = tap.received()
        check_from_outside(network, place, parts)
    logged = (tmp_path / "viewer.access.log").read_text()
    check_the_page(seen, base_url, settings)
    assert broken(seen, settings) == []
    # Orthanc's filter and verify's gate are of one mind.
    assert {(r.decision == "granted", r.status != 403) for r in received} == {(True, True), (False, False)}
    assert logs_with_tokens(tmp_path, parts.fixtures) == []
    assert f"GET {settings.public_url}index.html" in logged
    assert f"GET {settings.roots[0]}/studies" in logged


def test_orthanc_alone_shares_studies(tmp_path: Path, network: Any, moved: Path, studies: Path) -> None:
    settings, deployment = read_settings(moved), tmp_path / "deployment"
    parts = prepare_fixtures(settings)
    existing, _ = an_orthanc(tmp_path)
    options = DeployOptions(
        host=network.address,
        certificate=str(network.certificate),
        key=str(network.key),
        orthanc_settings=existing,
    )
    deploy("orthanc", moved, deployment, options, SilentReporter())
    base_url = f"https://{network.address}{settings.public_url}"
    with (
        deployed_orthanc(deployment, settings, settings.roots[0], studies, parts.tokens),
        stunnel_running(deployment / "stunnel/viewer.conf", network.address),
    ):
        place = Place(base_url)
        seen = visited(place, network, parts, settings)
        check_from_outside(network, place, parts)
    check_the_page(seen, base_url, settings)
    assert logs_with_tokens(tmp_path, parts.fixtures) == []
    # Nobody listens between browser and Orthanc, so nothing is known of what arrived.
    at_the_other_end = ("both-ends", "header-received")
    assert [
        line for line in broken(seen, settings) if not any(f": {claim}:" in line for claim in at_the_other_end)
    ] == []
