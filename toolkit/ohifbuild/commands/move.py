"""``ohifbuild move``: move a viewer to another path or archive."""

from __future__ import annotations

from pathlib import Path

import click

from ohifbuild.commands.common import CommandContext, with_command_context
from ohifbuild.workflow import move


@click.command("move")
@click.argument("dist", type=click.Path(path_type=Path), default=Path("dist"))
@click.option("--output", type=click.Path(path_type=Path), help="The folder to write (default: DIST itself).")
@click.option("--public-url", help="The path that the viewer is served under, such as /ohif/.")
@click.option("--dicomweb-root", help="The archive's DICOMweb path or URL.")
@with_command_context
def command(
    context: CommandContext, /, dist: Path, output: Path | None, public_url: str | None, dicomweb_root: str | None
) -> None:
    """Move a viewer to another path or archive.

    Nothing is built. The result is what a build for that place would have made.

    \b
    Example:
      ohifbuild move dist --public-url /ohif/
    """
    if public_url is None and dicomweb_root is None:
        raise click.UsageError("Give --public-url, --dicomweb-root, or both.")
    target = output or dist
    manifest = move(dist, target, public_url=public_url, dicomweb_root=dicomweb_root)
    context.reporter.say(f"{target} is now for {manifest.inputs['options']['public_url']}: {manifest.digest}")
    context.reporter.say(f"Prove it again with: ohifbuild verify {target}")
    context.result({"dist": str(target), "digest": manifest.digest, "options": manifest.inputs["options"]})
