"""Builds the recipe's viewer again and again, each time into a new folder that is only served."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ohifbuild.cache.entries import Cache
from ohifbuild.config.package_source import folders_of
from ohifbuild.config.recipe import RECIPE_NAME
from ohifbuild.contract.settings import Settings, read_settings
from ohifbuild.core.console import Reporter, SilentReporter
from ohifbuild.dev.channel import with_client
from ohifbuild.lock.lock_file import lock_path, read_lock_if_any
from ohifbuild.lock.resolve import resolve
from ohifbuild.viewer.inject import INJECTED_START, inject
from ohifbuild.viewer.prepare import prepare
from ohifbuild.workspaces.recipe import load_recipe

KEPT = 2
"""Folders of builds that are kept: pages may still load files of the last but one."""


@dataclass(frozen=True)
class DevBuild:
    """A build.

    Args:
        name: differs for each build of each run.
        dist: its folder.
        settings: the settings in its page.
        packages: the folders of the recipe's packages.
    """

    name: str
    dist: Path
    settings: Settings
    packages: tuple[Path, ...]


class Builder:
    """Builds a recipe; release and origin are decided by the first build, and kept.

    Args:
        recipe: the recipe's file; None for ``ohifbuild.toml`` in the current folder, if it exists.
        flags: values in place of the recipe's.
        folder: gets a folder for each build.
    """

    def __init__(
        self,
        recipe: Path | None,
        flags: Mapping[str, object],
        folder: Path,
        cache: Cache,
        *,
        offline: bool,
        reporter: Reporter,
    ) -> None:
        self._recipe, self._flags, self._folder = recipe, flags, folder
        self._cache, self._offline, self._reporter = cache, offline, reporter
        self._lock = read_lock_if_any(lock_path(recipe))
        self._numbers = itertools.count(1)
        self._built: list[Path] = []

    @property
    def recipe_file(self) -> Path:
        """The recipe's file, which may not exist."""
        return self._recipe or Path(RECIPE_NAME)

    def build(self) -> DevBuild:
        """The viewer of the recipe as it is now.

        Raises:
            OhifbuildError: as ``load_recipe``, ``resolve``, ``provide``, ``prepare`` and ``inject``.
        """
        number = next(self._numbers)
        # Each save would write the same lines about the same steps.
        reporter = self._reporter if number == 1 else SilentReporter()
        # A page that loads itself again needs its token, which only the tab keeps.
        recipe = load_recipe(self._recipe, {**self._flags, "verify": False, "token_storage": "tab"})
        resolution = resolve(recipe, locked=self._lock, cache=self._cache, offline=self._offline, reporter=reporter)
        base = resolution.base.provide(self._cache, offline=self._offline, reporter=reporter)
        viewer = prepare(base, self._cache, minify=recipe.minify, offline=self._offline, reporter=reporter)
        dist, name = self._folder / str(number), f"{self._folder.name}-{number}"
        dist.mkdir()
        inject(viewer, recipe, resolution.bundles, dist)
        page = dist / "index.html"
        text = page.read_text(encoding="utf-8")
        start = INJECTED_START.search(text)
        assert start is not None  # inject writes it
        page.write_text(with_client(text, start.end(), recipe.public_url, name), encoding="utf-8")
        self._lock = resolution.lock
        self._forget_old(dist)
        return DevBuild(name, dist, read_settings(dist), folders_of(recipe.extensions))

    def _forget_old(self, newest: Path) -> None:
        self._built.append(newest)
        while len(self._built) > KEPT:
            shutil.rmtree(self._built.pop(0), ignore_errors=True)
