"""OHIF's ``dataSources``, read into a recipe's ``data_sources`` and written from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ohifbuild.config.data_source import DataSource, presets
from ohifbuild.config.ohif_names import KINDS, names

NAMESPACE = "@ohif/extension-default.dataSourcesModule.dicomweb"
ROOTS = {"qidoRoot": "qido_root", "wadoRoot": "wado_root", "wadoUriRoot": "wado_uri_root", "stowRoot": "stow_root"}
# What the viewer decides itself, whatever a configuration says.
FIXED = frozenset({"name", "supportsReject", "supportsStow", "dicomUploadEnabled"})


@dataclass
class DataSources:
    """The data sources of an app config.

    Args:
        tables: of a recipe; the default one is the first.
        left_out: by key, why it is not in the recipe.
        problems: what cannot be used.
    """

    tables: list[dict[str, Any]] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def read_data_sources(given: object, default: object) -> DataSources:
    """Reads them.

    Args:
        given: the value of ``dataSources``.
        default: the value of ``defaultDataSourceName``.
    """
    made = DataSources()
    if not isinstance(given, list):
        made.problems.append("dataSources is no list")
        return made
    for number, entry in enumerate(given):
        where = f"dataSources[{number}]"
        if not isinstance(entry, dict) or not isinstance(entry.get("configuration", {}), dict):
            made.problems.append(f"{where} is no object with a configuration")
        elif entry.get("namespace") != NAMESPACE:
            kind = str(entry.get("namespace", "")).rpartition(".")[2][:60]
            made.left_out[where] = f"a source of the kind {kind or 'none'} cannot be confined to the token's studies"
        else:
            made.tables.append(_table(entry, where, made))
    made.tables.sort(key=lambda table: table["name"] != default)
    return made


def _table(entry: Mapping[str, Any], where: str, made: DataSources) -> dict[str, Any]:
    configuration = entry.get("configuration", {})
    roots = {ours: configuration[theirs] for theirs, ours in ROOTS.items() if configuration.get(theirs)}
    if roots.get("wado_uri_root") == roots.get("wado_root"):
        roots.pop("wado_uri_root", None)
    if roots.get("qido_root") == roots.get("wado_root") and "qido_root" in roots:
        roots = {"dicomweb_root": roots.pop("qido_root"), **{k: v for k, v in roots.items() if k != "wado_root"}}
    allowed, refused = names()["data_source"]["allowed"], names()["data_source"]["refused"]
    options = {}
    for key, value in configuration.items():
        place = f"{where}.configuration.{key}"
        if key in allowed and isinstance(value, KINDS[allowed[key]]):
            options[key] = value
        elif key in allowed:
            made.problems.append(f"{place} must be {allowed[key]}")
        elif key not in ROOTS and key not in FIXED:
            made.left_out[place] = refused.get(key, "ohifbuild does not know this option")
    return {"name": entry.get("sourceName", ""), **roots, "options": options}


def write_data_source(source: DataSource) -> dict[str, Any]:
    """A data source as OHIF's own configuration has it, with the options that ohifbuild's presets set."""
    options = {name: option["value"] for name, option in presets()[source.preset].options.items()}
    roots = {"qidoRoot": source.qido, "wadoRoot": source.wado, "wadoUriRoot": source.wado_uri}
    more = {"stowRoot": source.stow_root} if source.stow_root else {}
    return {
        "namespace": NAMESPACE,
        "sourceName": source.name,
        "configuration": {
            "friendlyName": source.name,
            **options,
            **source.options,
            "name": source.name,
            **roots,
            **more,
        },
    }
