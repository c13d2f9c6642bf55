"""Writes a recipe as OHIF's own tools have it, so that a user can go on without ohifbuild."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tomli_w

from ohifbuild.config.package_source import parse_source
from ohifbuild.config.recipe import RECIPE_NAME, Recipe
from ohifbuild.packages.package import Package, read_packages
from ohifbuild.workspaces.data_sources import write_data_source
from ohifbuild.workspaces.plugin_config import NAME as PLUGIN_CONFIG
from ohifbuild.workspaces.read import APP_CONFIG, MANIFEST

NOT_COPIED = frozenset({"node_modules", ".git", "coverage"})
# What OHIF's files say themselves; all other keys of a recipe stay in ours.
CARRIED = frozenset({"version", "extensions", "app_config", "customizations", "public_url"})
# Both files have these: OHIF's for its own viewer, and ours for what OHIF's cannot say of them.
IN_BOTH = {
    "dicomweb_root": "OHIF sends no token to it by itself, except as Authorization: Bearer",
    "data_sources": "OHIF sends no token to them by itself, except as Authorization: Bearer",
    "study_list": "",
}
OF_PLACE = frozenset({"output", "workspace"})
OF_A_BUILD = frozenset({"origin", "verify", "minify"})
APP_CONFIG_HEADER = "// Written by ohifbuild eject, for OHIF's own tools.\n"
RECIPE_HEADER = f"""\
# Written by ohifbuild eject. `ohifbuild build --recipe {RECIPE_NAME}` builds the confined viewer of this workspace;
# these keys are what OHIF's own files cannot say.
"""


@dataclass(frozen=True)
class Ejected:
    """A workspace to write.

    Args:
        texts: its files by their paths.
        images: files that are copied, by their paths.
        packages: the folders of packages that are copied, by their paths.
        lost: what OHIF's own tools do not do with it, a line each.
    """

    texts: Mapping[str, str]
    images: Mapping[str, bytes] = field(default_factory=dict)
    packages: Mapping[str, Path] = field(default_factory=dict)
    lost: tuple[str, ...] = ()


def eject(recipe: Recipe, version: str) -> Ejected:
    """The files of a workspace with everything of a recipe that OHIF's formats can say.

    Args:
        recipe: the recipe.
        version: the OHIF release that it resolves to.

    Raises:
        ExtensionInvalid: a package of the recipe cannot be read.
    """
    of_npm, elsewhere, folders = _sources(recipe)
    found = read_packages(folders)
    placed = _places(found)
    plugins: list[dict[str, str] | str] = [
        {"packageName": package.name, "directory": f"./{place}"} for place, package in placed.items()
    ]
    manifest = {
        "ohifVersion": version,
        "plugins": [*plugins, *of_npm],
        "appConfig": APP_CONFIG,
        "publicUrl": recipe.public_url,
    }
    texts = {
        MANIFEST: _json(manifest),
        APP_CONFIG.removeprefix("./"): f"{APP_CONFIG_HEADER}window.config = {_json(_app_config(recipe)).rstrip()};\n",
        PLUGIN_CONFIG: _json(_plugin_config(placed, of_npm)),
        RECIPE_NAME: RECIPE_HEADER + tomli_w.dumps(_rest(recipe, elsewhere)),
        "package.json": _json({"name": "ohif-workspace", "private": True, "dependencies": of_npm}),
    }
    return Ejected(
        texts,
        images={f"config/{image.name}": image.data for image in recipe.branding.images},
        packages={place: package.root for place, package in placed.items()},
        lost=tuple(_lost(recipe, elsewhere, found)),
    )


def files_of(package: Path) -> Iterator[Path]:
    """The files of a package that are copied, relative to it; links are not followed."""
    for folder, folders, names in os.walk(package):
        folders[:] = sorted(set(folders) - NOT_COPIED)
        for name in sorted(names):
            path = Path(folder, name)
            if path.is_file() and not path.is_symlink():
                yield path.relative_to(package)


def _sources(recipe: Recipe) -> tuple[dict[str, str], list[str], list[Path]]:
    """The packages of npm with their versions, other sources that are not here, and folders."""
    of_npm: dict[str, str] = {}
    elsewhere, folders = [], []
    for source in map(parse_source, recipe.extensions):
        if source.kind == "npm":
            of_npm[source.place] = source.version
        elif source.kind == "folder":
            folders.append(Path(source.place))
        else:
            elsewhere.append(str(Path(source.place).absolute()) if source.kind == "tarball" else source.text)
    return of_npm, elsewhere, folders


def _places(packages: tuple[Package, ...]) -> dict[str, Package]:
    """The packages by their folders, which have the scope in their name where another package has the same."""
    placed: dict[str, Package] = {}
    for package in packages:
        scope, _, short = package.name.removeprefix("@").rpartition("/")
        place = f"{package.kind}/{short}"
        placed[f"{package.kind}/{scope}-{short}" if place in placed else place] = package
    return placed


def _plugin_config(placed: Mapping[str, Package], of_npm: Mapping[str, str]) -> dict[str, Any]:
    made: dict[str, Any] = {"root": ".", "extensions": [], "modes": []}
    for place, package in placed.items():
        made[package.kind].append({"packageName": package.name, "directory": f"./{place}"})
    for name, version in of_npm.items():
        kind = "modes" if re.search(r"(?:^|/)mode-", name) else "extensions"
        made[kind].append({"packageName": name, "version": version})
    return made


def _app_config(recipe: Recipe) -> dict[str, Any]:
    return {
        "routerBasename": recipe.public_url.rstrip("/") or "/",
        "showStudyList": recipe.study_list,
        "extensions": [],
        "modes": [],
        "customizationService": recipe.customizations,
        "defaultDataSourceName": recipe.sources[0].name,
        "dataSources": [write_data_source(source) for source in recipe.sources],
        **recipe.app_config,
    }


def _rest(recipe: Recipe, elsewhere: list[str]) -> dict[str, Any]:
    """The recipe's keys that OHIF's files cannot say, for our own file."""
    given = recipe.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude=set(CARRIED | OF_PLACE))
    rest: dict[str, Any] = {"workspace": ".", **_without_none(given)}
    if not recipe.data_sources:
        rest["dicomweb_root"] = recipe.dicomweb_root
    for key in ("patches", "claims"):
        if getattr(recipe, key):
            rest[key] = [str(path.absolute()) for path in getattr(recipe, key)]
    if recipe.app_config_module:
        rest["app_config_module"] = str(recipe.app_config_module.absolute())
    if elsewhere:
        rest["extensions"] = elsewhere
    for key in ("logo", "favicon"):
        image = getattr(recipe.branding, key)
        if image:
            rest["branding"][key] = f"config/{image.name}"
    return rest


def _without_none(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_none(item) for key, item in value.items() if item is not None}
    return value


def _lost(recipe: Recipe, elsewhere: list[str], packages: tuple[Package, ...]) -> Iterator[str]:
    yield "the confinement: OHIF's own viewer searches for other studies, and leaves the token in the history"
    yield "the proof, the lock, the manifest of all files, and the list of components"
    for key in sorted(recipe.model_fields_set - CARRIED - OF_PLACE - OF_A_BUILD):
        reason = IN_BOTH.get(key, "OHIF has no such key")
        if reason and getattr(recipe, key) not in (Recipe.model_fields[key].default, (), {}):
            yield f"{key}: {reason}"
    for source in elsewhere:
        yield f"extensions: {source} is not in this folder; add it to plugins yourself"
    for package in packages:
        if package.only_at_run_time:
            yield f"extensions: {package.name} names its modules in 'ohifbuild', but OHIF reads 'main'"


def _json(document: object) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
