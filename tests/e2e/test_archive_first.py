"""What the page asks the archive ahead of OHIF is what OHIF asks, in a real browser."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from ohifbuild.cache.default import default_cache
from ohifbuild.config.recipe import Recipe
from ohifbuild.contract.settings import read_settings
from ohifbuild.core.console import SilentReporter
from ohifbuild.lock.resolve import resolve
from ohifbuild.verification.browser import find_browser, started
from ohifbuild.verification.dataset import cached_dataset
from ohifbuild.verification.egress_proxy import egress_proxy
from ohifbuild.verification.embedded_archive import EmbeddedArchive
from ohifbuild.verification.evidence import Observation
from ohifbuild.verification.fixtures import prepare_fixtures
from ohifbuild.verification.pixels import PictureIndex
from ohifbuild.verification.scenario_context import ScenarioContext
from ohifbuild.verification.session import tab
from ohifbuild.verification.viewer_site import site
from ohifbuild.verification.windows import window
from ohifbuild.workflow import build


def opened(dist: Path, *, archive_first: bool) -> list[Observation]:
    """A link to one study and a link to two, each in a window of its own."""
    cache, reporter = default_cache(), SilentReporter()
    recipe = Recipe.of({"from": "published", "output": dist, "verify": False, "archive_first": archive_first})
    build(resolve(recipe, cache=cache), cache=cache, reporter=reporter)
    settings = read_settings(dist)
    parts = prepare_fixtures(settings)
    seen: list[Observation] = []
    with (
        site(dist, EmbeddedArchive(cached_dataset(cache)), parts.tokens, settings=settings) as running,
        egress_proxy() as proxy,
        started(find_browser(reporter), reporter) as browser,
    ):
        origin = running.base_url.rstrip("/")
        for subject in (parts.fixtures.main, parts.fixtures.pair):
            with window(browser, origin, proxy) as context, tab(context, origin) as fresh:
                pictures = PictureIndex(parts.fixtures.pictures)
                scenario = ScenarioContext(fresh, running, proxy, parts.fixtures, settings, pictures)
                seen += scenario.completed([scenario.image("open", "Open", subject, scenario.link(subject))])
    return seen


def requests(seen: Observation) -> Counter[tuple[str, str, str, str]]:
    """What the archive received: method, path, query and Accept."""
    return Counter((r.method, r.path, r.query, dict(r.headers).get("accept", "")) for r in seen.received)


def test_the_archive_gets_the_same_requests_with_and_without_archive_first(tmp_path: Path) -> None:
    ahead, after = (
        opened(tmp_path / name, archive_first=wanted) for name, wanted in (("ahead", True), ("after", False))
    )
    for one, other in zip(ahead, after, strict=True):
        assert requests(one) == requests(other)
        assert max(requests(one).values()) == 1
        assert one.guesses is not None
        assert other.guesses is not None
        assert (one.guesses.wrong, one.guesses.waiting, one.notes) == (0, 0, ())
        assert one.guesses.sent == one.guesses.used > 5
        assert other.guesses.sent == 0
