"""``ohifbuild eject``: write a workspace for OHIF's own tools."""

from __future__ import annotations

import shutil
from pathlib import Path

import click

from ohifbuild.commands.common import CommandContext, with_command_context
from ohifbuild.config.recipe import RECIPE_NAME, Recipe
from ohifbuild.lock.lock_file import lock_path, read_lock_if_any
from ohifbuild.releases.catalogue import catalogue, find_release
from ohifbuild.viewer.output import staged
from ohifbuild.workspaces.eject import Ejected, eject, files_of
from ohifbuild.workspaces.recipe import load_recipe

NO_MARKER = ".written-by-nobody"
"""A workspace belongs to its user from the start: none is ever replaced."""


@click.command("eject")
@click.option("--recipe", type=click.Path(path_type=Path), help=f"The recipe (default: {RECIPE_NAME} if it exists).")
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    default=Path("ohif-workspace"),
    show_default=True,
    help="The folder to write.",
)
@with_command_context
def command(context: CommandContext, /, recipe: Path | None, output: Path) -> None:
    """Write a workspace for OHIF's own tools.

    The folder holds what OHIF's formats can say of a recipe, with copies of its packages, and the rest as a recipe.
    The command lists what OHIF's tools do not do with it.

    \b
    Example:
      ohifbuild eject --output my-workspace
    """
    if recipe is None and not Path(RECIPE_NAME).is_file():
        context.reporter.say(f"There is no {RECIPE_NAME} here, so the workspace has the defaults.")
    wanted = load_recipe(recipe, {}, reporter=context.reporter)
    made = eject(wanted, _version(wanted, recipe))
    with staged(output, NO_MARKER) as work:
        _write(made, work)
    context.reporter.say(f"{output} is written. OHIF's own tools do without:")
    for line in made.lost:
        context.reporter.say(f"  {line}")
    context.reporter.say("With create-ohif (OHIF 3.14): copy scripts/ from a new workspace of: pnpm create ohif@beta")
    context.reporter.say("With OHIF 3.13 or older: add the entries of pluginConfig.json to that of OHIF's source.")
    context.reporter.say(f"With ohifbuild, as before: ohifbuild build --recipe {output / RECIPE_NAME}")
    context.result({"workspace": str(output), "files": sorted(made.texts), "lost": list(made.lost)})


def _version(wanted: Recipe, recipe: Path | None) -> str:
    """The release of the lock, if it is about the recipe's version; else the catalogue's."""
    facts = read_lock_if_any(lock_path(recipe)).sections.get("release", {})
    return (
        facts["version"] if facts.get("wish") == wanted.version else find_release(wanted.version, catalogue()).version
    )


def _write(made: Ejected, work: Path) -> None:
    for name, text in made.texts.items():
        (work / name).parent.mkdir(parents=True, exist_ok=True)
        (work / name).write_text(text, encoding="utf-8")
    for name, data in made.images.items():
        (work / name).write_bytes(data)
    for name, package in made.packages.items():
        for path in files_of(package):
            target = work / name / path
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(package / path, target)
