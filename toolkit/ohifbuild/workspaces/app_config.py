"""OHIF's ``app-config.js``, read into keys of a recipe. Its code is not run: only literals are read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ast_grep_py import SgNode

from ohifbuild.config.ohif_names import names
from ohifbuild.config.values import json_problems
from ohifbuild.javascript.literals import Literal, literal
from ohifbuild.javascript.syntax import errors, find, parse
from ohifbuild.workspaces.data_sources import read_data_sources
from ohifbuild.workspaces.descriptors import Descriptor, read_descriptor

ASSIGNMENTS = {
    "rule": {"kind": "assignment_expression", "has": {"field": "left", "regex": r"^(window|globalThis)\.config$"}}
}
# Keys that have a meaning of their own below, though a recipe's app_config may not have them.
READ = frozenset(
    {"dataSources", "defaultDataSourceName", "customizationService", "extensions", "modes", "routerBasename"}
)
FUNCTION = "the file is only read, so it can have no functions, variables or calls"


@dataclass
class AppConfig:
    """What an app config comes to.

    Args:
        values: keys of a recipe.
        descriptors: plugins that OHIF would load at run time.
        left_out: by key, why it is not in the recipe.
        problems: what cannot be used.
    """

    values: dict[str, Any] = field(default_factory=dict)
    descriptors: list[Descriptor] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def read_app_config(text: str, name: str) -> AppConfig:
    """Reads the file.

    Args:
        text: its contents.
        name: its path in the workspace, for messages.
    """
    made = AppConfig()
    root = parse(text, "javascript")
    assigned = find(root, ASSIGNMENTS)
    if errors(root):
        made.problems.append(f"{name}: it has a syntax error in line {errors(root)[0].range().start.line + 1}")
    elif len(assigned) != 1:
        made.problems.append(f"{name}: window.config is set {len(assigned)} times; expected once")
    else:
        _read(assigned[0].field("right"), name, made)
    return made


def _read(node: SgNode | None, name: str, made: AppConfig) -> None:
    found = literal(node) if node is not None else Literal()
    if not isinstance(found.value, dict):
        what = found.left_out.get("", "no object")
        made.problems.append(f"{name}: window.config is {what}; {FUNCTION}")
        return
    refused = names()["app_config"]["refused"]
    computed = {re.split(r"[.\[…]", path)[0] for path in found.left_out}
    for key, value in found.value.items():
        if key in READ:
            continue
        if key in refused:
            _leave_out(made, key, value, refused[key])
        elif key not in computed and not json_problems(value, key):
            made.values.setdefault("app_config", {})[key] = value
    for path, what in found.left_out.items():
        key = re.split(r"[.\[…]", path)[0]
        if key in refused and key not in READ:
            made.left_out[key] = refused[key]
        else:
            made.left_out[path or "…"] = f"it is {what}: {FUNCTION}"
    _read_own_keys(found.value, computed, name, made)


def _leave_out(made: AppConfig, key: str, value: object, reason: str) -> None:
    # Stock configurations say so, and it is what a dist does anyway.
    if value not in (None, False, [], {}):
        made.left_out[key] = reason


def _read_own_keys(config: Mapping[str, Any], computed: set[str], name: str, made: AppConfig) -> None:
    if "dataSources" in config:
        sources = read_data_sources(config["dataSources"], config.get("defaultDataSourceName"))
        made.left_out |= sources.left_out
        made.problems += [f"{name}: {problem}" for problem in sources.problems]
        if sources.tables:
            made.values["data_sources"] = sources.tables
    _read_customizations(config.get("customizationService"), computed, made)
    basename = config.get("routerBasename")
    if isinstance(basename, str) and basename.strip("/"):
        made.values["public_url"] = f"/{basename.strip('/')}/"
    for kind in ("extensions", "modes"):
        entries = config.get(kind) or []
        if not isinstance(entries, list):
            made.problems.append(f"{name}: {kind} is no list")
            continue
        for number, entry in enumerate(entries):
            _read_entry(entry, f"{kind}[{number}]", name, made)


def _read_customizations(given: object, computed: set[str], made: AppConfig) -> None:
    if not given:
        return
    if not isinstance(given, dict):
        made.left_out["customizationService"] = "a list names modules of code; expected an object of customizations"
        return
    refused = names()["customizations"]["refused"]
    inside = {
        path.split(".")[1].partition("[")[0] for path in made.left_out if path.startswith("customizationService.")
    }
    for key, value in given.items():
        if key in refused:
            made.left_out[f"customizationService.{key}"] = refused[key]
        elif key not in inside and not json_problems(value, key):
            made.values.setdefault("customizations", {})[key] = value


def _read_entry(entry: object, where: str, name: str, made: AppConfig) -> None:
    """Reads an entry of ``extensions`` or ``modes``: a descriptor; a name is of a package that is compiled in."""
    if isinstance(entry, dict):
        descriptor, problems = read_descriptor(entry, f"{name}: {where}")
        made.problems += problems
        if descriptor:
            made.descriptors.append(descriptor)
            made.left_out[f"{where} ({descriptor.package})"] = (
                "its bundle is built elsewhere, so no lock would cover it; give its package as an extension"
            )
    elif not isinstance(entry, str):
        made.problems.append(f"{name}: {where} is neither a name nor a descriptor")
    elif "/" in entry.removeprefix("@").partition("/")[2] or entry.startswith((".", "/", "http:", "https:")):
        made.left_out[where] = "it is code at a URL; give its package as an extension"
