"""``ohifbuild diff``: compare two viewers, locks or releases."""

from __future__ import annotations

from dataclasses import asdict

import click
from rich.markup import escape
from rich.table import Table

from ohifbuild.commands.common import CommandContext, with_command_context
from ohifbuild.core.console import Level
from ohifbuild.supply.diff import Change, diff
from ohifbuild.supply.snapshot import NAMED, OHIF

AFTER = {NAMED: " (a published release names only some)", OHIF: "'s own files (-v lists them)"}


@click.command("diff")
@click.argument("first")
@click.argument("second")
@click.option("--offline", is_flag=True, help="Use what the cache holds; fetch nothing.")
@with_command_context
def command(context: CommandContext, /, first: str, second: str, offline: bool) -> None:
    """Compare two viewers, locks or releases.

    FIRST and SECOND are folders of viewers, lock files, or versions such as 3.12.0 and v3-latest.

    \b
    Examples:
      ohifbuild diff 3.11.1 3.12.0
      ohifbuild diff dist other-dist
    """
    changes = diff(first, second, context.cache, offline=offline, reporter=context.reporter)
    context.result([asdict(change) for change in changes])
    if not changes:
        context.reporter.say("Nothing differs.")
        return
    everything = context.reporter.level >= Level.VERBOSE
    context.show(_table(changes if everything else tuple(c for c in changes if c.part != OHIF)))
    context.reporter.say(_counts(changes))


def _counts(changes: tuple[Change, ...]) -> str:
    """Each part's changes; the release's own files are only counted: there are hundreds, and their names say little."""
    lines = []
    for part in dict.fromkeys(change.part for change in changes):
        mine = [change for change in changes if change.part == part]
        added, removed = sum(not change.old for change in mine), sum(not change.new for change in mine)
        told = f"{len(mine) - added - removed} changed, {added} added, {removed} removed"
        lines.append(f"{part}{AFTER.get(part, '')}: {told}.")
    return "\n".join(lines)


def _table(changes: tuple[Change, ...]) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in ("Part", "What", "Before", "After"):
        table.add_column(title, overflow="fold")
    for change in changes:
        table.add_row(*(escape(text or "-") for text in (change.part, change.name, change.old, change.new)))
    return table
