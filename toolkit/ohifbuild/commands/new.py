"""``ohifbuild new``: write a new extension or mode package."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ohifbuild.commands.common import CommandContext, with_command_context
from ohifbuild.core.console import Level
from ohifbuild.scaffold.package_request import MODULES, PackageRequest, package_request
from ohifbuild.scaffold.write_package import write_package


@click.command("new")
@click.argument("name")
@click.option("--kind", metavar="KIND", help="extension (default) or mode.")
@click.option(
    "--module",
    "modules",
    multiple=True,
    metavar="MODULE",
    help=f"A module of the extension: {', '.join(MODULES)}. Repeatable, or a list with commas. Default: panel.",
)
@click.option("--language", metavar="LANGUAGE", help="typescript (default) or javascript.")
@click.option("--into", type=click.Path(path_type=Path), help="The folder to write (default: NAME without its scope).")
@click.option("--yes", is_flag=True, help="Ask nothing; take the defaults.")
@with_command_context
def command(
    context: CommandContext,
    /,
    name: str,
    kind: str | None,
    modules: tuple[str, ...],
    language: str | None,
    into: Path | None,
    yes: bool,
) -> None:
    """Write a new extension or mode package.

    NAME is the package's name on npm. On a terminal, the command asks for what no flag says. The package has tests,
    a recipe and a pipeline.

    \b
    Example:
      ohifbuild new extension-notes --module panel,toolbar
    """
    asks = _is_terminal() and not yes and not context.as_json and context.reporter.level > Level.QUIET
    if asks:  # what is wrong already is said before any question
        package_request(
            name, into, kind or "extension", modules or (() if kind == "mode" else ("panel",)), language or "typescript"
        )
    if kind is None:
        kind = _choice("Kind", ("extension", "mode"), "extension", asks=asks)
    if not modules and kind == "extension":
        modules = (_answer(f"Modules ({', '.join(MODULES)})", "panel", asks=asks),)
    if language is None:
        language = _choice("Language", ("typescript", "javascript"), "typescript", asks=asks)
    request = package_request(name, into, kind, modules, language)
    files = write_package(request)
    _show(context, request, files)
    context.result(
        {
            "package": request.name.npm,
            "folder": str(request.into),
            "kind": request.kind,
            "modules": request.modules,
            "language": request.language,
            "files": files,
        }
    )


def _is_terminal() -> bool:
    return sys.stdin.isatty()


def _choice(text: str, values: tuple[str, ...], default: str, *, asks: bool) -> str:
    if not asks:
        return default
    answer: str = click.prompt(text, default=default, type=click.Choice(values), err=True)
    return answer


def _answer(text: str, default: str, *, asks: bool) -> str:
    answer: str = click.prompt(text, default=default, err=True) if asks else default
    return answer


def _show(context: CommandContext, request: PackageRequest, files: tuple[str, ...]) -> None:
    say = context.reporter.say
    say(f"{request.name.npm} is in {request.into}, with {len(files)} files. Go on:")
    say(f"  cd {request.into}")
    say("  ohifbuild dev      # links to open; each saved change is in the open pages")
    say("  ohifbuild build    # a viewer with it, in dist, and its proof")
    say("README.md says what each file is for.")
