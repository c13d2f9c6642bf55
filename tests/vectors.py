"""Reads the tables of test vectors that Python, JavaScript and Orthanc's script share."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

Row = dict[str, Any]

FOLDER = Path(__file__).parents[1] / "extension-template" / "test" / "vectors"


def rows(name: str) -> list[Row]:
    """The rows of one table."""
    document: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    found: list[Row] = document["rows"]
    return found


def differences(table: Iterable[Row], found: Callable[[Row], object], said: Callable[[Row], object]) -> list[str]:
    """Where code and table differ, a line for each row: one test for thousands of rows takes half of the time.

    Args:
        table: at least one row.
        found: what the code says of a row.
        said: what the row says.
    """
    pairs = [(row, found(row), said(row)) for row in table]
    assert pairs
    return [f"{got!r} instead of {wanted!r} for {row}" for row, got, wanted in pairs if got != wanted]
