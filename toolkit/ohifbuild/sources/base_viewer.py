"""The base viewer: what both origins give, and all that the rest of the line needs to know of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ohifbuild.core.errors import ReleaseUnsupported
from ohifbuild.releases.catalogue import ReleasePin


@dataclass(frozen=True)
class BaseViewer:
    """OHIF as it comes, built, without us.

    ``path`` is its dist folder in the cache, never to be changed; ``key`` a digest that stands for its contents;
    ``origin`` is ``published`` or ``git``; ``compiled`` the names and digests of extensions that are part of it.
    """

    path: Path
    key: str
    release: ReleasePin
    origin: str
    compiled: tuple[tuple[str, str], ...] = ()


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
