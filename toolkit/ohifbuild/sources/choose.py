"""Chooses the origin of a recipe's base viewer, with its patches and the extensions that are compiled in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ohifbuild.cache.entries import Cache
from ohifbuild.config.recipe import Recipe
from ohifbuild.core.console import Reporter
from ohifbuild.core.errors import OriginUnavailable
from ohifbuild.core.resources import patches
from ohifbuild.packages.package import Package
from ohifbuild.patches.series import load
from ohifbuild.releases.catalogue import ReleasePin, catalogue
from ohifbuild.sources.base_viewer import BaseSource
from ohifbuild.sources.checkout import has_checkout
from ohifbuild.sources.git import NOTHING, source_build
from ohifbuild.sources.git_remote import remote_answers
from ohifbuild.sources.package_dependencies import decide_run_time_dependencies
from ohifbuild.sources.published import published_viewer


def choose(
    recipe: Recipe,
    pin: ReleasePin,
    packages: Sequence[Package],
    cache: Cache,
    *,
    locked_dependencies: Mapping[str, str] = NOTHING,
    offline: bool,
    reporter: Reporter,
) -> BaseSource:
    """What the base viewer of ``pin`` is made of.

    ``auto`` is git where its remote answers, else published, with a line that says so.

    Args:
        packages: all; git compiles in those that are not only for run time.
        locked_dependencies: what the lock has of the packages' dependencies.

    Raises:
        OriginUnavailable: the origin cannot give what the recipe asks for.
        OhifbuildError: as ``source_build``, ``published_viewer`` and ``decide_run_time_dependencies``.
    """
    if _is_from_git(recipe, pin, cache, offline=offline, reporter=reporter):
        return source_build(
            pin,
            recipe.source or catalogue().source,
            load(patches(), *recipe.patches),
            cache,
            ref=recipe.ref,
            packages=[package for package in packages if not package.only_at_run_time],
            typecheck=recipe.typecheck,
            allow_missing=recipe.allow_missing,
            locked_dependencies=locked_dependencies,
            offline=offline,
            reporter=reporter,
        )
    if recipe.source or recipe.ref or recipe.patches:
        raise OriginUnavailable(
            "The published release is not built from source, so it takes no source, ref or patches.",
            cause="They apply to the git origin only.",
            fix="ohifbuild build --from git",
        )
    viewer = published_viewer(pin, cache, offline=offline, reporter=reporter)
    dependencies = decide_run_time_dependencies(
        packages, locked_dependencies, pin.version, cache, offline=offline, reporter=reporter
    )
    return replace(viewer, dependencies=dependencies)


def needs_source(recipe: Recipe) -> bool:
    """Whether only a build from source can give what the recipe asks for."""
    return bool(recipe.source or recipe.ref or recipe.patches)


def _is_from_git(
    recipe: Recipe,
    pin: ReleasePin,
    cache: Cache,
    *,
    offline: bool,
    reporter: Reporter,
) -> bool:
    if recipe.origin != "auto":
        return recipe.origin == "git"
    if needs_source(recipe):
        return True
    if not pin.npm_integrity and pin.commit:
        return True
    if not pin.commit:
        reporter.say(f"The commit of {pin.tag} is not pinned: taking the published release.")
        return False
    if has_checkout(pin.commit, cache):
        return True
    source = catalogue().source
    if offline or not remote_answers(source):
        reporter.say(f"{source} does not answer: taking the published release instead.")
        return False
    return True
