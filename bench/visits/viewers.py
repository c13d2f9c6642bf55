"""The two viewers that are compared: ours, and the unmodified release, compressed with gzip."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

from ohifbuild import Cache, build, load_recipe, resolve
from ohifbuild.config.recipe import Recipe
from ohifbuild.contract.settings import Settings
from ohifbuild.core.console import Reporter
from ohifbuild.sources.base_viewer import BaseViewer
from ohifbuild.viewer.app_config import app_config
from ohifbuild.viewer.compress import compressible
from ohifbuild.viewer.prepare import link_tree

STOCK_SOURCE = "@ohif/extension-default.dataSourcesModule.dicomweb"
SETTINGS = Settings(token_header="Authorization", token_scheme="Bearer")
"""The only header that the release supports."""
RECIPE: dict[str, Any] = {"token_header": "Authorization", "token_scheme": "Bearer"}
GZIP_LEVEL = 6


def build_both(version: str, options: dict[str, Any], folder: Path, cache: Cache, reporter: Reporter) -> str:
    """Builds ``ours`` and ``stock`` in the folder; returns the release's version.

    Args:
        options: further keys of our recipe, for measuring what one of them changes.
    """
    keys = {"version": version, "origin": "published", "verify": False, **RECIPE, **options}
    resolution = resolve(load_recipe(None, {**keys, "output": folder / "ours"}), cache=cache, reporter=reporter)
    built = build(resolution, cache=cache, reporter=reporter)
    stock_dist(resolution.base.provide(cache, offline=False, reporter=reporter), folder / "stock")
    return built.release.version


def stock_dist(base: BaseViewer, work: Path) -> None:
    """Writes the release to ``work``, compressed, and with a configuration for the archive."""
    link_tree(base.path, work)
    config = app_config(Recipe.of(RECIPE), [], [])
    config = config.replace("ohifbuild-token.dataSourcesModule.dicomweb", STOCK_SOURCE)
    (work / "app-config.js").unlink()
    (work / "app-config.js").write_text(config)
    for path in [p for p in work.rglob("*") if p.is_file() and compressible(p.name, p.stat().st_size)]:
        path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes(), GZIP_LEVEL))


def option(text: str) -> tuple[str, Any]:
    """A key and a value of the recipe from ``KEY=VALUE``; the value is JSON, or else text."""
    key, _, value = text.partition("=")
    try:
        return key, json.loads(value)
    except json.JSONDecodeError:
        return key, value
