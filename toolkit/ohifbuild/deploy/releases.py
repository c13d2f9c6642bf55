"""Viewers that a deployment replaces: each has its own folder, and open pages of it go on loading their scripts.

A server's configuration names the folder of the viewer that its policies were written for. So until a server has read
its new configuration, it serves the earlier page whole. Then it serves the new one, whose folder also holds every file
that only an earlier viewer had.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import Any

from ohifbuild.core.documents import parse_json
from ohifbuild.core.errors import DistInvalid
from ohifbuild.server.static_files import ENCODED
from ohifbuild.viewer.manifest import read_manifest
from ohifbuild.viewer.prepare import link_file, link_tree

KEPT_DAYS = 7
KEPT_VIEWERS = 10

NAME = re.compile(r"[0-9a-f]{12}")
"""The name of a viewer's folder; any other name in a marker was not written by ``deploy``."""

MOMENT = "%Y-%m-%dT%H:%M:%SZ"
"""In this form, the order of texts is that of the times."""


def replaced_viewers(marker: Mapping[str, Any], release: str, now: datetime | None = None) -> dict[str, str]:
    """The earlier viewers that a new deployment keeps, the latest first.

    Args:
        marker: what the earlier deployment says about itself.
        release: the folder of the new viewer.
        now: the time of the deployment.

    Returns:
        By the name of its folder, when each was replaced. It is kept for ``KEPT_DAYS``, and of more than
        ``KEPT_VIEWERS``, the latest are kept.
    """
    now = now or datetime.now(UTC)
    oldest = (now - timedelta(days=KEPT_DAYS)).strftime(MOMENT)
    moments = {str(marker.get("release")): now.strftime(MOMENT), **dict(marker.get("replaced", {}))}
    kept = [name for name, moment in moments.items() if NAME.fullmatch(name) and name != release and moment >= oldest]
    return {name: moments[name] for name in kept[:KEPT_VIEWERS]}


def read_marker(path: Path) -> dict[str, Any]:
    """What an earlier deployment says about itself; nothing if there is none, or if the file is damaged."""
    try:
        found = parse_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    usable = isinstance(found, dict) and isinstance(found.get("replaced", {}), dict)
    return (
        {**found, "replaced": {name: str(moment) for name, moment in found.get("replaced", {}).items()}}
        if usable
        else {}
    )


def keep_earlier(target: Path, work: Path, viewer: str, earlier: Iterable[str]) -> None:
    """Copies the folders of earlier viewers, and gives the new viewer the files that only they have.

    A page is never copied to the new viewer, because the new policies are not about it. A compressed copy belongs to
    its file: that of an earlier viewer must not be sent instead of a new file.

    Args:
        target: the earlier deployment.
        work: the new deployment, which holds the new viewer.
        viewer: the POSIX path of the new viewer in ``work``; no server serves it if it is not in a folder of its own.
        earlier: names of folders, the latest first.
    """
    base, *others = PurePosixPath(viewer).parts
    if not others:
        return
    rest = others[1:]
    taken = {_plain(name) for name in read_manifest(work / viewer).files}
    for name in earlier:
        folder = target / base / name
        if folder.is_dir():
            link_tree(folder, work / base / name)
            missing = {each for each in _files(folder.joinpath(*rest)) if _plain(each) not in taken}
            for each in missing:
                (work / viewer / each).parent.mkdir(parents=True, exist_ok=True)
                link_file(folder.joinpath(*rest, each), work / viewer / each)
            taken |= {_plain(each) for each in missing}


def _files(viewer: Path) -> list[str]:
    """The viewer's own files that exist, without its pages."""
    try:
        names = read_manifest(viewer).files
    except DistInvalid:
        return []
    return [name for name in names if not _plain(name).endswith(".html") and (viewer / name).is_file()]


def _plain(name: str) -> str:
    """The name of the file that this is a compressed copy of, or its own."""
    return next((name.removesuffix(suffix) for suffix in ENCODED if name.endswith(suffix)), name)
