"""Packages that are alive, dead or hostile, in one viewer: what verify says of each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ohifbuild.cache.default import default_cache
from ohifbuild.config.recipe import Recipe
from ohifbuild.contract.settings import Settings, read_settings
from ohifbuild.core.console import SilentReporter
from ohifbuild.lock.resolve import resolve
from ohifbuild.verification.browser import find_browser
from ohifbuild.verification.claims import judge
from ohifbuild.verification.dataset import cached_dataset
from ohifbuild.verification.embedded_archive import EmbeddedArchive
from ohifbuild.verification.evidence import ClaimResult, Observation
from ohifbuild.verification.fixtures import prepare_fixtures
from ohifbuild.verification.runner import run_scenarios
from ohifbuild.verification.scenario_context import ScenarioContext
from ohifbuild.verification.scenarios import own_modes
from ohifbuild.verification.viewer_site import site
from ohifbuild.viewer.manifest import read_manifest
from ohifbuild.workflow import build

PACKAGES = Path(__file__).parents[1] / "data" / "extensions"
RECIPE = {
    "from": "published",
    "extensions": [PACKAGES / name for name in ("alive", "throws", "takes-viewer", "leaks")],
    "app_config_module": PACKAGES / "app-config.js",
    "customizations": {"studyBrowser.studyModes": "primary"},
    "app_config": {"hotkeys": []},
    "verify": False,
}
PAGE = "() => [document.documentElement.dataset.sources, document.querySelector('#module-logo')?.textContent]"

Seen = tuple[tuple[Observation, ...], list[object]]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """The observations of the link and of the modes, and what the page of the link shows."""
    dist, cache, reporter = tmp_path_factory.mktemp("packages") / "dist", default_cache(), SilentReporter()
    build(resolve(Recipe.of({**RECIPE, "output": dist}), cache=cache), cache=cache, reporter=reporter)
    settings, shown = read_settings(dist), []
    parts = prepare_fixtures(settings)

    def journey(context: ScenarioContext) -> Iterator[Observation]:
        main = context.fixtures.main
        opened = context.with_packages(context.image("open", "A link is opened", main, context.link(main)))
        shown.extend(context.tab.evaluate(PAGE))
        yield opened
        yield from own_modes(context, opened.loaded or ())

    archive = EmbeddedArchive(cached_dataset(cache))
    with reporter.step("Verify") as meter, site(dist, archive, parts.tokens, bare=True) as running:
        observations, _ = run_scenarios(
            running,
            find_browser(reporter),
            parts.fixtures,
            settings,
            reporter,
            meter,
            journeys=(journey,),
            inputs=read_manifest(dist).inputs,
        )
    return observations, shown


@pytest.fixture(scope="module")
def failures(seen: Seen) -> dict[tuple[str, str], ClaimResult]:
    """What does not hold, by scenario and claim."""
    observations, _ = seen
    return {(result.scenario, result.claim): result for result in judge(observations, Settings()) if not result.holds}


def test_an_extension_finds_the_data_source_while_it_registers_and_the_modules_logo_shows(seen: Seen) -> None:
    _, shown = seen
    assert shown == ["1", "St. Example"]


def test_a_mode_made_from_the_releases_factory_opens(seen: Seen, failures: dict[tuple[str, str], ClaimResult]) -> None:
    observations, _ = seen
    assert [each.scenario for each in observations] == ["open", "own-mode-ward"]
    assert ("own-mode-ward", "mode-opens") not in failures
    assert any(match.studies for match in observations[1].viewports)


def test_what_is_dead_fails_a_claim_with_package_and_error(failures: dict[tuple[str, str], ClaimResult]) -> None:
    detail = failures["open", "packages-alive"].detail
    assert "The extension of throws: getCommandsModule: Error: the pager is missing." in detail
    assert "The mode 'throws-mode' of throws: modeFactory: Error: the protocol is missing." in detail
    assert "The mode 'takes-viewer-mode' of takes-viewer: its route is 'viewer'" in detail
    assert "alive" not in detail


@pytest.mark.parametrize("claim", ["token-one-way", "no-patient-query", "none-refused"])
def test_a_package_that_leaks_is_named(failures: dict[tuple[str, str], ClaimResult], claim: str) -> None:
    lines = failures["open", claim].evidence
    assert any(line.startswith("The package leaks sent GET /telemetry") for line in lines)
    assert any(line.startswith("The package leaks sent GET /dicom-web/studies?PatientID=") for line in lines)
    assert not any("alive" in line for line in lines)


def test_what_does_nothing_is_noted(seen: Seen) -> None:
    observations, _ = seen
    notes = " ".join(observations[0].notes)
    assert "studyBrowser.studyModes did nothing" in notes
    assert "Did you mean studyBrowser.studyMode?" in notes
    assert "The key hotkeys of app_config did nothing" in notes
