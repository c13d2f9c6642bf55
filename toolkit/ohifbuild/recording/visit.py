"""Drives a release, and records what it loads and what it asks the archive."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from aiohttp import web

from ohifbuild.cache.entries import Cache
from ohifbuild.config.data_source import DataSource, presets
from ohifbuild.config.recipe import Recipe
from ohifbuild.contract.settings import read_settings
from ohifbuild.core.console import Reporter
from ohifbuild.core.resources import extension_template
from ohifbuild.core.temporary import temporary_folder
from ohifbuild.lock.resolve import Resolution
from ohifbuild.packages.package import read_own_package
from ohifbuild.recording.chunks import chunks, is_joined
from ohifbuild.recording.modules import later, recorder, used
from ohifbuild.recording.requests import QIDO, WADO, templates
from ohifbuild.releases.startup_profile import RecordedRequests, StartupProfile
from ohifbuild.sources.base_viewer import BaseSource
from ohifbuild.verification.browser import find_browser, started
from ohifbuild.verification.dataset import cached_dataset
from ohifbuild.verification.egress_proxy import EgressProxy, egress_proxy
from ohifbuild.verification.embedded_archive import EmbeddedArchive
from ohifbuild.verification.evidence import SentRequest
from ohifbuild.verification.fixtures import Fixtures, Subject, prepare_fixtures
from ohifbuild.verification.pixels import PictureIndex
from ohifbuild.verification.scenario_context import ScenarioContext
from ohifbuild.verification.session import tab
from ohifbuild.verification.viewer_site import Site, site
from ohifbuild.verification.windows import window
from ohifbuild.viewer.extensions import bundle_all
from ohifbuild.viewer.module_texts import modules_in, required_for_effect
from ohifbuild.viewer.startup_files import first_scripts
from ohifbuild.viewer.startup_plan import relevant, source_options
from ohifbuild.workflow import build, finish_by

NAME = "recorded"


class NothingShown(Exception):
    """The release showed no image, so its requests are not those of a working viewer."""


def recorded(base: BaseSource, cache: Cache, reporter: Reporter) -> StartupProfile:
    """What a release loads before its first image, and asks with the options of each preset.

    Raises:
        NothingShown: the release showed no image of the dataset.
        OhifbuildError: the viewer cannot be built, or the browser cannot be driven.
    """
    rows: list[RecordedRequests] = []
    loaded: tuple[str, ...] = ()
    for source in _sources():
        options = source_options(source)
        if all(relevant(row.options) != relevant(options) for row in rows):
            row, loaded = _recorded(base, source, cache, reporter)
            rows.append(row)
    return StartupProfile(base.release.version, loaded, _later(base, loaded, cache, reporter), tuple(rows))


def _later(source: BaseSource, chunks: Sequence[str], cache: Cache, reporter: Reporter) -> tuple[str, ...]:
    """The modules that no link of the dataset needs before its first image."""
    with temporary_folder() as folder:
        dist = Path(folder)
        recipe = Recipe.of({"version": source.release.version, "from": source.origin, "minify": False})
        own = read_own_package(extension_template())
        resolution = Resolution(recipe, source, bundle_all((own,), cache, offline=False, reporter=reporter))
        base = source.provide(cache, offline=False, reporter=reporter)
        finish_by(None, base, resolution, dist, cache, offline=False, reporter=reporter)
        first = first_scripts(dist, chunks)
        texts = {module.name: module.text for path in first.paths for module in modules_in(path.read_text("utf-8"))}
        for_effect = {name: required_for_effect(text) for name, text in texts.items()}
        with _visits(dist, cache, reporter) as (fixtures, visit):
            subjects = (fixtures.main, fixtures.pair, *fixtures.others)
            seen = [used(visit.modules(subject, first.queue)) for subject in subjects]
    return later(seen, texts, for_effect)


def _sources() -> Iterator[DataSource]:
    for preset in presets():
        yield DataSource.model_validate(
            {"name": NAME, "preset": preset, "qido_root": QIDO, "wado_root": WADO, "token_header": "token"}
        )


def _recorded(
    base: BaseSource, source: DataSource, cache: Cache, reporter: Reporter
) -> tuple[RecordedRequests, tuple[str, ...]]:
    with temporary_folder() as folder:
        dist = Path(folder) / "dist"
        recipe = Recipe.of(
            {
                "version": base.release.version,
                "from": base.origin,
                "output": str(dist),
                "verify": False,
                "archive_first": False,
                "data_sources": [source.model_dump(exclude_none=True)],
            }
        )
        own = read_own_package(extension_template())
        bundles = bundle_all((own,), cache, offline=False, reporter=reporter)
        build(Resolution(recipe, base, bundles), cache=cache, reporter=reporter)
        with _visits(dist, cache, reporter) as (fixtures, visit):
            first, loaded = visit(fixtures.main, alone=True)
            one = templates(first, fixtures.main.studies)
            several = templates(visit(fixtures.pair)[0], fixtures.pair.studies)
    return RecordedRequests(relevant(source_options(source)), one, several), loaded


class _Visits:
    def __init__(self, dist: Path, running: Site, proxy: EgressProxy, fixtures: Fixtures, browser: Any) -> None:
        self._dist = dist
        self._running, self._proxy, self._fixtures, self._browser = running, proxy, fixtures, browser
        self._pictures = PictureIndex(fixtures.pictures)

    def __call__(self, subject: Subject, *, alone: bool = False) -> tuple[tuple[SentRequest, ...], tuple[str, ...]]:
        """A visit in a new window: its archive requests in the order in which they began, and its chunks.

        Args:
            subject: what the link is for.
            alone: whether the page has to load each chunk alone, as the release does.
        """
        origin = self._running.base_url.rstrip("/")
        settings = self._running.settings
        with window(self._browser, origin, self._proxy) as context, tab(context, origin) as fresh:
            scenario = ScenarioContext(fresh, self._running, self._proxy, self._fixtures, settings, self._pictures)
            if alone:
                fresh.cut_off(is_joined)
            seen = scenario.image("recorded", "Recorded", subject, scenario.link(subject))
            if seen.first_image is None:
                raise NothingShown(f"{subject.name}: {'; '.join(seen.errors[:3])}")
            loaded = chunks(seen, fresh, self._dist)
        found = [request for request in seen.sent if settings.is_archive(request.url)]
        return tuple(sorted(found, key=lambda request: request.at)), loaded

    def modules(self, subject: Subject, queue: str) -> Any:
        """What ``modules.js`` records in a visit in a new window."""
        origin = self._running.base_url.rstrip("/")
        settings = self._running.settings
        with window(self._browser, origin, self._proxy) as context, tab(context, origin) as fresh:
            context.add_init_script(recorder(queue))
            scenario = ScenarioContext(fresh, self._running, self._proxy, self._fixtures, settings, self._pictures)
            scenario.image("recorded", "Recorded", subject, scenario.link(subject))
            return fresh.evaluate("() => window.recordedModules()")


@contextmanager
def _visits(dist: Path, cache: Cache, reporter: Reporter) -> Iterator[tuple[Fixtures, _Visits]]:
    settings = read_settings(dist)
    parts = prepare_fixtures(settings)
    archive = EmbeddedArchive(cached_dataset(cache))

    async def of_other_root(request: web.Request, tail: str) -> web.StreamResponse:
        return await archive.handle(request, tail)

    with (
        site(dist, archive, parts.tokens, settings=settings, further={WADO: of_other_root}) as running,
        egress_proxy() as proxy,
        started(find_browser(reporter), reporter) as browser,
    ):
        yield parts.fixtures, _Visits(dist, running, proxy, parts.fixtures, browser)


def as_json(profile: StartupProfile) -> dict[str, Any]:
    """What ``startup/VERSION.json`` holds."""
    return {
        "chunks": list(profile.chunks),
        "later": list(profile.later),
        "requests": [
            {
                "options": dict(row.options),
                "one": [{"url": each.url, "accept": each.accept} for each in row.one],
                "several": [{"url": each.url, "accept": each.accept} for each in row.several],
            }
            for row in profile.requests
        ],
    }


def write_profile(profile: StartupProfile, folder: Path) -> Path:
    """Writes ``VERSION.json``."""
    path = folder / f"{profile.version}.json"
    path.write_text(json.dumps(as_json(profile), indent=1) + "\n", encoding="utf-8")
    return path
