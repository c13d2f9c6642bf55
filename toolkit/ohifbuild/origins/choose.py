"""Which origin a recipe's ``from`` means."""

from __future__ import annotations

from ohifbuild.cache import Cache
from ohifbuild.console import Reporter
from ohifbuild.errors import OriginUnavailable
from ohifbuild.origins import published
from ohifbuild.origins.base import BaseViewer
from ohifbuild.recipe import Recipe
from ohifbuild.releases import ReleasePin


def base_viewer(recipe: Recipe, pin: ReleasePin, cache: Cache, *, offline: bool, reporter: Reporter) -> BaseViewer:
    """The base viewer of the release, from the origin that the recipe asks for.

    Raises:
        OriginUnavailable: that origin cannot provide it.
        OhifbuildError: as the origin itself.
    """
    if recipe.origin == "git":
        raise OriginUnavailable(
            "Building from git is not there yet.",
            cause="This version of ohifbuild builds from published releases only.",
            fix="ohifbuild build --from published",
        )
    if recipe.origin == "auto":
        reporter.say("Taking the published release: building from git is not there yet.")
    return published.base_viewer(pin, cache, offline=offline, reporter=reporter)
