"""What a build locks, and how it keeps to a lock."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ohifbuild import __version__
from ohifbuild.config.recipe import Recipe
from ohifbuild.core.console import Reporter
from ohifbuild.core.disk import disk_errors
from ohifbuild.core.resources import patches
from ohifbuild.dist.compress import compressors
from ohifbuild.dist.inject import Injected
from ohifbuild.lock.lock_file import LOCK_NAME, Lock, differences, read_lock, require_same
from ohifbuild.patches.series import digest, load, select
from ohifbuild.releases.catalogue import ReleasePin, catalogue, resolve
from ohifbuild.sources.base_viewer import BaseViewer
from ohifbuild.sources.workspace import is_source_package
from ohifbuild.tools.esbuild import esbuild_version

# Keys of the recipe that say where things are on this machine, or are locked in their own right.
NOT_OPTIONS = frozenset({"version", "origin", "output", "verify", "extensions", "source", "ref", "patches"})


@dataclass(frozen=True)
class LockBook:
    """A lock file and how to treat it: ``strict`` refuses any difference, ``upgrade`` resolves the release anew."""

    path: Path
    strict: bool = False
    upgrade: bool = False

    def pin(self, recipe: Recipe) -> ReleasePin:
        """The release that the lock says, if it is about what the recipe wishes; else what the catalogue says.

        Raises:
            LockInvalid, UnknownRelease: as ``read_lock`` and ``resolve``.
        """
        release = self._facts()
        if self.upgrade or release.get("wish") != recipe.version:
            return resolve(recipe.version, catalogue())
        pin = resolve(release["version"], catalogue())
        commit = release.get("commit") if release.get("ref", "") == recipe.ref else None
        return replace(pin, commit=commit or pin.commit, npm_integrity=release.get("npm") or pin.npm_integrity)

    def held(self, recipe: Recipe) -> Recipe:
        """The recipe with what it leaves open as the lock has it: of ``auto`` the origin, of a branch the commit.

        Raises:
            LockInvalid: as ``read_lock``.
        """
        release = self._facts()
        if self.upgrade or release.get("wish") != recipe.version:
            return recipe
        if recipe.ref:
            commit = release.get("commit") if release.get("ref") == recipe.ref else None
            return recipe.model_copy(update={"ref": commit or recipe.ref})
        if recipe.origin != "auto" or needs_source(recipe):
            return recipe
        return recipe.model_copy(update={"origin": release.get("origin", recipe.origin)})

    def check(self, lock: Lock) -> None:
        """Whether what a build is about to make is allowed; to be called before it is proven and put in place.

        Raises:
            LockDiffers: ``strict``, and something differs or there is no lock.
            LockInvalid: as ``read_lock``.
        """
        present = self._present()
        if self.strict:
            require_same(present, lock, self.path)

    def write(self, lock: Lock, reporter: Reporter) -> None:
        """Writes the lock of a build that is in place, and says what changes; nothing if ``strict``.

        Raises:
            LockInvalid: as ``read_lock``.
            CacheUnusable, DiskFull: the file cannot be written.
        """
        present = self._present()
        changes = differences(present, lock)
        if self.strict or not changes:
            return
        if present.sections:
            reporter.say(f"{self.path.name} changes in {len(changes)} places:")
            for line in changes:
                reporter.say(f"  {line}")
        with disk_errors(self.path.parent):
            unfinished = self.path.with_name(f".{self.path.name}.part")
            unfinished.write_text(lock.text(), encoding="utf-8")
            unfinished.replace(self.path)

    def release(self) -> str:
        """The version that is locked, or "".

        Raises:
            LockInvalid: as ``read_lock``.
        """
        return self._facts().get("version", "")

    def _present(self) -> Lock:
        """The lock as it is; an empty one where there is none."""
        return read_lock(self.path) if self.path.is_file() else Lock({})

    def _facts(self) -> dict[str, str]:
        return dict(self._present().sections.get("release", {}))


def lock_path(recipe: Path | None) -> Path:
    """Where the lock of a recipe is: beside it and of its name; without a recipe, here."""
    return recipe.with_suffix(Path(LOCK_NAME).suffix) if recipe else Path(LOCK_NAME)


def needs_source(recipe: Recipe) -> bool:
    """Whether only a build from source can give what the recipe asks for, whatever its ``from`` says."""
    return bool(recipe.source or recipe.ref or recipe.patches) or any(map(is_source_package, recipe.extensions))


def lock_of(recipe: Recipe, base: BaseViewer, injected: Injected) -> Lock:
    """Every fact that decides the dist's bytes."""
    pin = base.release
    release = {"wish": recipe.version, "version": pin.version, "tag": pin.tag, "origin": base.origin, "base": base.key}
    if base.origin == "published":
        release["npm"] = str(pin.npm_integrity)
    if pin.commit:
        release["commit"] = pin.commit
    if recipe.ref:
        release["ref"] = recipe.ref
    sections = {
        "release": release,
        "toolchain": {"ohifbuild": __version__, "esbuild": esbuild_version(), **compressors()},
        "extensions": {
            **{p.package.name: f"{p.package.version} {p.digest}" for p in injected.packages},
            **dict(base.compiled),
        },
        "options": {
            name: str(value).lower() if isinstance(value, bool) else str(value)
            for name, value in options_of(recipe).items()
        },
    }
    if base.origin == "git":
        sections["toolchain"] |= {"package_manager": pin.package_manager, "bundler": pin.bundler, "node": pin.node}
        applied = select(load(patches(), *recipe.patches), pin.version)
        sections["patches"] = {patch.name: digest([patch])[:12] for patch in applied}
    return Lock(sections)


def options_of(recipe: Recipe) -> dict[str, Any]:
    """The recipe's keys that decide the dist's bytes, as JSON values."""
    return recipe.model_dump(mode="json", exclude=set(NOT_OPTIONS))
