"""``pluginConfig.json``: the packages that OHIF compiles in.

Sources: OHIF's `platform/app/pluginConfig.schema.json` and its page "pluginConfig.json Reference". OHIF's CLI (up to
3.13) writes ``version``; ``root`` is of 3.14.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ohifbuild.workspaces.files import BadFile, inside
from ohifbuild.workspaces.plugins import FOLDERS, OWN, Plugins
from ohifbuild.workspaces.problems import shown

NAME = "pluginConfig.json"
IN_OHIF = "platform/app/pluginConfig.json"
KEYS = frozenset({"$schema", "root", "public", *FOLDERS})
ENTRY_KEYS = frozenset({"packageName", "version", "default", "directory"})
# Assets that each release brings itself.
OWN_ASSETS = frozenset({"./platform/public", "dicom-microscopy-viewer"})


def read_plugin_config(document: Mapping[str, Any], folder: Path, plugins: Plugins) -> dict[str, str]:
    """Adds the packages of a plugin configuration.

    Args:
        document: the file.
        folder: the folder of the file, which ``root`` is relative to.
        plugins: gets the packages, and what is wrong.

    Returns:
        What is left out, with the reason.
    """
    left_out: dict[str, str] = {}
    plugins.problems += [
        f"{NAME}: the key {key[:60]!r} is unknown; the known keys are {', '.join(sorted(KEYS))}"
        for key in document
        if key not in KEYS
    ]
    base = _base(document, folder, plugins)
    for kind in FOLDERS:
        entries = document.get(kind, [])
        if not isinstance(entries, list):
            plugins.problems.append(f"{NAME}: {kind} is {shown(entries)}; expected a list")
            continue
        for number, entry in enumerate(entries):
            left_out |= _read_entry(entry, f"{NAME}: {kind}[{number}]", base, plugins)
    public = document.get("public", [])
    for number, asset in enumerate(public if isinstance(public, list) else [public]):
        named = {str(asset.get("packageName")), str(asset.get("directory"))} if isinstance(asset, dict) else set()
        if not named & OWN_ASSETS:
            left_out[f"{NAME}: public[{number}]"] = "assets of other packages are not copied; let a package import them"
    return left_out


def _base(document: Mapping[str, Any], folder: Path, plugins: Plugins) -> Path:
    """The folder that ``directory`` is relative to: ``root``; or else that of OHIF's source; or else the file's."""
    root = document.get("root")
    if root is None:
        in_ohif = folder.parts[-2:] == ("platform", "app")
        return folder.parents[1] if in_ohif else folder
    try:
        if not isinstance(root, str):
            raise BadFile(f"root is {shown(root)}; expected text")
        return inside(plugins.root, root, base=folder)
    except BadFile as error:
        plugins.problems.append(f"{NAME}: {error}")
        return folder


def _read_entry(entry: object, where: str, base: Path, plugins: Plugins) -> dict[str, str]:
    if isinstance(entry, str):
        entry = {"packageName": entry}
    if not isinstance(entry, dict):
        plugins.problems.append(f"{where} is {shown(entry)}; expected the name of a package, or an object")
        return {}
    unknown = sorted(entry.keys() - ENTRY_KEYS)
    if unknown:
        plugins.problems.append(f"{where} has the unknown keys {', '.join(unknown)[:120]}")
        return {}
    name, directory = entry.get("packageName"), entry.get("directory")
    own = isinstance(name, str) and name.startswith(OWN)
    if own and directory is not None:
        return {where: f"{name} would replace OHIF's own package; use a patch"}
    if own:
        return {}
    plugins.add(where, name, directory=directory, version=entry.get("version"), base=base)
    if entry.get("default") is False:
        return {f"{where}.default": f"{name} is registered at the start, as all packages of a recipe are"}
    return {}
