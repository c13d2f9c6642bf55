"""Puts the result of a run into a page of the documentation, with its plots and its figures beside it."""

from __future__ import annotations

from pathlib import Path

from visits.result import Result


def write_page(result: Result, page: Path) -> None:
    """Replaces what the page says about the release of the result."""
