"""Mistakes in a recipe, each with its place, what was expected, and the nearest valid spelling."""

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
# Whatever may be a user and a password, odd characters in it included.
CREDENTIALS = re.compile(r"(?<=//)\S*@")
# pydantic's kinds of mistake, in the words of TOML.
EXPECTED = {
    "string_type": 'a text in quotes, such as "3.12.0"',
    "bool_type": "true or false",
    "tuple_type": 'a list, such as ["./my-extension"]',
    "path_type": "a path in quotes",
}
# Flags that are not spelt as their keys: those that may be given several times.
FLAGS = {"extensions": "extension", "patches": "patches"}


@dataclass(frozen=True)
class ValidationProblem:
    """One mistake: ``place`` is ``file:line``, or the flag."""

    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what}"


def syntax_problem(path: Path, error: tomllib.TOMLDecodeError) -> ValidationProblem:
    """A recipe that is no TOML; the message of tomllib ends with ``(at line 3, column 7)``."""
    message = str(error)
    found = re.search(r"\(at line (\d+), column (\d+)\)", message)
    place = f"{path}:{found[1]}:{found[2]}" if found else f"{path} (at its end)"
    return ValidationProblem(place, f"not valid TOML: {re.sub(r' *[(]at .*[)]', '', message)}")


def problems_in(
    error: ValidationError, model: type[BaseModel], path: Path | None, text: str, flags: Mapping[str, object]
) -> list[ValidationProblem]:
    """Every mistake that pydantic found, in the words of a recipe.

    Args:
        text: the contents of the recipe at ``path``, to find lines in.
        flags: what was given on the command line: a mistake there is placed at its flag.
    """
    keys = [field.alias or name for name, field in model.model_fields.items()]
    found = []
    for item in error.errors(include_url=False):
        key = str(item["loc"][0]) if item["loc"] else ""
        found.append(ValidationProblem(_place(key, path, text, flags), _what(dict(item), key, keys)))
    return found


def _place(key: str, path: Path | None, text: str, flags: Mapping[str, object]) -> str:
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
        return f"there is no key '{key}'" + _nearest(key, keys) + f"; known are {', '.join(sorted(keys))}"
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
