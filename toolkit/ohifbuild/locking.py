"""What a build locks, and how it keeps to a lock."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ohifbuild import __version__
from ohifbuild.cache import disk_errors
from ohifbuild.console import Reporter
from ohifbuild.finish.compress import compressors
from ohifbuild.finish.esbuild import esbuild_version
from ohifbuild.inject import Injected
from ohifbuild.lock import LOCK_NAME, Lock, differences, read_lock, require_same
from ohifbuild.origins.base import BaseViewer
from ohifbuild.recipe import Recipe
from ohifbuild.releases import ReleasePin, catalogue, resolve

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
        wishes = (release.get("wish"), release.get("origin"))
        if self.upgrade or wishes[0] != recipe.version:
            return resolve(recipe.version, catalogue())
        pin = resolve(release["version"], catalogue())
        return replace(
            pin, commit=release.get("commit") or pin.commit, npm_integrity=release.get("npm") or pin.npm_integrity
        )

    def enter(self, lock: Lock, reporter: Reporter) -> None:
        """Keeps ``lock``: compares with what is there, and writes it where that is allowed.

        Raises:
            LockDiffers: ``strict``, and something differs or there is no lock.
        """
        present = read_lock(self.path) if self.path.is_file() else Lock({})
        if self.strict:
            require_same(present, lock, self.path)
            return
        changes = differences(present, lock)
        if not changes:
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

    def _facts(self) -> dict[str, str]:
        return dict(read_lock(self.path).sections.get("release", {})) if self.path.is_file() else {}


def lock_path(recipe: Path | None) -> Path:
    """Where the lock of a recipe is: beside it and of its name; without a recipe, here."""
    return recipe.with_suffix(Path(LOCK_NAME).suffix) if recipe else Path(LOCK_NAME)


def lock_of(recipe: Recipe, base: BaseViewer, injected: Injected) -> Lock:
    """Every fact that decides the dist's bytes."""
    pin = base.release
    release = {"wish": recipe.version, "version": pin.version, "tag": pin.tag, "origin": base.origin, "base": base.key}
    if base.origin == "published":
        release["npm"] = str(pin.npm_integrity)
    if pin.commit:
        release["commit"] = pin.commit
    compiled = dict(base.compiled)
    return Lock(
        {
            "release": release,
            "toolchain": {"ohifbuild": __version__, "esbuild": esbuild_version(), **compressors()},
            "extensions": {
                **{p.package.name: f"{p.package.version} {p.digest}" for p in injected.packages},
                **compiled,
            },
            "options": {
                name: str(value).lower() if isinstance(value, bool) else str(value)
                for name, value in options_of(recipe).items()
            },
        }
    )


def options_of(recipe: Recipe) -> dict[str, Any]:
    """The recipe's keys that decide the dist's bytes, as JSON values."""
    return recipe.model_dump(mode="json", exclude=set(NOT_OPTIONS))
