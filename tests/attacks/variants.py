"""The viewers that are attacked: ours, ours with a rule removed, and stock OHIF."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any

from attacks.model import Weakening
from ohifbuild.cache.default import default_cache
from ohifbuild.config.recipe import Recipe
from ohifbuild.contract.settings import Settings
from ohifbuild.core.console import SilentReporter
from ohifbuild.core.resources import extension_template
from ohifbuild.packages.package import read_own_package, read_packages
from ohifbuild.releases.catalogue import catalogue, find_release
from ohifbuild.sources.published import published_viewer
from ohifbuild.viewer.config_module import bundle_config_module
from ohifbuild.viewer.extensions import bundle_all
from ohifbuild.viewer.inject import inject
from ohifbuild.viewer.prepare import link_tree, prepare
from stock import dicomweb_source

NOT_COPIED = shutil.ignore_patterns("node_modules", "test", "tests")
LOADING_ELEMENTS = re.compile(r"<script\b[^>]*\bsrc=[^>]*></script>|<link\b[^>]*>")

STOCK_SOURCE = dicomweb_source(
    singlepart="bulkdata,video", bulkDataURI={"enabled": True, "relativeResolution": "studies"}
)
STOCK_JSON = {
    "namespace": "@ohif/extension-default.dataSourcesModule.dicomjson",
    "sourceName": "dicomjson",
    "configuration": {"friendlyName": "JSON", "name": "json"},
}
STOCK_CONFIG = {
    "routerBasename": "/",
    "showStudyList": True,
    "extensions": [],
    "modes": [],
    "dataSources": [STOCK_SOURCE, STOCK_JSON],
}
# As in OHIF's documentation, for installations that use ?configUrl=.
DYNAMIC_CONFIG = "window.config.dangerouslyUseDynamicConfig = { enabled: true, regex: /.*/ };\n"
# Stock OHIF sends the value of `?token=` as a bearer token.
STOCK_SETTINGS = Settings(token_header="Authorization", token_scheme="Bearer")


class Variants:
    """Builds the viewers of one release in a folder, each once."""

    def __init__(self, folder: Path, release: str) -> None:
        self._folder = folder
        self.release = release
        self._built: dict[str, Path] = {}
        self._numbers = count()

    def dist(self, weakening: Weakening | None, recipe: Mapping[str, Any], *, page: str) -> Path:
        """The folder of a viewer: ``page`` is ``viewer`` for the whole viewer, ``start`` for its page without OHIF."""
        key = json.dumps([weakening.name if weakening else "", dict(recipe), page], sort_keys=True, default=str)
        if key not in self._built:
            place = self._folder / str(next(self._numbers))
            self._build(place, weakening, recipe, page)
            self._built[key] = place / "dist"
        return self._built[key]

    def _build(self, place: Path, weakening: Weakening | None, recipe: Mapping[str, Any], page: str) -> None:
        place.mkdir(parents=True)
        reporter, cache, dist = SilentReporter(), default_cache(), place / "dist"
        # What a page without OHIF sends is what the attack sends; `rows/ahead.py` is about the requests ahead of OHIF.
        quiet = {"archive_first": False} if page == "start" else {}
        options = Recipe.of({"version": self.release, "from": "published", **quiet, **recipe})
        pin = find_release(options.version, catalogue())
        base = published_viewer(pin, cache, offline=False, reporter=reporter).provide(
            cache, offline=False, reporter=reporter
        )
        if weakening and weakening.stock:
            link_tree(base.path, dist)
            (dist / "app-config.js").unlink()
            config = {**STOCK_CONFIG, "defaultDataSourceName": weakening.stock}
            (dist / "app-config.js").write_text(f"window.config = {json.dumps(config)};\n{DYNAMIC_CONFIG}")
            return
        package = read_own_package(self._template(place, weakening))
        viewer = prepare(base, cache, minify=True, offline=False, reporter=reporter)
        bundles = bundle_all(
            (package, *read_packages(map(Path, options.extensions))), cache, offline=False, reporter=reporter
        )
        path = options.app_config_module
        module = bundle_config_module(path, cache, offline=False, reporter=reporter) if path else None
        inject(viewer, options, bundles, dist, module)
        index = dist / "index.html"
        text = index.read_text(encoding="utf-8")
        for pattern, replacement in weakening.page if weakening else ():
            # Backslashes are the only special characters in a replacement.
            escaped = replacement.replace("\\", r"\\")
            text, count = re.subn(pattern, escaped, text, flags=re.DOTALL)
            assert count == 1, f"index.html has {count} times: {pattern}"
        if page == "start":
            text = LOADING_ELEMENTS.sub("", text)
        index.write_text(text, encoding="utf-8")

    def _template(self, place: Path, weakening: Weakening | None) -> Path:
        if weakening is None or not weakening.template:
            return extension_template()
        copy = place / "template"
        shutil.copytree(extension_template(), copy, ignore=NOT_COPIED)
        for change in weakening.template:
            path = copy / change.file
            path.write_text(change.applied(path.read_text(encoding="utf-8")), encoding="utf-8")
        return copy
