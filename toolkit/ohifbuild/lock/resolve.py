"""From a recipe to a resolution: everything that decides a dist's bytes, decided once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ohifbuild import __version__
from ohifbuild.cache.default import default_cache
from ohifbuild.cache.entries import Cache
from ohifbuild.config.recipe import Recipe
from ohifbuild.core.console import Reporter, SilentReporter
from ohifbuild.core.resources import extension_template
from ohifbuild.lock.lock_file import Lock
from ohifbuild.packages.package import read_own_package, read_packages
from ohifbuild.patches.series import digest
from ohifbuild.releases.catalogue import ReleasePin, catalogue, find_release
from ohifbuild.sources.base_viewer import BaseSource
from ohifbuild.sources.choose import choose, needs_source
from ohifbuild.sources.package_sources import provide_packages
from ohifbuild.viewer.compress import compressors
from ohifbuild.viewer.config_module import ConfigModule, bundle_config_module
from ohifbuild.viewer.extensions import DIGEST_LENGTH, Bundles, bundle_all
from ohifbuild.viewer.minify import minifiers

# Keys of the recipe that name places on this machine, that only decide what is checked, or that the lock has in
# sections of their own.
NOT_OPTIONS = {
    "version",
    "origin",
    "output",
    "verify",
    "typecheck",
    "allow_missing",
    "extensions",
    "workspace",
    "claims",
    "source",
    "ref",
    "patches",
    "app_config_module",
}
NO_LOCK = Lock({})


@dataclass(frozen=True)
class Resolution:
    """What a recipe comes to: the same resolution gives the same bytes.

    Args:
        recipe: the recipe that was resolved.
        base: origin, release, commit or integrity, patches and tools of the base viewer.
        bundles: the extensions that are injected, bundled.
        integrities: of the packages that come from the registry, by what the recipe calls them.
        config_module: the recipe's ``app_config_module``, bundled.
    """

    recipe: Recipe
    base: BaseSource
    bundles: Bundles
    integrities: Mapping[str, str] = field(default_factory=dict)
    config_module: ConfigModule | None = None

    @property
    def release(self) -> ReleasePin:
        """The OHIF release, with the commit or the npm integrity that is used."""
        return self.base.release

    @property
    def options(self) -> dict[str, Any]:
        """The recipe's keys that decide the dist's bytes, as JSON values."""
        return self.recipe.model_dump(mode="json", exclude=NOT_OPTIONS, exclude_none=True)

    @property
    def lock(self) -> Lock:
        """The resolution as facts, for ``ohifbuild.lock`` and to compare it with another one."""
        base, pin = self.base, self.release
        release = {
            "wish": self.recipe.version,
            "version": pin.version,
            "tag": pin.tag,
            "origin": base.origin,
            "base": base.key,
        }
        toolchain = {"ohifbuild": __version__, **minifiers(), **compressors()}
        extensions = {item.package.name: f"{item.package.version} {item.digest}" for item in self.bundles.packages}
        for package in self.bundles.waiting:
            extensions[package.name] = f"{package.version} {package.digest[:DIGEST_LENGTH]}"
        if base.origin == "published":
            release["npm"] = str(pin.npm_integrity)
        if pin.commit:
            release["commit"] = pin.commit
        if base.origin == "git":
            toolchain |= {"package_manager": pin.package_manager, "bundler": pin.bundler, "node": pin.node}
        if self.recipe.ref:
            release["ref"] = self.recipe.ref
        options = {name: _text(value) for name, value in self.options.items()}
        if self.config_module:
            options["app_config_module"] = self.config_module.name
        sections: dict[str, Mapping[str, str]] = {
            "release": release,
            "toolchain": toolchain,
            "extensions": {**extensions, **dict(base.compiled)},
            "options": options,
        }
        if self.integrities:
            sections["sources"] = self.integrities
        if base.dependencies.dependencies:
            sections["dependencies"] = base.dependencies.facts()
        if base.origin == "git":
            sections["patches"] = {patch.name: digest([patch])[:12] for patch in base.patches}
        return Lock(sections)


def resolve(
    recipe: Recipe,
    *,
    locked: Lock = NO_LOCK,
    cache: Cache | None = None,
    offline: bool = False,
    reporter: Reporter | None = None,
) -> Resolution:
    """Decides what a recipe is built from. Nothing of OHIF is installed or built.

    OHIF's source is fetched only for a commit that the catalogue does not pin: what it is, only it can say.

    Args:
        locked: a lock whose release, origin and commit are kept, as far as it is about the recipe's ``version``.
        cache: default: the user's.
        offline: ask no remote and no registry.
        reporter: is given the steps and warnings; default: nobody.

    Raises:
        OhifbuildError: the recipe asks for what does not exist or does not fit together; as ``read_packages``,
            ``find_release``, ``choose`` and ``bundle_all``.
    """
    cache, reporter = cache or default_cache(), reporter or SilentReporter()
    provided = provide_packages(
        recipe.extensions, locked.sections.get("sources", {}), cache, offline=offline, reporter=reporter
    )
    packages = read_packages(provided.roots, earlier=provided.problems)
    for package in packages:
        if package.notes:
            reporter.warn(f"{package.name} {'; it '.join(package.notes)}.")
    pin = _pin(recipe, locked)
    wanted = _with_locked_origin(recipe, locked)
    base = choose(
        wanted,
        pin,
        packages,
        cache,
        locked_dependencies=locked.sections.get("dependencies", {}),
        offline=offline,
        reporter=reporter,
    )
    at_run_time = [package for package in packages if package.only_at_run_time or base.origin == "published"]
    own = read_own_package(extension_template())
    bundles = bundle_all((own, *at_run_time), cache, offline=offline, reporter=reporter)
    path = recipe.app_config_module
    module = bundle_config_module(path, cache, offline=offline, reporter=reporter) if path else None
    return Resolution(recipe, base, bundles, provided.facts, module)


def _pin(recipe: Recipe, locked: Lock) -> ReleasePin:
    """The release of the lock, if the lock is about the recipe's version; else the catalogue's."""
    facts = _facts(recipe, locked)
    if not facts:
        return find_release(recipe.version, catalogue())
    pin = find_release(facts["version"], catalogue())
    commit = facts.get("commit") if facts.get("ref", "") == recipe.ref else None
    pinned = pin.pinned and commit in (None, pin.commit)
    integrity = facts.get("npm") or pin.npm_integrity
    return replace(pin, commit=commit or pin.commit, npm_integrity=integrity, pinned=pinned)


def _with_locked_origin(recipe: Recipe, locked: Lock) -> Recipe:
    """The recipe with what it leaves open as the lock has it: the origin of ``auto``, the commit of a branch."""
    facts = _facts(recipe, locked)
    if recipe.ref:
        commit = facts.get("commit") if facts.get("ref") == recipe.ref else None
        return recipe.model_copy(update={"ref": commit or recipe.ref})
    if recipe.origin != "auto" or needs_source(recipe):
        return recipe
    return recipe.model_copy(update={"origin": facts.get("origin", recipe.origin)})


def _facts(recipe: Recipe, locked: Lock) -> Mapping[str, str]:
    """The lock's facts about the release; none if they are about another version than the recipe asks for."""
    facts = locked.sections.get("release", {})
    return facts if facts.get("wish") == recipe.version else {}


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
