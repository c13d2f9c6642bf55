"""The keys of a recipe, from the models that read it and from the flags of ``ohifbuild build``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import click
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from ohifbuild.commands.build import command
from ohifbuild.config.branding import Branding
from ohifbuild.config.data_source import DataSource, presets
from ohifbuild.config.modes import Modes
from ohifbuild.config.ohif_names import names
from ohifbuild.config.recipe import Recipe
from site_pages.markdown import code, table


def section() -> str:
    """A table of all keys with flag, type, default and meaning."""
    schema = Recipe.model_json_schema(by_alias=True)["properties"]
    rows = []
    for name, field in Recipe.model_fields.items():
        key = field.alias or name
        shown = "<br>".join(code(word) for word in (key, _flag(name)) if word)
        rows.append((shown, f"{_type(schema[key])}<br>default: {_default(field)}", field.description or ""))
    return table(("key and flag", "type and default", "meaning"), rows)


def data_source_section() -> str:
    """A table of the keys of ``[[data_sources]]``."""
    return _keys(DataSource)


def branding_section() -> str:
    """A table of the keys of ``[branding]``."""
    return _keys(Branding)


def modes_section() -> str:
    """A table of the keys of ``[modes]``."""
    return _keys(Modes)


def presets_section() -> str:
    """A table of the presets: the form of their roots, their token, and OHIF's options with their reasons."""
    rows = []
    for name, preset in presets().items():
        token = f"{preset.token_header}: {preset.token_scheme} …" if preset.token_header else ""
        options = "<br>".join(
            f"`{option} = {json.dumps(told['value'])}`: {told['reason']}" for option, told in preset.options.items()
        )
        rows.append((f"{code(name)}<br>{preset.title}", code(preset.expected) or "any", code(token), options))
    return table(("preset", "root", "token", "options and reasons"), rows)


def refused_section() -> str:
    """A table of OHIF's names that a recipe cannot set."""
    lists = {
        "options": names()["data_source"]["refused"],
        "app_config": names()["app_config"]["refused"],
        "customizations": names()["customizations"]["refused"],
    }
    rows = [
        (code(table_name), code(name), why) for table_name, refused in lists.items() for name, why in refused.items()
    ]
    return table(("table", "name", "why not"), rows)


def _keys(model: type[BaseModel]) -> str:
    schema = model.model_json_schema(by_alias=True)["properties"]
    return table(
        ("key", "type and default", "meaning"),
        [
            (code(name), f"{_type(schema[name])}<br>{_default_line(field)}", field.description or "")
            for name, field in model.model_fields.items()
        ],
    )


def _default_line(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    return "" if field.default is None else f"default: {_default(field)}"


def _flag(name: str) -> str:
    """The flag that sets a key; for a switch, the one that changes its default; '' for a table."""
    for option in command.params:
        if isinstance(option, click.Option) and option.name == name:
            return option.secondary_opts[0] if Recipe.model_fields[name].default is True else option.opts[-1]
    return ""


def _type(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return " or ".join(code(f'"{value}"') for value in schema["enum"])
    if "anyOf" in schema:
        return _type(schema["anyOf"][0])
    if "$ref" in schema:
        return "table"
    if schema["type"] == "array":
        return f"list of {_type(schema['items'])}s"
    return {"boolean": "true or false", "string": "string", "object": "table"}[schema["type"]]


def _default(field: FieldInfo) -> str:
    value = field.default
    if isinstance(value, bool):
        return code(str(value).lower())
    if field.default_factory:
        return "empty"
    if isinstance(value, tuple):
        return code("[]")
    return code(f'"{value}"')
