"""``ohifbuild deploy``: writes a folder with a viewer and the configuration of a web server or an Orthanc."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ohifbuild import __version__
from ohifbuild.core.console import Reporter
from ohifbuild.core.disk import disk_errors, require_writable
from ohifbuild.deploy.changes import Changes, changes
from ohifbuild.deploy.compose import compose
from ohifbuild.deploy.deployment import MARKER, Folder, Plan
from ohifbuild.deploy.filtering import tokens_locked
from ohifbuild.deploy.kubernetes import kubernetes
from ohifbuild.deploy.nginx import nginx
from ohifbuild.deploy.options import KINDS, DeployOptions, Kind
from ohifbuild.deploy.orthanc_alone import orthanc
from ohifbuild.deploy.orthanc_ohif import orthanc_ohif
from ohifbuild.deploy.planning import plan
from ohifbuild.deploy.releases import keep_earlier, read_marker, replaced_viewers
from ohifbuild.deploy.static import static
from ohifbuild.viewer.output import check_output, staged
from ohifbuild.viewer.prepare import link_tree
from ohifbuild.viewer.staging import remove_leftovers

__all__ = ["KINDS", "Changes", "DeployOptions", "Deployed", "Kind", "check", "deploy"]

WRITERS: dict[Kind, Callable[[Plan], Folder]] = {
    "nginx": nginx,
    "orthanc": orthanc,
    "orthanc-ohif": orthanc_ohif,
    "compose": compose,
    "kubernetes": kubernetes,
    "static": static,
}


@dataclass(frozen=True)
class Deployed:
    """A deployment that was written.

    Args:
        target: its folder.
        viewer: the folder of the viewer in it.
        files: its files besides those of the viewer, as POSIX paths in the folder.
        steps: what the administrator still has to do on the server, each a sentence or a command.
    """

    target: Path
    viewer: Path
    files: tuple[str, ...]
    steps: tuple[str, ...]


def deploy(kind: Kind, dist: Path, target: Path, options: DeployOptions, reporter: Reporter) -> Deployed:
    """Writes the viewer and everything that a server needs to serve it to a folder.

    An earlier deployment in this folder is replaced in one step, except its secrets and tokens. Its viewer is kept for
    a while beside the new one: see ``releases``.

    Args:
        kind: the kind of server.
        dist: a finished dist.
        target: the folder to write.
        options: facts about the server that the dist does not contain.
        reporter: gets a line of debug output.

    Raises:
        DistInvalid: ``dist`` is not a finished dist.
        DeployUnsuitable: the dist cannot be served in this way, or the options are invalid.
        OutputNotOurs: ``target`` holds files that ohifbuild did not write.
        TokenFileUnusable: another process keeps the tokens of the earlier deployment locked.
        CacheUnusable, DiskFull: the folder cannot be written.
    """
    for each in (dist, target):
        remove_leftovers(each)
    planned, folder = _planned(kind, dist, target, options)
    require_writable(target)
    before = read_marker(target / MARKER)
    earlier = replaced_viewers(before, planned.release)
    mounted = [f"www/{name}" for name in (*earlier, planned.release)] if kind == "compose" else []
    with tokens_locked(target), staged(target, MARKER, mounted) as work, disk_errors(target.parent):
        if folder.viewer:
            link_tree(dist, work / folder.viewer)
            keep_earlier(target, work, folder.viewer, earlier)
        marker = json.dumps({**_facts(planned), "replaced": earlier}, indent=2) + "\n"
        for name, text in {**folder.texts, MARKER: marker}.items():
            if not (name in folder.kept and _kept(target / name, work / name)):
                _write(work / name, text, 0o600 if name in folder.private else 0o644)
                _keep_owner(work / name, target / name)
    reporter.debug(f"{planned.kind}: {len(folder.texts)} files beside the viewer of {planned.digest}")
    return Deployed(target, target / folder.viewer, tuple(sorted(folder.texts)), folder.steps)


def check(kind: Kind, dist: Path, target: Path, options: DeployOptions) -> Changes:
    """What ``deploy`` would change in a folder. Nothing is written.

    Args:
        kind, dist, target, options: as for ``deploy``.

    Raises:
        DistInvalid, DeployUnsuitable, OutputNotOurs: as for ``deploy``.
    """
    planned, folder = _planned(kind, dist, target, options)
    return changes(target, dist, folder, _facts(planned))


def _planned(kind: Kind, dist: Path, target: Path, options: DeployOptions) -> tuple[Plan, Folder]:
    check_output(target, MARKER)
    planned = plan(kind, dist, target, options)
    return planned, WRITERS[kind](planned)


def _kept(earlier: Path, path: Path) -> bool:
    """Keeps a file that a user or a running Orthanc may have changed, if there is one.

    It stays the same file where the file system has links. So nothing is lost that Orthanc writes to its log until the
    new deployment takes the place of the old one.
    """
    if not earlier.is_file():
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(earlier, path)
    except OSError:
        _write(path, earlier.read_text(encoding="utf-8"), stat.S_IMODE(earlier.stat().st_mode))
        _keep_owner(path, earlier)
    return True


def _write(path: Path, text: str, mode: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=mode)
    path.write_text(text, encoding="utf-8")


def _keep_owner(path: Path, earlier: Path) -> None:
    """Gives a file the owner that it had in the earlier deployment, such as the user orthanc."""
    if os.geteuid() == 0 and earlier.is_file():
        facts = earlier.stat()
        os.chown(path, facts.st_uid, facts.st_gid)


def _facts(planned: Plan) -> Mapping[str, object]:
    """What a deployment says about itself, whenever it is written."""
    return {
        "ohifbuild": __version__,
        "kind": planned.kind,
        "dist": planned.digest,
        "release": planned.release,
        "options": planned.options.given(),
    }
