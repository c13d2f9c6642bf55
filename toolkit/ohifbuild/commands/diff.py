"""``ohifbuild diff``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click
from rich.table import Table

from ohifbuild.commands.common import Surroundings, with_surroundings
from ohifbuild.console import Level
from ohifbuild.supply.diff import RELEASE, Change, diff


@click.command("diff")
@click.argument("first", type=click.Path(path_type=Path))
@click.argument("second", type=click.Path(path_type=Path))
@with_surroundings
def command(surroundings: Surroundings, /, first: Path, second: Path) -> None:
    """Show what changed between two dists: what they were made from, and their files."""
    changes = diff(first, second)
    surroundings.result([asdict(change) for change in changes])
    if changes:
        everything = surroundings.reporter.level >= Level.VERBOSE
        surroundings.show(_table(changes if everything else tuple(c for c in changes if c.part != RELEASE)))
        surroundings.reporter.say(_counts(changes))
    else:
        surroundings.reporter.say("The two are the same, file by file.")


def _counts(changes: tuple[Change, ...]) -> str:
    """The release's own files in one line: there are hundreds, and their names say little."""
    files = [change for change in changes if change.part == RELEASE]
    added = sum(not change.old for change in files)
    removed = sum(not change.new for change in files)
    return (
        f"OHIF's own files: {len(files) - added - removed} changed, {added} added, {removed} removed (-v lists them)."
    )


def _table(changes: tuple[Change, ...]) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in ("Part", "What", "Before", "After"):
        table.add_column(title, overflow="fold")
    for change in changes:
        table.add_row(change.part, change.name, change.old or "-", change.new or "-")
    return table
