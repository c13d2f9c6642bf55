"""The dist that tests use: a given one, or one that is built of the package's recipe."""

from __future__ import annotations

from pathlib import Path

from ohifbuild.cache.default import default_cache
from ohifbuild.config.recipe import RECIPE_NAME
from ohifbuild.core.errors import RecipeError
from ohifbuild.lock.lock_file import lock_path, read_lock_if_any
from ohifbuild.lock.resolve import resolve
from ohifbuild.workflow import build
from ohifbuild.workspaces.recipe import load_recipe


def build_dist(recipe: Path, output: Path) -> Path:
    """Builds a recipe's viewer without its proof; the release is that of the recipe's lock file, if there is one.

    Args:
        recipe: the recipe's file.
        output: the folder to write; the recipe's own output is left as it is.

    Raises:
        OhifbuildError: as ``load_recipe``, ``resolve`` and ``build``.
    """
    wanted = load_recipe(recipe, {"output": output, "verify": False})
    return build(resolve(wanted, locked=read_lock_if_any(lock_path(recipe)), cache=default_cache())).path


def recipe_above(folder: Path, top: Path) -> Path:
    """The recipe in ``folder``, or in the nearest folder above it, up to ``top``.

    Raises:
        RecipeError: there is none.
    """
    for place in (folder, *folder.parents):
        if (place / RECIPE_NAME).is_file():
            return place / RECIPE_NAME
        if place == top:
            break
    raise RecipeError(
        f"There is no {RECIPE_NAME} in {folder}.",
        cause="The fixtures of ohifbuild build the viewer that the package's recipe describes.",
        fix=f"Write a {RECIPE_NAME}, or name a recipe or a dist: pytest --ohif-recipe FILE, or --ohif-dist FOLDER",
    )
