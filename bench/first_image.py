"""What a visit costs, against the unmodified release: bytes on the wire, time to the first image, archive requests.

    python bench/first_image.py [--version v3-stable] [--runs 5] [--against DIST]

Both viewers are served by the same server, with the same archive, to the same browser, in turns; the release as it is,
with gzip (level 6) beforehand, and with `Authorization: Bearer`, the only header it can send; ours as `ohifbuild build`
makes it. Ratios are ours to the release's. A fresh browser each time: nothing is cached. With ``--against`` the other
one is a dist of ours, such as an earlier version's, built with ``--token-header Authorization --token-scheme Bearer``.
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
from ohifbuild.lock.resolve import Resolution
from ohifbuild.releases.catalogue import catalogue, find_release
from ohifbuild.sources.base_viewer import BaseViewer
from ohifbuild.sources.published import published_viewer
from ohifbuild.verify.browser import find_browser, started
from ohifbuild.verify.dataset import cached_dataset
from ohifbuild.verify.egress_proxy import egress_proxy
from ohifbuild.verify.embedded_archive import EmbeddedArchive
from ohifbuild.verify.evidence import Observation
from ohifbuild.verify.fixtures import prepare_fixtures
from ohifbuild.verify.pixels import PictureIndex
from ohifbuild.verify.scenario_context import ScenarioContext
from ohifbuild.verify.session import tab, window
from ohifbuild.verify.viewer_site import site
from ohifbuild.viewer.app_config import app_config
from ohifbuild.viewer.compress import compressible
from ohifbuild.viewer.extensions import bundle_all, read_packages
from ohifbuild.viewer.prepare import link_tree
from ohifbuild.workflow import finish

STOCK_SOURCE = "@ohif/extension-default.dataSourcesModule.dicomweb"
SETTINGS = Settings(token_header="Authorization", token_scheme="Bearer")
RECIPE = {"token_header": "Authorization", "token_scheme": "Bearer"}


@dataclass(frozen=True)
class Visit:
    """One load of a one-study link: seconds to the first image, bytes of static files by then, archive requests."""

    seconds: float
    wire: int
    requests: int


def stock_dist(base: BaseViewer, work: Path) -> None:
    """The release itself, gzipped beforehand, with a configuration that names the archive."""
    link_tree(base.path, work)
    config = app_config(Recipe.of(RECIPE), [], [])
    config = config.replace("ohifbuild-token.dataSourcesModule.dicomweb", STOCK_SOURCE)
    (work / "app-config.js").unlink()
    (work / "app-config.js").write_text(config)
    for path in [p for p in work.rglob("*") if p.is_file() and compressible(p.name, p.stat().st_size)]:
        path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes(), 6))


def measured(seen: Observation) -> Visit:
    """What one observation amounts to."""
    assert seen.first_image is not None, f"no image: {seen.console[-3:]}"
    static = [sent for sent in seen.sent if not SETTINGS.is_archive(sent.url) and sent.at <= seen.first_image]
    return Visit(seen.first_image, sum(sent.size for sent in static), len(seen.received))


@contextmanager
def visits(dist: Path, cache: Cache, reporter: TerminalReporter) -> Iterator[Callable[[], Visit]]:
    """A function that visits ``dist`` once."""
    parts = prepare_fixtures(SETTINGS)
    album = PictureIndex(parts.fixtures.pictures)
    with site(dist, EmbeddedArchive(cached_dataset(cache)), parts.tokens, settings=SETTINGS) as running:
        origin = running.base_url.rstrip("/")

        def visit() -> Visit:
            with (
                egress_proxy() as edge,
                started(find_browser(reporter), reporter) as browser,
                window(browser, origin, edge) as context,
                tab(context, origin) as fresh,
            ):
                stage = ScenarioContext(fresh, running, edge, parts.fixtures, SETTINGS, album)
                return measured(stage.image("open", "open", parts.fixtures.main, stage.link(parts.fixtures.main)))

        yield visit


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--version", default="v3-stable")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--against", type=Path, help="a dist of ours to compare with, in place of the release")
    options = parser.parse_args()
    cache, reporter = Cache(default_root()), TerminalReporter()
    viewer = published_viewer(find_release(options.version, catalogue()), cache, offline=False, reporter=reporter)
    base = viewer.provide(cache, offline=False, reporter=reporter)
    with tempfile.TemporaryDirectory() as folder:
        ours, stock = Path(folder) / "ours", Path(folder) / "stock"
        ours.mkdir()
        recipe = Recipe.of(RECIPE)
        bundles = bundle_all(read_packages(recipe), cache, offline=False, reporter=reporter)
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
