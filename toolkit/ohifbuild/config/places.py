"""Checks that the viewer and its archives have separate places on the server."""

from __future__ import annotations

from collections.abc import Iterable

from ohifbuild.contract.place import below

OWN_NAMES = frozenset(
    {"viewer", "ohifbuild", "assets", "locales", "ort", "dicom-microscopy-viewer", "index.html", "app-config.js"}
)
"""First parts of paths under the public URL that the viewer needs: the route of links, and its own folders and files.

OHIF's routes ignore the case of a path.
"""


def overlaps(public_url: str, roots: Iterable[str]) -> tuple[str, ...]:
    """What is wrong with the places of viewer and archives, one text for each root that overlaps.

    A root under the public URL is right, as with ``/`` and ``/dicom-web``: servers choose the longest path. A viewer
    under a root is not: each request for its files would reach the archive, with the token.

    Args:
        public_url: the path of the viewer, with a slash at both ends.
        roots: roots for the token. URLs are left out, because the viewer's own host is not known.
    """
    return tuple(text for root in dict.fromkeys(roots) if root.startswith("/") and (text := _overlap(public_url, root)))


def _overlap(public_url: str, root: str) -> str:
    viewer = public_url.rstrip("/")
    if below(viewer, root) is not None:
        return f"the viewer at {public_url} would lie under the root {root}, where the server asks the archive"
    name = (below(root, viewer) or "").partition("/")[0]
    if name.lower() in OWN_NAMES:
        return f"the root {root} would lie over the viewer's own path {viewer}/{name.lower()}"
    return ""
