"""Reads JSON that may be hostile: bounded in size and nesting, and with one meaning only.

Python's own reader calls itself for every bracket. In the threads of Orthanc, whose stacks are small, some thousand
brackets end the whole process (SIGSEGV, seen on 1.10.1), so nesting is counted before anything is parsed.

Only the standard library is used; Python 3.9 suffices.
"""

from __future__ import annotations

import json
import math
import re
import stat
from pathlib import Path
from typing import Any, NoReturn

DEEPEST = 16
"""Brackets within brackets. No document of ours has more than four."""

LONGEST_NUMBER = 32
"""Characters. Python takes a time quadratic in the length of an integer (before 3.11, without any limit)."""


def parse(data: bytes, longest: int) -> Any:
    """The value of a JSON text in UTF-8.

    Args:
        longest: how many bytes it may have.

    Raises:
        ValueError: it is no JSON, too long, too deep, or could be read in two ways: a name that comes twice in one
            object, a number that is none (NaN) or too large. The text quotes nothing of the data.
    """
    if len(data) > longest:
        raise ValueError(f"it has more than {longest} bytes")
    text = data.decode("utf-8")
    if _depth(text) > DEEPEST:
        raise ValueError(f"it is nested more than {DEEPEST} deep")
    try:
        return json.loads(
            text, object_pairs_hook=_object, parse_constant=_no_number, parse_int=_integer, parse_float=_float
        )
    except json.JSONDecodeError as error:
        raise ValueError(f"it is no JSON, at line {error.lineno}, column {error.colno}") from None


def read(path: Path, longest: int) -> Any:
    """The value of a JSON file.

    Raises:
        OSError: it cannot be read, or is no ordinary file: a pipe would be waited for without end.
        ValueError: as ``parse``.
    """
    if not stat.S_ISREG(path.stat().st_mode):
        raise OSError("it is no ordinary file")
    with path.open("rb") as file:
        return parse(file.read(longest + 1), longest)


def _depth(text: str) -> int:
    """How deeply brackets are nested, at least as far as a reader gets before it meets a mistake."""
    # Outside of strings a backslash is a mistake, so escapes can be dropped without knowing where strings are.
    outside = "".join(re.sub(r"\\.", "", text, flags=re.DOTALL).split('"')[::2])
    depth = deepest = 0
    for bracket in re.findall(r"[\[\]{}]", outside):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name comes twice in one object")
    return found


def _no_number(_: str) -> NoReturn:
    raise ValueError("a number is none")


def _integer(text: str) -> int:
    if len(text) > LONGEST_NUMBER:
        raise ValueError("a number is too large")
    return int(text)


def _float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number is too large")
    return number
