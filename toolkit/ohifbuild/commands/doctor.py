"""``ohifbuild doctor``: check this machine, or a deployed viewer."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from urllib.parse import urlsplit

import click
from rich.console import Console

from ohifbuild.commands.common import CommandContext, with_command_context
from ohifbuild.core.errors import FaultsFound

ORIGIN = re.compile(r"https?://[^\s/?#@]+")


@click.command("doctor")
@click.argument("link", default="")
@click.option("--insecure", is_flag=True, help="Send the token over connections that are not verified, or plain http.")
@click.option(
    "--embedded-in", "portal", metavar="ORIGIN", default="", help="A portal that shows the viewer in a frame."
)
@with_command_context
def command(context: CommandContext, /, link: str, insecure: bool, portal: str) -> None:
    """Check this machine, or a deployed viewer.

    Without LINK, this machine is checked. LINK is the whole link of a study, in quotes, with its token; - reads it from
    standard input, which keeps the token out of the shell's history. Checks that need a token or a study are
    left out if LINK has none.

    \b
    Examples:
      ohifbuild doctor
      ohifbuild doctor 'https://viewer.example/viewer?StudyInstanceUIDs=1.2.3&token=secret'
    """
    # Only here: they take a noticeable time to import.
    from ohifbuild.doctor import examine_deployment
    from ohifbuild.doctor.machine import examine
    from ohifbuild.doctor.terminal import show

    if portal and not _is_origin(portal):
        raise click.BadParameter("expected an origin, such as https://portal.example", param_hint="--embedded-in")
    if link:
        report = examine_deployment(sys.stdin.readline() if link == "-" else link, insecure=insecure, portal=portal)
    else:
        report = examine(context.cache, Path("dist"))
    context.result(report.document())
    if not context.as_json:
        show(report, Console(highlight=False))
    if report.cause:
        count = len(report.wrong)
        raise FaultsFound(
            f"{count} of {len(report.findings)} checks found something wrong, the first cause: {report.cause.title}.",
            fix="Change what is said at 1, and run doctor again.",
        )


def _is_origin(text: str) -> bool:
    try:
        port = urlsplit(text).port
    except ValueError:  # an invalid IPv6 address or port
        return False
    return bool(ORIGIN.fullmatch(text)) and port != 0
