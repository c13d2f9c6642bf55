"""The base viewer, and the interface that both origins share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ohifbuild.cache.entries import Cache
from ohifbuild.core.console import Reporter
from ohifbuild.core.errors import ReleaseUnsupported
from ohifbuild.packages.accepted_names import AcceptedName
from ohifbuild.packages.dependencies import Resolved
from ohifbuild.patches.series import Patch
from ohifbuild.releases.catalogue import ReleasePin

# The app's entry script: OHIF's name for it, and those that Rsbuild gives without being told.
ENTRY_SCRIPTS = ("app.bundle*.js", "static/js/app.*.js", "static/js/index.*.js")


@dataclass(frozen=True)
class BaseViewer:
    """A built OHIF viewer without ohifbuild's changes.

    Args:
        path: its dist folder in the cache; never change it.
        key: a digest that identifies its contents.
        release: the release, with the commit or the npm integrity that was used.
        origin: ``published`` or ``git``.
        compiled: the name and the digest of each extension and mode that is compiled in; not of libraries.
        accepted: missing exports that compiled extensions import and the recipe accepts.
    """

    path: Path
    key: str
    release: ReleasePin
    origin: str
    compiled: tuple[tuple[str, str], ...] = ()
    accepted: tuple[AcceptedName, ...] = ()


class BaseSource(Protocol):
    """The decisions about a base viewer: its release, origin and patches. ``provide`` then makes the viewer."""

    @property
    def origin(self) -> str:
        """``published`` or ``git``."""

    @property
    def release(self) -> ReleasePin:
        """The release, with the commit or the npm integrity that will be used."""

    @property
    def key(self) -> str:
        """A digest of everything that decides the base viewer's bytes."""

    @property
    def patches(self) -> tuple[Patch, ...]:
        """The patches that are applied, in their order."""

    @property
    def compiled(self) -> tuple[tuple[str, str], ...]:
        """The name and the digest of each extension that is compiled in."""

    @property
    def dependencies(self) -> Resolved:
        """What compiled extensions need and OHIF does not have."""

    def provide(self, cache: Cache, *, offline: bool, reporter: Reporter) -> BaseViewer:
        """Downloads or builds the base viewer, unless the cache has it.

        Raises:
            OhifbuildError: the errors of the origin.
        """


def entry_scripts(dist: Path) -> tuple[Path, ...]:
    """The files with the app's entry chunk."""
    return tuple(path for pattern in ENTRY_SCRIPTS for path in sorted(dist.glob(pattern)))


def bundled_files(dist: Path, suffix: str) -> tuple[Path, ...]:
    """The bundler's scripts (``.js``) or style sheets (``.css``): the top folder's, and those in Rsbuild's ``static``.

    Other folders hold what others built, and OHIF copied.
    """
    inner = sorted((dist / "static").rglob(f"*{suffix}"))
    return tuple(path for path in (*sorted(dist.glob(f"*{suffix}")), *inner) if path.is_file())


def check_is_viewer(dist: Path, what: str) -> None:
    """Checks that ``dist`` looks like a built OHIF viewer.

    Args:
        dist: the folder to check.
        what: the name of the package or source, for the error.

    Raises:
        ReleaseUnsupported: a file of a viewer is missing.
    """
    missing = [name for name in ("index.html", "app-config.js") if not (dist / name).is_file()]
    if not entry_scripts(dist):
        missing.append("app.bundle.*.js")
    if missing:
        raise ReleaseUnsupported(
            f"{what} is not a supported OHIF viewer: {', '.join(missing)} missing.",
            cause="The release has a different layout than 3.9 to 3.14.",
            fix="Choose a verified release. List them with: ohifbuild releases",
        )
