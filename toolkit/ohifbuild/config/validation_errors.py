"""Describes the mistakes in a recipe: the location, the expected value and the nearest valid spelling."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

SHOWN = 60
MOST = 50
"""Mistakes that are described; finding the lines of thousands would take minutes."""
# Everything that may be a user name and a password, with any characters.
CREDENTIALS = re.compile(r"(?<=//)\S*@")
# pydantic's types of errors, with the expected value in TOML.
EXPECTED = {
    "string_type": 'a string in quotes, such as "3.12.0"',
    "bool_type": "true or false",
    "tuple_type": 'a list, such as ["./my-extension"]',
    "path_type": "a path in quotes",
}
# The type of errors about values of several keys: `key` in their context is where they are reported.
OF_SEVERAL_KEYS = "several_keys"
# Flags whose names differ from their keys: those that can be repeated.
FLAGS = {"extensions": "extension", "patches": "patches"}


@dataclass(frozen=True)
class ValidationProblem:
    """One mistake: ``location`` is ``file:line``, or the flag."""

    location: str
    what: str

    def __str__(self) -> str:
        return f"{self.location}: {self.what}"


def syntax_problem(path: Path, error: ValueError) -> ValidationProblem:
    """The problem of a recipe that is not TOML; tomllib's message ends with ``(at line 3, column 7)``."""
    message = str(error)
    found = re.search(r"\(at line (\d+), column (\d+)\)", message)
    location = f"{path}:{found[1]}:{found[2]}" if found else f"{path} (at its end)"
    return ValidationProblem(location, f"invalid TOML: {re.sub(r' *[(]at .*[)]', '', message)}")


def problems_in(
    error: ValidationError,
    model: type[BaseModel],
    path: Path | None,
    text: str,
    flags: Mapping[str, object],
    locations: Mapping[str, str] | None = None,
) -> list[ValidationProblem]:
    """Describes every mistake that pydantic found: those of flags, then those of the file, by line.

    Args:
        error: pydantic's error.
        model: the model of the recipe or of the options.
        path: the file of the recipe, if there is one.
        text: the file's contents, to find the lines of mistakes.
        flags: the values from the command line; a mistake in one of them is reported with its flag.
        locations: by key, the file that a value comes from, if it is not ``path``.
    """
    found = []
    errors = error.errors(include_url=False)
    for item in errors[:MOST]:
        steps = item["loc"] or tuple(filter(None, (item.get("ctx", {}).get("key"),)))
        what = _what(dict(item), _name_of(steps), _keys_at(model, steps))
        key = str(steps[0]) if steps else ""
        if locations and key in locations:
            found.append((0, ValidationProblem(locations[key], what)))
        elif key in flags or path is None:
            found.append((0, ValidationProblem("--" + FLAGS.get(key, key.replace("_", "-")), what)))
        else:
            line = _line_of(steps, text)
            found.append((line, ValidationProblem(f"{path}:{line}", what)))
    problems = [problem for _, problem in sorted(found, key=itemgetter(0))]
    more = len(errors) - len(problems)
    return [*problems, *([ValidationProblem(str(path or "--"), f"{more} more mistakes")] if more else [])]


def _name_of(steps: tuple[int | str, ...]) -> str:
    """The place of a value in the words of TOML; numbers begin at 1: ``data_sources 2 qido_root``."""
    words = (f"{step + 1}" if isinstance(step, int) else step for step in steps if step != "[key]")
    return " ".join(words)


def _keys_at(model: type[BaseModel], steps: tuple[int | str, ...]) -> list[str]:
    """The known keys of the table that has the last of some steps."""
    for step in steps[:-1]:
        field = model.model_fields.get(str(step))
        inner = [item for item in _classes(field.annotation if field else None) if issubclass(item, BaseModel)]
        model = inner[0] if inner else model
    return [field.alias or name for name, field in model.model_fields.items()]


def _classes(annotation: Any) -> list[type]:
    """The classes that a type is made of."""
    if isinstance(annotation, type) and not get_args(annotation):
        return [annotation]
    return [found for part in get_args(annotation) for found in _classes(part)]


def _line_of(steps: tuple[int | str, ...], text: str) -> int:
    """The line of a key; of a key in a table, the first such line after the line of the table."""
    lines, at = text.splitlines(), 0
    for place, step in enumerate(steps):
        if isinstance(step, int):
            continue
        following = steps[place + 1 : place + 2]
        count = following[0] if following and isinstance(following[0], int) else 0
        pattern = re.compile(rf"""^\s*(?:\[+\s*(?:[\w-]+\.)*)?["']?{re.escape(step)}["']?\s*[\].=]""")
        numbers = [number for number, line in enumerate(lines[at:], at) if pattern.match(line)]
        if not numbers:
            break
        at = numbers[min(count, len(numbers) - 1)]
    return at + 1


def _what(item: Mapping[str, Any], key: str, keys: list[str]) -> str:
    value = _shown(item.get("input"))
    context = item.get("ctx", {})
    if item["type"] == "extra_forbidden":
        near = _nearest(key.rpartition(" ")[2], keys)
        return f"the key '{key}' is unknown{near}; the known keys are {', '.join(sorted(keys))}"
    if item["type"] == "literal_error":
        allowed = re.findall(r"'([^']*)'", str(context.get("expected", "")))
        return f"{key} is {value}; expected one of {', '.join(allowed)}" + _nearest(str(item.get("input")), allowed)
    if item["type"] == OF_SEVERAL_KEYS:
        return f"{key}: {context['error']}"
    if item["type"] == "value_error":
        return f"{key} is {value}; {context.get('error')}"
    return (
        f"{key} is {value}; expected {EXPECTED.get(item['type'], item['msg'].removeprefix('Input should be').strip())}"
    )


def _nearest(word: str, words: list[str]) -> str:
    near = difflib.get_close_matches(word, words, n=1, cutoff=0.6)
    return f", did you mean '{near[0]}'?" if near else ""


def _shown(value: object) -> str:
    text = CREDENTIALS.sub("***@", repr(str(value) if isinstance(value, Path) else value))
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
