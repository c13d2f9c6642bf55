"""``ohifbuild releases``: list the OHIF releases that can be built."""

from __future__ import annotations

from dataclasses import asdict

import click
from rich.console import Console
from rich.table import Table

from ohifbuild.commands.common import CommandContext, with_command_context
from ohifbuild.releases.catalogue import Catalogue, ReleasePin, catalogue, sort_key


@click.command("releases")
@with_command_context
def command(context: CommandContext, /) -> None:
    """List the OHIF releases that can be built.

    \b
    Example:
      ohifbuild releases
    """
    known = catalogue()
    pins = sorted(known.releases.values(), key=lambda pin: sort_key(pin.version), reverse=True)
    if context.as_json:
        context.result({"channels": dict(known.channels), "releases": [asdict(pin) for pin in pins]})
    else:
        Console(highlight=False).print(_table(known, pins))


def _table(known: Catalogue, pins: list[ReleasePin]) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in ("Release", "Channel", "Published", "Git", "To build from git"):
        table.add_column(title)
    for pin in pins:
        channels = ", ".join(name for name, version in known.channels.items() if version == pin.version)
        published = _status("published", pin, bool(pin.npm_integrity))
        git = _status("git", pin, bool(pin.commit))
        table.add_row(pin.version, channels, published, git, f"Node {pin.node}, {pin.package_manager}")
    return table


def _status(origin: str, pin: ReleasePin, known: bool) -> str:
    if origin in pin.verified:
        return "verified"
    return "pinned" if known else "-"
