"""Describes the mistakes in a recipe: the location, the expected value and the nearest valid spelling."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

SHOWN = 60
# Everything that may be a user name and a password, with any characters.
CREDENTIALS = re.compile(r"(?<=//)\S*@")
# pydantic's types of errors, with the expected value in TOML.
EXPECTED = {
    "string_type": 'a string in quotes, such as "3.12.0"',
    "bool_type": "true or false",
    "tuple_type": 'a list, such as ["./my-extension"]',
    "path_type": "a path in quotes",
}
# Flags whose names differ from their keys: those that can be repeated.
FLAGS = {"extensions": "extension", "patches": "patches"}


@dataclass(frozen=True)
class ValidationProblem:
    """One mistake: ``location`` is ``file:line``, or the flag."""

    location: str
    what: str

    def __str__(self) -> str:
        return f"{self.location}: {self.what}"


def syntax_problem(path: Path, error: tomllib.TOMLDecodeError) -> ValidationProblem:
    """The problem of a recipe that is not TOML; tomllib's message ends with ``(at line 3, column 7)``."""
    message = str(error)
    found = re.search(r"\(at line (\d+), column (\d+)\)", message)
    location = f"{path}:{found[1]}:{found[2]}" if found else f"{path} (at its end)"
    return ValidationProblem(location, f"invalid TOML: {re.sub(r' *[(]at .*[)]', '', message)}")


def problems_in(
    error: ValidationError, model: type[BaseModel], path: Path | None, text: str, flags: Mapping[str, object]
) -> list[ValidationProblem]:
    """Describes every mistake that pydantic found.

    Args:
        error: pydantic's error.
        model: the model of the recipe or of the options.
        path: the file of the recipe, if there is one.
        text: the file's contents, to find the lines of mistakes.
        flags: the values from the command line; a mistake in one of them is reported with its flag.
    """
    keys = [field.alias or name for name, field in model.model_fields.items()]
    found = []
    for item in error.errors(include_url=False):
        key = str(item["loc"][0]) if item["loc"] else ""
        found.append(ValidationProblem(_location(key, path, text, flags), _what(dict(item), key, keys)))
    return found


def _location(key: str, path: Path | None, text: str, flags: Mapping[str, object]) -> str:
    if key in flags or path is None:
        return "--" + FLAGS.get(key, key.replace("_", "-"))
    return f"{path}:{_line_of(key, text)}"


def _line_of(key: str, text: str) -> int:
    pattern = re.compile(rf"""^\s*(?:\[+\s*)?["']?{re.escape(key)}["']?\s*[\].=]""")
    numbers = (number for number, line in enumerate(text.splitlines(), 1) if pattern.match(line))
    return next(numbers, 1)


def _what(item: Mapping[str, Any], key: str, keys: list[str]) -> str:
    value = _shown(item.get("input"))
    context = item.get("ctx", {})
    if item["type"] == "extra_forbidden":
        return f"the key '{key}' is unknown" + _nearest(key, keys) + f"; the known keys are {', '.join(sorted(keys))}"
    if item["type"] == "literal_error":
        allowed = re.findall(r"'([^']*)'", str(context.get("expected", "")))
        return f"{key} is {value}; expected one of {', '.join(allowed)}" + _nearest(str(item.get("input")), allowed)
    if item["type"] == "value_error":
        return f"{key} is {value}; {context.get('error')}"
    return (
        f"{key} is {value}; expected {EXPECTED.get(item['type'], item['msg'].removeprefix('Input should be').strip())}"
    )


def _nearest(word: str, words: list[str]) -> str:
    near = difflib.get_close_matches(word, words, n=1, cutoff=0.5)
    return f", did you mean '{near[0]}'?" if near else ""


def _shown(value: object) -> str:
    text = CREDENTIALS.sub("***@", repr(str(value) if isinstance(value, Path) else value))
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
