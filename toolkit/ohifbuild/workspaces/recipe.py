"""Loads a recipe together with the workspace that it names."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ohifbuild.config import recipe
from ohifbuild.config.beneath import Beneath
from ohifbuild.config.recipe import Recipe
from ohifbuild.core.console import Reporter, SilentReporter
from ohifbuild.workspaces.read import read_workspace


def load_recipe(path: Path | None, flags: Mapping[str, object], *, reporter: Reporter | None = None) -> Recipe:
    """The recipe in a file, with ``flags`` in place of what the file says, and both above a workspace of OHIF's tools.

    Args:
        path: a TOML file; None for ``ohifbuild.toml`` in the current folder, if it exists. Relative paths in the file
            are relative to its folder.
        flags: values by field name of ``Recipe``.
        reporter: is given a warning for each key of the workspace that is left out; default: nobody.

    Raises:
        RecipeError: the file cannot be read or a value is invalid; ``details`` has a line for each problem.
        WorkspaceInvalid: the workspace cannot be read.
    """

    def read(place: Path) -> Beneath:
        workspace = read_workspace(place)
        for note in workspace.notes():
            (reporter or SilentReporter()).warn(note)
        return Beneath(str(workspace.path), workspace.values)

    return recipe.load_recipe(path, flags, read)
