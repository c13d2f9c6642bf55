"""``ohifbuild doctor``."""

from __future__ import annotations

import sys

import click
from rich.console import Console

from ohifbuild.commands.common import Surroundings, with_surroundings
from ohifbuild.errors import FaultsFound


@click.command("doctor")
@click.argument("link")
@click.option("--insecure", is_flag=True, help="Send the token although the server's certificate is not trusted.")
@with_surroundings
def command(surroundings: Surroundings, /, link: str, insecure: bool) -> None:
    """Say what is wrong with this machine, or with the deployment that LINK leads to, and what to change.

    LINK is the whole link of a study, in quotes, with its token; - reads it from standard input, which keeps the token
    out of the shell's history.
    """
    from ohifbuild.doctor import examine_deployment
    from ohifbuild.doctor.show import render

    report = examine_deployment(sys.stdin.readline() if link == "-" else link, insecure=insecure)
    surroundings.result(report.document())
    if not surroundings.as_json:
        Console(highlight=False).print(render(report))
    if report.cause:
        raise FaultsFound(f"{report.cause.title}: {report.cause.found}", fix=report.cause.change)
