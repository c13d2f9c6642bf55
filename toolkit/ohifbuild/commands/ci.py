"""``ohifbuild ci``: write a pipeline for GitHub or GitLab."""

from __future__ import annotations

from pathlib import Path
from typing import cast, get_args

import click

from ohifbuild.commands.common import CommandContext, with_command_context
from ohifbuild.config.recipe import RECIPE_NAME
from ohifbuild.core.errors import RecipeError
from ohifbuild.core.paths import is_file
from ohifbuild.supply.pipelines import REQUIREMENT, Engine, Pipeline, Publish, jobs_of


@click.command("ci")
@click.argument("engine", type=click.Choice(get_args(Engine)))
@click.option(
    "--recipe", "recipes", multiple=True, type=click.Path(path_type=Path), help="A viewer's recipe; repeatable."
)
@click.option(
    "--publish", type=click.Choice(get_args(Publish)), default="release", show_default=True, help="Where viewers go."
)
@click.option("--requirement", default=REQUIREMENT, show_default=True, help="What pip installs to get ohifbuild.")
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=Path(),
    help="The folder of the repository (default: this folder).",
)
@with_command_context
def command(
    context: CommandContext,
    /,
    engine: str,
    recipes: tuple[Path, ...],
    publish: str,
    requirement: str,
    into: Path,
) -> None:
    """Write a pipeline for GitHub or GitLab.

    The pipeline builds, proves and publishes your viewers on the runners of ENGINE.

    \b
    Example:
      ohifbuild ci github --recipe ward/ohifbuild.toml
    """
    try:
        pipeline = Pipeline(
            cast("Engine", engine), jobs_of(recipes or (Path(RECIPE_NAME),)), cast("Publish", publish), requirement
        )
    except ValueError as error:
        raise RecipeError(
            f"{error}.", cause="It would stand in the pipeline file.", fix="Name recipes inside the repository."
        ) from error
    path = pipeline.write(into)
    names, built = [job.name for job in pipeline.jobs], [job.recipe for job in pipeline.jobs]
    for recipe in built:
        if not is_file(into / recipe):
            context.reporter.warn(f"The pipeline builds {recipe}, which does not exist yet in {into.absolute()}.")
    context.reporter.say(f"{path} is written. It builds {' and '.join(built)}.")
    context.reporter.say("Commit it with each recipe and its lock, which this writes: ohifbuild lock")
    context.result({"pipeline": str(path), "jobs": names})
