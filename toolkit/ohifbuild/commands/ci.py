"""``ohifbuild ci``."""

from __future__ import annotations

from pathlib import Path
from typing import cast, get_args

import click

from ohifbuild.commands.common import Surroundings, with_surroundings
from ohifbuild.errors import RecipeError
from ohifbuild.pipelines import Engine, Origin, Pipeline, Publish, jobs_of
from ohifbuild.recipe import RECIPE_NAME


@click.command("ci")
@click.argument("engine", type=click.Choice(get_args(Engine)))
@click.option("--recipe", "recipes", multiple=True, type=click.Path(path_type=Path), help="A recipe; several times.")
@click.option("--from", "origins", multiple=True, type=click.Choice(get_args(Origin)), help="An origin; several times.")
@click.option("--publish", type=click.Choice(get_args(Publish)), default="release", show_default=True)
@click.option("--into", type=click.Path(path_type=Path, file_okay=False), default=Path(), help="The repository.")
@with_surroundings
def command(
    surroundings: Surroundings,
    /,
    engine: str,
    recipes: tuple[Path, ...],
    origins: tuple[str, ...],
    publish: str,
    into: Path,
) -> None:
    """Write a pipeline that builds, proves and publishes your viewers on ENGINE's own runners."""
    try:
        chosen = cast("tuple[Origin, ...]", origins or ("published",))
        jobs = jobs_of(recipes or (Path(RECIPE_NAME),), chosen)
    except ValueError as error:
        raise RecipeError(
            f"{error}.", cause="It would stand in the pipeline file.", fix="Name recipes inside the repository."
        ) from error
    path = Pipeline(cast("Engine", engine), jobs, cast("Publish", publish)).write(into)
    surroundings.reporter.say(f"{path}: {len(jobs)} viewers. Commit it with the recipes and ohifbuild.lock.")
    surroundings.result({"pipeline": str(path), "jobs": [job.name for job in jobs]})
