"""Every command with its arguments and options, from click."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import click

from ohifbuild.commands.main import cli
from site_pages.markdown import code, table


def section() -> str:
    """All commands, each with a heading of its own."""
    return "\n\n".join(_command(context) for context in contexts())


def contexts() -> Iterator[click.Context]:
    """The program and every command of it, as click sees them."""
    yield from _below(click.Context(cli, info_name="ohifbuild"))


def _below(context: click.Context) -> Iterator[click.Context]:
    yield context
    if isinstance(context.command, click.Group):
        for name in context.command.list_commands(context):
            command = context.command.get_command(context, name)
            if command is not None and not command.hidden:
                yield from _below(click.Context(command, info_name=name, parent=context))


def _command(context: click.Context) -> str:
    command = context.command
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    parts = [f"## `{context.command_path}`", _help(command), f"```text\n{usage}\n```"]
    options = [record for option in command.get_params(context) if (record := option.get_help_record(context))]
    parts.append(table(("option", "meaning"), ((code(flags), meaning) for flags, meaning in options)))
    if isinstance(command, click.Group):
        rows = []
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            if child is None:
                continue
            anchor = f"{context.command_path} {name}".replace(" ", "-")
            rows.append((f"[`{name}`](#{anchor})", child.get_short_help_str(200)))
        parts.append(table(("command", "what it does"), rows))
    return "\n\n".join(parts)


def _help(command: click.Command) -> str:
    """The help text; its paragraphs that click does not wrap (marked ``\\b``) are shown as code."""
    shown = []
    for paragraph in inspect.cleandoc(command.help or "").split("\f")[0].split("\n\n"):
        lines = paragraph.split("\n")
        if lines[0].strip() == "\b":
            shown.append("```text\n" + "\n".join(lines[1:]) + "\n```")
        else:
            shown.append(paragraph.replace("``", "`"))
    return "\n\n".join(shown)
