"""The command line: parses, calls, prints. The only place that exits."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from types import FrameType
from typing import NoReturn

import click
from rich.console import Console

from ohifbuild import __version__
from ohifbuild.commands import COMMANDS
from ohifbuild.core.console import show_error
from ohifbuild.core.errors import InternalError, Interrupted, OhifbuildError

DEBUG_VARIABLE = "OHIFBUILD_DEBUG"


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="ohifbuild")
def cli() -> None:
    """Builds OHIF viewers that show the studies of a link's token and nothing else, and proves it."""


for command in COMMANDS:
    cli.add_command(command)


def main() -> NoReturn:
    """The entry point of the ``ohifbuild`` program."""
    signal.signal(signal.SIGTERM, _as_interrupt)
    sys.exit(_status())


def _status() -> int:
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    try:
        cli.main(prog_name="ohifbuild", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        show_error(Interrupted("Stopped; nothing half-written was left."), console)
        return Interrupted.exit_code
    except OhifbuildError as error:
        show_error(error, console)
        return error.exit_code
    except BrokenPipeError:  # the reader of our output has gone, as `head` does
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123
        return 0
    except Exception as error:
        if os.environ.get(DEBUG_VARIABLE):
            traceback.print_exc()
        show_error(_internal(error), console)
        return InternalError.exit_code
    return 0


def _internal(error: Exception) -> InternalError:
    return InternalError(
        f"ohifbuild met something it did not expect: {type(error).__name__}: {error}",
        cause="This is a defect in ohifbuild, or in something it relies on.",
        fix=f"Run the same command with {DEBUG_VARIABLE}=1 and report what it prints.",
    )


def _as_interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
