"""The keys of a recipe, from the model that reads it and from the flags of ``ohifbuild build``."""

from __future__ import annotations

from typing import Any

import click
from pydantic.fields import FieldInfo

from ohifbuild.commands.build import command
from ohifbuild.config.recipe import Recipe
from site_pages.markdown import code, table


def section() -> str:
    """A table of all keys with flag, type, default and meaning."""
    schema = Recipe.model_json_schema(by_alias=True)["properties"]
    rows = []
    for name, field in Recipe.model_fields.items():
        key = field.alias or name
        names = f"{code(key)}<br>{code(_flag(name))}"
        rows.append((names, f"{_type(schema[key])}<br>default: {_default(field)}", field.description or ""))
    return table(("key and flag", "type and default", "meaning"), rows)


def _flag(name: str) -> str:
    """The flag that sets a key; for a switch, the one that changes its default."""
    for option in command.params:
        if isinstance(option, click.Option) and option.name == name:
            return option.secondary_opts[0] if Recipe.model_fields[name].default is True else option.opts[-1]
    raise LookupError(f"no flag sets the key '{name}'")


def _type(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return " or ".join(code(f'"{value}"') for value in schema["enum"])
    if schema["type"] == "array":
        return f"list of {_type(schema['items'])}s"
    return {"boolean": "true or false", "string": "string"}[schema["type"]]


def _default(field: FieldInfo) -> str:
    value = field.default
    if isinstance(value, bool):
        return code(str(value).lower())
    if isinstance(value, tuple):
        return code("[]")
    return code(f'"{value}"')
