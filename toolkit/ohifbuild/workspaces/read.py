"""Reads a workspace of OHIF's own tools into keys of a recipe.

Two forms: ``ohif.config.json``, which create-ohif of 3.14 writes and which is OHIF's build profile too; and
``pluginConfig.json``, which OHIF's CLI (up to 3.13) edits in a checkout of OHIF. Sources: OHIF's
`platform/app/ohif.schema.json`, and `scripts/ohif.mjs` of create-ohif's template.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ohifbuild.core.errors import WorkspaceInvalid
from ohifbuild.core.paths import is_file, is_folder
from ohifbuild.releases.catalogue import VERSION
from ohifbuild.workspaces import plugin_config
from ohifbuild.workspaces.app_config import read_app_config
from ohifbuild.workspaces.descriptors import Descriptor
from ohifbuild.workspaces.files import BadFile, inside, json_object, read_inside
from ohifbuild.workspaces.plugins import Plugins
from ohifbuild.workspaces.problems import refuse, shown

MANIFEST = "ohif.config.json"
APP_CONFIG = "./config/app-config.js"
OF_SOURCE = "it replaces a file of OHIF's source; use a patch"
KEYS = frozenset(
    {
        "$schema",
        "ohifVersion",
        "plugins",
        "appConfig",
        "pluginConfig",
        "publicUrl",
        "htmlTemplate",
        "entryTarget",
        "proxy",
    }
)
PLUGIN_KEYS = frozenset({"packageName", "directory"})


@dataclass
class Workspace:
    """A workspace that was read.

    Args:
        path: the file that describes it.
        values: keys of a recipe, by their names in Python.
        left_out: by key, why it is not in the recipe.
        descriptors: plugins that OHIF would load at run time.
    """

    path: Path
    values: dict[str, Any] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    descriptors: tuple[Descriptor, ...] = ()

    def notes(self) -> tuple[str, ...]:
        """A sentence for each key that is left out."""
        return tuple(f"{self.path.name}: {key} is left out: {reason}." for key, reason in self.left_out.items())


def read_workspace(place: Path) -> Workspace:
    """Reads a workspace.

    Args:
        place: its folder, or the file that describes it.

    Raises:
        WorkspaceInvalid: it is none, or an entry of it cannot be used; ``details`` lists all.
    """
    root, path, read = _found(place)
    workspace = Workspace(root / path)
    problems: list[str] = []
    plugins = Plugins(root.resolve(), problems=problems)
    try:
        read(json_object(read_inside(root, path), path), workspace, plugins)
    except BadFile as error:
        problems.append(str(error))
    refuse(workspace.path, problems)
    if plugins.found:
        workspace.values["extensions"] = [str(source) for source in plugins.found.values()]
    return workspace


Reader = Callable[[Mapping[str, Any], Workspace, Plugins], None]


def _found(place: Path) -> tuple[Path, str, Reader]:
    """The workspace's folder, the file in it, and what reads the file."""
    forms: tuple[tuple[str, Reader], ...] = (
        (MANIFEST, _read_manifest),
        (plugin_config.IN_OHIF, _read_plugin_config),
        (plugin_config.NAME, _read_plugin_config),
    )
    if is_file(place) and place.name == plugin_config.NAME and place.absolute().parts[-3:-1] == ("platform", "app"):
        return place.absolute().parents[2], plugin_config.IN_OHIF, _read_plugin_config
    for name, read in forms:
        if is_file(place) and place.name == name:
            return place.parent, name, read
        if is_folder(place) and is_file(place / name):
            return place, name, read
    raise WorkspaceInvalid(
        f"{place} is no workspace of OHIF's tools: it has neither {MANIFEST} nor {plugin_config.NAME}.",
        cause="The path is mistyped, or it is the folder of a package.",
        fix="Give the folder of the workspace. For a package: ohifbuild build --extension PATH",
    )


