"""A JSON parser for untrusted input, with limits on size and nesting, that refuses ambiguous documents.

Python's parser is recursive. Orthanc's threads have small stacks, so about a thousand nested brackets crash the whole
process (SIGSEGV, observed with Orthanc 1.10.1). The nesting is therefore counted before the text is parsed.

Requires Python 3.9 and only the standard library.
"""

from __future__ import annotations

import json
import math
import re
import stat
from pathlib import Path
from typing import Any, NoReturn

DEEPEST = 16
"""Levels of nested brackets. No document that we write has more than four."""

LONGEST_NUMBER = 32
"""Characters. The time that Python needs is quadratic in the length of an integer; before 3.11 there is no limit."""


def parse(data: bytes, longest: int) -> Any:
    """The value of a JSON text in UTF-8.

    Args:
        longest: how many bytes the text may have.

    Raises:
        ValueError: the text is not JSON, too long, nested too deeply, or ambiguous: an object repeats a name, or a
            number is too large or NaN. The error's text quotes nothing of the data.
    """
    if len(data) > longest:
        raise ValueError(f"it has more than {longest} bytes")
    text = data.decode("utf-8")
    if _depth(text) > DEEPEST:
        raise ValueError(f"it is nested more than {DEEPEST} levels deep")
    try:
        return json.loads(
            text, object_pairs_hook=_object, parse_constant=_not_a_number, parse_int=_integer, parse_float=_float
        )
    except json.JSONDecodeError as error:
        raise ValueError(f"it is not valid JSON, at line {error.lineno}, column {error.colno}") from None


def read(path: Path, longest: int) -> Any:
    """The value of a JSON file.

    Raises:
        OSError: the file cannot be read, or is not a regular file: reading a pipe could block forever.
        ValueError: as ``parse``.
    """
    if not stat.S_ISREG(path.stat().st_mode):
        raise OSError("it is not a regular file")
    with path.open("rb") as file:
        return parse(file.read(longest + 1), longest)


def _depth(text: str) -> int:
    """How deeply brackets are nested, at least up to the first syntax error."""
    # Outside of strings a backslash is a syntax error, so escapes can be removed without knowing where strings are.
    outside = "".join(re.sub(r"\\.", "", text, flags=re.DOTALL).split('"')[::2])
    depth = deepest = 0
    for bracket in re.findall(r"[\[\]{}]", outside):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("an object repeats a name")
    return found


def _not_a_number(_: str) -> NoReturn:
    raise ValueError("a number is not finite")


def _integer(text: str) -> int:
    if len(text) > LONGEST_NUMBER:
        raise ValueError("a number is too large")
    return int(text)


def _float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number is too large")
    return number
