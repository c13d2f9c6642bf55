"""``ohifbuild serve``: serve a viewer with your archive behind it."""

from __future__ import annotations

import re
from pathlib import Path

import click

from ohifbuild.commands.common import CommandContext, with_command_context

URL = re.compile(r"https?://[^/\s]+\S*", re.IGNORECASE)
NAMED_URL = re.compile(r"[a-z][a-z0-9-]*=https?://[^/\s]+/\S*", re.IGNORECASE)
HOST_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")


def _host_names(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        if not HOST_NAME.fullmatch(value):
            raise click.BadParameter(
                f"{value} is not a host name; expected one such as viewer.example, without a port."
            )
    return values


def _archives(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    for value in values:
        if not NAMED_URL.fullmatch(value):
            raise click.BadParameter(
                f"{value.rpartition('@')[2]} is not NAME=URL, such as ward=http://localhost:8043/dicom-web."
            )
    return dict(value.split("=", 1) for value in values)


@click.command("serve")
@click.argument("dist", type=click.Path(path_type=Path), default=Path("dist"))
@click.option("--dicomweb", metavar="URL", required=True, help="The archive's DICOMweb root.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on; 0.0.0.0 for all.")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0 for any free one.")
@click.option("--https", is_flag=True, help="Use HTTPS, with a self-signed certificate if none is given.")
@click.option("--certificate", type=click.Path(path_type=Path), help="Your certificate, with its chain, for HTTPS.")
@click.option("--key", type=click.Path(path_type=Path), help="The key of the certificate.")
@click.option(
    "--allowed-host",
    "allowed_hosts",
    metavar="NAME",
    multiple=True,
    callback=_host_names,
    help="Another host name that browsers use, such as the name of a proxy in front; repeatable.",
)
@click.option(
    "--archive",
    "archives",
    metavar="NAME=URL",
    multiple=True,
    callback=_archives,
    help="The DICOMweb root of a further archive of the viewer; repeatable.",
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
    archives: dict[str, str],
) -> None:
    """Serve a viewer with your archive behind it.

    The public URL and the DICOMweb root are those that DIST was built for.

    \b
    Examples:
      ohifbuild serve dist --dicomweb http://localhost:8042/dicom-web
      ohifbuild serve dist --dicomweb http://localhost:8042/dicom-web --host 0.0.0.0 --https
    """
    # Only here: they take a noticeable time to import.
    from ohifbuild.server.certificates import self_signed, user_context
    from ohifbuild.server.serve import Https, serve

    if not URL.fullmatch(dicomweb):
        shown = dicomweb.rpartition("@")[2]
        expected = "expected an http or https URL, such as http://localhost:8042/dicom-web"
        raise click.BadParameter(f"{shown}: {expected}", param_hint="--dicomweb")
    if bool(certificate) != bool(key):
        raise click.UsageError("--certificate and --key must be given together.")
    settings = None
    if certificate and key:
        settings = Https(user_context(certificate, key))
    elif https:
        made = self_signed(host)
        settings = Https(made.context(), made)
    serve(
        dist,
        dicomweb,
        host=host,
        port=port,
        reporter=context.reporter,
        https=settings,
        allowed_hosts=allowed_hosts,
        further=archives,
    )
