"""OHIF's own names in a recipe: options of a data source, ``app_config`` and ``customizations``."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from ohifbuild.config.values import json_problems

KINDS: Mapping[str, tuple[type, ...]] = {
    "text": (str,),
    "true or false": (bool,),
    "text, true or false": (str, bool),
    "list": (list,),
    "table": (dict,),
}


@cache
def names() -> Mapping[str, Any]:
    """The lists in ``ohif_names.toml``."""
    return tomllib.loads(files("ohifbuild.config").joinpath("ohif_names.toml").read_text(encoding="utf-8"))


def data_source_options(given: dict[str, Any]) -> dict[str, Any]:
    """Options of OHIF's DICOMweb data source.

    Raises:
        ValueError: a name is unknown, would lift confinement, or has a value of another kind; all are listed.
    """
    allowed, refused = names()["data_source"]["allowed"], names()["data_source"]["refused"]
    found = [*_refused(given, refused), *json_problems(given, "options")]
    for name, value in given.items():
        if name in allowed and not isinstance(value, KINDS[allowed[name]]):
            found.append(f"{name} must be {allowed[name]}")
        elif name not in allowed and name not in refused:
            near = difflib.get_close_matches(name, allowed, n=1, cutoff=0.5)
            found.append(f"{name} is unknown" + (f", did you mean '{near[0]}'?" if near else ""))
    return _checked(given, found)


def app_config(given: dict[str, Any]) -> dict[str, Any]:
    """Keys of OHIF's ``window.config``.

    Raises:
        ValueError: a key would lift confinement, or a value is not JSON; all are listed.
    """
    found = [*_refused(given, names()["app_config"]["refused"]), *json_problems(given, "app_config")]
    if _has_key(given.get("modesConfiguration"), "extensions"):
        found.append("modesConfiguration cannot set extensions: OHIF loads by URL those that it does not know")
    return _checked(given, found)


def customizations(given: dict[str, Any]) -> dict[str, Any]:
    """Customizations of OHIF by their id.

    Raises:
        ValueError: one would lift confinement, or a value is not JSON; all are listed.
    """
    refused = names()["customizations"]["refused"]
    return _checked(given, [*_refused(given, refused), *json_problems(given, "customizations")])


def _refused(given: Mapping[str, Any], refused: Mapping[str, str]) -> list[str]:
    return [f"{name} cannot be set: {refused[name]}" for name in given if name in refused]


def _has_key(value: object, key: str) -> bool:
    """Whether a table at any depth has a key."""
    if isinstance(value, Mapping):
        return key in value or any(_has_key(item, key) for item in value.values())
    return isinstance(value, list) and any(_has_key(item, key) for item in value)


def _checked(given: dict[str, Any], problems: list[str]) -> dict[str, Any]:
    if problems:
        raise ValueError("; ".join(problems))
    return given
