"""``ohifbuild deploy``: write the files that a server needs."""

from __future__ import annotations

import re
from dataclasses import asdict
from pathlib import Path, PurePosixPath
from typing import cast

import click

from ohifbuild.commands.common import CommandContext, with_command_context
from ohifbuild.core.errors import DeploymentDiffers
from ohifbuild.deploy import KINDS, Changes, DeployOptions, Kind, check, deploy

DEFAULT = DeployOptions()
VIEWER = "viewer/"
NAMED = re.compile(r"[a-z][a-z0-9-]*=")


@click.command("deploy")
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("dist", type=click.Path(path_type=Path), default=Path("dist"))
@click.option("--output", type=click.Path(path_type=Path), help="The folder to write (default: deploy-KIND).")
@click.option(
    "--archive",
    "archives",
    metavar="[NAME=]URL",
    multiple=True,
    help="The archive, as the web server reaches it (default: http://127.0.0.1:8042, an Orthanc). With a NAME: a "
    "further archive of the viewer.",
)
@click.option("--host", default=DEFAULT.host, show_default=True, help="The host name that users type; _ for any.")
@click.option("--certificate", metavar="FILE", default="", help="For HTTPS: the certificate's path on the server.")
@click.option("--key", metavar="FILE", default="", help="For HTTPS: the key's path on the server.")
@click.option("--port", type=click.IntRange(1, 65535), help="Without HTTPS (default: 80; for Orthanc itself 8042).")
@click.option("--tls-port", type=click.IntRange(1, 65535), help="With HTTPS (default: 443).")
@click.option(
    "--orthanc-settings",
    metavar="PATH",
    type=click.Path(path_type=Path),
    help="The file or folder that configures your Orthanc; the settings of the filter are added to it.",
)
@click.option(
    "--behind-proxy",
    metavar="ADDRESS[,…]",
    default="",
    help="TLS ends at a proxy in front, with these addresses or networks; its X-Forwarded headers are believed.",
)
@click.option(
    "--public-origin", metavar="URL", default="", help="Behind a proxy: scheme, host and port that users type."
)
@click.option(
    "--prefix-stripped", metavar="PATH", default="", help="The proxy in front takes this off the beginning of paths."
)
@click.option("--http3", is_flag=True, help="HTTP/3 too, with nginx 1.25.1 or newer; it needs its UDP port open.")
@click.option("--name", default="", help="Tells this deployment from others on the server (default: from the host).")
@click.option("--check", "only_check", is_flag=True, help="Say what would change in the folder, and write nothing.")
@click.option("--installed-at", metavar="FOLDER", help="Where the folder will be on the server (default: as written).")
@with_command_context
def command(
    context: CommandContext,
    /,
    kind: str,
    dist: Path,
    output: Path | None,
    archives: tuple[str, ...],
    host: str,
    certificate: str,
    key: str,
    port: int | None,
    tls_port: int | None,
    orthanc_settings: Path | None,
    installed_at: str | None,
    behind_proxy: str,
    public_origin: str,
    prefix_stripped: str,
    http3: bool,
    name: str,
    only_check: bool,
) -> None:
    """Write the files that a server needs.

    The folder holds DIST, the configuration of the server, and what enforces tokens. The
    public URL, the DICOMweb root and the token header are those that DIST was built for.

    \b
    Example:
      ohifbuild deploy nginx dist --host viewer.example --archive http://127.0.0.1:8042
    """
    unnamed = [text for text in archives if not NAMED.match(text)]
    if len(unnamed) > 1:
        raise click.BadParameter("expected one URL without a name, for the first archive", param_hint="--archive")
    options = DeployOptions(
        archive="".join(unnamed),
        archives=tuple(text for text in archives if NAMED.match(text)),
        host=host,
        certificate=certificate,
        key=key,
        port=port or 0,
        tls_port=tls_port or 0,
        orthanc_settings=orthanc_settings,
        installed_at=PurePosixPath(installed_at) if installed_at else None,
        behind_proxy=tuple(address.strip() for address in behind_proxy.split(",")) if behind_proxy else (),
        public_origin=public_origin,
        prefix_stripped=prefix_stripped,
        http3=http3,
        name=name,
    )
    target = output or Path(f"deploy-{kind}")
    if only_check:
        _say(context, target, check(cast("Kind", kind), dist, target, options))
        return
    done = deploy(cast("Kind", kind), dist, target, options, context.reporter)
    context.reporter.say(f"{done.target} is ready. What remains to be done on the server:")
    for number, step in enumerate(done.steps, 1):
        context.reporter.say(f"  {number}. {step}")
    context.result({"target": str(done.target), "files": list(done.files), "steps": list(done.steps)})


def _say(context: CommandContext, target: Path, found: Changes) -> None:
    """Says what would change.

    Raises:
        DeploymentDiffers: something would change.
    """
    context.result({"target": str(target), **asdict(found)})
    if not found:
        context.reporter.say(f"A deployment would change nothing in {target}.")
        return
    for diff in found.diffs:
        context.reporter.debug(diff)
    kinds = (("+", "added", found.added), ("~", "changed", found.changed), ("-", "removed", found.removed))
    files = [f"  {sign} {name}" for sign, _, names in kinds for name in names if not name.startswith(VIEWER)]
    counts = [f"{sum(name.startswith(VIEWER) for name in names)} {word}" for _, word, names in kinds]
    raise DeploymentDiffers(
        f"A deployment would change {target}.",
        cause="The viewer, the options or ohifbuild changed since it was written, or somebody changed a file.",
        fix="To write it, run the command without --check. With --verbose, it shows the differences.",
        details="\n".join(
            [*(f"  {fact}" for fact in found.facts), *files, f"  files of the viewer: {', '.join(counts)}"]
        ),
    )
