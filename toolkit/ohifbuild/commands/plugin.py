"""``ohifbuild plugin pack``: pack a package as a plugin that OHIF 3.14 loads at run time."""

from __future__ import annotations

import json
from pathlib import Path

import click

from ohifbuild.cache.default import default_cache
from ohifbuild.commands.common import CommandContext, with_command_context
from ohifbuild.core.paths import is_file
from ohifbuild.packages.package import read_packages
from ohifbuild.viewer.plugin_pack import Format, pack_plugin


@click.group("plugin")
def command() -> None:
    """Pack a package as a plugin of OHIF 3.14.

    \b
    Example:
      ohifbuild plugin pack ./my-extension
    """


@command.command("pack")
@click.argument("package", type=click.Path(path_type=Path))
@click.option("--output", type=click.Path(path_type=Path), default=Path("plugins"), help="The folder to write.")
@click.option("--format", "form", type=click.Choice(["umd", "esm"]), default="umd", help="The kind of bundle.")
@click.option("--url", default="/plugins/", help="The path or URL under which the folder will be served.")
@click.option("--offline", is_flag=True, help="Use what the cache holds.")
@with_command_context
def pack(context: CommandContext, /, package: Path, output: Path, form: Format, url: str, offline: bool) -> None:
    """Pack a package as a plugin of OHIF 3.14.

    Writes OUTPUT/NAME/VERSION/ with the bundle and its descriptor, which is an entry of "extensions" or "modes" in
    OHIF's configuration.

    \b
    Example:
      ohifbuild plugin pack ./my-extension --output plugins
    """
    if not is_file(package / "package.json"):
        raise click.BadParameter(f"{package} is not a folder with a package.json.", param_hint="PACKAGE")
    (found,) = read_packages([package])
    descriptor = pack_plugin(
        found,
        output,
        form,
        default_cache(),
        url=url if url.endswith("/") else f"{url}/",
        offline=offline,
        reporter=context.reporter,
    )
    written = descriptor.written()
    context.reporter.say(f"{output / found.name / found.version} is the plugin. Add this to OHIF's {found.kind}:")
    context.reporter.say(json.dumps(written, indent=2))
    context.result({"plugin": written})
