"""Where the paths of a dist's roots are at its archive."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit


def paths_at_archive(roots: Iterable[str], there: str) -> dict[str, str]:
    """The roots that are paths on the viewer's origin, each with its path at the archive.

    The other roots are rewritten like the first: if /orthanc/dicom-web is /dicom-web at the archive, /orthanc/studies
    is /studies there.

    Args:
        roots: of one archive; the first is that of searches.
        there: the path of the first root at the archive.
    """
    paths = [root for root in roots if not urlsplit(root).netloc]
    if not paths:
        return {}
    old, new = paths[0].split("/"), there.split("/")
    while len(old) > 1 and len(new) > 1 and old[-1] == new[-1]:
        old, new = old[:-1], new[:-1]
    prefix, replacement = "/".join(old), "/".join(new)
    moved = {
        path: replacement + path.removeprefix(prefix) if f"{path}/".startswith(f"{prefix}/") else path for path in paths
    }
    return {**moved, paths[0]: there}
