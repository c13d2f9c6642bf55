"""The command line: parses, calls, prints. The only place that exits."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType
from typing import NoReturn

import click

from ohifbuild.commands.failures import as_error, printed, usage_document, wants_json, wants_traceback
from ohifbuild.commands.lazy_group import LazyGroup
from ohifbuild.core.errors import InternalError, OhifbuildError


def _show_version(context: click.Context, _option: click.Parameter, asked: bool) -> None:
    if asked:
        from ohifbuild import __version__

        click.echo(f"ohifbuild, version {__version__}")
        context.exit()


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_show_version, help="Show the version."
)
def cli() -> None:
    """Build OHIF viewers that show the studies of a link's token and nothing else, and prove it.

    \b
    Example: ohifbuild build --version v3-stable
    """


def main() -> NoReturn:
    """The entry point of the ``ohifbuild`` program."""
    signal.signal(signal.SIGTERM, _as_interrupt)
    sys.exit(_status())


def _status() -> int:
    try:
        cli.main(prog_name="ohifbuild", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        if wants_json(sys.argv[1:]):
            click.echo(printed(usage_document(error)))
        return error.exit_code
    except BrokenPipeError:  # the reader of our output has gone, as `head` does
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123
        return 0
    except (Exception, KeyboardInterrupt) as error:
        shown = as_error(error)
        if isinstance(shown, InternalError) and wants_traceback():
            import traceback

            traceback.print_exc()
        _show(shown)
        return shown.exit_code
    return 0


def _show(error: OhifbuildError) -> None:
    from rich.console import Console  # only here: it takes longer to import than --help takes to run

    from ohifbuild.core.console import show_error

    show_error(error, Console(stderr=True, highlight=False, soft_wrap=True))


def _as_interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
