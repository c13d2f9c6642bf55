"""``ohifbuild move``."""

from __future__ import annotations

from pathlib import Path

import click

from ohifbuild.commands.common import CommandContext, with_command_context
from ohifbuild.workflow import move


@click.command("move")
@click.argument("dist", type=click.Path(path_type=Path), default=Path("dist"))
@click.option("--output", type=click.Path(path_type=Path), help="Where the moved dist goes (default: in place).")
@click.option("--public-url", help="The path it will be served under, such as /ohif/.")
@click.option("--dicomweb-root", help="The archive's path or URL.")
@with_command_context
def command(
    context: CommandContext, /, dist: Path, output: Path | None, public_url: str | None, dicomweb_root: str | None
) -> None:
    """Move a finished DIST to another path or archive, without building it again."""
    if public_url is None and dicomweb_root is None:
        raise click.UsageError("Say where to: --public-url, --dicomweb-root, or both.")
    target = output or dist
    manifest = move(dist, target, public_url=public_url, dicomweb_root=dicomweb_root)
    context.reporter.say(f"{target} is now for {manifest.inputs['options']['public_url']}: {manifest.digest}")
    context.reporter.say(f"Prove it again with: ohifbuild verify {target}")
    context.result({"dist": str(target), "digest": manifest.digest, "options": manifest.inputs["options"]})
