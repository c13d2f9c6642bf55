"""``ohifbuild serve``."""

from __future__ import annotations

import re
from pathlib import Path

import click

from ohifbuild.commands.common import CommandContext, with_command_context

HOST_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")


def _host_names(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        if not HOST_NAME.fullmatch(value):
            raise click.BadParameter(
                f"{value} is not a host name; expected one such as viewer.example, without a port."
            )
    return values


@click.command("serve")
@click.argument("dist", type=click.Path(path_type=Path), default=Path("dist"))
@click.option("--dicomweb", metavar="URL", required=True, help="The archive's DICOMweb root.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at; 0.0.0.0 for all.")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0 for any free one.")
@click.option("--https", is_flag=True, help="Speak HTTPS, with a certificate of our own making if none is given.")
@click.option("--certificate", type=click.Path(path_type=Path), help="Your certificate, with its chain, for HTTPS.")
@click.option("--key", type=click.Path(path_type=Path), help="Its key.")
@click.option(
    "--allowed-host",
    "allowed_hosts",
    metavar="NAME",
    multiple=True,
    callback=_host_names,
    help="Another name by which browsers reach it, such as that of a proxy in front; repeatable.",
)
@with_command_context
def command(
    context: CommandContext,
    /,
    dist: Path,
    dicomweb: str,
    host: str,
    port: int,
    https: bool,
    certificate: Path | None,
    key: Path | None,
    allowed_hosts: tuple[str, ...],
) -> None:
    """Serve DIST, with a real archive behind it. Public URL and DICOMweb root are those DIST was built for."""
    # Only here: they take a noticeable time to import.
    from ohifbuild.server.certificates import own, self_signed
    from ohifbuild.server.serve import Secure, serve

    if bool(certificate) != bool(key):
        raise click.UsageError("--certificate and --key need each other.")
    secure = None
    if certificate and key:
        secure = Secure(own(certificate, key))
    elif https:
        made = self_signed(host)
        secure = Secure(made.context(), made)
    serve(dist, dicomweb, host=host, port=port, reporter=context.reporter, secure=secure, allowed_hosts=allowed_hosts)
