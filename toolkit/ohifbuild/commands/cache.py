"""``ohifbuild cache``: show the cache, or free space in it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime

import click
from rich.console import Console
from rich.table import Table

from ohifbuild.cache.upkeep import KindUsage, prune, usage
from ohifbuild.commands.common import CommandContext, human_size, with_command_context
from ohifbuild.core.counts import counted


@click.group("cache")
def command() -> None:
    """Show the cache, or free space in it.

    \b
    Examples:
      ohifbuild cache info
      ohifbuild cache prune --unused-days 30
    """


@command.command("info")
@with_command_context
def info(context: CommandContext, /) -> None:
    """Show where the cache is and what it holds.

    \b
    Example:
      ohifbuild cache info
    """
    kinds = usage(context.cache)
    context.result({"root": str(context.cache.root), "kinds": [asdict(kind) for kind in kinds]})
    if not context.as_json:
        console = Console(highlight=False)
        console.print(f"{context.cache.root}: {human_size(sum(kind.bytes for kind in kinds))}", soft_wrap=True)
        if kinds:
            console.print(_table(kinds))


@command.command("prune")
@click.option(
    "--unused-days", type=click.FloatRange(min=0), metavar="DAYS", help="Remove what was not used for so many days."
)
@click.option("--all", "everything", is_flag=True, help="Remove everything.")
@with_command_context
def prune_command(context: CommandContext, /, unused_days: float | None, everything: bool) -> None:
    """Remove entries from the cache.

    Leftovers of killed builds are removed too. Nothing is removed while a build is running.

    \b
    Example:
      ohifbuild cache prune --unused-days 30
    """
    if everything == (unused_days is not None):
        raise click.UsageError("Give --unused-days DAYS, or --all.")
    freed = prune(context.cache, unused_days=unused_days)
    context.result(asdict(freed))
    context.reporter.say(f"Removed {counted(freed.entries, 'entry', 'entries')}, {human_size(freed.bytes)}.")


def _table(kinds: tuple[KindUsage, ...]) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("Kind")
    table.add_column("Entries", justify="right")
    table.add_column("Size", justify="right")
    table.add_column("Last used")
    for kind in kinds:
        used = datetime.fromtimestamp(kind.last_used, UTC).astimezone().strftime("%Y-%m-%d %H:%M")
        table.add_row(kind.kind, str(kind.entries), human_size(kind.bytes), used)
    return table
