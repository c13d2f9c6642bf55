"""The JSON schemas of recipe, lock and errors, which the site publishes at ``schemas/``."""

from __future__ import annotations

import json
from typing import Any

from ohifbuild.config.recipe import Recipe
from ohifbuild.config.values import HEADER_NAME
from ohifbuild.lock.lock_file import FORMAT
from site_pages.markdown import SITE

DIALECT = "https://json-schema.org/draft/2020-12/schema"
# Values that a pattern can check; the model's own checks go further.
PATTERNS = {
    "public_url": r"^/(?:[A-Za-z0-9._~-]+/)*$",
    "dicomweb_root": r"^(?:/(?!/)|https?://[^/@]+/)[A-Za-z0-9._~/-]*[A-Za-z0-9._~-]/*$",
    "token_param": r"^[A-Za-z][A-Za-z0-9_-]{0,63}$",
    "token_header": f"^{HEADER_NAME.pattern}$",
    "token_scheme": f"^(?:{HEADER_NAME.pattern})?$",
}
ORIGIN = r"^(?:https://[^/@*\s]+|http://(?:localhost|127\.0\.0\.1|\[::1\])(?::[0-9]+)?)$"
DIGEST = "^sha256:[0-9a-f]{64}$"

# The lock's sections map names to strings. Only these names are in every lock; the others depend on what is built.
LOCK_SECTIONS: dict[str, tuple[str, ...]] = {
    "release": ("base", "origin", "tag", "version", "wish"),
    "toolchain": ("brotli", "esbuild", "libdeflate", "ohifbuild", "oxc-minify"),
    "extensions": (),
    "options": ("dicomweb_root", "minify", "priors", "public_url", "token_header", "token_param"),
}


def files() -> dict[str, str]:
    """The schemas by their path in the site."""
    made = {
        "schemas/recipe.json": recipe_schema(),
        "schemas/lock.json": lock_schema(),
        "schemas/error.json": error_schema(),
    }
    return {name: json.dumps(schema, indent=2) + "\n" for name, schema in made.items()}


def recipe_schema() -> dict[str, Any]:
    """The schema of ``ohifbuild.toml``, from the model that reads it."""
    schema = Recipe.model_json_schema(by_alias=True)
    for key, pattern in PATTERNS.items():
        schema["properties"][key]["pattern"] = pattern
    for key in ("connect", "embed_in"):
        schema["properties"][key]["items"]["pattern"] = ORIGIN
    return {
        "$schema": DIALECT,
        "$id": f"{SITE}schemas/recipe.json",
        **schema,
        "title": "ohifbuild.toml",
        "description": "The recipe of a viewer that ohifbuild builds.",
    }


def lock_schema() -> dict[str, Any]:
    """The schema of ``ohifbuild.lock``. The digest over all facts cannot be said in a schema."""
    sections: dict[str, Any] = {name: _facts(required) for name, required in LOCK_SECTIONS.items()}
    digest = {"type": "string", "pattern": DIGEST}
    return {
        "$schema": DIALECT,
        "$id": f"{SITE}schemas/lock.json",
        "title": "ohifbuild.lock",
        "description": "What a build used. Only ohifbuild writes it.",
        "type": "object",
        "properties": {
            "format": {"const": FORMAT},
            **sections,
            "patches": _facts(()),
            "lock": {
                "type": "object",
                "properties": {"digest": digest},
                "required": ["digest"],
                "additionalProperties": False,
            },
        },
        "required": ["format", *sections, "lock"],
        "additionalProperties": False,
    }


def error_schema() -> dict[str, Any]:
    """The schema of what ``--json`` prints if a command fails; beside ``error`` there may be keys of its result."""
    text = {"type": "string"}
    error = {
        "code": {"type": "string", "pattern": "^[a-z]+(-[a-z]+)*$"},
        "exit_code": {"type": "integer", "minimum": 1, "maximum": 255},
        "what": {"type": "string", "minLength": 1},
        "cause": text,
        "fix": text,
        "details": {"type": "array", "items": text},
        "documentation": {"type": "string", "pattern": "^https://"},
    }
    return {
        "$schema": DIALECT,
        "$id": f"{SITE}schemas/error.json",
        "title": "An error of ohifbuild",
        "description": "What a command with --json prints if it fails.",
        "type": "object",
        "properties": {
            "error": {"type": "object", "properties": error, "required": list(error), "additionalProperties": False}
        },
        "required": ["error"],
    }


def _facts(required: tuple[str, ...]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": {"type": "string"}, "required": list(required)}
