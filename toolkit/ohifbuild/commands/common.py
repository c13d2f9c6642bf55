"""What several commands share: how much to say, and in which form."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Concatenate, ParamSpec

import click
from rich.console import RenderableType

from ohifbuild.cache.default import default_cache
from ohifbuild.cache.entries import Cache
from ohifbuild.commands.failures import as_error, error_document, json_text, printed
from ohifbuild.core.console import Level, TerminalReporter
from ohifbuild.core.temporary import remove_abandoned_temporary_folders

P = ParamSpec("P")


@dataclass(frozen=True)
class CommandContext:
    """Where a command runs: its reporter, its cache, and whether its result is JSON on standard output."""

    reporter: TerminalReporter
    cache: Cache
    as_json: bool

    pending: list[Any] = field(default_factory=list)

    def result(self, document: Any) -> None:
        """Prints the result for programs, if that is what was asked for: when the command ends, with its error."""
        self.pending[:] = [document]

    def result_now(self, document: Any) -> None:
        """As ``result``, for a command that goes on until somebody stops it."""
        self.result(document)
        self.end()

    def end(self, error: BaseException | None = None) -> None:
        """Prints the result, if there is one, and the error, if there is one."""
        results = [self.pending.pop()] if self.pending else []
        if self.as_json and error is not None:
            click.echo(printed(error_document(as_error(error)), *results))
        elif self.as_json and results:
            click.echo(json_text(results[0]))

    def show(self, table: RenderableType) -> None:
        """Shows a table to a person; nothing where only errors, or a result for programs, are wanted."""
        if self.reporter.level >= Level.NORMAL and not self.as_json:
            self.reporter.console.print(table)


def with_command_context(command: Callable[Concatenate[CommandContext, P], None]) -> Callable[P, None]:
    """Adds ``-q``, ``-v`` and ``--json`` to a command, which gets ``CommandContext`` in their place."""

    @click.option("-q", "--quiet", is_flag=True, help="Say nothing but warnings and errors.")
    @click.option("-v", "--verbose", is_flag=True, help="Say more.")
    @click.option("--json", "as_json", is_flag=True, help="Print the result as JSON on standard output.")
    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> None:
        quiet, verbose, as_json = (bool(kwargs.pop(name)) for name in ("quiet", "verbose", "as_json"))
        if quiet and verbose:
            raise click.UsageError("-q and -v exclude each other.")
        level = Level.QUIET if quiet else Level.VERBOSE if verbose else Level.NORMAL
        context = CommandContext(TerminalReporter(level), default_cache(), as_json)
        remove_abandoned_temporary_folders()
        try:
            command(context, *args, **kwargs)
        except (click.ClickException, click.exceptions.Exit, BrokenPipeError):
            raise
        except BaseException as error:
            context.end(error)
            raise
        context.end()

    return wrapped


def human_size(size: int) -> str:
    """Bytes as people read them, in powers of ten."""
    amount = float(size)
    for unit in ("B", "kB", "MB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} GB"
