"""Which origin a recipe's ``from`` means, and the base viewer from there."""

from __future__ import annotations

from collections.abc import Sequence

from ohifbuild.cache.entries import Cache
from ohifbuild.config.recipe import Recipe
from ohifbuild.core.console import Reporter
from ohifbuild.core.errors import ExtensionInvalid, OriginUnavailable
from ohifbuild.core.resources import patches
from ohifbuild.patches.series import load, select
from ohifbuild.releases.catalogue import ReleasePin, catalogue
from ohifbuild.sources import git, published
from ohifbuild.sources.base_viewer import BaseViewer
from ohifbuild.sources.checkout import has_checkout
from ohifbuild.sources.git_remote import remote_answers
from ohifbuild.sources.workspace import SourcePackage, is_source_package, read_source_packages


def base_viewer(recipe: Recipe, pin: ReleasePin, cache: Cache, *, offline: bool, reporter: Reporter) -> BaseViewer:
    """The base viewer of the release, from the origin that the recipe asks for.

    ``auto`` is git where its remote answers, else published, with a line that says so.

    Raises:
        OriginUnavailable: that origin cannot provide it.
        OhifbuildError: as the origin itself.
    """
    packages = read_source_packages(path for path in recipe.extensions if is_source_package(path))
    if is_from_git(recipe, pin, packages, cache, offline=offline, reporter=reporter):
        known = load(patches(), *recipe.patches)
        if not select(known, pin.version):
            reporter.warn(f"No patch is for OHIF {pin.version}: its source is built as it is.")
        source = git.Source(recipe.source or catalogue().source, recipe.ref)
        return git.base_viewer(pin, source, known, cache, packages=packages, offline=offline, reporter=reporter)
    if recipe.source or recipe.ref or recipe.patches:
        raise OriginUnavailable(
            "A source, a ref or patches are asked for, but the published release is not built from source.",
            cause="They only mean something for the git origin.",
            fix="ohifbuild build --from git",
        )
    if packages:
        raise ExtensionInvalid(
            f"The extension {packages[0].root} has to be compiled in; a published release is compiled already.",
            cause="Its package.json has the keyword of an OHIF package and no 'ohifbuild' key for run time.",
            fix="ohifbuild build --from git",
        )
    return published.base_viewer(pin, cache, offline=offline, reporter=reporter)


def is_from_git(
    recipe: Recipe,
    pin: ReleasePin,
    packages: Sequence[SourcePackage],
    cache: Cache,
    *,
    offline: bool,
    reporter: Reporter,
) -> bool:
    """Whether the release would be built from its source."""
    if recipe.origin != "auto":
        return recipe.origin == "git"
    if recipe.source or recipe.ref or recipe.patches or packages:
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
