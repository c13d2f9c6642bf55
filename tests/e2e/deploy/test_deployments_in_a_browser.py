"""Links opened in a browser over HTTPS at a numeric, non-loopback address, with the unchanged files of ``deploy``."""

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
from servers import deployed_orthanc, existing_orthanc, nginx_running, stunnel_running

FACTS = "({ secure: isSecureContext, isolated: crossOriginIsolated, shared: typeof SharedArrayBuffer })"
# Files that the page loads for a slide, and files that a phone loads for its home screen.
OTHER_FILES = """async () => {
  const at = name => new URL(name, document.baseURI.replace(/viewer.*/, '')).href;
  const manifest = await (await fetch(at('manifest.json'))).json();
  const icons = await Promise.all(manifest.icons.map(icon => fetch(new URL(icon.src, at('manifest.json')))));
  const slides = await window.browserImportFunction(at('dicom-microscopy-viewer/dicomMicroscopyViewer.min.js'));
  return { icons: icons.map(icon => icon.status), slides: typeof slides };
}"""


@dataclass
class Outcome:
    """What was observed during a visit."""

    observations: Sequence[Observation] = ()
    facts: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, Any] = field(default_factory=dict)


def visit(outcome: Outcome, context: ScenarioContext) -> Iterator[Observation]:
    """A person opens a link, reloads it, and opens images that need codecs (compressed) and shared memory (volumes)."""
    fixtures, main = context.fixtures, context.fixtures.main
    compressed = fixtures.others[0]
    link = context.link(main)
    yield context.image("open", "A link is opened", main, link)
    outcome.facts.append(context.tab.evaluate(FACTS))
    outcome.files.update(context.tab.evaluate(OTHER_FILES))
    yield context.image("reload", "The page is reloaded", main, link, move=context.tab.reload)
    yield context.image("compressed", "Compressed images", compressed, context.link(compressed))
    yield context.image("mpr", "Reconstruction", main, context.link(main, more="&hangingProtocolId=mpr"))
    outcome.facts.append(context.tab.evaluate(FACTS))


def refused_visit(context: ScenarioContext) -> Iterator[Observation]:
    """Another person tries links without a valid token in their own tab."""
    fixtures, main = context.fixtures, context.fixtures.main
    yield context.message("no-token", "The link has no token", ("no-token",), context.link(main, ""))
    foreign = context.link(main, fixtures.foreign)
    yield context.message("foreign-token", "A token of another study", ("refused",), foreign, token=fixtures.foreign)


@dataclass(frozen=True)
class Deployment:
    """A deployed viewer's address, and the requests that its archive received."""

    base_url: str
    tap: Any = None
    pages: Sequence[str] = ()

    def redirect(self, location: str) -> None:
        """No scenario here calls it: a deployed archive cannot be made to redirect."""
        raise NotImplementedError

    def received(self) -> tuple[ReceivedRequest, ...]:
        return self.tap.received() if self.tap else ()


def visited(viewer: Deployment, network: Any, parts: PreparedFixtures, settings: Settings) -> Outcome:
    outcome, reporter = Outcome(), SilentReporter()
    with reporter.step("Visit") as meter:
        outcome.observations, _ = run_scenarios(
            viewer,
            network.browser,
            parts.fixtures,
            settings,
            reporter,
            meter,
            journeys=(partial(visit, outcome), refused_visit),
        )
    return outcome


def with_a_long_token(parts: PreparedFixtures, length: int) -> PreparedFixtures:
    """The same fixtures; the main study's token has ``length`` characters."""
    main = replace(parts.fixtures.main, token="x" * length)
    tokens = {**parts.tokens.grants, main.token: Grant(frozenset(main.studies))}
    return PreparedFixtures(replace(parts.fixtures, main=main), Tokens(tokens, parts.tokens.expired))


def check_page(outcome: Outcome, base_url: str, settings: Settings) -> None:
    """Checks what must hold behind any server."""
    images = [each for each in outcome.observations if each.expects.outcome == "image"]
    everything = [request for each in outcome.observations for request in each.sent if request.url.startswith("http")]
    assert outcome.facts == [{"secure": True, "isolated": True, "shared": "function"}] * 2
    assert set(outcome.files["icons"]) == {200}
    assert outcome.files["slides"] == "object"
    assert [line for each in images for line in each.console if line.startswith("error")] == []
    assert [r.url for each in images for r in each.sent if r.status is not None and r.status >= 400] == []
    assert [r.url for r in everything if not r.url.startswith(base_url) and not settings.is_archive(r.url)] == []
    assert any(re.search(r"/\w+\.wasm$", r.url) for r in everything)
    refused = [each for each in outcome.observations if each.scenario == "foreign-token"]
    assert {r.status for each in refused for r in each.sent if settings.is_archive(r.url)} == {403}


def check_from_outside(network: Any, viewer: Deployment, parts: PreparedFixtures) -> None:
    """``doctor`` checks headers, caching, media types, policies, TLS and the archive's URLs, and finds no fault."""
    main = parts.fixtures.main
    link = f"{viewer.base_url}viewer?StudyInstanceUIDs={main.studies[0]}&token={main.token}"
    env = {**os.environ, "SSL_CERT_FILE": str(network.authority)}
    run([sys.executable, "-m", "ohifbuild", "doctor", link], env=env)


def broken(outcome: Outcome, settings: Settings) -> list[str]:
    return [
        f"{r.scenario}: {r.claim}: {r.detail} {r.evidence[:2]}"
        for r in judge(outcome.observations, settings)
        if not r.holds
    ]


def logs_with_tokens(folder: Path, fixtures: Fixtures) -> list[str]:
    """The servers' logs that contain a token of this visit. At least one log must not be empty."""
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
    existing, orthanc_port = existing_orthanc(tmp_path)
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
        viewer = Deployment(base_url, tap)
        outcome = visited(viewer, network, parts, settings)
        received = tap.received()
        check_from_outside(network, viewer, parts)
    logged = (tmp_path / f"{network.address}.access.log").read_text()
    check_page(outcome, base_url, settings)
    assert broken(outcome, settings) == []
    # Orthanc's filter and verify's gate decide alike.
    assert {(r.decision == "granted", r.status != 403) for r in received} == {(True, True), (False, False)}
    assert logs_with_tokens(tmp_path, parts.fixtures) == []
    assert f"GET {settings.public_url}index.html" in logged
    assert f"GET {settings.roots[0]}/studies" in logged


def test_orthanc_alone_shares_studies(tmp_path: Path, network: Any, moved: Path, studies: Path) -> None:
    settings, deployment = read_settings(moved), tmp_path / "deployment"
    parts = prepare_fixtures(settings)
    existing, _ = existing_orthanc(tmp_path)
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
        viewer = Deployment(base_url)
        outcome = visited(viewer, network, parts, settings)
        check_from_outside(network, viewer, parts)
    check_page(outcome, base_url, settings)
    assert logs_with_tokens(tmp_path, parts.fixtures) == []
    # Nothing records the requests between browser and Orthanc, so these claims cannot be judged.
    need_received_requests = ("both-ends", "header-received")
    assert [
        line for line in broken(outcome, settings) if not any(f": {claim}:" in line for claim in need_received_requests)
    ] == []
