"""Shows drift rows as a table for a terminal, and as plain values for JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rich.table import Table

from ohifbuild.patches.rules import DriftRow

NO_NOTES: Mapping[tuple[str, str], Sequence[str]] = {}
MARKS = {"fits": "[green]{}[/]", "already": "[cyan]made[/]", "not-for": "[dim]-[/]", "drifted": "[red]drifted[/]",
         "conflict": "[red]conflict[/]"}  # fmt: skip


def drift_table(rows: Iterable[DriftRow]) -> Table:
    """A table with one line for each patch and one column for each release: the number of matches, or the state."""
    rows = list(rows)
    versions = list(dict.fromkeys(row.version for row in rows))
    table = Table(box=None, header_style="bold")
    table.add_column("patch")
    for version in versions:
        table.add_column(version, justify="right")
    for name in dict.fromkeys(row.patch for row in rows):
        mine = [row for row in rows if row.patch == name]
        table.add_row(name, *(_cell([row for row in mine if row.version == version]) for version in versions))
    return table


def as_json(
    rows: Iterable[DriftRow], notes: Mapping[tuple[str, str], Sequence[str]] = NO_NOTES
) -> list[dict[str, Any]]:
    """Each row as a mapping of plain values, with the notes on its patch and release."""
    return [{**asdict(row), "upstream": list(notes.get((row.patch, row.version), ()))} for row in rows]


def _cell(rows: Sequence[DriftRow]) -> str:
    """The worst state among a patch's changes."""
    for state in ("conflict", "drifted", "fits", "already", "not-for"):
        if any(row.state == state for row in rows):
            return MARKS[state].format(sum(row.found for row in rows))
    return ""
