"""Measures a visit: bytes over the network, time to the first image, archive requests; compared with stock OHIF.

    python bench/first_image.py [--version v3-stable] [--runs 5] [--against DIST]

The same server, archive and browser run both viewers in turns. The stock release is unmodified, compressed with gzip
(level 6), and sends `Authorization: Bearer`, the only header it supports. Our viewer is a result of `ohifbuild build`.
Ratios are ours divided by the release's. Each visit starts a new browser without a cache. With ``--against`` the other
viewer is another dist of ohifbuild, for example of an earlier version, built with ``--token-header Authorization
--token-scheme Bearer``.
"""

from __future__ import annotations

import argparse
import gzip
import json
import statistics
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ohifbuild.cache.default import default_root
from ohifbuild.cache.entries import Cache
from ohifbuild.config.recipe import Recipe
from ohifbuild.contract.settings import Settings
from ohifbuild.core.console import TerminalReporter
from ohifbuild.core.resources import extension_template
from ohifbuild.lock.resolve import Resolution
from ohifbuild.packages.package import read_own_package
from ohifbuild.releases.catalogue import catalogue, find_release
from ohifbuild.sources.base_viewer import BaseViewer
from ohifbuild.sources.published import published_viewer
from ohifbuild.verification.browser import find_browser, started
from ohifbuild.verification.dataset import cached_dataset
from ohifbuild.verification.egress_proxy import egress_proxy
from ohifbuild.verification.embedded_archive import EmbeddedArchive
from ohifbuild.verification.evidence import Observation
from ohifbuild.verification.fixtures import prepare_fixtures
from ohifbuild.verification.pixels import PictureIndex
from ohifbuild.verification.scenario_context import ScenarioContext
from ohifbuild.verification.session import tab, window
from ohifbuild.verification.viewer_site import site
from ohifbuild.viewer.app_config import app_config
from ohifbuild.viewer.compress import compressible
from ohifbuild.viewer.extensions import bundle_all
from ohifbuild.viewer.prepare import link_tree
from ohifbuild.workflow import finish

STOCK_SOURCE = "@ohif/extension-default.dataSourcesModule.dicomweb"
SETTINGS = Settings(token_header="Authorization", token_scheme="Bearer")
RECIPE = {"token_header": "Authorization", "token_scheme": "Bearer"}


@dataclass(frozen=True)
class Visit:
    """A visit with a link to one study: seconds and bytes of static files until the first image; archive requests."""

    seconds: float
    wire: int
    requests: int


def stock_dist(base: BaseViewer, work: Path) -> None:
    """Writes the stock release to ``work``, compressed with gzip and with a configuration for the archive."""
    link_tree(base.path, work)
    config = app_config(Recipe.of(RECIPE), [], [])
    config = config.replace("ohifbuild-token.dataSourcesModule.dicomweb", STOCK_SOURCE)
    (work / "app-config.js").unlink()
    (work / "app-config.js").write_text(config)
    for path in [p for p in work.rglob("*") if p.is_file() and compressible(p.name, p.stat().st_size)]:
        path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes(), 6))


def measured(observation: Observation) -> Visit:
    """The figures of one observation."""
    assert observation.first_image is not None, f"no image: {observation.console[-3:]}"
    static = [
        sent for sent in observation.sent if not SETTINGS.is_archive(sent.url) and sent.at <= observation.first_image
    ]
    return Visit(observation.first_image, sum(sent.size for sent in static), len(observation.received))


@contextmanager
def visits(dist: Path, cache: Cache, reporter: TerminalReporter) -> Iterator[Callable[[], Visit]]:
    """Yields a function that visits ``dist`` once."""
    parts = prepare_fixtures(SETTINGS)
    pictures = PictureIndex(parts.fixtures.pictures)
    with site(dist, EmbeddedArchive(cached_dataset(cache)), parts.tokens, settings=SETTINGS) as running:
        origin = running.base_url.rstrip("/")

        def visit() -> Visit:
            with (
                egress_proxy() as proxy,
                started(find_browser(reporter), reporter) as browser,
                window(browser, origin, proxy) as context,
                tab(context, origin) as new_tab,
            ):
                scenario = ScenarioContext(new_tab, running, proxy, parts.fixtures, SETTINGS, pictures)
                return measured(scenario.image("open", "open", parts.fixtures.main, scenario.link(parts.fixtures.main)))

        yield visit


def main() -> None:
    """Measures and prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--version", default="v3-stable")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--against", type=Path, help="a dist of ohifbuild to compare with, instead of the release")
    options = parser.parse_args()
    cache, reporter = Cache(default_root()), TerminalReporter()
    viewer = published_viewer(find_release(options.version, catalogue()), cache, offline=False, reporter=reporter)
    base = viewer.provide(cache, offline=False, reporter=reporter)
    with tempfile.TemporaryDirectory() as folder:
        ours, stock = Path(folder) / "ours", Path(folder) / "stock"
        ours.mkdir()
        recipe = Recipe.of(RECIPE)
        bundles = bundle_all((read_own_package(extension_template()),), cache, offline=False, reporter=reporter)
        finish(base, Resolution(recipe, viewer, bundles), ours, cache, offline=False, reporter=reporter)
        if not options.against:
            stock_dist(base, stock)
        other = options.against or stock
        with visits(ours, cache, reporter) as our_visit, visits(other, cache, reporter) as other_visit:
            pairs = [(our_visit(), other_visit()) for _ in range(options.runs)]
    for name in ("seconds", "wire", "requests"):
        mine = statistics.median(getattr(pair[0], name) for pair in pairs)
        theirs = statistics.median(getattr(pair[1], name) for pair in pairs)
        ratio = statistics.median(getattr(a, name) / getattr(b, name) for a, b in pairs)
        print(json.dumps({"what": name, "ours": mine, "other": theirs, "ratio": round(ratio, 3)}))


if __name__ == "__main__":
    main()
