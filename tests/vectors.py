"""Reads the tables of test vectors that Python, JavaScript and Orthanc's script share."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "extension-template" / "test" / "vectors"


def rows(name: str) -> list[dict[str, Any]]:
    """The rows of one table."""
    document: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = document["rows"]
    return found
