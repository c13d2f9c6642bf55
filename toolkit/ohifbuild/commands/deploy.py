"""``ohifbuild deploy``."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import cast

import click

from ohifbuild.commands.common import CommandContext, with_command_context
from ohifbuild.deploy import KINDS, DeployOptions, Kind, deploy

DEFAULT = DeployOptions()


@click.command("deploy")
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("dist", type=click.Path(path_type=Path), default=Path("dist"))
@click.option("--output", type=click.Path(path_type=Path), help="The folder to write (default: deploy-KIND).")
@click.option(
    "--archive",
    metavar="URL",
    default="",
    help="As the web server sees it (default: http://127.0.0.1:8042, an Orthanc).",
)
@click.option("--host", default=DEFAULT.host, show_default=True, help="The name users reach it by; _ for any.")
@click.option("--certificate", metavar="FILE", default="", help="For HTTPS: the certificate's path on the server.")
@click.option("--key", metavar="FILE", default="", help="For HTTPS: its key's path on the server.")
@click.option("--port", type=click.IntRange(1, 65535), help="Without HTTPS (default: 80; for Orthanc itself 8042).")
@click.option("--tls-port", type=click.IntRange(1, 65535), help="With HTTPS (default: 443).")
@click.option(
    "--orthanc-settings",
    metavar="PATH",
    type=click.Path(path_type=Path),
    help="The file or folder that configures an Orthanc of yours, to which the filter's settings are added.",
)
@click.option("--installed-at", metavar="FOLDER", help="Where the folder will be on the server (default: as written).")
@with_command_context
def command(
    context: CommandContext,
    /,
    kind: str,
    dist: Path,
    output: Path | None,
    archive: str,
    host: str,
    certificate: str,
    key: str,
    port: int | None,
    tls_port: int | None,
    orthanc_settings: Path | None,
    installed_at: str | None,
) -> None:
    """Write a folder that is ready for a server: DIST, the server's configuration, and what enforces tokens.

    Public URL, DICOMweb root and the token's header are those DIST was built for.
    """
    options = DeployOptions(
        archive=archive,
        host=host,
        certificate=certificate,
        key=key,
        port=port or 0,
        tls_port=tls_port or 0,
        orthanc_settings=orthanc_settings,
        installed_at=PurePosixPath(installed_at) if installed_at else None,
    )
    done = deploy(cast("Kind", kind), dist, output or Path(f"deploy-{kind}"), options, context.reporter)
    context.reporter.say(f"{done.target} is ready. What remains to be done on the server:")
    for number, step in enumerate(done.steps, 1):
        context.reporter.say(f"  {number}. {step}")
    context.result({"target": str(done.target), "files": list(done.files), "steps": list(done.steps)})
