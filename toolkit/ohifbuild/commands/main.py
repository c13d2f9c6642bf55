"""The command line: parses, calls, prints. The only place that exits."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType
from typing import NoReturn

import click

from ohifbuild.commands.lazy_group import LazyGroup
from ohifbuild.core.errors import InternalError, Interrupted, OhifbuildError

DEBUG_VARIABLE = "OHIFBUILD_DEBUG"


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
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        _show(Interrupted("Stopped; nothing half-written was left."))
        return Interrupted.exit_code
    except OhifbuildError as error:
        _show(error)
        return error.exit_code
    except BrokenPipeError:  # the reader of our output has gone, as `head` does
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123
        return 0
    except Exception as error:
        if os.environ.get(DEBUG_VARIABLE):
            import traceback

            traceback.print_exc()
        _show(_internal(error))
        return InternalError.exit_code
    return 0


def _show(error: OhifbuildError) -> None:
    from rich.console import Console  # only here: it takes longer to import than --help takes to run

    from ohifbuild.core.console import show_error

    show_error(error, Console(stderr=True, highlight=False, soft_wrap=True))


def _internal(error: Exception) -> InternalError:
    return InternalError(
        f"ohifbuild met something it did not expect: {type(error).__name__}: {error}",
        cause="This is a defect in ohifbuild, or in something it relies on.",
        fix=f"Run the same command with {DEBUG_VARIABLE}=1 and report what it prints.",
    )


def _as_interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
