"""A group of commands that imports a command only when it runs, so that ``--help`` and ``--version`` answer at once."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from importlib import import_module

import click

COMMANDS: Mapping[str, str] = {
    "new": "Write a new extension or mode package.",
    "build": "Build a viewer and prove it in a browser.",
    "verify": "Prove a finished viewer in a real browser.",
    "demo": "Show a viewer with made-up studies.",
    "dev": "See each saved change of an extension in the viewer.",
    "deploy": "Write the files that a server needs.",
    "share": "Make, list or revoke links to studies.",
    "serve": "Serve a viewer with your archive behind it.",
    "doctor": "Check this machine, a viewer, or packages.",
    "migrate": "Edit old extensions and modes for a current OHIF.",
    "move": "Move a viewer to another path or archive.",
    "releases": "List the OHIF releases that can be built.",
    "lock": "Write ohifbuild.lock, without building.",
    "eject": "Write a workspace for OHIF's own tools.",
    "plugin": "Pack a package as a plugin of OHIF 3.14.",
    "diff": "Compare two viewers, locks or releases.",
    "audit": "Compare a published release with its source.",
    "ci": "Write a pipeline for GitHub or GitLab.",
    "patch": "List patches, or check them on a source.",
    "cache": "Show the cache, or free space in it.",
}
"""What the list of commands says about each, in the order of the list."""


class LazyGroup(click.Group):
    """Has the commands of ``COMMANDS``; each is ``command`` in the module of its name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in their order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, imported now."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"ohifbuild.commands.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the first word names.

        Raises:
            click.UsageError: there is none; the message gives the nearest.
        """
        if args[0] not in COMMANDS and not args[0].startswith("-"):
            (nearest,) = difflib.get_close_matches(args[0], COMMANDS, n=1, cutoff=0.0)
            raise click.UsageError(f"There is no command '{args[0]}'. The nearest is '{nearest}'.", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the list of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))
