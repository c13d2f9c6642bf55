"""A small viewer that is laid out as a release is, and a cache for what is made of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from ohifbuild.cache.entries import Cache
from ohifbuild.config.recipe import Recipe
from ohifbuild.core.console import Reporter, SilentReporter
from ohifbuild.core.digests import digest_of_tree
from ohifbuild.core.resources import extension_template
from ohifbuild.lock.resolve import Resolution
from ohifbuild.packages.dependencies import NOTHING as NO_DEPENDENCIES
from ohifbuild.packages.dependencies import Resolved
from ohifbuild.packages.package import read_own_package, read_packages
from ohifbuild.patches.series import Patch
from ohifbuild.releases.catalogue import ReleasePin, catalogue, find_release
from ohifbuild.sources.base_viewer import BaseViewer
from ohifbuild.viewer.extensions import bundle_all

PAGE = (
    '<!doctype html><html><head><meta charset="UTF-8"><script>window.PUBLIC_URL="/"</script>'
    '<link rel="manifest" href="/manifest.json"><script src="/app-config.js"></script>'
    '<script>function browserImportFunction(n){return import(n)}window.PUBLIC_URL="/"</script>'
    '<script defer src="/app.bundle.0a.js"></script></head><body><div id="root"></div></body></html>'
)
APP = """
/*! a licence that has to stay */
var topLevelName = 1;
function topLevelFunction(someArgument) { return someArgument + topLevelName; }
__webpack_require__.p = "/";
""" + "".join(f"function filler{number}() {{ return 'some text of no meaning'; }}\n" for number in range(60))


@dataclass(frozen=True)
class SmallSource:
    """A base source that has its viewer already."""

    viewer: BaseViewer
    patches: tuple[Patch, ...] = ()
    compiled: tuple[tuple[str, str], ...] = ()
    dependencies: Resolved = NO_DEPENDENCIES

    @property
    def origin(self) -> str:
        return self.viewer.origin

    @property
    def release(self) -> ReleasePin:
        return self.viewer.release

    @property
    def key(self) -> str:
        return self.viewer.key

    def provide(self, cache: Cache, *, offline: bool, reporter: Reporter) -> BaseViewer:
        return self.viewer


def resolved(base: BaseViewer, recipe: Recipe, cache: Cache) -> Resolution:
    """The recipe's resolution, with the small viewer as its base."""
    bundles = bundle_all(
        (read_own_package(extension_template()), *read_packages(map(Path, recipe.extensions))),
        cache,
        offline=False,
        reporter=SilentReporter(),
    )
    return Resolution(recipe, SmallSource(base), bundles)


@pytest.fixture(scope="package")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Cache:
    return Cache(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="package")
def base(tmp_path_factory: pytest.TempPathFactory) -> BaseViewer:
    folder = tmp_path_factory.mktemp("base") / "dist"
    folder.mkdir()
    (folder.parent / "package.json").write_text(json.dumps({"dependencies": {"@ohif/core": "3.12.0"}}))
    files = {
        "index.html": PAGE,
        "app-config.js": "window.config = {dataSources: ['a demo server']};",
        "app.bundle.0a.js": APP,
        "app.bundle.css": "body   {  background: url(/font.woff2)  }",
        "manifest.json": '{"icons": [{"src": "/assets/a.png"}]}',
        "google.js": "window.config = {oidc: []};",
        "init-service-worker.js": "navigator.serviceWorker.getRegistrations();",
        "oidc-client.min.js": "OpenID",
        "silent-refresh.html": '<script src="https://cdn.example/es5-shim.js"></script>',
        "sw.js": "importScripts('https://cdn.example/workbox.js'); __webpack_require__.p",
        "customizations/index.html": "<script>a catalogue()</script>",
        "customizations/tools.jsonc": "{}",
        "ort/ort.min.js": "third.party(  );",
        "ort/ort.min.js.map": "{}",
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    return BaseViewer(folder, digest_of_tree(folder), find_release("v3-stable", catalogue()), "published")
