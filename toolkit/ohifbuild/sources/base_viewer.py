"""The base viewer, and what it is made of: the interface that both origins share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ohifbuild.cache.entries import Cache
from ohifbuild.core.console import Reporter
from ohifbuild.core.errors import ReleaseUnsupported
from ohifbuild.patches.series import Patch
from ohifbuild.releases.catalogue import ReleasePin


@dataclass(frozen=True)
class BaseViewer:
    """A built OHIF without anything of ohifbuild in it.

    Args:
        path: its dist folder in the cache; nobody may change it.
        key: a digest that stands for its contents.
        release: the release, with the commit or the npm integrity that was used.
        origin: ``published`` or ``git``.
        compiled: names and digests of the extensions that are part of it.
    """

    path: Path
    key: str
    release: ReleasePin
    origin: str
    compiled: tuple[tuple[str, str], ...] = ()


class BaseSource(Protocol):
    """What a base viewer is made of. Everything is decided; ``provide`` only carries it out."""

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
    def ref(self) -> str:
        """The branch, tag or commit that was asked for instead of the release's own tag; "" for none."""

    @property
    def patches(self) -> tuple[Patch, ...]:
        """The patches that are applied, in their order."""

    @property
    def compiled(self) -> tuple[tuple[str, str], ...]:
        """Names and digests of the extensions that are compiled in."""

    def provide(self, cache: Cache, *, offline: bool, reporter: Reporter) -> BaseViewer:
        """Fetches or builds the base viewer, unless the cache has it.

        Raises:
            OhifbuildError: as the origin's parts.
        """


def check_is_viewer(dist: Path, what: str) -> None:
    """Whether ``dist`` looks like a built OHIF viewer.

    Raises:
        ReleaseUnsupported: it does not.
    """
    missing = [name for name in ("index.html", "app-config.js") if not (dist / name).is_file()]
    if not list(dist.glob("app.bundle*.js")):
        missing.append("app.bundle.*.js")
    if missing:
        raise ReleaseUnsupported(
            f"{what} holds no OHIF viewer that ohifbuild knows: {', '.join(missing)} missing.",
            cause="The release is laid out otherwise than 3.9 to 3.14.",
            fix="Choose a release that is verified: ohifbuild releases",
        )
