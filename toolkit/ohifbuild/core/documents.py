"""JSON and TOML that others wrote. What cannot be read is a ``ValueError`` and never another error."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from typing import Any, NoReturn

DEEPEST = 100
"""Levels of lists and tables. No file that ohifbuild reads has more than ten; deeper ones exhaust the stack."""

TOO_DEEP = f"it is nested more than {DEEPEST} levels deep"
LARGEST_INTEGER = 2**63 - 1
"""The range of TOML 1.0; Python reads integers of any size, but refuses to write long ones."""


def parse_json(text: str | bytes) -> Any:
    """The value of a JSON text.

    Raises:
        ValueError: it is not JSON, or nested more than ``DEEPEST`` levels deep. NaN and Infinity are not JSON.
    """
    try:
        value = json.loads(text, parse_constant=_refuse)
    except RecursionError:
        raise ValueError(TOO_DEEP) from None
    _walk(value)
    return value


def parse_toml(text: str) -> dict[str, Any]:
    """The tables of a TOML text.

    Raises:
        ValueError: it is not TOML, or nested more than ``DEEPEST`` levels deep. It is tomllib's own error if tomllib
            found it.
    """
    try:
        value = tomllib.loads(text)
        for item in _walk(value):
            if isinstance(item, int) and not -LARGEST_INTEGER - 1 <= item <= LARGEST_INTEGER:
                raise ValueError("an integer has more than 64 bits")
    except RecursionError:
        raise ValueError(TOO_DEEP) from None
    return value


def _walk(value: object) -> list[object]:
    """Everything in a value but its lists and tables.

    Raises:
        ValueError: it is nested too deeply.
    """
    found: list[object] = []
    level = [value]
    for _ in range(DEEPEST + 1):
        if not level:
            return found
        found += [item for item in level if not isinstance(item, dict | list)]
        level = [inner for item in level for inner in _inside(item)]
    raise ValueError(TOO_DEEP)


def _inside(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list):
        yield from value


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")
