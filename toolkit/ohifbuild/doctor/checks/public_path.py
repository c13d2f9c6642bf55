"""Checks whether the viewer is at the path it was built for, or a proxy changes paths on the way to it."""

from __future__ import annotations

from ohifbuild.doctor.checks.remedies import behind_proxy
from ohifbuild.doctor.findings import Check, Finding
from ohifbuild.doctor.observations import Evidence, ViewerEvidence
from ohifbuild.doctor.query_archive import is_archive

BLANK = "None of its scripts load, and the page is blank."


def public_path(evidence: Evidence) -> Finding:
    """Whether the viewer is served at the path it was built for."""
    check = Check("public-path", "Public path")
    viewer = evidence.viewer
    if viewer is None:
        return check.not_checked()
    built_for, path, origin = viewer.page.settings.public_url, evidence.address.path, evidence.address.origin
    moved = next((file for file in viewer.files if file.elsewhere), None)
    if moved:
        served = moved.elsewhere
        strips = behind_proxy(origin, served.rstrip("/")) if built_for == "/" else f"Or serve it at {built_for}"
        return check.wrong(
            f"The viewer was built for {built_for} but is served at {served}: it requests {built_for}{moved.name}, "
            f"which is at {served}{moved.name}.",
            BLANK,
            f"Build it for that path: {_move(evidence, served)} and deploy it again.\n{strips}",
        )
    prefix = path.removeprefix(built_for).rpartition("/")[0]
    if prefix and _has_no_file(viewer):
        served = f"{built_for}{prefix}/"
        return check.wrong(
            f"The page is at {served}, but was built for {built_for}: it requests {built_for}{viewer.files[0].name}, "
            "which is answered 404. A server that answers every path with the page hides that.",
            BLANK,
            f"Build it for that path: {_move(evidence, served)} and deploy it again.",
        )
    if not f"{path}/".startswith(built_for):
        return check.wrong(
            f"The link's path is {path}, but the viewer was built for {built_for}.",
            "The viewer has no route for this path: the page is blank, or says 'not found'.",
            f"Use links to {origin}{built_for}, or: ohifbuild move DIST --public-url PATH",
        )
    return check.right(f"The viewer is at {built_for}, as built.")


def _has_no_file(viewer: ViewerEvidence) -> bool:
    """Whether the server has none of the files that the page loads."""
    return bool(viewer.files) and all(file.answer.status == 404 for file in viewer.files)


def _move(evidence: Evidence, served: str) -> str:
    """The command that builds the viewer for another path, with the archive's root if no archive answers at it."""
    roots = evidence.viewer.page.settings.roots if evidence.viewer else ()
    answers = evidence.archive is not None and is_archive(evidence.archive.anonymous_search)
    root = f" --dicomweb-root {served}{roots[0][1:]}" if roots and roots[0].startswith("/") and not answers else ""
    return f"ohifbuild move DIST --public-url {served}{root}"