def _read_manifest(document: Mapping[str, Any], workspace: Workspace, plugins: Plugins) -> None:
    problems = plugins.problems
    problems += [
        f"the key {key[:60]!r} is unknown: a newer create-ohif may have written it; the known keys are "
        f"{', '.join(sorted(KEYS))}"
        for key in document
        if key not in KEYS
    ]
    _read_version(document.get("ohifVersion"), workspace, problems)
    _read_plugins(document.get("plugins", []), plugins)
    _read_public_url(document.get("publicUrl"), workspace, problems)
    for key in ("htmlTemplate", "entryTarget"):
        if key in document:
            workspace.left_out[key] = OF_SOURCE
    if "proxy" in document:
        workspace.left_out["proxy"] = "it is for OHIF's own development server"
    if "pluginConfig" in document:
        _read_named_plugin_config(document["pluginConfig"], workspace, plugins)
    _read_app_config(document.get("appConfig"), workspace, plugins)


def _read_version(version: object, workspace: Workspace, problems: list[str]) -> None:
    if version is None:
        return
    found = VERSION.fullmatch(version) if isinstance(version, str) else None
    if found:
        workspace.values["version"] = found[1]
    else:
        problems.append(f"ohifVersion is {shown(version)}; expected a release such as 3.13.2")


def _read_public_url(value: object, workspace: Workspace, problems: list[str]) -> None:
    if isinstance(value, str):
        workspace.values["public_url"] = value
    elif value is not None:
        problems.append(f"publicUrl is {shown(value)}; expected a path such as /viewer/")


def _read_plugins(given: object, plugins: Plugins) -> None:
    if not isinstance(given, list):
        plugins.problems.append(f"plugins is {shown(given)}; expected a list")
        return
    for number, entry in enumerate(given):
        where = f"plugins[{number}]"
        if isinstance(entry, dict) and entry.keys() <= PLUGIN_KEYS:
            plugins.add(where, entry.get("packageName"), directory=entry.get("directory"), base=plugins.root)
        elif isinstance(entry, dict):
            unknown = ", ".join(sorted(str(key) for key in entry.keys() - PLUGIN_KEYS))
            plugins.problems.append(f"{where} has the unknown keys {unknown[:120]}: a newer create-ohif may know them")
        else:
            plugins.add(where, entry, base=plugins.root)


def _read_named_plugin_config(path: object, workspace: Workspace, plugins: Plugins) -> None:
    try:
        if not isinstance(path, str):
            raise BadFile(f"pluginConfig is {shown(path)}; expected a path")
        document = json_object(read_inside(plugins.root, path), path)
        folder = inside(plugins.root, path).parent
        workspace.left_out |= plugin_config.read_plugin_config(document, folder, plugins)
    except BadFile as error:
        plugins.problems.append(f"pluginConfig: {error}")


def _read_app_config(path: object, workspace: Workspace, plugins: Plugins) -> None:
    if path is None and not is_file(plugins.root / APP_CONFIG):
        return
    name = APP_CONFIG if path is None else path
    try:
        if not isinstance(name, str):
            raise BadFile(f"it is {shown(name)}; expected a path")
        if not name.startswith(".") and not is_file(plugins.root / name):
            workspace.left_out["appConfig"] = f"{name[:80]} is a configuration in OHIF's source"
            return
        found = read_app_config(read_inside(plugins.root, name), name)
    except BadFile as error:
        plugins.problems.append(f"appConfig: {error}")
        return
    plugins.problems += found.problems
    workspace.left_out |= found.left_out
    workspace.descriptors = tuple(found.descriptors)
    basename, public_url = found.values.get("public_url"), workspace.values.get("public_url")
    if basename and public_url and basename != public_url:
        plugins.problems.append(f"publicUrl is {public_url}, and routerBasename in {name} says {basename}")
    workspace.values = {**found.values, **workspace.values}


def _read_plugin_config(document: Mapping[str, Any], workspace: Workspace, plugins: Plugins) -> None:
    workspace.left_out |= plugin_config.read_plugin_config(document, workspace.path.parent.resolve(), plugins)
    try:
        version = read_inside(plugins.root, "version.txt").strip()
    except BadFile:
        return
    _read_version(version, workspace, plugins.problems)
